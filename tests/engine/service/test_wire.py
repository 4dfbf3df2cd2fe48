"""Messages to a drawing process: scenes and edited actors go once, an edit weighs little, and what arrives is what was sent."""

import pickle
from dataclasses import replace
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from editor.scene import Scene
from engine.requests import Request
from engine.service import wire
from engine.service.wire import NUM_SCENES, Draw, Names, Reader
from tests.engine.service.scenes import VIEWS, scenario


def sent(names, reader, scenario, job=0):
    """The scenario that a process gets, and how many bytes the messages took, those that introduce the scene left out."""
    introductions = names.introduce(scenario)
    for introduction in introductions:
        assert reader.loads(introduction) is None
    edits = sum(len(i) for i in introductions if not isinstance(getattr(pickle.loads(i), "value", None), Scene))
    message = names.dumps(Draw(job, Request(Path("root"), scenario, VIEWS, (0,)), {}, 1))
    return reader.loads(message).request.scenario, edits + len(message)


def test_what_arrives_is_what_was_sent():
    names, reader, original = Names(), Reader(), scenario()
    got, _ = sent(names, reader, original)
    assert got == original
    assert got.actors is got.scene.actors
    assert got.ego is got.scene.ego


def test_the_scene_object_stays_the_same_in_the_process():
    names, reader, original = Names(), Reader(), scenario()
    first, _ = sent(names, reader, original)
    edited = original.with_actor(replace(original.actors[0], category="vehicle.truck"))
    second, _ = sent(names, reader, edited)
    assert second == edited
    assert second.scene is first.scene
    assert second.actors[1] is first.actors[1]


def test_an_edit_weighs_what_it_changes():
    names, reader, original = Names(), Reader(), scenario(num_actors=100, num_poses=240)
    whole = len(pickle.dumps(original))
    _, unedited = sent(names, reader, original)
    _, edited = sent(names, reader, original.with_actor(replace(original.actors[5], category="animal")))
    assert unedited < 1_000
    assert edited < 3 * whole / 100 + 2_000


def test_an_edit_weighs_no_more_for_the_edits_before_it():
    names, reader, edited = Names(), Reader(), scenario(num_actors=40, num_poses=40)
    weights = []
    for actor in edited.actors:
        edited = edited.with_actor(replace(actor, category="animal"))
        weights.append(sent(names, reader, edited)[1])
    assert weights[-1] < 2 * weights[0]


def test_edited_actors_are_forgotten_beyond_a_number_and_sent_again(monkeypatch):
    monkeypatch.setattr(wire, "NUM_ACTORS", 3)
    names, reader, original = Names(), Reader(), scenario(num_actors=8)
    takes = [original.with_actor(replace(actor, category="animal")) for actor in original.actors]
    whole = replace(original, actors=tuple(take.actors[i] for i, take in enumerate(takes)))
    for edited in (*takes, whole, *takes, whole):
        assert sent(names, reader, edited)[0] == edited
    sent(names, reader, takes[0])
    assert len(reader._known) <= 1 + 3


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, NUM_SCENES + 3), min_size=1, max_size=40))
def test_scenes_in_any_order_arrive(order):
    names, reader = Names(), Reader()
    scenarios = [scenario(num_actors=i + 1) for i in range(NUM_SCENES + 4)]
    for i in order:
        edited = scenarios[i].with_actor(replace(scenarios[i].actors[0], category="animal"))
        assert sent(names, reader, edited)[0] == edited
    assert sum(isinstance(value, Scene) for value in reader._known.values()) <= NUM_SCENES
