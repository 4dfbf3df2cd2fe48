"""A short bundle of the real drive, with the white SUV one lane to the left and a parked car gone."""

import json
from dataclasses import replace

import numpy as np
import pytest
from nuscenes import NuScenes

from app.command.opening import as_recorded
from app.export.bundle import export
from app.export.order import Order
from editor.datasets.nuscenes import open_data_set
from editor.edits import Delete, Move
from editor.geometry import rotation_matrix, vec3
from editor.scene import ActorId
from editor.take import Step, scenario_of
from engine.service.local import local_service

WHITE_SUV = ActorId("80a902f5bcd33234b8754666f52036ec")
PARKED_CAR = ActorId("bb8a1b9961182adfab69b5f194a18d3e")
FRAMES = (20, 21)
VIEWS = ("CAM_FRONT", "CAM_BACK_LEFT")


@pytest.mark.slow
def test_a_bundle_of_the_real_drive_opens_in_the_devkit(pandaset_root, tmp_path):
    data_set = open_data_set(pandaset_root)
    scene = data_set.scene("scene-0002")
    left = vec3(rotation_matrix(scene.ego[0].T_world.rotation) @ np.array([0.0, 3.4, 0.0]))
    edits = (Move(WHITE_SUV, scene.span[0], left), Delete(PARKED_CAR))
    take = replace(as_recorded(scene), id="cut-in", name="Cut in", edits=tuple(map(Step, edits)))
    scenario = scenario_of(take, scene)
    order = Order(pandaset_root, take, scenario, data_set.street_map(scene), tmp_path / "out", VIEWS, FRAMES)
    with local_service() as service:
        assert list(export(order, service))[-1].stage == "done"

    opened = NuScenes("v1.0-retake", str(tmp_path / "out"), verbose=False)
    assert len(opened.sample) == len(FRAMES)
    boxes = [opened.get_boxes(sample["data"]["CAM_FRONT"]) for sample in opened.sample]
    recorded = NuScenes("v1.0-mini", str(pandaset_root), verbose=False)
    for of_frame, index in zip(boxes, FRAMES, strict=True):
        tokens = {opened.get("sample_annotation", box.token)["instance_token"]: box for box in of_frame}
        assert PARKED_CAR not in tokens
        token = scene.frames[index].picture("CAM_FRONT").token
        was = {recorded.get("sample_annotation", b.token)["instance_token"]: b for b in recorded.get_boxes(token)}
        moved = tokens[WHITE_SUV].center - was[WHITE_SUV].center
        assert np.allclose(moved, left, atol=0.02)

    report = json.loads((tmp_path / "out" / "report.json").read_text())
    origins = {(entry["frame"], entry["view"]): entry for entry in report["frames"]}
    assert origins[20, "CAM_FRONT"]["origin"] == "draft"
    for entry in report["frames"]:
        if entry["origin"] == "recorded":
            source = pandaset_root / scene.frames[entry["frame"]].picture(entry["view"]).file
            assert (tmp_path / "out" / entry["file"]).read_bytes() == source.read_bytes()
