"""What each kind of edit does to a scenario: one function, frozen values in and out.

An edit updates everything that depends on it and leaves the rest as the same objects. Exactness is `editor.motion`'s: moving
an actor and moving it back gives back what was.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice
from typing import assert_never

from editor import rules
from editor.appearance import drawn_as
from editor.beyond import beyond
from editor.drive import along_path
from editor.edits import (
    Add,
    Delete,
    Duplicate,
    Edit,
    EditError,
    EgoPath,
    Move,
    Path,
    Recolour,
    Relabel,
    Resize,
    Rotate,
    SetBeyond,
    SetTimeOfDay,
    SetWeather,
)
from editor.ego import bent
from editor.geometry import Rigid, Vec3, normalized, rotation_matrix, vec3
from editor.motion import (
    Recorded,
    Track,
    changed,
    index_at,
    on_grid,
    recorded_poses,
    settled,
    simplified,
    turn_of,
    turned_about,
    with_pose_at,
    without_idle_pose,
)
from editor.scene import Actor, Look, Pose, Scenario, Scene, Span, recorded
from editor.tracks import HOLD_US


def apply(scenario: Scenario, edit: Edit, earlier: Iterable[Edit] = ()) -> Scenario:
    """The scenario after the edit; EditError, and nothing changed, where it cannot take it.

    `earlier` are the edits that made the scenario: a drive of another length is there before them, and takes them anew.
    """
    match edit:
        case Move():
            return _moved(scenario, edit)
        case Rotate():
            return _rotated(scenario, edit)
        case Resize():
            return _resized(scenario, edit)
        case Path():
            return _with(scenario, along_path(scenario, rules.actor_of(scenario, edit.actor), edit))
        case Delete():
            return _without(scenario, edit)
        case Add():
            return _added(scenario, edit)
        case Duplicate():
            return _duplicated(scenario, edit)
        case Relabel():
            return _relabelled(scenario, edit)
        case Recolour():
            rules.colour(edit.colour)
            actor = rules.actor_of(scenario, edit.actor)
            return _with(scenario, replace(actor, look=replace(actor.look, colour=edit.colour)))
        case EgoPath():
            return replace(scenario, ego=bent(scenario.scene, edit.offsets))
        case SetTimeOfDay():
            return replace(scenario, time_of_day=edit.value)
        case SetWeather():
            return replace(scenario, weather=edit.value)
        case SetBeyond():
            return _lengthened(scenario.scene, edit, earlier)
        case _:
            assert_never(edit)


def replay(scene: Scene, edits: Iterable[Edit]) -> Iterator[Scenario]:
    """The scenario before any edit, after the first, …, after the last; EditError names the edit that cannot be taken."""
    edits = tuple(edits)
    scenario = recorded(scene)
    yield scenario
    for number, edit in enumerate(edits, 1):
        try:
            scenario = apply(scenario, edit, islice(edits, number - 1))
        except EditError as error:
            raise EditError(f"edit {number} ({edit.kind}): {error}") from error
        yield scenario


def _lengthened(scene: Scene, edit: SetBeyond, earlier: Iterable[Edit]) -> Scenario:
    """A drive of that length with the earlier edits, of which others about its length no longer count."""
    scenario = recorded(beyond(scene, edit.seconds, edit.ways))
    for number, each in enumerate(earlier, 1):
        if isinstance(each, SetBeyond):
            continue
        try:
            scenario = apply(scenario, each)
        except EditError as error:
            raise EditError(f"with {edit.seconds:g} s beyond the recording, edit {number} ({each.kind}): {error}") from error
    return scenario


def _with(scenario: Scenario, actor: Actor) -> Scenario:
    """The scenario with the actor in the other's place; the same objects where nothing changed."""
    return replace(scenario, actors=tuple((a if a == actor else actor) if a.id == actor.id else a for a in scenario.actors))


# ------------------------------------------------------------------------------------------------ move, rotate


def _moved(scenario: Scenario, edit: Move) -> Scenario:
    actor = rules.actor_of(scenario, edit.actor)
    rules.displacement(edit.by)
    by = on_grid(edit.by)
    poses = recorded_poses(scenario.scene, actor)

    def shifted(pose: Pose) -> Rigid:
        x, y, z = pose.T_world.translation
        return replace(pose.T_world, translation=(x + by[0], y + by[1], z + by[2]))

    if edit.scope == "track":
        rules.in_scene(scenario.scene, edit.t_us)
        track = changed(actor.track, poses, shifted, lambda _: True)
        return _with(scenario, _placed(scenario, replace(actor, track=track)))
    t_us = rules.time_of(scenario.scene, actor, edit.t_us)
    track = with_pose_at(actor.track, t_us)
    track = changed(track, poses, shifted, lambda t: t == t_us or (t > t_us and edit.scope == "onward"))
    return _with(scenario, _placed(scenario, replace(actor, track=without_idle_pose(track, poses, t_us))))


def _rotated(scenario: Scenario, edit: Rotate) -> Scenario:
    actor = rules.actor_of(scenario, edit.actor)
    rules.finite("an angle", edit.by_rad)
    angle = turn_of(edit.by_rad)
    poses = recorded_poses(scenario.scene, actor)
    if edit.scope == "track":
        rules.in_scene(scenario.scene, edit.t_us)
        t_us = min(max(edit.t_us, actor.track[0].t_us), actor.track[-1].t_us)
    else:
        t_us = rules.time_of(scenario.scene, actor, edit.t_us)
    track = with_pose_at(actor.track, t_us)
    at = index_at(track, t_us)
    assert at is not None
    pivot = track[at].T_world.translation
    where = {"moment": lambda t: t == t_us, "onward": lambda t: t >= t_us, "track": lambda _: True}[edit.scope]
    track = changed(track, poses, lambda pose: turned_about(pivot, angle, pose.T_world), where)
    return _with(scenario, _placed(scenario, replace(actor, track=without_idle_pose(track, poses, t_us))))


