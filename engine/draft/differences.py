"""Which actors a picture must show otherwise than it was recorded."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from editor.appearance import drawn_as
from editor.geometry import Rigid
from editor.scene import Actor, ActorId, Scenario
from editor.tracks import actor_at

SAME_M, SAME_TURN = 1e-6, 1e-9  # poses no further apart are the same: floats that came and went


@dataclass(frozen=True, slots=True)
class Difference:
    """An actor as it was recorded and as it is asked for, None where it is not there; `stays`: its place does not
    change, only its look or the side that is seen."""

    was: Actor | None
    now: Actor | None
    stays: bool


def differences(scenario: Scenario, recorded: Mapping[ActorId, Actor], t_us: int) -> list[Difference]:
    """Everyone who at this time stands elsewhere, looks otherwise, is gone or is new."""
    asked = {actor.id: actor for actor in scenario.actors}
    pairs = [(recorded.get(name), asked.get(name)) for name in {**recorded, **asked}]
    found = [_difference(was, now, t_us) for was, now in pairs if was is not now]
    return [difference for difference in found if difference is not None]


def _difference(was: Actor | None, now: Actor | None, t_us: int) -> Difference | None:
    before = None if was is None else actor_at(was, t_us)
    after = None if now is None else actor_at(now, t_us)
    if before is None and after is None:
        return None
    stays = same_pose(before, after) and was.size_lwh == now.size_lwh and drawn_as(now, was) == drawn_as(was, was)
    if stays and was.look.colour == now.look.colour:
        return None
    return Difference(was if before is not None else None, now if after is not None else None, stays)


def same_pose(a: Rigid | None, b: Rigid | None) -> bool:
    """Whether two poses differ by no more than rounding."""
    if a is None or b is None:
        return a is b
    apart = np.abs(np.subtract(a.translation, b.translation)).max()
    lengths = float(np.linalg.norm(a.rotation) * np.linalg.norm(b.rotation))
    return bool(apart <= SAME_M and 1 - abs(float(np.dot(a.rotation, b.rotation))) / lengths <= SAME_TURN)
