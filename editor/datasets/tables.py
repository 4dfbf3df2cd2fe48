"""Writing nuScenes tables: records are gathered in memory, linked to each other, and put on disk.

Tokens are hashes of the seed and of what the record is, so the same calls give the same files. A record that stands for one
of another data set keeps that one's token where the caller hands it over. Street maps are written by
`map_expansion` and `map_mask` beside this module.

    tables = TableWriter("v1.0-town", seed="town-7")
    log = tables.log("town-7", vehicle="town", date_captured="2026-01-01", location="town-7")
    tables.map("maps/town-7.png", [log])
    scene = tables.scene("town-0001", log, "A junction")
    camera = tables.calibrated_sensor(scene, "CAM_FRONT", "camera", T_ego_camera, intrinsics=(fx, fy, cx, cy, 0.0))
    sample = tables.sample(scene, t_us)
    tables.sample_data(sample, camera, t_us, T_world_ego, "samples/CAM_FRONT/0.jpg", is_key_frame=True, size=(1600, 900))
    car = tables.instance(scene, "car-1", "vehicle.car")
    tables.annotation(car, sample, T_world_box, size_lwh, attributes=["vehicle.moving"])
    tables.write(dataroot)
"""

import hashlib
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from editor.datasets.files import write_json
from editor.geometry import Rigid, Vec3
from editor.tracks import HOLD_US

Record = dict[str, Any]
Intrinsics = tuple[float, float, float, float, float]

TABLES = (
    "category",
    "attribute",
    "visibility",
    "instance",
    "sensor",
    "calibrated_sensor",
    "ego_pose",
    "log",
    "scene",
    "sample",
    "sample_data",
    "sample_annotation",
    "map",
)
VISIBILITIES = {"1": "v0-40", "2": "v40-60", "3": "v60-80", "4": "v80-100"}


