"""Where things are between their annotated poses: linear in the centre, slerp in the rotation.

A picture's boxes are the tracks at the picture's own timestamp. Cameras fire up to 50 ms beside the sample that they
belong to, so an actor first or last annotated at that sample must still be in its picture: within `HOLD_US` outside its
track, an actor goes on as it was moving. That is our reading; nuscenes-devkit shows keyframes at the sample's time instead.
"""

from bisect import bisect_right

import numpy as np

from editor.geometry import Array, Rigid, slerp
from editor.scene import Actor, Picture, Pose, Scenario

HOLD_US = 100_000


def between(a: Pose, b: Pose, t_us: int) -> Rigid:
    """The line through two poses at a time; beyond them the centre goes on and the rotation stays."""
    share = (t_us - a.t_us) / (b.t_us - a.t_us)
    (ax, ay, az), (bx, by, bz) = a.T_world.translation, b.T_world.translation
    centre = ax + share * (bx - ax), ay + share * (by - ay), az + share * (bz - az)
    return Rigid(centre, slerp(a.T_world.rotation, b.T_world.rotation, min(max(share, 0.0), 1.0)))


def track_at(track: tuple[Pose, ...], t_us: int) -> Rigid:
    """A track at any time; before its first and after its last pose it goes on in a straight line."""
    if len(track) == 1:
        return track[0].T_world
    after = min(max(bisect_right(track, t_us, key=lambda pose: pose.t_us), 1), len(track) - 1)
    a, b = track[after - 1], track[after]
    if t_us == a.t_us:
        return a.T_world
    if t_us == b.t_us:
        return b.T_world
    return between(a, b, t_us)


def is_present(actor: Actor, t_us: int) -> bool:
    """Whether the actor is there at a time."""
    if not actor.track[0].t_us - HOLD_US <= t_us <= actor.track[-1].t_us + HOLD_US:
        return False
    return not any(start <= t_us <= end for start, end in actor.absent)


def actor_at(actor: Actor, t_us: int) -> Rigid | None:
    """T_world_box at a time, or None where the actor is not there."""
    return track_at(actor.track, t_us) if is_present(actor, t_us) else None


def ego_at(scenario: Scenario, picture: Picture) -> Rigid:
    """T_world_ego of one picture in this scenario.

    Every recorded picture has an ego pose of its own, finer than the ego track. An edited path moves the picture by what it
    moves the track at that time, so an unedited one leaves the recorded pose as it is, exactly.
    """
    if scenario.ego == scenario.scene.ego:
        return picture.T_world_ego
    T_world_new = track_at(scenario.ego, picture.t_us)
    T_world_old = track_at(scenario.scene.ego, picture.t_us)
    if T_world_new == T_world_old:
        return picture.T_world_ego
    return T_world_new @ T_world_old.inverse() @ picture.T_world_ego


def velocity_at(track: tuple[Pose, ...], t_us: int) -> Array:
    """Metres per second (3,) of the centre along the stretch of track around a time; zero for a single pose."""
    if len(track) == 1:
        return np.zeros(3)
    after = min(max(bisect_right(track, t_us, key=lambda pose: pose.t_us), 1), len(track) - 1)
    a, b = track[after - 1], track[after]
    step = np.subtract(b.T_world.translation, a.T_world.translation)
    return step / ((b.t_us - a.t_us) * 1e-6)
