"""The list itself."""

from typing import get_args

import pytest

from editor.edits import Edit
from engine.benchmark.cases import KINDS, LISTS, SEEDS, SIX, judged_frames
from engine.town.rig import CAMERAS
from tests.editor.made import made_scene


def test_the_full_list_is_every_kind_in_24_worlds_and_six_views():
    full = LISTS["full"]
    assert len(full.cases) == len(set(full.cases)) == 24 * 12
    assert set(KINDS) == {edit.__dataclass_fields__["kind"].default for edit in get_args(Edit)} - {"beyond"}
    assert set(full.views) == set(SIX) == set(CAMERAS)
    assert list(SEEDS) == list(range(800_000, 800_024))


@pytest.mark.parametrize("name", ["small", "quick"])
def test_shorter_lists_are_parts_of_the_full_one(name):
    short, full = LISTS[name], LISTS["full"]
    assert set(short.cases) < set(full.cases)
    assert set(short.views) < set(full.views)
    assert short.recipe == full.recipe


def test_pictures_are_judged_at_an_even_pace():
    scene = made_scene()
    times = [(scene.frames[k].t_us - scene.span[0]) * 1e-6 for k in judged_frames(scene, 0.2)]
    assert times[0] == 0
    assert times == sorted(set(times))
    assert max(abs(t - 0.2 * k) for k, t in enumerate(times)) <= 0.11
