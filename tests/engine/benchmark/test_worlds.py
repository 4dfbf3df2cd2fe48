"""Worlds: recorded once, with edits that a person could have made, and truth that is the recording where nothing changed."""

from functools import partial

import numpy as np
import pytest

from editor.checks import findings
from editor.edits import Delete
from engine.benchmark.cases import KINDS, BenchmarkError
from engine.benchmark.edits import edit_of
from engine.benchmark.making import made
from engine.benchmark.takes import seen, shows
from engine.benchmark.worlds import AS_RECORDED
from engine.town.truth import render_truth
from tests.engine.benchmark.worlds import TINY


def test_a_made_world_is_not_made_again(world, folder):
    before = {path: path.stat().st_mtime_ns for path in world.root.rglob("*") if path.is_file()}
    assert made(folder, world.seed, TINY) is world
    assert {path: path.stat().st_mtime_ns for path in before} == before


@pytest.mark.parametrize("kind", KINDS)
def test_the_take_of_a_kind_is_one_edit_of_that_kind(world, kind):
    assert [step.edit.kind for step in world.take(kind).edits] == [kind]


def test_edits_of_actors_are_of_those_that_are_seen(world):
    known = {sight.actor.id for sight in seen(world)}
    for kind in ("move", "rotate", "resize", "path", "delete", "relabel", "recolour"):
        assert world.take(kind).edits[0].edit.actor in known


def test_edits_follow_from_the_seed_alone(world):
    streets, sights = world.data_set.street_map(world.scene), seen(world)
    for kind in ("delete", "recolour"):
        assert edit_of(kind, world.scene, streets, sights, partial(shows, world)) == world.take(kind).edits[0].edit


def test_edits_with_findings_are_the_last_resort(world):
    """Most kinds find one without; where none is, the least severe is taken."""
    streets = world.data_set.street_map(world.scene)
    without = [kind for kind in KINDS if not findings(world.scenario(kind), streets)]
    assert {"delete", "recolour", "resize", "time_of_day", "weather"} <= set(without)
    assert len(without) >= len(KINDS) - 2


def test_where_nothing_is_shown_there_is_no_edit(world):
    streets, sights = world.data_set.street_map(world.scene), seen(world)
    with pytest.raises(BenchmarkError, match="no edit of kind 'delete'"):
        edit_of("delete", world.scene, streets, sights, lambda _: False)
    assert isinstance(edit_of("delete", world.scene, streets, sights, lambda _: True), Delete)


def test_truth_is_kept_as_it_was_drawn(world):
    drawn = world.truth(world.scenario("delete"), "delete", "CAM_FRONT", 6)
    assert world.kept("delete", "CAM_FRONT", 6).is_file()
    assert np.array_equal(world.truth(world.scenario("delete"), "delete", "CAM_FRONT", 6), drawn)
    assert np.array_equal(render_truth(world.scenario("delete"), "CAM_FRONT", 6).picture, drawn)


def test_a_picture_that_an_edit_does_not_change_is_kept_once(world):
    """The recolouring of one actor shows in some of the pictures around the car, not in all of them."""
    scenario = world.scenario("recolour")
    for view in world.scene.views:
        before = world.truth(world.as_recorded, AS_RECORDED, view.name, 0)
        after = world.truth(scenario, "recolour", view.name, 0)
        files = [world.kept(name, view.name, 0) for name in (AS_RECORDED, "recolour")]
        assert np.array_equal(before, after) == (files[0].stat().st_ino == files[1].stat().st_ino)
    assert any(file.stat().st_nlink > 1 for file in (world.root / "truth" / AS_RECORDED).iterdir())
