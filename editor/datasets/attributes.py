"""Which nuScenes attribute a moving or standing actor has, where nobody annotated one."""

import numpy as np

from editor.scene import Actor
from editor.tracks import velocity_at

MOVING_MPS = 0.3  # slower is standing: annotated boxes of parked cars drift by less than this

CYCLES = ("vehicle.bicycle", "vehicle.motorcycle")


def attributes_of(actor: Actor, t_us: int) -> tuple[str, ...]:
    """The attributes' names at a time, from the actor's own motion; none for what has none in nuScenes."""
    moves = _speed(actor, t_us) > MOVING_MPS
    if actor.category in CYCLES:
        return ("cycle.with_rider",)
    if actor.category.startswith("vehicle."):
        if moves:
            return ("vehicle.moving",)
        return ("vehicle.stopped" if _ever_moves(actor) else "vehicle.parked",)
    if actor.category.startswith("human.pedestrian."):
        return ("pedestrian.moving" if moves else "pedestrian.standing",)
    return ()


def _speed(actor: Actor, t_us: int) -> float:
    return float(np.linalg.norm(velocity_at(actor.track, t_us)))


def _ever_moves(actor: Actor) -> bool:
    return any(_speed(actor, pose.t_us) > MOVING_MPS for pose in actor.track)
