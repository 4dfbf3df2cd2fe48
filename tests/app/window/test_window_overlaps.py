"""Whoever is dragged is told at once whom it would stand in, by the same rule as the findings that come after it."""

import re

import pytest

from editor.apply import apply
from editor.checks import findings
from editor.datasets.nuscenes import open_data_set
from editor.edits import Move
from editor.map import StreetMap
from editor.sampled import ego_body
from editor.scene import recorded
from tests.small_drive import SCENE

pytestmark = pytest.mark.browser

IN_PAGE = """async (moves) => {
  const at = (name) => new URL(`retake/static/${name}`, document.baseURI).href;
  const [{ overlapsOf }, { moved }] = await Promise.all(["overlaps.js", "tracks.js"].map((name) => import(at(name))));
  const { state } = retake.store, t = state.scene.frames[state.frame].t_us;
  const overlaps = (id, by) => overlapsOf(state, moved(state.take.actors.get(id), t, by, "track"));
  return moves.map(([id, by]) => overlaps(id, by).map(({ id: other, t: from, metres }) => [other, from, metres]));
}"""
EGO_IN_PAGE = """async () => {
  const { egoBody } = await import(new URL("retake/static/scenario.js", document.baseURI).href);
  const { size, track } = egoBody(retake.store.state);
  return { size, track };
}"""


@pytest.fixture(scope="module")
def drive(small_drive):
    return recorded(open_data_set(small_drive).scene(SCENE))


def of_category(drive, category):
    return [actor.id for actor in drive.actors if actor.category == category]


def found_by_checks(drive, actor, by):
    edited = apply(drive, Move(actor, drive.scene.frames[0].t_us, (*by, 0.0), "track"), ())
    return {
        (next(other for other in f.actors if other != actor), f.span[0]): f.sentence
        for f in findings(edited, StreetMap())
        if f.kind == "overlap"
    }


def test_the_page_finds_the_overlaps_that_the_checks_find(window, drive):
    (truck,) = of_category(drive, "vehicle.truck")
    moves = [(truck, [dx * 1.73, dy * 0.91]) for dx in range(-20, 4) for dy in range(-4, 6)]
    some = 0
    for (actor, by), told in zip(moves, window.page.evaluate(IN_PAGE, moves), strict=True):
        wanted = found_by_checks(drive, actor, by)
        assert {other for other, *_ in told} == {other for other, _ in wanted}, by
        for other, from_us, metres in told:
            assert from_us == min(t for o, t in wanted if o == other)
            said = [float(words.split()[-2]) for (o, _), words in wanted.items() if o == other]  # "… overlap by 0.3 m"
            assert max(said) == pytest.approx(metres, abs=0.051)
        some += len(told)
    assert some > 20


def test_the_ego_is_as_large_and_stands_where_the_checks_have_it(window, drive):
    told, body = window.page.evaluate(EGO_IN_PAGE), ego_body(drive.ego)
    assert told["size"] == list(body.size_lwh)
    for (t, *pose), wanted in zip(told["track"], body.track, strict=True):
        assert (t, pose[:3]) == (wanted.t_us, pytest.approx(list(wanted.T_world.translation), abs=1e-6))


def test_who_is_dragged_into_a_parked_car_is_told_before_it_is_let_go(window, drive):
    (truck,) = of_category(drive, "vehicle.truck")
    parked = min(of_category(drive, "vehicle.car"), key=lambda car: -window.actors[car][0][1])
    (x, y), (u, v) = window.actor_on_map(truck), window.actor_on_map(parked)
    hint = window.page.locator("#hint")
    window.drag((x, y), (u - x, v - y), let_go=False)
    hint.get_by_text(re.compile(r"^Overlaps Car \w+ here")).wait_for()
    assert set(window.ask("s.gesture.overlaps.filter((each) => each.isNow).map((each) => each.id)")) == {parked}
    window.page.mouse.up()
    window.settle(1)
    assert window.ask("take.findings.some((each) => each.kind === 'overlap')")
    assert not hint.get_by_text("Overlaps").is_visible()


def test_whom_nobody_drags_overlaps_nobody(window, drive):
    assert window.page.evaluate(IN_PAGE, [[actor.id, [0, 0]] for actor in drive.actors]) == [[]] * len(drive.actors)
