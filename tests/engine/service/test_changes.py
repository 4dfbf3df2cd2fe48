"""The words for what pictures show: the same wherever the same is shown, another wherever it is not."""

import pytest

from editor.apply import apply
from editor.dirty import dirty
from editor.edits import Add, Delete, EgoOffset, EgoPath, Relabel
from editor.scene import ActorId, Look, Scenario, recorded
from engine.service.changes import shown_changes
from tests.editor.made import made_scene, time_of

SCENE = made_scene()
PLACES = tuple((frame, view.name) for frame in range(len(SCENE.frames)) for view in SCENE.views)
BENT = apply(recorded(SCENE), EgoPath((EgoOffset(time_of(0), 0.0), EgoOffset(time_of(80), 2.0))))


def told_otherwise(before: Scenario, after: Scenario, *, labels: bool = False) -> set[tuple[int, str]]:
    one, two = (shown_changes(each, PLACES, labels=labels) for each in (before, after))
    return {place for place, was, now in zip(PLACES, one, two, strict=True) if was != now}


def stale(before: Scenario, after: Scenario) -> set[tuple[int, str]]:
    return {(frame, view) for view, frames in dirty(before, after).draft.items() for frame in frames}


def with_an_added(look: Look) -> Scenario:
    lead = SCENE.actors[0]
    return apply(recorded(SCENE), Add(ActorId("new-1"), "vehicle.car", lead.size_lwh, lead.track, look))


def test_from_a_bent_path_an_edit_of_one_second_changes_that_second_alone():
    """There every picture is drawn from pictures of all views, so all of the second counts."""
    away = apply(BENT, Delete("lead", time_of(30), time_of(40)))
    assert told_otherwise(BENT, away) == {place for place in PLACES if 30 <= place[0] <= 40}


def test_from_a_bent_path_a_label_changes_no_draft():
    assert told_otherwise(BENT, apply(BENT, Relabel("lead", "vehicle.truck", keeps_look=True))) == set()


@pytest.mark.parametrize("keeps_look", [False, True])
@pytest.mark.parametrize(("look", "is_drawn_by_category"), [(Look(), True), (Look("actor:lead"), False)])
def test_relabelling_an_added_actor_is_another_draft_unless_it_keeps_whom_it_looks_like(look, is_drawn_by_category, keeps_look):
    base = with_an_added(look)
    after = apply(base, Relabel(ActorId("new-1"), "vehicle.truck", keeps_look))
    changed = told_otherwise(base, after)
    assert changed == stale(base, after)
    assert bool(changed) == (is_drawn_by_category or not keeps_look)


@pytest.mark.parametrize("keeps_look", [False, True])
def test_relabelling_a_recorded_actor_is_another_draft_unless_its_label_alone_changes(keeps_look):
    base = recorded(SCENE)
    after = apply(base, Relabel("lead", "vehicle.truck", keeps_look))
    changed = told_otherwise(base, after)
    assert changed == stale(base, after)
    assert bool(changed) != keeps_look
    assert told_otherwise(base, after, labels=True)
