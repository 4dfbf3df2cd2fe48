"""Which nuScenes attribute a moving or standing actor has, where nobody annotated just that."""

from collections.abc import Collection

import numpy as np

from editor.scene import Actor
from editor.tracks import velocity_at

MOVING_MPS = 0.3  # slower is standing: annotated boxes of parked cars drift by less than this

SITS = "pedestrian.sitting_lying_down"
CYCLES = ("vehicle.bicycle", "vehicle.motorcycle")


def attributes_of(actor: Actor, t_us: int, known: Collection[str] = ()) -> tuple[str, ...]:
    """The attributes' names at a time, from the actor's own motion; none for what has none in nuScenes.

    `known` are those that were annotated of it, or of whom it looks like: motion does not tell whether a cycle has a rider,
    whether a person sits, or whether who stands all the time is parked or waits.
    """
    moves = _speed(actor, t_us) > MOVING_MPS
    if actor.category in CYCLES:
        by_motion = "cycle.with_rider" if _ever_moves(actor) else "cycle.without_rider"
        return (next((name for name in known if name.startswith("cycle.")), by_motion),)
    if actor.category.startswith("vehicle."):
        waits = _ever_moves(actor) or "vehicle.stopped" in known or "vehicle.moving" in known
        return ("vehicle.moving" if moves else "vehicle.stopped" if waits else "vehicle.parked",)
    if actor.category.startswith("human.pedestrian."):
        if SITS in known:
            return (SITS,)
        return ("pedestrian.moving" if moves else "pedestrian.standing",)
    return ()


def _speed(actor: Actor, t_us: int) -> float:
    return float(np.linalg.norm(velocity_at(actor.track, t_us)))


def _ever_moves(actor: Actor) -> bool:
    return any(_speed(actor, pose.t_us) > MOVING_MPS for pose in actor.track)
