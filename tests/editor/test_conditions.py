"""The conditions of a picture: shapes, what hides what, the map and paths where projection puts them, text."""

from dataclasses import replace

import numpy as np
import pytest

from editor.boxes import seen_boxes
from editor.cameras import T_camera_world, fit, project
from editor.conditions import FACES, MAP_LAYERS, conditions
from editor.geometry import yaw_of
from editor.map import Lane, StreetMap
from editor.masks import cast_mask
from editor.paths import AHEAD_S
from editor.scene import SceneError, recorded
from editor.text import scene_text
from editor.tracks import ego_at, track_at
from tests.editor.made import made_scene

SCENE = made_scene()
UNEDITED = recorded(SCENE)
NOTHING = StreetMap()


def straight(y, x_from=-50.0, x_to=250.0, z=None):
    points = np.stack([np.linspace(x_from, x_to, 7), np.full(7, y)], axis=-1)
    return np.column_stack([points, np.zeros(7) if z is None else np.full(7, z)])


STREET = StreetMap(
    lanes=(Lane("a", straight(0.0), straight(0.0)[:, :2], False, ()),),
    lane_dividers=(straight(-1.75), straight(1.75)),
    road_dividers=(straight(5.25),),
    crossings=(np.array([[40.0, -5], [44, -5], [44, 9], [40, 9]]),),
    drivable=((np.array([[-50.0, -6], [250, -6], [250, 10], [-50, 10]]), (np.array([[60.0, 4], [70, 4], [70, 7], [60, 7]]),)),),
)


def ask(scenario=UNEDITED, street_map=NOTHING, frame=0, view="CAM_FRONT", size=(448, 256)):
    return conditions(scenario, street_map, frame, view, size)


def pixel_of(got, places, frame=0, view="CAM_FRONT"):
    T = T_camera_world(ego_at(UNEDITED, SCENE.frames[frame].picture(view)), got.view)
    return project(got.view, T.apply(np.atleast_2d(places)))[0]


@pytest.mark.parametrize(("size", "shape"), [((448, 256), (256, 448)), ((224, 128), (128, 224)), (None, (900, 1600))])
def test_shapes_and_types_are_as_documented(size, shape):
    got = ask(size=size)
    assert (got.view.height, got.view.width) == shape
    for array, wanted, kind in (
        (got.actor, shape, np.int32),
        (got.face, shape, np.uint8),
        (got.depth, shape, np.float32),
        (got.heading, (*shape, 2), np.float32),
        (got.map, (len(MAP_LAYERS), *shape), bool),
        (got.ego_path, shape, np.uint8),
        (got.actor_paths, shape, np.uint8),
        (got.masks(), (len(got.boxes), *shape), bool),
    ):
        assert (array.shape, array.dtype) == (wanted, kind)
        assert array.flags.c_contiguous
    assert got.face.max() <= len(FACES)


def test_the_same_question_has_the_same_answer():
    for array in ("actor", "face", "depth", "heading", "map", "ego_path", "actor_paths"):
        assert (getattr(ask(street_map=STREET, frame=20), array) == getattr(ask(street_map=STREET, frame=20), array)).all()


def test_something_is_said_exactly_where_a_box_is_seen():
    got = ask()
    seen = got.actor > 0
    assert ((got.face > 0) == seen).all()
    assert (np.isfinite(got.depth) == seen).all()
    assert np.allclose(np.linalg.norm(got.heading, axis=-1), seen, atol=1e-6)
    assert set(np.unique(got.actor[seen]) - 1) <= {box.index for box in got.boxes}


@pytest.mark.parametrize("view", [view.name for view in SCENE.views])
@pytest.mark.parametrize("frame", [0, 30])
def test_faces_agree_with_cast_rays(view, frame):
    got = ask(frame=frame, view=view)
    mask, depth = cast_mask(seen_boxes(UNEDITED, SCENE.frames[frame].picture(view), got.view), got.view)
    agree = got.actor == mask
    assert (got.actor[mask > 0] > 0).mean() > 0.999 if (mask > 0).any() else not got.actor.any()
    assert agree.mean() > 0.995
    inner = agree & (mask > 0)
    assert np.allclose(got.depth[inner], depth[inner], rtol=0.02, atol=0.05)


def test_a_car_ahead_shows_its_back_and_heads_away():
    got = ask()
    lead = 1 + [actor.id for actor in SCENE.actors].index("lead")
    shown = got.face[got.actor == lead]
    assert FACES[np.bincount(shown).argmax() - 1] == "back"
    assert np.allclose(got.heading[got.actor == lead], (0, 1), atol=0.01)


def test_an_oncoming_car_shows_its_front_and_heads_here():
    got = ask(size=None, frame=40)
    oncoming = 1 + [actor.id for actor in SCENE.actors].index("oncoming")
    shown = {FACES[face - 1] for face in np.unique(got.face[got.actor == oncoming])}
    assert "front" in shown
    assert "back" not in shown
    assert np.allclose(got.heading[got.actor == oncoming], (0, -1), atol=0.05)


def test_who_is_deleted_is_in_no_array():
    without = replace(UNEDITED, actors=tuple(a for a in UNEDITED.actors if a.id != "lead"))
    assert {"lead"} < {box.actor.id for box in ask().boxes}
    got = ask(without)
    assert "lead" not in {box.actor.id for box in got.boxes}
    assert got.actor.max() <= len(without.actors)


