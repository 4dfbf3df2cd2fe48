"""Messages to a drawing process: a scene goes once, an edit weighs little, and what arrives is what was sent."""

import pickle
from dataclasses import replace
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.service.requests import Request
from engine.service.wire import NUM_SCENES, Draw, SceneNames, SceneReader
from tests.engine.service.scenes import VIEWS, scenario


def sent(names, reader, scenario, job=0):
    """The scenario that a process gets, and how many bytes the last message took."""
    for introduction in names.introduce(scenario.scene):
        assert reader.loads(introduction) is None
    message = names.dumps(Draw(job, Request(Path("root"), scenario, VIEWS, (0,)), {}, 1))
    return reader.loads(message).request.scenario, len(message)


def test_what_arrives_is_what_was_sent():
    names, reader, original = SceneNames(), SceneReader(), scenario()
    got, _ = sent(names, reader, original)
    assert got == original
    assert got.actors is got.scene.actors
    assert got.ego is got.scene.ego


def test_the_scene_object_stays_the_same_in_the_process():
    names, reader, original = SceneNames(), SceneReader(), scenario()
    first, _ = sent(names, reader, original)
    edited = original.with_actor(replace(original.actors[0], category="vehicle.truck"))
    second, _ = sent(names, reader, edited)
    assert second == edited
    assert second.scene is first.scene
    assert second.actors[1] is first.actors[1]


def test_an_edit_weighs_what_it_changes():
    names, reader, original = SceneNames(), SceneReader(), scenario(num_actors=100, num_poses=240)
    whole = len(pickle.dumps(original))
    _, unedited = sent(names, reader, original)
    _, edited = sent(names, reader, original.with_actor(replace(original.actors[5], category="animal")))
    assert unedited < 1_000
    assert edited < 3 * whole / 100 + 2_000


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, NUM_SCENES + 3), min_size=1, max_size=40))
def test_scenes_in_any_order_arrive(order):
    names, reader = SceneNames(), SceneReader()
    scenarios = [scenario(num_actors=i + 1) for i in range(NUM_SCENES + 4)]
    for i in order:
        edited = scenarios[i].with_actor(replace(scenarios[i].actors[0], category="animal"))
        assert sent(names, reader, edited)[0] == edited
    assert len(reader._scenes) <= NUM_SCENES