def _placed(scenario: Scenario, actor: Actor) -> Actor:
    """The actor, unless an edit has put it out of the scene."""
    for pose in (actor.track[0], actor.track[-1]):
        rules.place(scenario.scene, *pose.T_world.translation)
    return actor


# ------------------------------------------------------------------------------------ size, being there at all


def _recorded_as(scenario: Scenario, actor: Actor) -> Actor | None:
    return next((a for a in scenario.scene.actors if a.id == actor.id), None)


def _resized(scenario: Scenario, edit: Resize) -> Scenario:
    actor = rules.actor_of(scenario, edit.actor)
    was = _recorded_as(scenario, actor)
    rules.size(actor.category, edit.size_lwh, None if was is None else was.size_lwh)
    rise = (edit.size_lwh[2] - actor.size_lwh[2]) / 2

    def raised(pose: Pose) -> Rigid:
        up = rotation_matrix(pose.T_world.rotation)[:, 2]
        x, y, z = vec3(up * rise + pose.T_world.translation)
        return replace(pose.T_world, translation=(x, y, z))

    track = actor.track if rise == 0 else changed(actor.track, recorded_poses(scenario.scene, actor), raised, lambda _: True)
    return _with(scenario, replace(actor, size_lwh=_floats(edit.size_lwh), track=track))


def _without(scenario: Scenario, edit: Delete) -> Scenario:
    actor = rules.actor_of(scenario, edit.actor)
    start, end = rules.presence(actor)
    span = (start if edit.from_us is None else edit.from_us, end if edit.to_us is None else edit.to_us)
    for t_us in (edit.from_us, edit.to_us):
        if t_us is not None:
            rules.in_scene(scenario.scene, t_us)
    if span[0] > end or span[1] < start:
        there = f"it is there from {rules.clock(scenario.scene, start)} to {rules.clock(scenario.scene, end)}"
        raise EditError(f"actor {actor.id!r} is not there between those times; {there}")
    if span[0] > span[1]:
        raise EditError(f"a deletion from {span[0]} to {span[1]} us; wanted times in rising order")
    # An actor is shown a little beyond its first and last pose; a deletion that reaches them takes that along.
    reach = (span[0] - HOLD_US if span[0] <= start else span[0], span[1] + HOLD_US if span[1] >= end else span[1])
    absent = _joined((*actor.absent, reach))
    if any(a <= start and end <= b for a, b in absent):
        return replace(scenario, actors=tuple(a for a in scenario.actors if a.id != actor.id))
    return _with(scenario, replace(actor, absent=absent))


def _joined(spans: tuple[Span, ...]) -> tuple[Span, ...]:
    """The same times as disjoint spans in rising order."""
    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)


def _added(scenario: Scenario, edit: Add) -> Scenario:
    rules.new_id(scenario, edit.actor)
    rules.category(scenario, edit.category)
    rules.size(edit.category, edit.size_lwh)
    rules.look(scenario, edit.look)
    rules.track(scenario.scene, edit.track)
    track = tuple(
        replace(pose, T_world=settled(replace(pose.T_world, rotation=normalized(pose.T_world.rotation)), None))
        for pose in edit.track
    )
    actor = Actor(edit.actor, edit.category, _floats(edit.size_lwh), simplified(track, lambda _: False), (), edit.look)
    return replace(scenario, actors=(*scenario.actors, actor))


def _relabelled(scenario: Scenario, edit: Relabel) -> Scenario:
    rules.category(scenario, edit.category)
    actor = rules.actor_of(scenario, edit.actor)
    was, look = _recorded_as(scenario, actor), actor.look
    if not edit.keeps_look or (was is not None and was.category == edit.category):
        look = replace(look, source=None)
    elif was is not None:
        look = replace(look, source=f"actor:{actor.id}")
    return _with(scenario, replace(actor, category=edit.category, look=look))


def _duplicated(scenario: Scenario, edit: Duplicate) -> Scenario:
    actor = rules.actor_of(scenario, edit.actor)
    rules.new_id(scenario, edit.new_actor)
    rules.displacement(edit.by)
    alike = drawn_as(actor, _recorded_as(scenario, actor))
    look = actor.look if alike.startswith("category:") else Look(alike, actor.look.colour)
    copy = replace(actor, id=edit.new_actor, track=_beside(actor.track, edit.by), look=look)
    return replace(scenario, actors=(*scenario.actors, _placed(scenario, copy)))


def _beside(track: Track, by: Vec3) -> Track:
    """The track seen from a point that is fixed to what moves along it."""
    nothing_recorded: Recorded = {}

    def beside(pose: Pose) -> Rigid:
        x, y, z = vec3(rotation_matrix(pose.T_world.rotation) @ by + pose.T_world.translation)
        return replace(pose.T_world, translation=(x, y, z))

    return changed(track, nothing_recorded, beside, lambda _: True)


def _floats(size_lwh: Vec3) -> Vec3:
    length, width, height = size_lwh
    return float(length), float(width), float(height)
