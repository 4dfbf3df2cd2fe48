"""Traffic: nobody drives into another, everyone moves as their kind can, lights are obeyed, a seed gives one drive."""

import math
from functools import lru_cache
from itertools import combinations
from types import SimpleNamespace

import numpy as np
import pytest

from editor.categories import CATEGORIES
from editor.motion_checks import motion_findings
from editor.overlaps import Overlaps
from editor.sampled import ego_body
from editor.scene import Frame, Pose
from engine.town.drive import drive
from engine.town.heights import height
from engine.town.plans import plan
from engine.town.road_users import STEP_S
from engine.town.signals import phase
from engine.town.streets import KINDS
from engine.town.touching import as_annotated, touching
from engine.town.traffic import start_of, traffic
from engine.town.works import put

SEEDS = (3, 6, 8)


@lru_cache(maxsize=40)
def driven(seed, seconds, kind=None):
    there = drive(plan(seed, kind), seconds, lambda name: name)
    ego = tuple(Pose(t, T) for t, T in zip(there.times, there.ego, strict=True))
    return there, (*there.actors, ego_body(ego))


def check(there, bodies):
    scene = SimpleNamespace(frames=tuple(Frame(t, False, "", ()) for t in there.times))
    pairs = [(a, b) for a, b in combinations(bodies, 2) if apart(a, b) < 90]
    assert [f for found in Overlaps().between(pairs, scene) for f in found] == []
    assert [f for body in bodies for f in motion_findings(body)] == []


def apart(a, b):
    return float(np.linalg.norm(np.subtract(a.track[0].T_world.translation, b.track[0].T_world.translation)))


@pytest.mark.parametrize("kind", KINDS)
def test_the_editors_own_checks_find_nothing_in_any_kind_of_place(kind):
    check(*driven(40 + KINDS.index(kind), 3.0, kind))


@pytest.mark.parametrize("seed", SEEDS)
def test_the_editors_own_checks_find_nothing_in_a_seed(seed):
    check(*driven(seed, 3.0))


def test_long_and_short_drives_too():
    check(*driven(9, 12.0))
    there, bodies = driven(9, 1.0)
    check(there, bodies)
    assert len(there.times) == 10


def test_the_same_seed_gives_the_same_drive_and_another_another():
    one, two = driven(3, 3.0)[0], drive(plan(3), 3.0, lambda name: name)
    assert one.actors == two.actors
    assert one.ego == two.ego
    assert driven(6, 3.0)[0].ego != one.ego


def test_actors_are_there_all_the_time_and_stand_on_the_ground():
    town = plan(40 + KINDS.index("slope"), "slope")
    there, _ = driven(40 + KINDS.index("slope"), 3.0, "slope")
    assert len(there.actors) > 20
    for actor in there.actors:
        assert actor.track[0].t_us == there.times[0]
        assert actor.track[-1].t_us == there.times[-1]
        x, y, z = actor.track[0].T_world.translation
        over = z - actor.size_lwh[2] / 2 - float(height(town, np.array([[x, y]]))[0])
        assert -0.01 < over < 0.15


def test_somebody_is_near_the_ego_to_be_edited():
    for seed in SEEDS:
        there, _ = driven(seed, 3.0)
        ego = np.array(there.ego[0].translation)
        near = [a for a in there.actors if np.linalg.norm(np.array(a.track[0].T_world.translation) - ego) < 30]
        assert sum(a.category.startswith("vehicle.") for a in near) >= 2


def test_nobody_passes_a_red_light():
    seed, town = 6, plan(6, "junction")
    who = traffic(town, 10.0)
    passed = 0
    for user in (who.ego, *who.others):
        for line in user.lines if user.role in ("drives", "rides") else ():
            if line.junction.control != "signals":
                continue
            front = np.array([p[:2] for p in user.places]) + 0.5 * user.size[0] * np.array(
                [(math.cos(p[2]), math.sin(p[2])) for p in user.places]
            )
            at = np.array(user.point(line.stop))
            near = np.linalg.norm(front - at, axis=1)
            step = int(near.argmin())
            if near[step] > 1.0 or not 0 < step < len(near) - 8:
                continue
            passed += 1
            shown = phase(town, line.junction, start_of(seed) + round(step * STEP_S * 1e6))
            assert shown.of(line.junction, line.street) != "red" or user.places[step][3] < 1.5 or user.places[step + 8][3] < 0.5
    assert passed > 3


def test_all_detection_classes_occur_over_few_seeds():
    drives = [driven(40 + k, 3.0, kind) for k, kind in enumerate(KINDS)] + [driven(seed, 3.0) for seed in SEEDS]
    seen = {CATEGORIES[actor.category].detection for there, _ in drives for actor in there.actors}
    assert len(seen - {None}) == 10


def test_of_two_that_touch_the_later_one_is_left_out():
    size = (4.0, 2.0, 1.5)
    users = [put(name, "vehicle.car", size, np.array([x, 0.0]), 0.0) for name, x in (("a", 0.0), ("b", 3.9), ("c", 8.3))]
    for user in users:
        user.places = [(*user.at(user.s), 0.0)] * 11
    assert np.allclose(as_annotated(users)[:, 0, 0], (0.0, 3.9, 8.3), atol=1e-9)
    assert touching(users) == {1}