def test_the_map_lies_where_projection_puts_it():
    got = ask(street_map=STREET)
    for layer, y in (("lane dividers", 1.75), ("lane dividers", -1.75), ("road dividers", 5.25), ("lane centres", 0.0)):
        drawn = got.map[MAP_LAYERS.index(layer)]
        for x in (12.0, 20.0, 60.0):
            ((u, v),) = pixel_of(got, [x, y, 0.0])
            if 1 <= u < 446 and 1 <= v < 254:
                around = drawn[int(round(v)) - 1 : int(round(v)) + 2, int(round(u)) - 1 : int(round(u)) + 2]
                assert around.any(), (layer, x, y)


def test_areas_are_filled_and_holes_left_open():
    got = ask(street_map=STREET, size=None)
    drivable, crossing = got.map[MAP_LAYERS.index("drivable")], got.map[MAP_LAYERS.index("crossings")]
    for place, on_road, on_crossing in (
        ((30.0, 0.0, 0.0), True, False),
        ((42.0, 0.0, 0.0), True, True),
        ((65.0, 5.5, 0.0), False, False),
        ((30.0, 12.0, 0.0), False, False),
    ):
        ((u, v),) = np.round(pixel_of(got, place)).astype(int)
        assert (drivable[v, u], crossing[v, u]) == (on_road, on_crossing), place
    assert not drivable[: int(got.view.height * 0.3)].any()


def test_a_map_with_heights_keeps_them_and_one_without_lies_on_the_ground():
    raised = StreetMap(lane_dividers=(straight(3.0, z=4.0),))
    flat = StreetMap(lane_dividers=(straight(3.0),))
    rows = [np.nonzero(ask(street_map=m, size=None).map[0])[0] for m in (raised, flat)]
    horizon = 449
    assert rows[0].max() < horizon < rows[1].min() + 20


def test_no_map_is_no_map():
    assert not ask().map.any()


def test_paths_lead_ahead_and_fade():
    got = ask(size=None)
    places = [(track_at(SCENE.ego, SCENE.frames[0].t_us + int(s * 1e6)).translation, s) for s in (1.0, 2.0, 3.5)]
    values = []
    for (x, y, _), _ in places:
        ((u, v),) = np.round(pixel_of(got, [x, y, 0.0])).astype(int)
        values.append(int(got.ego_path[v - 2 : v + 3, u - 2 : u + 3].max()))
    assert values == sorted(values, reverse=True)
    assert [v / 255 for v in values] == pytest.approx([1 - s / AHEAD_S for _, s in places], abs=0.08)


def test_who_stands_still_has_no_path():
    standing = replace(UNEDITED, actors=tuple(a for a in UNEDITED.actors if a.id == "parked"))
    assert not ask(standing).actor_paths.any()
    assert ask().actor_paths.any()


def test_a_bent_ego_path_moves_the_camera():
    from editor.geometry import Rigid, yaw_quaternion

    bent = tuple(replace(p, T_world=p.T_world @ Rigid((0.0, 1.0, 0.0), yaw_quaternion(0.0))) for p in UNEDITED.ego)
    straight_on, aside = ask(), ask(replace(UNEDITED, ego=bent))
    lead = 1 + [actor.id for actor in SCENE.actors].index("lead")
    columns = [np.nonzero(got.actor == lead)[1].mean() for got in (straight_on, aside)]
    assert columns[1] > columns[0] + 10  # one metre to the left: what is ahead moves right


def test_a_missing_picture_is_named():
    frames = (replace(SCENE.frames[0], pictures=SCENE.frames[0].pictures[1:]), *SCENE.frames[1:])
    with pytest.raises(SceneError, match="frame 0 of scene made has no picture of view 'CAM_FRONT'"):
        ask(recorded(replace(SCENE, frames=frames)))


# ----------------------------------------------------------------------------------------------------------- text


def described(description, **changes):
    return scene_text(replace(recorded(replace(SCENE, description=description, location="boston-seaport")), **changes))


def test_text_is_the_recorded_description_at_its_place():
    assert described("Parked cars, turn right") == "A driving scene at boston-seaport. Parked cars, turn right."
    assert described("") == "A driving scene at boston-seaport."


def test_asked_for_weather_and_hour_take_the_place_of_recorded_ones():
    text = described("Rain, parked cars, sunny day, daytime nap", weather="fog", time_of_day="night")
    assert text == "A driving scene at boston-seaport. Night, difficult lighting, fog, parked cars."
    assert described("Night, big street", weather="rain") == "A driving scene at boston-seaport. Rain, Night, big street."


def test_headings_turn_with_the_box(pandaset_root):
    from editor.datasets.nuscenes import open_data_set

    scene = open_data_set(pandaset_root).scene("scene-0002")
    frame = scene.keyframes[8]
    for view in scene.views[:3]:
        got = conditions(recorded(scene), NOTHING, scene.frames.index(frame), view.name, (448, 256))
        picture = frame.picture(view.name)
        camera = picture.T_world_ego @ fit(view, 448, 256).view.T_ego_camera
        ahead = camera.apply(np.array([0.0, 0.0, 1.0])) - camera.translation
        for box in got.boxes:
            where = got.actor == box.index + 1
            if where.any():
                to_the_right = np.arctan2(ahead[1], ahead[0]) - yaw_of(track_at(box.actor.track, picture.t_us).rotation)
                assert np.allclose(got.heading[where][0], (np.sin(to_the_right), np.cos(to_the_right)), atol=0.08)
