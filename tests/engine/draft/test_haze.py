"""Haze is found where there is some, air is told to be clear where it is, and what is drawn nearer has less of it before it."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from editor.apply import apply
from editor.datasets.nuscenes import open_data_set
from editor.edits import Add, Recolour
from editor.scene import ActorId, Look, Pose, recorded
from engine.draft.bank import bank
from engine.draft.draft import chunk_of
from engine.draft.footage import Footage
from engine.draft.haze import CLEAR_M, THINNED, Haze, _reach_m
from launch_app import TOWN
from tests.small_drive import SIZE

AIR, OTHER_AIR = np.array([0.30, 0.32, 0.36], np.float32), np.array([0.20, 0.22, 0.26], np.float32)


def hazy(bare, away, reach, air=AIR):
    share = np.exp(-away / reach)[..., None]
    return air + share * (bare - air)


def street(seed, reach):
    """What a picture of a street tells: things of any lightness, dark ones among them, anywhere from 3 to 80 m away."""
    chance = np.random.default_rng(seed)
    away = np.exp(chance.uniform(np.log(3), np.log(80), 20_000))
    bare = chance.uniform(0, 0.4, (20_000, 1)) * chance.uniform(0.7, 1.0, (20_000, 3))
    return (hazy(bare, away, reach) / AIR).min(axis=-1), away


@pytest.mark.parametrize("reach", [30.0, 60.0, 150.0])
def test_how_far_air_reaches_is_told_by_what_is_dark(reach):
    assert _reach_m(*street(1, reach)) == pytest.approx(reach, rel=0.15)


@pytest.mark.parametrize("reach", [1e4, 500.0])
def test_clear_air_is_clear(reach):
    assert _reach_m(*street(2, reach)) == np.inf


def test_too_little_to_tell_is_clear_air():
    dark, away = street(3, 30.0)
    few = away < 10.0
    assert _reach_m(dark[few], away[few]) == np.inf


@settings(max_examples=50)
@given(st.integers(0, 1000), st.floats(3, 60), st.floats(3, 60))
def test_what_is_brought_to_another_distance_looks_as_it_would_there(seed, there, here):
    haze = Haze(50.0, AIR)
    chance = np.random.default_rng(seed)
    bare = chance.uniform(0.02, 0.9, (40, 3))
    levels = 255 * _shown(hazy(bare, np.full(40, there), 50.0))
    wanted = 255 * _shown(hazy(bare, np.full(40, here), 50.0, OTHER_AIR))
    got = haze.brought(levels, there, here, AIR, OTHER_AIR)
    if np.exp((there - here) / 50.0) <= THINNED:
        np.testing.assert_allclose(got, wanted, atol=0.1)
    np.testing.assert_allclose(haze.brought(levels, there, there, AIR, AIR), levels, atol=0.1)


def _shown(light):
    return np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)


def test_the_shipped_street_in_rain_is_hazy_and_the_sunny_junction_is_not():
    data = open_data_set(TOWN)
    found = {summary.name: Footage(TOWN, data.scene(summary.name), (448, 256)).standing.haze for summary in data.summaries()}
    wet, sunny = found["scene-0142"], found["scene-0201"]
    assert sunny is None
    assert 80.0 < wet.reach_m < CLEAR_M  # Town rained with a reach of 172 m there


@pytest.mark.parametrize("look", ["bank:hatchback", "parked"])
def test_who_is_set_far_away_in_haze_fades_into_the_air(small_drive, scene, parked, look):
    name = next(iter(bank())) if look.startswith("bank") else None
    source = f"bank:{name}" if name else f"actor:{parked.id}"
    far = tuple(Pose(p.t_us, replace(p.T_world, translation=(45.0, -3.0, 0.8))) for p in parked.track)
    asked = apply(recorded(scene), Add(ActorId("new-1"), "vehicle.car", (4.4, 1.9, 1.6), far, Look(source)))
    apart = []
    for haze in (None, Haze(20.0, AIR)):
        footage = Footage(small_drive, scene, SIZE)
        footage.standing.haze = haze
        chunk = chunk_of(footage, asked, 0, "CAM_FRONT")
        drawn = (chunk.picture != footage.recording.picture(0, "CAM_FRONT")).any(axis=-1)
        assert drawn.any()
        apart.append(np.abs(chunk.picture[drawn] - 255 * _shown(AIR)).mean())
    assert apart[1] < apart[0]


def test_black_paint_far_away_in_haze_is_grey(small_drive, scene, parked):
    """As much air lies before the new paint as before the old one."""
    darkest = []
    for haze in (None, Haze(30.0, AIR)):
        footage = Footage(small_drive, scene, SIZE)
        footage.standing.haze = haze
        before, after = (
            chunk_of(footage, scenario, 0, "CAM_FRONT").picture
            for scenario in (recorded(scene), apply(recorded(scene), Recolour(parked.id, "#0a0a0a")))
        )
        assert (after != before).any()
        darkest.append(int(after[(after != before).any(axis=-1)].min()))
    assert darkest[0] < 40
    assert darkest[1] > darkest[0] + 30
