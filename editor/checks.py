"""Checks of a scenario: what an edit made impossible or doubtful, as findings, worst first.

What was recorded is taken to have happened: a finding counts where an edit is involved, and only where the recording of the
same actors did not show the same already. `all_findings` leaves nothing out. Answers are remembered per actor and pair, by
identity, so that after one edit only what it changed is looked at.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np

from editor.categories import category_of
from editor.drivable import is_drivable
from editor.findings import Finding, called, runs
from editor.identity import Same
from editor.map import StreetMap
from editor.motion_checks import motion_findings
from editor.overlaps import Overlaps, Pair
from editor.sampled import EGO, ego_body, frame_times, reach, sampled
from editor.scene import Actor, ActorId, Pose, Scenario, Scene, Span

OFF_ROAD_SHARE = 0.5  # of a box's corners and centre
EGO_FAR_M = 3.0  # beyond this, recorded pixels say little of what the ego would have seen
AS_BAD = 0.05  # severities that differ by less are alike
_OVERLAPS = Overlaps()

__all__ = ["Finding", "all_findings", "findings"]


def findings(scenario: Scenario, street_map: StreetMap) -> tuple[Finding, ...]:
    """What edits brought about, worst first."""
    scene = scenario.scene
    drive = scene.as_recorded
    recorded = {actor.id: actor for actor in drive.actors} | {EGO: ego_body(drive.ego)}
    bodies = _bodies(scenario)
    edited = [body for body in bodies if (was := recorded.get(body.id)) is not body and was != body]
    if not edited:
        return ()
    keys = Same(scene), Same(street_map)
    found = [f for body in edited for f in _new(Same(body), Same(recorded.get(body.id)), *keys)]
    found += _new_overlaps(edited, bodies, recorded, scene)
    if any(body.id == EGO for body in edited):
        found += _ego_far(Same(scenario.ego), Same(scene))
    return _worst_first(found)


def all_findings(scenario: Scenario, street_map: StreetMap) -> tuple[Finding, ...]:
    """Everything that is doubtful, of what was recorded too."""
    bodies = _bodies(scenario)
    found = [f for body in bodies for f in _alone(body, scenario.scene, street_map)]
    found += [f for some in _OVERLAPS.between(_pairs(bodies, bodies, scenario.scene), scenario.scene) for f in some]
    return _worst_first([*found, *_ego_far(Same(scenario.ego), Same(scenario.scene))])


def _bodies(scenario: Scenario) -> tuple[Actor, ...]:
    return (*scenario.actors, ego_body(scenario.ego))


def _worst_first(found: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(found, key=lambda f: (-f.severity, f.span, f.kind, f.actors)))


def _alone(body: Actor, scene: Scene, street_map: StreetMap) -> tuple[Finding, ...]:
    """What is wrong with one body by itself, while it is there."""
    moving = tuple(f for f in motion_findings(body) if not _gone(f.span, body.absent))
    return (*moving, *_off_road(Same(body), Same(scene), Same(street_map)))


def _gone(span: Span, absent: tuple[Span, ...]) -> bool:
    return any(a <= span[0] and span[1] <= b for a, b in absent)


@lru_cache(maxsize=2048)
def _new(body: Same[Actor], was: Same[Actor | None], scene: Same[Scene], street_map: Same[StreetMap]) -> tuple[Finding, ...]:
    """What is wrong with one body by itself that its recording does not show already."""
    found = _alone(body.value, scene.value, street_map.value)
    before = _alone(was.value, scene.value, street_map.value) if found and was.value is not None else ()
    return tuple(f for f in found if not _shown(f, before))


def _shown(finding: Finding, before: Iterable[Finding]) -> bool:
    return any(
        finding.kind == b.kind
        and finding.span[0] <= b.span[1]
        and b.span[0] <= finding.span[1]
        and finding.severity <= b.severity + AS_BAD
        for b in before
    )


# ----------------------------------------------------------------------------------------------------- overlaps


def _pairs(some: Sequence[Actor], bodies: Sequence[Actor], scene: Scene) -> list[Pair]:
    """Each pair of one of some and one of all once, where both are ever in the same part of the scene."""
    order = {body.id: i for i, body in enumerate(bodies)}
    picked = np.array([order[body.id] for body in some])
    low, high = np.stack([reach(body, scene) for body in bodies]).transpose(1, 0, 2)
    near = ((low[picked, None] <= high[None]) & (low[None] <= high[picked, None])).all(-1)
    one, other = np.nonzero(near)
    first, second = picked[one], other
    twice = np.isin(second, picked) & (first >= second)  # both are among some: the pair comes up from either side
    pairs = zip(first[~twice].tolist(), second[~twice].tolist(), strict=True)
    return [(bodies[min(i, j)], bodies[max(i, j)]) for i, j in pairs]


def _new_overlaps(
    edited: list[Actor], bodies: tuple[Actor, ...], recorded: dict[ActorId, Actor], scene: Scene
) -> list[Finding]:
    pairs = _pairs(edited, bodies, scene)
    found = []
    for (a, b), some in zip(pairs, _OVERLAPS.between(pairs, scene), strict=True):
        if some:
            was = [(recorded[a.id], recorded[b.id])] if a.id in recorded and b.id in recorded else []
            before = [f for earlier in _OVERLAPS.between(was, scene) for f in earlier]
            found += [f for f in some if not _shown(f, before)]
    return found


# -------------------------------------------------------------------------------------------- places to drive at


@lru_cache(maxsize=2048)
def _off_road(body: Same[Actor], scene: Same[Scene], street_map: Same[StreetMap]) -> tuple[Finding, ...]:
    actor = body.value
    if not category_of(actor.category).on_the_road or not street_map.value.knows_drivable:
        return ()
    at = sampled(actor, scene.value)
    ahead = np.stack([np.cos(at.headings), np.sin(at.headings)], axis=-1) * actor.size_lwh[0] / 2
    left = np.stack([-np.sin(at.headings), np.cos(at.headings)], axis=-1) * actor.size_lwh[1] / 2
    corners = [at.places[:, :2] + 0.9 * (i * ahead + j * left) for i, j in ((0, 0), (1, 1), (1, -1), (-1, -1), (-1, 1))]
    outside = (~is_drivable(street_map.value, scene.value, np.stack(corners, axis=1))).mean(1)
    times = frame_times(scene.value)
    return tuple(
        Finding(
            "off_road",
            (actor.id,),
            (int(times[a]), int(times[b])),
            round(float(outside[a : b + 1].max()), 3),
            f"{called(actor)} leaves the drivable area",
        )
        for a, b in runs((outside > OFF_ROAD_SHARE) & at.present)
    )


@lru_cache(maxsize=256)
def _ego_far(ego: Same[tuple[Pose, ...]], scene: Same[Scene]) -> tuple[Finding, ...]:
    """Where the ego is far from every place that it was recorded at."""
    recorded = scene.value.as_recorded.ego
    if ego.value is recorded:
        return ()
    new, old = (np.array([pose.T_world.translation for pose in track]) for track in (ego.value, recorded))
    away = np.sqrt(((new[:, None] - old[None]) ** 2).sum(-1).min(1))
    return tuple(
        Finding(
            "ego_far_from_recording",
            (EGO,),
            (ego.value[a].t_us, ego.value[b].t_us),
            round(min(float(away[a : b + 1].max()) / (4 * EGO_FAR_M), 1.0), 3),
            f"The ego is {away[a : b + 1].max():.1f} m from anything recorded; {EGO_FAR_M:.0f} m is what a draft can show well",
        )
        for a, b in runs(away > EGO_FAR_M)
    )
