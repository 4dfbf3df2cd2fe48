"""Which recorded pictures show an actor best for a wanted view of it."""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from editor.geometry import Array, Rigid, Vec3
from editor.scene import Actor
from engine.draft.crowd import filled
from engine.draft.gather import Source, Witnesses
from engine.draft.sides import unseen_share
from engine.draft.sightings import Sightings
from engine.draft.sources import Camera

LENT_SHARE = 0.25  # of its hull that a picture holds of an actor to be a source for it elsewhere
WHOLE = 0.8  # and to hold as good as all of it
SHORTLIST = 6
SAME_EYE_M = 0.05


@dataclass(frozen=True, slots=True)
class Wanted:
    """An actor's box as it is to be seen."""

    T_world_box: Rigid
    size_lwh: Vec3
    camera: Camera


@dataclass(frozen=True, slots=True)
class Pick:
    """A source for an actor; `mirrored` when its other side is what is wanted. `unseen`: how much of the wanted sides it did
    not see, `lacks`: how much it does not show, for that or because its border cuts it off; `cost`: how ill it fits."""

    source: Source
    mirrored: bool
    lacks: float = 0.0
    cost: float = 0.0
    unseen: float = 0.0

    def ends_too_soon(self, limit: float) -> bool:
        """Whether it lacks more than a share because its border cuts off what it saw from the right side."""
        return self.unseen <= limit < self.lacks


def best_picks(witnesses: Witnesses, actor: Actor, seen: Sightings, wanted: Wanted, frame: int) -> list[Pick]:
    """Sources that show it nearest to how it is wanted, best first; none where it is seen in strips only, from elsewhere."""
    found = shortlist(actor, seen, wanted, frame)
    covered = [replace(pick, cost=pick.cost + 6 * _covered(witnesses, actor, pick.source)) for pick in found]
    return sorted(covered, key=lambda pick: pick.cost)


def shortlist(actor: Actor, seen: Sightings, wanted: Wanted, frame: int) -> list[Pick]:
    """The same, whoever stands before the actor in them."""
    T_box_camera = wanted.T_world_box.inverse() @ wanted.camera.T_world_camera
    eye = np.asarray(T_box_camera.translation)
    tall = (
        wanted.camera.view.intrinsics[1]
        * 448
        / wanted.camera.view.width
        * wanted.size_lwh[2]
        / max(float(np.linalg.norm(eye)), 0.5)
    )
    costs, lacks, unseen = [], [], []
    for mirrored in (False, True):
        eyes = seen.eyes * ((1, -1, 1) if mirrored else (1, 1, 1))
        turn = _angle(eyes[:, :2], eye[:2])
        tilt = np.abs(np.arctan2(eyes[:, 2], np.linalg.norm(eyes[:, :2], axis=1)) - np.arctan2(eye[2], np.linalg.norm(eye[:2])))
        coarse = np.maximum(np.log2(tall / np.maximum(seen.height_px, 1e-3)), 0)
        cost = np.degrees(turn) / 8 + np.degrees(tilt) / 10 + 0.8 * coarse + 7 * (1 - seen.inside)
        # Where it stands as it was recorded, its own picture leaves out only what the wanted one leaves out, too.
        own = (seen.frames == frame) & (seen.views == wanted.camera.view.name)
        higher = (0.0, 0.0, (wanted.size_lwh[2] - actor.size_lwh[2]) / 2)  # a box that grows keeps its foot, not its middle
        itself = own & (np.linalg.norm(eyes - eye - higher, axis=1) < SAME_EYE_M)
        cost = cost + 0.01 * np.abs(seen.frames - frame) + (2.0 if mirrored else 0.0) - 100.0 * itself
        costs.append(np.where(itself | (seen.inside >= LENT_SHARE), cost, np.inf))
        cut_off = np.where(itself, 0.0, 1 - np.minimum(seen.inside / WHOLE, 1))
        unseen.append(unseen_share(eye, eyes, actor.size_lwh))
        lacks.append(1 - (1 - unseen[-1]) * (1 - cut_off))
    (cost, lack, hidden), count = map(np.concatenate, (costs, lacks, unseen)), len(seen.sources)
    order = [k for k in np.argsort(cost, kind="stable")[:SHORTLIST] if np.isfinite(cost[k])]
    rated = ((float(lack[k]), float(cost[k]), float(hidden[k])) for k in order)
    return [Pick(seen.sources[k % count], bool(k >= count), *values) for k, values in zip(order, rated, strict=True)]


def _angle(a: Array, b: Array) -> Array:
    turned = np.arctan2(a[:, 1], a[:, 0]) - np.arctan2(b[1], b[0])
    return np.abs((turned + np.pi) % (2 * np.pi) - np.pi)


def _covered(witnesses: Witnesses, actor: Actor, source: Source) -> float:
    """How much of the actor's hull nearer actors' hulls cover in a source."""
    found = witnesses.hulls(source)
    if actor.id not in found:
        return 1.0
    mine, depth = found[actor.id]
    area = cv2.contourArea(mine)
    nearer = sum(
        cv2.intersectConvexConvex(mine, hull)[0] for name, (hull, away) in found.items() if away < depth and name != actor.id
    )
    own = witnesses.ego_body(source.view)
    body = 0.0 if own is None else float((filled(mine, own.shape) > 0)[own].sum())
    return min(1.0, (nearer + body) / max(area, 1e-6))
