"""Bending the ego's path: a smooth curve of offsets from the recorded one, with the heading turned to follow it."""

import numpy as np
from scipy.interpolate import BPoly, PchipInterpolator

from editor import rules
from editor.edits import EditError, EgoOffset
from editor.geometry import Array, Rigid, multiply, rotation_matrix, vec3, yaw_quaternion
from editor.motion import settled
from editor.scene import Pose, Scene

FARTHEST_BEND_M = 50.0
CREEP_MPS = 0.02
STANDING_MPS = 0.5  # below, the ego turns the less the slower it is: who stands keeps his heading
LEAST_ONWARD = 0.2  # of the recorded way: an offset that takes more of it away does not turn the ego around


def bent(scene: Scene, offsets: tuple[EgoOffset, ...]) -> tuple[Pose, ...]:
    """The ego's track with these offsets from the recorded one; no offsets give the recorded one itself."""
    _admit(scene, offsets)
    times = np.array([pose.t_us for pose in scene.ego], dtype=np.float64)
    old = np.array([pose.T_world.translation for pose in scene.ego])
    progress = _progress(times * 1e-6, old)
    (ahead, ahead_slope), (left, left_slope) = (offset_curve(offsets, times, progress, name) for name in ("ahead", "left"))
    if not ahead.any() and not left.any():
        return scene.ego
    axes = np.array([rotation_matrix(pose.T_world.rotation) for pose in scene.ego])
    new = old + axes[:, :, 0] * ahead[:, None] + axes[:, :, 1] * left[:, None]
    speed = _speed(times * 1e-6, old)
    bend = _bend(times * 1e-6, speed, axes)
    onward = np.maximum(1 + ahead_slope - left * bend, LEAST_ONWARD)
    turns = np.arctan2(left_slope + ahead * bend, onward) * np.clip(speed / STANDING_MPS, 0, 1)
    return tuple(
        pose if a == 0 and b == 0 and abs(turn) < 1e-6 else Pose(pose.t_us, _settled(pose, place, turn))
        for pose, place, turn, a, b in zip(scene.ego, new, turns, ahead, left, strict=True)
    )


def _settled(pose: Pose, place: Array, turn: float) -> Rigid:
    return settled(Rigid(vec3(place), multiply(yaw_quaternion(float(turn)), pose.T_world.rotation)), pose.T_world)


def _admit(scene: Scene, offsets: tuple[EgoOffset, ...]) -> None:
    if len(offsets) > rules.MOST_OFFSETS:
        raise EditError(f"{len(offsets)} offsets; wanted at most {rules.MOST_OFFSETS}")
    rules.rising((o.t_us for o in offsets), "ego offsets")
    for o in offsets:
        rules.in_scene(scene, o.t_us, "an ego offset's time")
        rules.finite("an ego offset", o.left, o.ahead)
        if max(abs(o.left), abs(o.ahead)) > FARTHEST_BEND_M:
            raise EditError(f"an ego offset of {o.left:g} m left, {o.ahead:g} m ahead; wanted at most {FARTHEST_BEND_M:g} m")


def _progress(seconds: Array, places: Array) -> Array:
    """How far along its path the ego is (n,): metres, and a little for time, so that it rises while the ego stands too."""
    metres = np.hypot(*np.diff(places[:, :2], axis=0).T)
    return np.concatenate([[0.0], np.cumsum(metres)]) + CREEP_MPS * (seconds - seconds[0])


def _speed(seconds: Array, places: Array) -> Array:
    """How fast the ego was recorded (n,), m/s; a single pose stands."""
    return np.hypot(*np.gradient(places[:, :2], seconds, axis=0).T) if len(seconds) > 1 else np.zeros(len(seconds))


def _bend(seconds: Array, speed: Array, axes: Array) -> Array:
    """The curvature (n,) of the recorded path, 1/m, fading to none where the ego hardly moves."""
    if len(seconds) < 2:
        return np.zeros(len(seconds))
    yaw_rate = np.gradient(np.unwrap(np.arctan2(axes[:, 1, 0], axes[:, 0, 0])), seconds)
    return yaw_rate * speed / (speed**2 + STANDING_MPS**2)


def offset_curve(offsets: tuple[EgoOffset, ...], times_us: Array, progress: Array, name: str) -> tuple[Array, Array]:
    """One component of the offsets at times, and its slope along the path: both smooth, without overshoot, constant outside.

    Between two offsets it changes with the way, not with the time: a car that stands does not slide aside.
    """
    flat = np.zeros(len(times_us))
    if not offsets:
        return flat, flat
    values = np.array([getattr(o, name) for o in offsets], dtype=np.float64)
    knots = np.interp([o.t_us for o in offsets], times_us, progress)
    knots, at = np.unique(knots, return_index=True)  # offsets beyond the recording's ends fall together
    values = values[at]
    if len(knots) == 1:
        return flat + values[0], flat
    slopes = PchipInterpolator(knots, values).derivative()(knots)
    slopes[[0, -1]] = 0.0  # it leaves and joins the recorded path along it
    curve = BPoly.from_derivatives(knots, np.column_stack([values, slopes, np.zeros(len(knots))]))
    inside = (progress >= knots[0]) & (progress <= knots[-1])
    where = np.clip(progress, knots[0], knots[-1])
    return curve(where), np.where(inside, curve.derivative()(where), 0.0)
