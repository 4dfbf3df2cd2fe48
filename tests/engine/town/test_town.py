"""Town: its truth is exact for whatever becomes of a scene."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from editor.cameras import T_camera_world, box_hull
from editor.datasets.nuscenes import open_data_set
from editor.geometry import IDENTITY, Rigid, box_corners
from editor.scene import Look, Scenario, View
from editor.tracks import actor_at
from engine.town.light import recorded as recorded_light
from engine.town.recording import VERSION, generate, scene_name
from engine.town.shooting import jpeg
from engine.town.town import TownError
from engine.town.truth import render_truth
from tests.engine.town.small_town import RECIPE, SEED

BANK = Path(__file__).parents[3] / "assets" / "bank"


@pytest.fixture(scope="module")
def scenario(recorded):
    scene = open_data_set(recorded, VERSION).scene(scene_name(SEED))
    return Scenario(scene, scene.actors, scene.ego)


def with_actor(scenario, actor):
    return replace(scenario, actors=tuple(actor if a.id == actor.id else a for a in scenario.actors))


def shifted(actor, dx, dy):
    moved = []
    for pose in actor.track:
        x, y, z = pose.T_world.translation
        moved.append(replace(pose, T_world=Rigid((x + dx, y + dy, z), pose.T_world.rotation)))
    return replace(actor, track=tuple(moved))


def most_seen(truth, scenario, category="vehicle.car"):
    sizes = {a.id: truth.mask(a.id).sum() for a in scenario.actors if a.category == category}
    return scenario.actor(max(sizes, key=sizes.get))


def test_truth_of_an_unedited_scenario_is_the_recording(recorded, scenario):
    for view, frame in (("CAM_FRONT", 0), ("CAM_BACK_LEFT", 3)):
        truth = render_truth(scenario, view, frame)
        assert (
            jpeg(truth.picture, RECIPE.jpeg_quality)
            == (recorded / scenario.scene.frames[frame].picture(view).file).read_bytes()
        )


@pytest.mark.parametrize("frame", [0, 3])
def test_hulls_contain_their_actors(scenario, frame):
    for view in scenario.scene.views:
        truth = render_truth(scenario, view.name, frame)
        picture = scenario.scene.frames[frame].picture(view.name)
        for actor in scenario.actors:
            mask = truth.mask(actor.id)
            if not mask.any():
                continue
            corners = T_camera_world(picture.T_world_ego, view).apply(
                box_corners(actor_at(actor, picture.t_us), actor.size_lwh)
            )
            hull = box_hull(view, corners)
            assert hull is not None
            out = [cv2.pointPolygonTest(hull, (float(x), float(y)), True) for y, x in np.argwhere(mask)]
            assert min(out) > -0.05, actor.category


def test_depth_is_metres_along_the_optical_axis(scenario):
    truth = render_truth(scenario, "CAM_FRONT", 0)
    fy, cy = truth.view.intrinsics[1], truth.view.intrinsics[3]
    row = truth.view.height - 1
    ground = 1.51 * fy / (row - cy)  # the camera's height over a level road
    assert np.median(truth.depth[row]) == pytest.approx(ground, rel=0.02)
    assert np.isinf(truth.depth).any()


def test_a_moved_actor_moves_and_the_rest_stays(scenario):
    before = render_truth(scenario, "CAM_FRONT", 2)
    actor = most_seen(before, scenario)
    after = render_truth(with_actor(scenario, shifted(actor, 0.0, 500.0)), "CAM_FRONT", 2)
    assert before.mask(actor.id).sum() > 20
    assert not after.mask(actor.id).any()
    again = render_truth(with_actor(scenario, shifted(shifted(actor, 0.0, 500.0), 0.0, -500.0)), "CAM_FRONT", 2)
    assert (again.mask(actor.id) == before.mask(actor.id)).mean() > 0.99


def test_colour_and_category_change_how_an_actor_looks(scenario):
    before = render_truth(scenario, "CAM_FRONT", 2)
    actor = most_seen(before, scenario)
    mask = before.mask(actor.id)
    green = render_truth(with_actor(scenario, replace(actor, look=Look(colour="#00ff00"))), "CAM_FRONT", 2)
    assert green.picture[mask][:, 1].mean() > before.picture[mask][:, 1].mean() + 5
    cone = render_truth(with_actor(scenario, replace(actor, category="movable_object.trafficcone")), "CAM_FRONT", 2)
    assert 0 < cone.mask(actor.id).sum() < mask.sum()
    as_it_was = replace(actor, category="movable_object.trafficcone", look=Look(f"actor:{actor.id}"))
    assert np.array_equal(render_truth(with_actor(scenario, as_it_was), "CAM_FRONT", 2).picture, before.picture)


def test_another_ego_path_sees_from_elsewhere(scenario):
    beside = tuple(replace(p, T_world=p.T_world @ Rigid((0.0, 1.0, 0.0), (1.0, 0.0, 0.0, 0.0))) for p in scenario.ego)
    moved = render_truth(replace(scenario, ego=beside), "CAM_FRONT", 2)
    assert (moved.picture != render_truth(scenario, "CAM_FRONT", 2).picture).any(-1).mean() > 0.3


def test_other_sizes_are_fitted_like_recorded_pictures(scenario):
    truth = render_truth(scenario, "CAM_FRONT", 1, (64, 40))
    assert truth.picture.shape == (40, 64, 3)
    assert truth.depth.shape == truth.instance.shape == (40, 64)
    assert (truth.view.width, truth.view.height) == (64, 40)


def test_truth_has_the_hour_and_weather_that_are_asked_for(scenario):
    as_recorded = render_truth(scenario, "CAM_FRONT", 1)
    hour, weather = recorded_light(SEED)
    asked = render_truth(replace(scenario, time_of_day=hour, weather=weather), "CAM_FRONT", 1)
    assert (asked.picture == as_recorded.picture).all()
    night, noon = (render_truth(replace(scenario, time_of_day=h, weather="rain"), "CAM_FRONT", 1) for h in ("night", "noon"))
    assert night.picture.mean() < 0.7 * noon.picture.mean()
    assert (night.instance == as_recorded.instance).all()
    assert (night.depth == noon.depth).all()


def test_an_edit_leaves_the_exposure_alone(scenario):
    cloudy = replace(scenario, time_of_day="noon", weather="cloudy")
    before = render_truth(cloudy, "CAM_FRONT", 2)
    gone = with_actor(cloudy, shifted(most_seen(before, cloudy), 0.0, 500.0))
    after = render_truth(gone, "CAM_FRONT", 2)
    sky = np.isinf(before.depth)
    assert (before.picture != after.picture).any()
    assert (before.picture[sky] == after.picture[sky]).mean() > 0.98


def test_what_town_cannot_draw_is_said(scenario, tmp_path):
    with pytest.raises(TownError, match="frame 99"):
        render_truth(scenario, "CAM_FRONT", 99)
    with pytest.raises(TownError, match="wanted one of Town's"):
        render_truth(replace(scenario, scene=replace(scenario.scene, synthetic=False)), "CAM_FRONT", 0)
    for recipe, processes in ((replace(RECIPE, size=(0, 10)), 1), (replace(RECIPE, duration_s=0.1), 1), (RECIPE, 0)):
        with pytest.raises(TownError, match="wanted"):
            generate(tmp_path, [1], recipe, processes)
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(TownError, match=str(blocked)):
        generate(blocked, [SEED], RECIPE)


def test_bank_pictures_fit_their_boxes():
    entries = json.loads((BANK / "index.json").read_text())["entries"]
    assert {e["category"] for e in entries} >= {"vehicle.car", "vehicle.truck", "vehicle.bus.rigid", "human.pedestrian.adult"}
    for entry in entries:
        for picture in entry["pictures"][::3]:
            rgba = cv2.imread(str(BANK / picture["file"]), cv2.IMREAD_UNCHANGED)
            assert rgba.shape == (picture["height"], picture["width"], 4)
            view = View("bank", picture["width"], picture["height"], tuple(picture["intrinsics"]), IDENTITY)
            T = Rigid(tuple(picture["T_camera_box"]["translation"]), tuple(picture["T_camera_box"]["rotation"]))
            hull = box_hull(view, box_corners(T, tuple(entry["size_lwh"])))
            for y, x in np.argwhere(rgba[..., 3] > 250)[::97]:
                assert cv2.pointPolygonTest(hull, (float(x), float(y)), True) > -0.8


def test_shading_needs_no_open3d():
    code = "import sys; sys.modules['open3d'] = None; import engine.town.picture"
    assert subprocess.run([sys.executable, "-c", code], cwd=BANK.parents[1], check=False).returncode == 0
