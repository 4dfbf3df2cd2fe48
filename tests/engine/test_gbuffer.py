"""What drafts say of depth, ground, sky and mirrors, against closed forms and on a drive that is made up."""

import numpy as np
import pytest

from editor.apply import apply
from editor.datasets.nuscenes import open_data_set
from editor.edits import Delete
from editor.geometry import Rigid
from editor.scene import Actor, ActorId, Pose, View, recorded
from engine.draft.backdrop import Backdrop, Ground
from engine.draft.crowd import Cast, nobody
from engine.draft.footage import Footage
from engine.draft.sources import Camera
from engine.draft.surfaces import Block
from engine.gbuffer import CELL, CHANNELS, REACHES_M, gbuffer, of_draft
from engine.model import told
from engine.model.told import NUM_GBUFFER

HEIGHT_M, FOCAL, HORIZON = 1.6, 120.0, 47.5
VIEW = View("CAM_FRONT", 160, 96, (FOCAL, FOCAL, 79.5, HORIZON, 0.0), Rigid((0.0, 0.0, HEIGHT_M), (0.5, -0.5, 0.5, -0.5)))
CAMERA = Camera(VIEW, VIEW.T_ego_camera, 0)
GROUND, SKY = CHANNELS.index("ground"), CHANNELS.index("sky")
MIRRORED = slice(CHANNELS.index("mirrored R"), None)
GREY, RED = 127, (255, 0, 0)


def level_ground(*points):
    ground = Ground(np.zeros((300, 300), np.float32), (-150.0, -150.0))
    return Backdrop(ground, np.array(points, np.float32).reshape(-1, 3), {})


def grey():
    return np.full((VIEW.height, VIEW.width, 3), GREY, np.uint8)


def wall(x, height):
    return [(x, y, z) for y in np.arange(-3, 3, 0.1) for z in np.arange(0.4, height, 0.1)]


def rows_of(part):
    """The middle column, from above to below."""
    return part[..., part.shape[-1] // 2].astype(float)


def test_there_are_as_many_channels_as_networks_are_made_for():
    assert gbuffer(level_ground(), CAMERA, nobody(), grey()).shape == (NUM_GBUFFER, 96 // CELL, 160 // CELL)
    assert len(CHANNELS) == NUM_GBUFFER


def test_networks_take_each_channel_for_what_it_is():
    places = told.NEAR, told.MIDDLE, told.FAR, told.GROUND, told.SKY
    assert [CHANNELS[k] for k in places] == ["left after 20 m", "left after 60 m", "left after 200 m", "ground", "sky"]
    assert CHANNELS[told.MIRRORED] == ("mirrored R", "mirrored G", "mirrored B")


def test_below_the_horizon_is_ground_and_above_it_sky():
    found = gbuffer(level_ground(), CAMERA, nobody(), grey())
    assert rows_of(found[GROUND]).tolist() == [0.0] * 6 + [1.0] * 6
    assert rows_of(found[SKY]).tolist() == [1.0] * 6 + [0.0] * 6


@pytest.mark.parametrize("channel", range(len(REACHES_M)))
def test_what_air_leaves_of_the_ground_follows_from_how_far_away_it_is(channel):
    found = gbuffer(level_ground(), CAMERA, nobody(), grey())[channel]
    u, v = Block(0, 0, VIEW.width, VIEW.height).pixels().reshape(VIEW.height, VIEW.width, 2).transpose(2, 0, 1)
    down = np.maximum(v - HORIZON, 0.1)
    away = HEIGHT_M * np.sqrt((u - 79.5) ** 2 + down**2 + FOCAL**2) / down
    left = np.where(v > HORIZON, np.exp(-away / REACHES_M[channel]), 0).reshape(12, CELL, 20, CELL).mean((1, 3))
    assert np.allclose(found[8:], left[8:], atol=0.02)  # nearer the horizon a cell holds near and far
    assert not found[:6].any()


def test_level_ground_mirrors_a_wall_where_its_picture_upside_down_would_be():
    x, height = 12.0, 1.0
    picture = grey()
    top, foot = (round(HORIZON + FOCAL * (HEIGHT_M - z) / x) for z in (height, 0.0))
    picture[top : foot + 1, 35:125] = RED
    mirrored = gbuffer(level_ground(*wall(x, height)), CAMERA, nobody(), picture)[MIRRORED]
    end = round(HORIZON + FOCAL * (HEIGHT_M + height) / x)
    red = rows_of(mirrored[0])
    assert (red[foot // CELL + 1 : end // CELL] > 0.9).all()
    assert (rows_of(mirrored[1])[foot // CELL + 1 : end // CELL] < -0.9).all()
    assert abs(red[end // CELL + 1 :]).max() < 0.2
    assert not mirrored[:, : int(HORIZON) // CELL + 1].any()


def test_an_actor_stands_on_the_ground_and_is_mirrored_in_it():
    box = Actor(ActorId("a"), "vehicle.car", (2.0, 4.0, 1.4), (Pose(0, Rigid((9.0, 0.0, 0.7), (1.0, 0.0, 0.0, 0.0))),))
    picture = grey()
    picture[50:73, 60:100] = RED
    found = gbuffer(level_ground(), CAMERA, Cast((box,)).at(0), picture)
    assert not rows_of(found[GROUND])[7:9].any()
    assert rows_of(found[MIRRORED][0])[10] > 0.9
    assert (gbuffer(level_ground(), CAMERA, nobody(), picture)[GROUND, 7:] == 1).all()


def test_pictures_that_cells_do_not_divide_are_refused():
    with pytest.raises(ValueError, match="160 x 90 pixels; wanted multiples of 8"):
        gbuffer(level_ground(), CAMERA, nobody(), grey()[:90])


def test_of_a_draft_it_follows_the_edit(small_drive):
    scene = open_data_set(small_drive).scene("scene-0001")
    gone = next(a for a in scene.actors if a.size_lwh[0] == 7.0 and a.track[0].T_world.translation[0] > 0)
    footage = Footage(small_drive, scene, (96, 64))
    before, after = recorded(scene), apply(recorded(scene), Delete(gone.id))
    picture = footage.recording.picture(5, "CAM_FRONT")
    was, now = (of_draft(footage, scenario, 5, "CAM_FRONT", picture)[GROUND] for scenario in (before, after))
    assert (now >= was).all()
    assert (now > was).any()
