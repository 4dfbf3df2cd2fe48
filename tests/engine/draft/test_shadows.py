"""The sun is where the shadows say, or nowhere; and shadows come and go with who throws them."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from editor.datasets.nuscenes import open_data_set
from editor.datasets.recorded import read_picture
from editor.dirty import dirty, ground_room_m
from editor.edits import Add, Delete, Edit, Move
from editor.geometry import Rigid
from editor.scene import Actor, ActorId, Pose, Scene, recorded
from editor.tracks import actor_at
from engine.draft.crowd import nobody, ray_box
from engine.draft.draft import draft
from engine.draft.footage import footage_of
from engine.draft.light import logs, picture_of
from engine.draft.shadows import darkened, fallen, fallen_at_most, lightened
from engine.draft.sources import Recording
from engine.draft.standing import Standing
from engine.draft.sunlight import sun_over
from engine.draft.surfaces import Block
from engine.requests import Chunk, Request
from tests.editor.made import replayed
from tests.small_drive import SIZE
from tests.sunny_drive import LIT, SHADED, TOWARDS_SUN, cast_by, write_sunny_drive

FRAME, VIEW = 5, "CAM_FRONT"
CAR = (4.4, 1.9, 1.6)


@pytest.fixture(scope="module")
def sunny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_sunny_drive(tmp_path_factory.mktemp("sunny"))


@pytest.fixture(scope="module")
def dull(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_sunny_drive(tmp_path_factory.mktemp("dull"), sun=False)


def _scene(root: Path) -> Scene:
    data = open_data_set(root)
    return data.scene(data.summaries()[0].name)


def _parked(scene: Scene) -> Actor:
    return next(a for a in scene.actors if a.category == "vehicle.car" and a.track[0].T_world.translation[0] > 0)


def _added(scene: Scene, x: float, y: float) -> Add:
    track = tuple(Pose(t, Rigid((x, y, CAR[2] / 2), (1.0, 0.0, 0.0, 0.0))) for t in scene.span)
    return Add(ActorId("new-1"), "vehicle.car", CAR, track)


def _drawn(root: Path, *edits: Edit) -> tuple[Chunk, np.ndarray]:
    """The draft after some edits and the recorded picture."""
    scene = _scene(root)
    (chunk,) = draft(Request(root, replayed(scene, edits), (VIEW,), (FRAME,), SIZE))
    return chunk, read_picture(root, scene.frames[FRAME].picture(VIEW), scene.view(VIEW))


def _ground(scene: Scene) -> np.ndarray:
    """Where on level ground each pixel (h, w, 3) looks; NaN above the horizon."""
    footage = footage_of(Path("."), scene, SIZE)
    camera = footage.recording.camera(FRAME, VIEW)
    rays = camera.rays_world(Block(0, 0, *SIZE).pixels())
    with np.errstate(divide="ignore"):
        depth = np.where(rays[..., 2] < -0.02, -camera.eye[2] / rays[..., 2], np.nan)
    return camera.eye + rays * depth[..., None]


def test_the_sun_is_found_where_it_stands_and_nowhere_under_clouds(sunny: Path, dull: Path):
    sun = Standing(sunny, _scene(sunny)).sun
    assert np.degrees(np.arccos(np.dot(sun.towards, TOWARDS_SUN))) < 15
    wanted = np.log((SHADED / LIT) ** 2.2)
    assert np.abs(sun.shade - wanted).max() < 0.5
    assert Standing(dull, _scene(dull)).sun is None


@pytest.mark.slow
def test_the_real_drive_is_overcast_and_has_no_sun(pandaset_root: Path):
    assert Standing(pandaset_root, open_data_set(pandaset_root).scene("scene-0002")).sun is None


def test_the_same_drive_has_the_same_sun(sunny: Path):
    one, other = (Standing(sunny, _scene(sunny)).sun for _ in range(2))
    assert one.towards == other.towards
    assert all(np.array_equal(a, b) for a, b in ((one.shade, other.shade), (one.lit, other.lit), (one.open, other.open)))


def test_the_shadow_of_a_deleted_actor_goes_with_it(sunny: Path):
    scene = _scene(sunny)
    parked = _parked(scene)
    chunk, before = _drawn(sunny, Delete(parked.id))
    points, T = _ground(scene), actor_at(parked, scene.frames[FRAME].picture(VIEW).t_us)
    alone = cast_by([(T, np.array(CAR) / 2)], points) & (np.abs(before - SHADED).max(axis=-1) < 12)
    assert alone.sum() > 40
    assert (chunk.picture[alone].mean() - SHADED.mean()) / (LIT.mean() - SHADED.mean()) > 0.6
    assert chunk.dirty[alone].mean() > 0.6
    assert np.array_equal(chunk.picture[~chunk.dirty], before[~chunk.dirty])


def test_an_added_actor_shades_the_ground_away_from_the_sun_and_none_towards_it(sunny: Path):
    scene = _scene(sunny)
    chunk, before = _drawn(sunny, _added(scene, 11.0, -1.0))
    points = _ground(scene)
    near = (np.abs(points[..., :2] - (11.0, -1.0)) < np.array(CAR[:2]) / 2 + 0.5).all(axis=-1)
    lit = np.abs(before - LIT).max(axis=-1) < 12
    lower = np.array([0.97 * CAR[0], 0.94 * CAR[1], 0.6 * CAR[2]]) / 2  # what is sure of a car's body
    body = Rigid((11.0, -1.0, 0.3 * CAR[2]), (1.0, 0.0, 0.0, 0.0))
    eye = np.array([2.5, 0.0, 1.6])
    enter, leave = ray_box(eye, points - eye, body, np.array(CAR) / 2)
    shaded = cast_by([(body, lower)], points) & ~near & lit & (enter > leave)
    assert shaded.sum() > 25
    assert np.abs(np.median(chunk.picture[shaded], axis=0) - SHADED).max() < 25
    x, y = points[..., 0], points[..., 1]
    in_sun = (x > 8) & (x < 13) & (y > 0.6) & (y < 2.5)
    assert in_sun.sum() > 25
    assert not chunk.dirty[in_sun].any()


def test_what_lies_in_shade_is_not_darkened_again(sunny: Path):
    scene = _scene(sunny)
    standing, camera = Standing(sunny, scene), Recording(sunny, scene, SIZE).camera(FRAME, VIEW)
    (actor,) = (a for a in replayed(scene, (_added(scene, 11.0, -1.0),)).actors if a.id == "new-1")
    shadow = fallen(standing.sun, actor, camera, standing.backdrop)
    before = read_picture(sunny, scene.frames[FRAME].picture(VIEW), scene.view(VIEW))
    free = np.ones(shadow.share.shape, np.float32)
    once, changed = darkened(before, standing.sun, shadow, camera, free)
    twice, _ = darkened(once, standing.sun, shadow, camera, free)
    assert np.abs(once.astype(float) - before)[changed].mean() > 30
    assert np.abs(twice.astype(float) - once)[changed].mean() < 3
    again, _ = lightened(once, standing.sun, shadow, camera, free, nobody())
    assert np.abs(again.astype(float) - before)[changed].mean() < 8


def test_without_sun_an_added_actor_throws_no_shadow(dull: Path):
    chunk, before = _drawn(dull, _added(_scene(dull), 11.0, -1.0))
    points, box = _ground(_scene(dull)), Rigid((11.0, -1.0, CAR[2] / 2), (1.0, 0.0, 0.0, 0.0))
    near = (np.abs(points[..., :2] - (11.0, -1.0)) < np.array(CAR[:2]) / 2 + 0.5).all(axis=-1)
    shaded = cast_by([(box, np.array(CAR) / 2)], points) & ~near & (np.abs(before - 0.7 * LIT).max(axis=-1) < 12)
    assert shaded.sum() > 25
    assert np.median(np.abs(chunk.picture.astype(float) - before)[shaded]) < 4


def test_ground_gets_no_lighter_than_ground_of_its_hue_is_seen_to_be(sunny: Path):
    scene = _scene(sunny)
    standing, camera = Standing(sunny, scene), Recording(sunny, scene, SIZE).camera(FRAME, VIEW)
    shadow = fallen_at_most(standing.sun, _parked(scene), camera, standing.backdrop)
    picture, free = np.zeros((SIZE[1], SIZE[0], 3), np.uint8), np.ones(shadow.share.shape, np.float32)
    for colour, gets_lighter in ((SHADED, True), ((40, 90, 30), False), ((90, 30, 30), False)):
        picture[:] = np.uint8(colour)
        lighter, changed = lightened(picture, standing.sun, shadow, camera, free, nobody())
        assert changed.any() == gets_lighter
        assert (lighter.max(axis=(0, 1)) < LIT + 15).all()


def test_the_sun_reaches_the_ground_only_where_it_was_seen_to(sunny: Path):
    above = Standing(sunny, _scene(sunny)).sun.above
    lit, shade = np.zeros(3, np.float32), np.array([-1.5, -1.4, -1.2], np.float32)
    light, seen, parked = np.zeros((80, 80, 3), np.float32), np.ones((80, 80), bool), np.zeros((80, 80), bool)
    light[:, 40:] = shade  # of a house
    light[20:26, 10:16], parked[19:27, 9:17] = shade, True
    light[30:32, 50:53] = lit  # markings in the shade
    seen[60:] = False
    sun = sun_over(
        replace(above, light=light, brightest=light, times=seen.astype(np.int32)), tuple(TOWARDS_SUN), shade, lit, parked
    )
    assert (sun.open[:55, :34] > 0.99).all()
    assert (sun.open[:, 44:] < 0.01).all()
    assert (sun.open[76:] < 0.01).all()


def test_a_draft_changes_no_picture_that_the_edit_is_not_known_to_reach(sunny: Path):
    scene = _scene(sunny)
    parked = _parked(scene)
    edits = (Delete(parked.id), Move(parked.id, parked.track[0].t_us, (4.0, -7.0, 0.0)), _added(scene, -4.0, 4.5))
    num = 0
    for edit in edits:
        scenario = replayed(scene, (edit,))
        stale = dirty(recorded(scene), scenario).draft
        views = tuple(view.name for view in scene.views)
        for chunk in draft(Request(sunny, scenario, views, range(0, len(scene.frames), 5), SIZE)):
            before = read_picture(sunny, scene.frames[chunk.frame].picture(chunk.view), scene.view(chunk.view))
            assert np.array_equal(chunk.picture[~chunk.dirty], before[~chunk.dirty])
            assert np.array_equal(chunk.dirty.any(), chunk.origin == "draft")
            if chunk.frame not in stale[chunk.view]:
                assert chunk.origin == "recorded"
                num += 1
    assert num


def test_shadows_of_the_tall_stay_where_an_actor_is_known_to_change_pictures(sunny: Path):
    scene = _scene(sunny)
    standing, camera = Standing(sunny, scene), Recording(sunny, scene, SIZE).camera(FRAME, VIEW)
    parked = _parked(scene)
    low = replace(standing.sun, towards=(0.98, 0.0, 0.2), open=np.ones_like(standing.sun.open))
    shadow = fallen_at_most(low, parked, camera, standing.backdrop)
    away = np.abs(shadow.points[shadow.share > 0.5][:, :2] - parked.track[0].T_world.translation[:2])
    assert 3.5 < (away[:, 0] - parked.size_lwh[0] / 2).max() < ground_room_m(parked.size_lwh) + 0.3


def test_moving_there_and_back_leaves_the_recording(sunny: Path):
    parked = _parked(_scene(sunny))
    there, back = (Move(parked.id, parked.track[0].t_us, (k * 2.0, k * -3.0, 0.0)) for k in (1, -1))
    chunk, before = _drawn(sunny, there, back)
    assert chunk.origin == "recorded"
    assert np.array_equal(chunk.picture, before)


def test_light_comes_back_from_its_logarithm():
    levels = np.arange(256, dtype=np.uint8)
    assert np.array_equal(picture_of(logs(levels)).round(), levels)
