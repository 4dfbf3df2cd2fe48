"""How an actor is moving at a time, read from its track alone: what turns wheels, swings legs and lights lamps."""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from editor.geometry import Array
from editor.identity import Same
from editor.sampled import poses_of
from editor.scene import Actor

BRAKING_MPS2 = 0.7
STANDING_MPS = 0.15
SHARP_BEND = 1 / 30  # 1/m; tighter than roads bend between junctions
LOOK_AHEAD_S = 3.0
BLINK_US = 700_000


@dataclass(frozen=True, slots=True)
class Motion:
    """Metres gone since its first pose (backwards counts down), m/s, m/s2, and the bend of its way in 1/m, left positive.

    `brakes`, `left` and `right` say which of a vehicle's lamps are lit now; of one that `rests` all the time none are."""

    distance: float
    speed: float
    acceleration: float = 0.0
    bend: float = 0.0
    brakes: bool = False
    left: bool = False
    right: bool = False
    rests: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class _Way:
    """A track by its poses (n,): seconds, metres gone, speed, acceleration, bend."""

    first_us: int
    seconds: Array
    gone: Array
    speed: Array
    acceleration: Array
    bend: Array


@lru_cache(maxsize=2048)
def _way(actor: Same[Actor]) -> _Way:
    poses = poses_of(actor.value)
    dt = np.diff(poses.seconds)
    step = np.diff(poses.places[:, :2], axis=0)
    middle = (poses.headings[1:] + poses.headings[:-1]) / 2
    ahead = step[:, 0] * np.cos(middle) + step[:, 1] * np.sin(middle)
    metres = np.hypot(*step.T) * np.where(ahead < 0, -1.0, 1.0)
    pace = metres / dt
    bend = np.diff(poses.headings) / np.maximum(np.abs(metres), 0.4)
    change = np.diff(pace) / ((dt[1:] + dt[:-1]) / 2)
    ends = np.zeros(1)
    return _Way(
        poses.first_us,
        poses.seconds,
        np.concatenate([ends, np.cumsum(metres)]),
        _at_poses(pace),
        np.concatenate([ends, change, ends]),
        np.clip(_at_poses(bend), -0.3, 0.3),
    )


def _at_poses(stretches: Array) -> Array:
    """Values of the n - 1 stretches between poses, at the n poses."""
    return np.concatenate([stretches[:1], (stretches[1:] + stretches[:-1]) / 2, stretches[-1:]])


def motion_of(actor: Actor, t_us: int) -> Motion:
    """How it moves at a time; beyond its track's ends it goes on as it did there."""
    if len(actor.track) == 1:
        return Motion(0.0, 0.0, rests=True)
    way = _way(Same(actor))
    s = (t_us - way.first_us) * 1e-6
    speed, acceleration, bend = (float(np.interp(s, way.seconds, v)) for v in (way.speed, way.acceleration, way.bend))
    beyond = s - min(max(s, 0.0), float(way.seconds[-1]))
    gone = float(np.interp(s, way.seconds, way.gone)) + beyond * speed
    ever = bool(np.abs(way.speed).max() > STANDING_MPS)
    brakes = ever and (acceleration * math.copysign(1, speed) < -BRAKING_MPS2 or abs(speed) < STANDING_MPS)
    soon = way.bend[(way.seconds > s - 0.5) & (way.seconds < s + LOOK_AHEAD_S)]
    sharpest = float(soon[np.abs(soon).argmax()]) if ever and len(soon) else 0.0
    blinks = t_us % BLINK_US < BLINK_US * 0.55
    left, right = blinks and sharpest > SHARP_BEND, blinks and sharpest < -SHARP_BEND
    return Motion(gone, speed, acceleration, bend, brakes, left, right, rests=not ever)
