"""A drive that goes on beyond its recording: frames that no camera took, and everybody going on as last seen.

The recorded part stays as it is: the same frames, and tracks that begin with the recorded ones. After it, frames follow at the
recording's own rate and keyframes at theirs, whoever moved at the end goes on at the speed that it had, along a way that is
given or else straight, over the ground as far as it is known, and whoever stood stays. All of it is a guess, so each of its
pictures is one to be drawn. What comes at a time does not depend on how long the drive goes on after it.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise

import numpy as np

from editor import rules
from editor.categories import Limits, category_of
from editor.curves import SAME_PLACE_M, Curve, smooth_curve, straight
from editor.drive import driven, start_of
from editor.edits import EditError, Way
from editor.geometry import Rigid
from editor.identity import Same
from editor.motion import Track, heading, with_pose_at
from editor.planner import Plan
from editor.sampled import EGO
from editor.scene import Actor, Frame, Picture, Pose, Scene
from editor.speeds import COMFORT, Ramp, Ramps
from editor.tracks import HOLD_US, track_at

LONGEST_S, MOST_PLACES = 60.0, 1000
STOOD_M, STOOD_US = 0.5, 2_000_000  # what moved less in the last while is standing: annotations shiver
EGO_CATEGORY = "vehicle.car"


def beyond(scene: Scene, seconds: float, ways: tuple[Way, ...] = ()) -> Scene:
    """The drive with so many seconds more than were recorded, 0 to `LONGEST_S`; with none, the recording itself.

    The same arguments give the same object. EditError for other seconds, for ways that nobody can drive, or for a drive of a
    single frame.
    """
    if not 0 <= seconds <= LONGEST_S:
        raise EditError(f"{seconds:g} s beyond the recording; wanted 0 to {LONGEST_S:g} s")
    _admit(scene.as_recorded, ways)
    return _longer(Same(scene.as_recorded), float(seconds), ways)


def _admit(scene: Scene, ways: tuple[Way, ...]) -> None:
    known = {EGO, *(actor.id for actor in scene.actors)}
    for way in ways:
        if way.who not in known:
            raise EditError(f"a way beyond the recording for {way.who!r}; scene {scene.name} has no such actor")
        if not 1 <= len(way.places) <= MOST_PLACES:
            raise EditError(f"a way of {len(way.places)} places for {way.who!r}; wanted 1 to {MOST_PLACES}")
        for x, y in way.places:
            rules.place(scene, x, y)
        apart = np.hypot(*np.diff(np.array(way.places), axis=0).T)
        if (apart < SAME_PLACE_M).any():
            raise EditError(f"a way for {way.who!r} with one place twice in a row; wanted another each time")


@lru_cache(maxsize=16)
def _longer(scene: Same[Scene], seconds: float, ways: tuple[Way, ...]) -> Scene:
    recording = scene.value
    if seconds == 0:
        return recording
    if len(recording.frames) < 2:
        raise EditError(f"scene {recording.name} has a single frame, and so no rate to go on at")
    blank, led = _frames(recording, seconds, ways), {way.who: way for way in ways}
    if not blank:
        return recording
    times = sorted({t for frame in blank for t in (frame.t_us, *(p.t_us for p in frame.pictures))})
    driven_on = _onward(recording, recording.ego, category_of(EGO_CATEGORY).limits, times, led.get(EGO))
    ego = dict(zip(times, driven_on, strict=True))
    first = recording.views[0].name
    ego_times = [frame.t_us if (shot := frame.picture(first)) is None else shot.t_us for frame in blank]
    annotated = _keyframes(recording, len(blank))
    going_on = (_going_on(recording, actor, annotated, led.get(actor.id)) for actor in recording.actors)
    return replace(
        recording,
        frames=(*recording.frames, *(_placed(frame, ego) for frame in blank)),
        actors=tuple(_until(actor, blank[-1].t_us) for actor in going_on),
        ego=(*recording.ego, *(ego[t_us] for t_us in ego_times)),
        recording=recording,
    )


# ---------------------------------------------------------------------------------------------------- the frames


def _frames(scene: Scene, seconds: float, ways: tuple[Way, ...]) -> list[Frame]:
    """The frames to come; where the ego is in their pictures is not said yet."""
    last, (step_us, every, first) = scene.frames[-1], _rhythm(scene)
    num, delays = int(seconds * 1e6) // step_us, _delays(scene)
    sha = hashlib.sha256(repr((scene.fingerprint.tokens_sha256, ways)).encode()).hexdigest()[:16]
    frames = []
    for number in range(1, num + 1):
        t_us = last.t_us + number * step_us
        name = f"beyond-{sha}-{number:05d}"
        # Tracks end at the last frame's time: its later pictures show everybody going straight on, as a longer drive's may not.
        late = "-end" if number == num else ""
        pictures = tuple(
            Picture(f"{name}-{view}{late if delay > 0 else ''}", view, t_us + delay, scene.ego[-1].T_world, "", False)
            for view, delay in delays
        )
        frames.append(Frame(t_us, (number - first) % every == 0, name, pictures))
    return frames


def _rhythm(scene: Scene) -> tuple[int, int, int]:
    """Microseconds from frame to frame, frames from keyframe to keyframe, and the number of the first keyframe to come."""
    step_us = _usual(np.diff([frame.t_us for frame in scene.frames]))
    keyframes = [i for i, frame in enumerate(scene.frames) if frame.is_keyframe]
    every = _usual(np.diff(keyframes)) if len(keyframes) > 1 else 1
    since = len(scene.frames) - 1 - keyframes[-1] if keyframes else 0
    return step_us, every, every - since % every


def _keyframes(scene: Scene, num: int) -> list[int]:
    """The times of the keyframes among so many frames to come, and of the first one after them."""
    step_us, every, first = _rhythm(scene)
    return [scene.frames[-1].t_us + number * step_us for number in range(first, num + every + 1, every)]


def _usual(values: Sequence[int]) -> int:
    """The middle one, itself among the values."""
    return int(np.sort(values)[len(values) // 2])


def _delays(scene: Scene) -> list[tuple[str, int]]:
    """By how much each view's pictures are usually taken after their frames' times; a view without any picture is left out."""
    found = []
    for view in scene.views:
        shots = [(frame, picture) for frame in scene.frames if (picture := frame.picture(view.name)) is not None]
        delays = [picture.t_us - frame.t_us for frame, picture in shots if picture.exists]
        if delays:
            found.append((view.name, _usual(delays)))
    return found


def _placed(frame: Frame, ego: dict[int, Pose]) -> Frame:
    return replace(frame, pictures=tuple(replace(p, T_world_ego=ego[p.t_us].T_world) for p in frame.pictures))


# -------------------------------------------------------------------------------------------------- who goes on


def goes_on(scene: Scene, actor: Actor) -> bool:
    """Whether an actor was there at the end of a recording; one that had left before does not come back."""
    return actor.track[-1].t_us >= scene.keyframes[-1].t_us - HOLD_US


def _going_on(scene: Scene, actor: Actor, times_us: list[int], way: Way | None) -> Actor:
    if not goes_on(scene, actor):
        return actor
    limits = category_of(actor.category).limits
    return replace(actor, track=(*actor.track, *_onward(scene, actor.track, limits, times_us, way)))


def _until(actor: Actor, end_us: int) -> Actor:
    """The actor with its track cut off at a time: between two keyframes it is on its way from one to the other, as it is in a
    drive that goes on for longer."""
    if actor.track[-1].t_us <= end_us:
        return actor
    track = with_pose_at(actor.track, end_us)
    return replace(actor, track=tuple(pose for pose in track if pose.t_us <= end_us))


def _onward(scene: Scene, track: Track, limits: Limits, times_us: list[int], way: Way | None) -> Track:
    """The poses at these times of what goes on after the end of its track, or stands where it stood there."""
    last = track[-1]
    if stands(track):
        return tuple(Pose(t_us, last.T_world) for t_us in times_us)
    start = start_of(track, last.t_us, limits)
    if way is not None and start.speed_mps > 0:
        curve = smooth_curve(np.array([(start.x, start.y), *way.places]), start.heading)
        return driven(scene, Plan(start, curve, _through_bends(curve, start.speed_mps, limits)), last, times_us, {})
    ahead = heading(last.T_world.rotation) if start.heading is None else start.heading
    course = Plan(start, straight(np.array([start.x, start.y]), ahead), (Ramp(0.0, start.speed_mps, start.speed_mps),))
    return driven(scene, course, last, times_us, {})


def _through_bends(curve: Curve, speed_mps: float, limits: Limits) -> Ramps:
    """At one speed, but for what bends leave of it, with comfortable braking before and speeding up after them."""
    lengths = np.diff(curve.knots)
    bends = np.array([curve.sharpest(a, b) for a, b in pairwise(curve.knots)])
    tops = np.minimum(speed_mps, np.sqrt(COMFORT * limits.lateral_mps2 / np.maximum(bends, 1e-9)))
    speeds = np.array([speed_mps, *np.minimum(tops[:-1], tops[1:]), tops[-1]])
    for i in range(len(lengths) - 1, 0, -1):
        speeds[i] = min(speeds[i], np.sqrt(speeds[i + 1] ** 2 + COMFORT * limits.braking_mps2 * lengths[i]))
    for i, metres in enumerate(lengths):
        speeds[i + 1] = min(speeds[i + 1], np.sqrt(speeds[i] ** 2 + COMFORT * limits.acceleration_mps2 * metres))
    parts = zip(lengths.tolist(), pairwise(speeds.tolist()), strict=True)
    return tuple(Ramp(2 * metres / (a + b), a, b) for metres, (a, b) in parts)


def stands(track: Track) -> bool:
    """Whether what has this track stands at the end of it."""
    now: Rigid = track[-1].T_world
    before = track_at(track, max(track[0].t_us, track[-1].t_us - STOOD_US))
    return float(np.hypot(*np.subtract(now.translation, before.translation)[:2])) < STOOD_M
