"""Every combination of choices is a take of its own, always the same one, on top of what the take has."""

import math
from dataclasses import replace

import numpy as np
import pytest

from editor.edits import Delete, EditError, EgoOffset, EgoPath, SetTimeOfDay
from editor.files import dumps, loads
from editor.paints import PAINTS
from editor.scene import recorded
from editor.take import LONGEST_NAME, Step, Take, num_gestures, scenario_of
from editor.tracks import actor_at, track_at
from editor.variations import (
    MOST,
    VariationError,
    actor_called,
    categories,
    colours,
    combinations,
    ego_shifts,
    hours,
    or_absent,
    seeds,
    shifts,
    speeds,
    variations,
    weathers,
)
from tests.editor.made import made_scene

SCENE = made_scene()
NIGHT = Take("t1", "a take", SCENE.fingerprint, "2026-01-31T12:00:00Z", edits=(Step(SetTimeOfDay("night")),), tags=("mine",))
ASKED = scenario_of(NIGHT, SCENE)
NOW = "2026-02-01T12:00:00Z"
CAR = next(a for a in SCENE.actors if a.category == "vehicle.car")


def made(*choices, take=NIGHT):
    return list(variations(take, scenario_of(take, SCENE), combinations(choices), NOW))


def test_every_combination_branches_from_the_take_and_asks_for_what_was_chosen():
    found = made(weathers(ASKED, ["rain", "fog"]), seeds(NIGHT, [0, 5]), or_absent(CAR, []))
    asked = {(v.scenario.weather, v.take.seed, CAR.id in {a.id for a in v.scenario.actors}) for v in found}
    assert asked == {(weather, seed, there) for weather in ("rain", "fog") for seed in (0, 5) for there in (True, False)}
    assert len({v.take.id for v in found}) == len(found) == 8
    for v in found:
        assert v.scenario.time_of_day == "night"
        assert (v.take.parent, v.take.created, v.take.tags) == ("t1", NOW, ("mine", "variation"))
        assert v.scenario == scenario_of(loads(dumps(v.take)), SCENE)
    assert found[-1].take.name.startswith("a take: fog, seed 5, without Car ")


def test_the_take_itself_is_no_variation_of_it():
    assert not made(seeds(NIGHT, [NIGHT.seed]), shifts(CAR, [0.0], to_the_left=True))
    assert len(made(or_absent(CAR, []), shifts(CAR, [0.0], to_the_left=True))) == 1
    assert not made(hours(ASKED, ["night"]), weathers(ASKED, ["as recorded"]))
    assert [v.take.name for v in made(hours(ASKED, ["night"]), weathers(ASKED, ["as recorded", "fog"]))] == ["a take: fog"]


def test_who_is_absent_has_nothing_else_to_vary():
    found = made(or_absent(CAR, [shifts(CAR, [0.0, 1.0], True), colours(CAR, ["red"])]), seeds(NIGHT, [0, 1]))
    assert len(found) == 2 * (2 * 1 + 1)
    assert sum(CAR.id not in {a.id for a in v.scenario.actors} for v in found) == 2


def test_what_is_said_twice_counts_once():
    assert len(made(shifts(CAR, [1.0, 1.0], True), colours(CAR, ["red", PAINTS["red"]]), seeds(NIGHT, [3, 3]))) == 1


def test_what_varies_is_one_gesture_of_its_own():
    (varied,) = made(weathers(ASKED, ["fog"]), or_absent(CAR, [])[1:])
    assert num_gestures(varied.take.edits) == num_gestures(NIGHT.edits) + 1
    (again,) = made(hours(varied.scenario, ["dusk"]), take=varied.take)
    assert num_gestures(again.take.edits) == num_gestures(NIGHT.edits) + 2


def test_names_keep_what_tells_variations_apart():
    long = replace(NIGHT, name="x" * LONGEST_NAME)
    found = made(weathers(ASKED, ["rain", "fog"]), take=long)
    assert [v.take.name.strip("x") for v in found] == [": rain", ": fog"]
    assert {len(v.take.name) for v in found} == {LONGEST_NAME}


def test_other_edits_below_give_other_takes():
    ids = {
        v.take.id
        for take in (NIGHT, replace(NIGHT, edits=(*NIGHT.edits, Step(Delete(CAR.id)))))
        for v in made(hours(ASKED, ["dusk"]), take=take)
    }
    assert len(ids) == 2


def test_the_same_choices_give_the_same_takes_and_others_others():
    ids = [v.take.id for v in made(hours(ASKED, ["dusk", "noon"]))]
    assert ids == [v.take.id for v in made(hours(ASKED, ["dusk", "noon"]))]
    other = replace(NIGHT, id="t2")
    assert not set(ids) & {v.take.id for v in made(hours(ASKED, ["dusk", "noon"]), take=other)}


@pytest.mark.parametrize("to_the_left", [True, False])
def test_an_actor_goes_as_far_as_asked_to_its_own_left_or_ahead(to_the_left):
    for by, v in zip((-2.0, 1.5), made(shifts(CAR, [-2.0, 1.5], to_the_left)), strict=True):
        (moved,) = (a for a in v.scenario.actors if a.id == CAR.id)
        first = CAR.track[0]
        in_its_frame = first.T_world.inverse().apply(np.asarray(actor_at(moved, first.t_us).translation))
        np.testing.assert_allclose(in_its_frame, (0, by, 0) if to_the_left else (by, 0, 0), atol=1e-6)
        gone = [math.dist(a.T_world.translation, b.T_world.translation) for a, b in zip(CAR.track, moved.track, strict=True)]
        np.testing.assert_allclose(gone, abs(by), atol=1e-6)


