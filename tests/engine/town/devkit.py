"""nuscenes-devkit's own scores of a data set of Town, for the truth handed in as a prediction."""

import json
from collections.abc import Iterator
from pathlib import Path

from nuscenes.eval.common.config import config_factory
from nuscenes.eval.detection.evaluate import DetectionEval
from nuscenes.eval.detection.utils import category_to_detection_name
from nuscenes.eval.tracking.evaluate import TrackingEval
from nuscenes.eval.tracking.utils import category_to_tracking_name
from nuscenes.nuscenes import NuScenes

SPLIT = "town"
META = {"use_camera": False, "use_lidar": True, "use_radar": False, "use_map": False, "use_external": False}


def opened(root: Path, version: str) -> NuScenes:
    """The data set with a split of all its scenes: devkit 1.2 takes splits of one's own from splits.json among the tables."""
    data = NuScenes(version, dataroot=str(root), verbose=False)
    (root / version / "splits.json").write_text(json.dumps({SPLIT: [scene["name"] for scene in data.scene]}))
    return data


def detection(data: NuScenes, folder: Path) -> dict:
    """The summary of the detection benchmark: mean_ap, mean_dist_aps by class, nd_score, ..."""
    result = _written(folder / "detection.json", data, _detected)
    judge = DetectionEval(data, config_factory("detection_cvpr_2019"), str(result), SPLIT, str(folder / "detection"), False)
    return judge.main(plot_examples=0, render_curves=False)


def tracking(data: NuScenes, folder: Path) -> dict:
    """The summary of the tracking benchmark: amota, label_metrics by class, ..."""
    result = _written(folder / "tracking.json", data, _tracked)
    config = config_factory("tracking_nips_2019")
    judge = TrackingEval(config, str(result), SPLIT, str(folder / "tracking"), data.version, data.dataroot, verbose=False)
    return judge.main(render_curves=False)


def _written(file: Path, data: NuScenes, kind) -> Path:
    results = {sample["token"]: list(kind(data, sample)) for sample in data.sample}
    file.write_text(json.dumps({"meta": META, "results": results}))
    return file


def _boxes(data: NuScenes, sample: dict) -> Iterator[tuple[dict, dict]]:
    """The annotations that some LiDAR point supports, since those alone are judged, and what both benchmarks want of them."""
    for token in sample["anns"]:
        box = data.get("sample_annotation", token)
        if box["num_lidar_pts"]:
            velocity = [float(v) for v in data.box_velocity(token)[:2]]
            known = {name: box[name] for name in ("translation", "size", "rotation")}
            yield box, {"sample_token": sample["token"], "velocity": velocity, **known}


def _detected(data: NuScenes, sample: dict) -> Iterator[dict]:
    for box, known in _boxes(data, sample):
        name = category_to_detection_name(box["category_name"])
        if name is not None:
            attribute = "".join(data.get("attribute", a)["name"] for a in box["attribute_tokens"])
            yield known | {"detection_name": name, "detection_score": 1.0, "attribute_name": attribute}


def _tracked(data: NuScenes, sample: dict) -> Iterator[dict]:
    for box, known in _boxes(data, sample):
        name = category_to_tracking_name(box["category_name"])
        if name is not None:
            yield known | {"tracking_name": name, "tracking_score": 1.0, "tracking_id": box["instance_token"]}
