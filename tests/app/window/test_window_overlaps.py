"""Whoever is dragged is told at once whom it would stand in, by the same rule as the findings that come after it."""

import re

import pytest

from app.payload import scene_json
from editor.apply import apply
from editor.checks import findings
from editor.datasets.nuscenes import open_data_set
from editor.edits import Move, Rotate
from editor.map import StreetMap
from editor.sampled import ego_body
from editor.scene import recorded
from tests.small_drive import ACTORS, SCENE, write_small_drive

pytestmark = pytest.mark.browser

STATE = """
  const at = (name) => import(new URL(`retake/static/${name}`, document.baseURI).href);
  const { overlapsOf } = await at("overlaps.js"), { moved, rotated } = await at("tracks.js");
  const { egoBody } = await at("scenario.js");
  const actors = new Map(scene.actors.map((actor) => [actor.id, actor]));
  const state = { scene: { ...scene, actorsById: actors }, take: { actors, ego: null }, frame: 0 };
"""
OVERLAPS = f"""async ([scene, edits]) => {{ {STATE}
  return edits.map(({{ frame, actor, by, angle, scope }}) => {{
    state.frame = frame;
    const before = actors.get(actor), t = scene.frames[frame].t_us;
    const after = angle === undefined ? moved(before, t, by, scope) : rotated(before, t, angle, scope);
    const overlaps = overlapsOf(state, after).map(({{ id, t: from, metres, isNow }}) => ({{ id, from, metres, isNow }}));
    return {{ track: after.track, overlaps }};
  }});
}}"""
EGO = f"async ([scene]) => {{ {STATE} const {{ size, track }} = egoBody(state); return {{ size, track }}; }}"
CROWD = ACTORS | {"inside": ("vehicle.car", (4.4, 1.9, 1.6), 14.6, 5.5, 0.0)}  # recorded to stand in the parked one


@pytest.fixture(scope="module")
def drive(small_drive):
    return recorded(open_data_set(small_drive).scene(SCENE))


@pytest.fixture(scope="module")
def crowd(tmp_path_factory):
    return recorded(open_data_set(write_small_drive(tmp_path_factory.mktemp("crowd"), CROWD)).scene(SCENE))


def of_category(drive, category):
    return [actor.id for actor in drive.actors if actor.category == category]


def told(window, drive, edits):
    return window.page.evaluate(OVERLAPS, [scene_json(drive.scene), edits])


def edited(drive, frame, actor, scope, by=None, angle=None):
    t_us = drive.scene.frames[frame].t_us
    edit = Rotate(actor, t_us, angle, scope) if by is None else Move(actor, t_us, (*by, 0.0), scope)
    return apply(drive, edit, ())


def found_by_checks(scenario, actor):
    """Whom it stands in, from when, and how deep at most."""
    some = [f for f in findings(scenario, StreetMap()) if f.kind == "overlap"]
    others = {next(other for other in f.actors if other != actor) for f in some}
    of = {other: [f for f in some if other in f.actors] for other in others}
    return {other: (min(f.span[0] for f in each), max(map(metres, each))) for other, each in of.items()}


def metres(finding):
    return float(re.search(r"by ([\d.]+) m", finding.sentence).group(1))


MOVES = [(dx * 1.73, dy * 0.91) for dx in range(-12, 3) for dy in range(-3, 5)]


@pytest.mark.parametrize("scope", ["track", "onward", "moment"])
@pytest.mark.parametrize("which", ["drive", "crowd"])
def test_the_page_finds_the_overlaps_that_the_checks_find(window, request, which, scope):
    drive, some = request.getfixturevalue(which), 0
    (truck,) = of_category(drive, "vehicle.truck")
    edits = [{"frame": frame, "actor": truck, "by": list(by), "scope": scope} for frame in (0, 3, 7) for by in MOVES]
    edits += [{"frame": 3, "actor": car, "by": [0.2, -0.13], "scope": scope} for car in of_category(drive, "vehicle.car")]
    for edit, page in zip(edits, told(window, drive, edits), strict=True):
        wanted = found_by_checks(edited(drive, **edit), edit["actor"])
        assert {each["id"]: each["from"] for each in page["overlaps"]} == {o: t for o, (t, _) in wanted.items()}, edit
        for each in page["overlaps"]:
            assert wanted[each["id"]][1] == pytest.approx(each["metres"], abs=0.051)
        some += len(wanted)
    assert some > (5 if scope == "moment" else 20)