def test_the_whole_drive_of_the_ego_is_shifted_from_where_the_take_has_it():
    start, end = SCENE.span
    bend = Step(EgoPath((EgoOffset(start, 1.0), EgoOffset(end, 1.0, 2.0))))
    for edits, was_left, was_ahead in (((), (0, 0), (0, 0)), ((bend,), (1, 1), (0, 2))):
        take = replace(NIGHT, edits=edits)
        found = made(ego_shifts(take, SCENE, [-0.5, 0.0], [0.0, 3.0]), take=take)
        assert [v.take.name for v in found] == [
            f"a take: ego {by}" for by in ("0.5 m to the right", "0.5 m to the right, 3 m ahead", "3 m ahead")
        ]
        for v, (left, ahead) in zip(found, ((-0.5, 0), (-0.5, 3), (0, 3)), strict=True):
            for i in (0, -1):
                place = SCENE.ego[i].T_world.inverse().apply(np.asarray(v.scenario.ego[i].T_world.translation))
                np.testing.assert_allclose(place, (was_ahead[i] + ahead, was_left[i] + left, 0), atol=1e-5)
    assert len(ego_shifts(NIGHT, SCENE, [], [1.0])) == len(ego_shifts(NIGHT, SCENE, [1.0], [])) == 1


def test_paint_and_category_are_choices_too():
    found = made(colours(CAR, ["#c02020", "white"]), categories(CAR, ["vehicle.truck"]))
    actors = [next(a for a in v.scenario.actors if a.id == CAR.id) for v in found]
    assert [(a.look.colour, a.category) for a in actors] == [("#c02020", "vehicle.truck"), (PAINTS["white"], "vehicle.truck")]
    assert " in #c02020, " in found[0].take.name
    assert " in white, " in found[1].take.name


def test_an_actor_is_found_by_its_identity_or_as_the_window_calls_it():
    scenario = recorded(SCENE)
    assert actor_called(scenario, CAR.id) == CAR
    alike = [a for a in SCENE.actors if a.id[:6] == CAR.id[:6]]
    if len(alike) == 1:
        assert actor_called(scenario, CAR.id[:6]) == CAR
    with pytest.raises(VariationError, match="no actors of scene .* are called 'nobody'"):
        actor_called(scenario, "nobody")


def test_what_cannot_be_is_refused_by_name():
    with pytest.raises(EditError, match="a take: Car .* in rust: colour 'rust'"):
        made(colours(CAR, ["rust"]))
    with pytest.raises(VariationError, match=f"{MOST + 1} variations; wanted at most {MOST}"):
        made(seeds(NIGHT, range(MOST + 1)))
    with pytest.raises(VariationError, match="seed 18446744073709551616: seed 18446744073709551616; wanted 0 to"):
        made(seeds(NIGHT, [2**64]))


def driven_m(actor, t_us):
    """How far it has come since it first shows."""
    places = [track_at(actor.track, t).translation[:2] for t in np.linspace(actor.track[0].t_us, t_us, 50)]
    return float(np.linalg.norm(np.diff(places, axis=0), axis=1).sum())


def test_at_another_speed_an_actor_goes_the_same_way_faster_or_slower_from_a_time_on():
    from_us, end_us = SCENE.frames[5].t_us, SCENE.frames[-1].t_us
    as_it_is, (slow, fast) = ASKED.actor(CAR.id), made(speeds(SCENE, CAR, [10.0, 40.0], from_us))
    assert [v.take.name.removeprefix("a take: ") for v in (slow, fast)] == [
        f"Car {CAR.id[:6]} at {speed} km/h from {(from_us - SCENE.span[0]) / 1e6:.2f} s on" for speed in (10, 40)
    ]
    one, other = (v.scenario.actor(CAR.id) for v in (slow, fast))
    assert driven_m(one, end_us) < driven_m(as_it_is, end_us) < driven_m(other, end_us)
    for actor in (one, other):
        assert np.allclose(track_at(actor.track, from_us).translation, track_at(as_it_is.track, from_us).translation)
    line = np.array([pose.T_world.translation[:2] for pose in CAR.track])
    for pose in one.track:
        assert np.linalg.norm(line - pose.T_world.translation[:2], axis=1).min() < 3.0


def test_a_speed_and_a_place_vary_together():
    """The shift takes the whole way along, however fast it is gone."""
    first = CAR.track[0].t_us
    alone, both = (
        v.scenario.actor(CAR.id)
        for v in (*made(speeds(SCENE, CAR, [10.0], first)), *made(speeds(SCENE, CAR, [10.0], first), shifts(CAR, [2.0], True)))
    )
    apart = [np.subtract(b.T_world.translation, a.T_world.translation) for a, b in zip(alone.track, both.track, strict=True)]
    assert np.allclose(apart, apart[0])
    assert np.linalg.norm(apart[0]) == pytest.approx(2.0)


def test_a_speed_is_refused_to_who_stands_or_is_not_there_and_below_walking_pace():
    still = replace(CAR, track=(CAR.track[0], replace(CAR.track[0], t_us=CAR.track[-1].t_us)))
    with pytest.raises(VariationError, match="stands from .* on; wanted one that drives"):
        speeds(SCENE, still, [10.0], CAR.track[0].t_us)
    with pytest.raises(VariationError, match=r"0.5 km/h for Car .*; wanted 1 km/h or more"):
        speeds(SCENE, CAR, [0.5], CAR.track[0].t_us)
    late = replace(CAR, track=tuple(pose for pose in CAR.track if pose.t_us >= SCENE.frames[8].t_us))
    with pytest.raises(EditError, match="is not there at"):
        speeds(SCENE, late, [10.0], SCENE.span[0])
    assert speeds(SCENE, still, [], CAR.track[0].t_us) == []