class TableWriter:
    """The thirteen tables of a nuScenes data set, filled record by record."""

    def __init__(self, version: str, seed: str | int) -> None:
        """Tables of a version folder, for example "v1.0-town"; `seed` goes into every token."""
        self.version = version
        self.seed = seed
        self._records: dict[str, dict[str, Record]] = {table: {} for table in TABLES}
        for token, level in VISIBILITIES.items():
            self._add("visibility", token, level=level, description="")

    def token(self, *names: object) -> str:
        """The token of what these names stand for."""
        return hashlib.md5("/".join(str(name) for name in (self.seed, *names)).encode(), usedforsecurity=False).hexdigest()

    # ------------------------------------------------------------------------------------------ a data set

    def log(self, logfile: str, *, vehicle: str, date_captured: str, location: str, token: str | None = None) -> str:
        """A drive of a vehicle; `date_captured` as YYYY-MM-DD."""
        fields = {"logfile": logfile, "vehicle": vehicle, "date_captured": date_captured, "location": location}
        return self._add("log", token or self.token("log", logfile), **fields)

    def map(self, filename: str, logs: Iterable[str], *, category: str = "semantic_prior", token: str | None = None) -> str:
        """The mask picture below the data set's root that these logs were driven on. Every log needs one."""
        token = token or self.token("map", filename)
        return self._add("map", token, log_tokens=list(logs), category=category, filename=filename)

    def sensor(self, channel: str, modality: str) -> str:
        """A channel, for example "CAM_FRONT", of modality "camera", "lidar" or "radar"; made once."""
        return self._once("sensor", self.token("sensor", channel), channel=channel, modality=modality)

    def category(self, name: str, description: str = "") -> str:
        """A category by its name; made once."""
        return self._once("category", self.token("category", name), name=name, description=description)

    def attribute(self, name: str, description: str = "") -> str:
        """An attribute by its name; made once."""
        return self._once("attribute", self.token("attribute", name), name=name, description=description)

    # ---------------------------------------------------------------------------------------------- a scene

    def scene(self, name: str, log: str, description: str = "", *, token: str | None = None) -> str:
        """A scene of a log; its first, last and number of samples are filled in when the tables are linked."""
        links = {"nbr_samples": 0, "first_sample_token": "", "last_sample_token": ""}
        return self._add(
            "scene", token or self.token("scene", name), log_token=log, name=name, description=description, **links
        )

    def calibrated_sensor(
        self, scene: str, channel: str, modality: str, T_ego_sensor: Rigid, *, intrinsics: Intrinsics | None = None
    ) -> str:
        """A sensor as it was mounted during a scene; a camera needs its intrinsics (fx, fy, cx, cy, skew)."""
        if (modality == "camera") != (intrinsics is not None):
            raise ValueError(f"{channel} is a {modality} with intrinsics {intrinsics}; wanted them for cameras, and only there")
        fx, fy, cx, cy, skew = intrinsics or (0.0,) * 5
        matrix = [[fx, skew, cx], [0.0, fy, cy], [0.0, 0.0, 1.0]] if intrinsics else []
        token, sensor = self.token("calibrated_sensor", scene, channel), self.sensor(channel, modality)
        return self._add("calibrated_sensor", token, sensor_token=sensor, **_placed(T_ego_sensor), camera_intrinsic=matrix)

    def sample(self, scene: str, t_us: int, *, token: str | None = None) -> str:
        """An annotated instant of a scene."""
        token = token or self.token("sample", scene, t_us)
        return self._add("sample", token, timestamp=int(t_us), scene_token=scene, prev="", next="")

    def sample_data(
        self,
        sample: str,
        calibrated_sensor: str,
        t_us: int,
        T_world_ego: Rigid,
        filename: str,
        *,
        is_key_frame: bool,
        size: tuple[int, int] = (0, 0),
        token: str | None = None,
    ) -> str:
        """One recording of a sensor with its ego pose, in a file below the data set's root; `size` is (width, height).

        `sample` is its own where `is_key_frame`; otherwise any of the scene: a recording between two samples is put to the
        one that follows it, since the devkit finds its boxes between that and the one before. So a scene's first and last
        recordings have to be samples, or within 0.1 s of one: nobody would say who is in them otherwise.
        """
        token = token or self.token("sample_data", calibrated_sensor, t_us)
        self._add("ego_pose", token, timestamp=int(t_us), **_placed(T_world_ego))
        return self._add(
            "sample_data",
            token,
            sample_token=sample,
            ego_pose_token=token,
            calibrated_sensor_token=calibrated_sensor,
            timestamp=int(t_us),
            fileformat="pcd" if ".pcd" in filename else Path(filename).suffix.lstrip("."),
            is_key_frame=is_key_frame,
            height=size[1],
            width=size[0],
            filename=filename,
            prev="",
            next="",
        )

    def instance(self, scene: str, name: str, category: str, *, token: str | None = None) -> str:
        """An actor of a scene; `category` by its name. It needs at least one annotation."""
        links = {"nbr_annotations": 0, "first_annotation_token": "", "last_annotation_token": ""}
        token = token or self.token("instance", scene, name)
        return self._add("instance", token, category_token=self.category(category), **links)

    def annotation(
        self,
        instance: str,
        sample: str,
        T_world_box: Rigid,
        size_lwh: Vec3,
        *,
        attributes: Sequence[str] = (),
        visibility: str = "",
        num_lidar_pts: int = 0,
        num_radar_pts: int = 0,
        token: str | None = None,
    ) -> str:
        """An actor's box at a sample; attributes by their names; `visibility` "1" to "4", or "" for unknown."""
        length, width, height = (float(side) for side in size_lwh)
        return self._add(
            "sample_annotation",
            token or self.token("sample_annotation", instance, sample),
            sample_token=sample,
            instance_token=instance,
            visibility_token=visibility,
            attribute_tokens=[self.attribute(name) for name in attributes],
            size=[width, length, height],  # the order that nuScenes has on disk
            **_placed(T_world_box),
            prev="",
            next="",
            num_lidar_pts=int(num_lidar_pts),
            num_radar_pts=int(num_radar_pts),
        )

    # -------------------------------------------------------------------------------------------- the whole

    def tables(self) -> dict[str, list[Record]]:
        """Every table with its records linked to each other: neighbours in time, firsts, lasts and counts."""
        self._link_samples()
        self._link_sample_data()
        self._link_annotations()
        return {table: list(records.values()) for table, records in self._records.items()}

    def write(self, dataroot: Path) -> Path:
        """Put the tables into the version folder below `dataroot`, and return that folder."""
        folder = dataroot / self.version
        for table, records in self.tables().items():
            write_json(folder / f"{table}.json", records)
        return folder

    def _add(self, table: str, token: str, **fields: object) -> str:
        if token in self._records[table]:
            raise ValueError(f"{table} {token} was added twice: {fields}")
        self._records[table][token] = {"token": token, **fields}
        return token

    def _once(self, table: str, token: str, **fields: object) -> str:
        self._records[table].setdefault(token, {"token": token, **fields})
        return token

    def _link_samples(self) -> None:
        for scene, samples in _grouped(self._records["sample"].values(), "scene_token").items():
            chain = _chained(samples)
            ends = {"first_sample_token": chain[0]["token"], "last_sample_token": chain[-1]["token"]}
            self._records["scene"][scene].update(nbr_samples=len(chain), **ends)

    def _link_sample_data(self) -> None:
        chains = _grouped(self._records["sample"].values(), "scene_token")
        chains = {scene: sorted(samples, key=lambda sample: sample["timestamp"]) for scene, samples in chains.items()}
        times = {scene: [sample["timestamp"] for sample in samples] for scene, samples in chains.items()}
        for recording in self._records["sample_data"].values():
            if not recording["is_key_frame"]:
                scene, t_us = self._records["sample"][recording["sample_token"]]["scene_token"], recording["timestamp"]
                if not times[scene][0] - HOLD_US <= t_us <= times[scene][-1] + HOLD_US:
                    span = f"the scene's samples, {times[scene][0]} to {times[scene][-1]}, or no boxes belong to it"
                    raise ValueError(f"recording {recording['filename']} at {t_us}; wanted it within 0.1 s of {span}")
                following = min(bisect_left(times[scene], t_us), len(times[scene]) - 1)
                recording["sample_token"] = chains[scene][following]["token"]
        for recordings in _grouped(self._records["sample_data"].values(), "calibrated_sensor_token").values():
            _chained(recordings)

    def _link_annotations(self) -> None:
        samples = self._records["sample"]
        boxes = _grouped(self._records["sample_annotation"].values(), "instance_token")
        for token, instance in self._records["instance"].items():
            if token not in boxes:
                raise ValueError(f"instance {token} has no annotation; wanted one at least")
            chain = _chained(boxes[token], [samples[box["sample_token"]]["timestamp"] for box in boxes[token]])
            ends = {"first_annotation_token": chain[0]["token"], "last_annotation_token": chain[-1]["token"]}
            instance.update(nbr_annotations=len(chain), **ends)


def _placed(T: Rigid) -> Record:
    return {"translation": [float(c) for c in T.translation], "rotation": [float(c) for c in T.rotation]}


def _grouped(records: Iterable[Record], field: str) -> dict[str, list[Record]]:
    groups: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        groups[record[field]].append(record)
    return groups


def _chained(records: list[Record], times: Sequence[int] | None = None) -> list[Record]:
    """The records in order of time, their `prev` and `next` filled in."""
    times = times if times is not None else [record["timestamp"] for record in records]
    chain = [record for _, record in sorted(zip(times, records, strict=True), key=lambda pair: pair[0])]
    for i, record in enumerate(chain):
        record["prev"] = chain[i - 1]["token"] if i > 0 else ""
        record["next"] = chain[i + 1]["token"] if i + 1 < len(chain) else ""
    return chain