@pytest.mark.parametrize("scope", ["track", "onward", "moment"])
def test_what_is_dragged_is_drawn_where_it_will_be(window, drive, scope):
    (truck,) = of_category(drive, "vehicle.truck")
    edits = [{"frame": frame, "actor": truck, "scope": scope} for frame in (0, 3, 7, 10)]
    edits = [edit | how for edit in edits for how in ({"by": [3.0, 1.0]}, {"angle": 0.4})]
    for edit, page in zip(edits, told(window, drive, edits), strict=True):
        scenario = edited(drive, **edit)
        for t, *pose in page["track"]:
            there = next((p.T_world for p in scenario.actor(truck).track if p.t_us == t), None)
            if there is not None:  # a turn of the whole path leaves no pose behind where it was made
                assert pose[:3] == pytest.approx(list(there.translation), abs=1e-5), (edit, t)
                assert abs(sum(p * q for p, q in zip(pose[3:], there.rotation, strict=True))) == pytest.approx(1)


def test_the_ego_is_as_large_and_stands_where_the_checks_have_it(window, drive):
    page, body = window.page.evaluate(EGO, [scene_json(drive.scene)]), ego_body(drive.ego)
    assert page["size"] == list(body.size_lwh)
    for (t, *pose), wanted in zip(page["track"], body.track, strict=True):
        assert (t, pose[:3]) == (wanted.t_us, pytest.approx(list(wanted.T_world.translation), abs=1e-6))


def test_whom_nobody_drags_overlaps_nobody_even_where_the_recording_has_it_so(window, crowd):
    still = [{"frame": 0, "actor": actor.id, "by": [0, 0], "scope": "track"} for actor in crowd.actors]
    assert [each["overlaps"] for each in told(window, crowd, still)] == [[]] * len(crowd.actors)


def test_who_is_dragged_into_a_parked_car_is_told_before_it_is_let_go(window, drive):
    (truck,) = of_category(drive, "vehicle.truck")
    parked = max(of_category(drive, "vehicle.car"), key=lambda car: window.actors[car][0][1])
    (x, y), (u, v) = window.actor_on_map(truck), window.actor_on_map(parked)
    hint = window.page.locator("#hint")
    window.drag((x, y), (u - x, v - y), let_go=False)
    hint.get_by_text(re.compile(r"^Overlaps Car \w+ here")).wait_for()
    assert set(window.ask("s.gesture.overlaps.filter((each) => each.isNow).map((each) => each.id)")) == {parked}
    window.page.mouse.up()
    window.settle(1)
    assert window.ask("take.findings.some((each) => each.kind === 'overlap')")
    assert not hint.get_by_text("Overlaps").is_visible()


@pytest.mark.parametrize(
    ("scope", "concerned"),
    [("whole path", "all along"), ("from here on", r"from 0\.20 s on"), ("this moment", r"at 0\.20 s alone")],
)
def test_who_drags_is_told_how_far_and_how_much_of_the_path(window, drive, scope, concerned):
    (truck,) = of_category(drive, "vehicle.truck")
    for _ in range(2):
        window.press("ArrowRight")
    window.page.get_by_role("radio", name=scope).click()
    x, y = window.actor_on_map(truck)
    window.drag((x, y), (40, 0), let_go=False)
    metres = window.ask("Math.hypot(...s.gesture.by).toFixed(1)")
    window.page.locator("#hint").get_by_text(re.compile(rf"\b{metres} m, {concerned}\.$")).wait_for()
    window.press("Escape")
    window.page.mouse.up()
    window.page.locator("#hint").get_by_text(f"{metres} m").wait_for(state="hidden")
