"""Actors that no drive has to hold: the pictures of the shipped bank, warped onto a box as lifted actors are."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from editor.geometry import Array, Rigid, Vec3
from engine.draft.lift import Lifted, body_points, standee_points
from engine.draft.picks import Wanted
from engine.draft.remove import footprint_mask
from engine.draft.surfaces import Block

FOLDER = Path(__file__).resolve().parents[2] / "assets" / "bank"
UNSEEN_FACE_DEG = 15.0  # a picture that lacks a face that shows is worth as much as one turned so much further
MIRRORED_DEG = 4.0
THIN_M = 1.0  # who is narrower shows no faces: a standee looks truer
ROAD_LEVEL = 118.0  # how bright a road would be in the light that the bank is drawn in
GAIN = 0.35, 1.25
TINT_SHARE = 0.6  # of the road's own tint is taken for the light's


@dataclass(frozen=True, slots=True)
class BankPicture:
    """An entry seen from one side: intrinsics (fx, fy, cx, cy, skew) of the cropped picture, and the box in its camera."""

    file: str
    intrinsics: tuple[float, float, float, float, float]
    T_camera_box: Rigid

    @property
    def eye(self) -> Array:
        """Where the camera stood, in the box's frame."""
        return np.asarray(self.T_camera_box.inverse().translation)


@dataclass(frozen=True, slots=True)
class BankEntry:
    """One shipped actor."""

    name: str
    category: str
    size_lwh: Vec3
    pictures: tuple[BankPicture, ...]


@cache
def bank() -> dict[str, BankEntry]:
    """Every entry by its name, in the bank's order; none where no bank was shipped."""
    index = FOLDER / "index.json"
    if not index.is_file():
        return {}
    return {entry["name"]: _entry(entry) for entry in json.loads(index.read_text())["entries"]}


def _entry(entry: dict) -> BankEntry:
    pictures = tuple(
        BankPicture(
            picture["file"],
            tuple(picture["intrinsics"]),
            Rigid(tuple(picture["T_camera_box"]["translation"]), tuple(picture["T_camera_box"]["rotation"])),
        )
        for picture in entry["pictures"]
    )
    return BankEntry(entry["name"], entry["category"], tuple(entry["size_lwh"]), pictures)


def of_family(entries: Iterable[BankEntry], category: str, size_lwh: Vec3) -> BankEntry | None:
    """The entry that shares most of a category's name, and among those is nearest in size; None where none shares its kind."""

    def unlike(entry: BankEntry) -> tuple[int, float]:
        return -_shared(entry.category, category), apart(entry.size_lwh, size_lwh)

    return min((entry for entry in entries if _shared(entry.category, category)), key=unlike, default=None)


def apart(one: Vec3, other: Vec3) -> float:
    """How different two sizes are: the sum of the logarithms of their ratios."""
    return float(np.abs(np.log(np.divide(one, other))).sum())


def _shared(one: str, other: str) -> int:
    """How many parts two category names begin with alike."""
    pairs = list(zip(one.split("."), other.split("."), strict=False))
    return next((k for k, (a, b) in enumerate(pairs) if a != b), len(pairs))


def from_bank(entry: BankEntry, wanted: Wanted, block: Block, picture: NDArray[np.uint8]) -> Lifted:
    """The entry's pixels in a block, in the light of the picture that they will be set into, without what air adds to it."""
    shot, side = _nearest(entry, wanted)
    thin = min(entry.size_lwh[:2]) < THIN_M
    points, depth = (standee_points if thin else body_points)(wanted, shot.eye * side, block)
    points = points * (np.asarray(entry.size_lwh) / np.asarray(wanted.size_lwh)) * side
    T = shot.T_camera_box.matrix()
    in_camera = points @ T[:3, :3].T + T[:3, 3]
    fx, fy, cx, cy, skew = shot.intrinsics
    y = in_camera[..., 1] / np.maximum(in_camera[..., 2], 0.1)
    where = np.stack([fx * in_camera[..., 0] / np.maximum(in_camera[..., 2], 0.1) + skew * y + cx, fy * y + cy], axis=-1)
    rgba = _sampled(_rgba(shot.file), where.astype(np.float32))
    colours = rgba[..., :3] / np.maximum(rgba[..., 3:], 1e-3)
    lit = np.clip(colours * _light(wanted, picture), 0, 255).astype(np.float32)
    return Lifted(block, lit, rgba[..., 3], depth, np.zeros(depth.shape, bool), stayed=False)


def _nearest(entry: BankEntry, wanted: Wanted) -> tuple[BankPicture, Array]:
    """The picture from most nearly the wanted side, and (1, -1, 1) where its mirror image is meant."""
    eye = np.asarray((wanted.T_world_box.inverse() @ wanted.camera.T_world_camera).translation)
    halves = np.asarray(wanted.size_lwh) / 2
    shows = np.abs(eye[:2]) > halves[:2]
    costs = []
    for shot in entry.pictures:
        for side in (np.array([1, 1, 1]), np.array([1, -1, 1])):
            theirs = shot.eye * side
            turn = np.arctan2(theirs[1], theirs[0]) - np.arctan2(eye[1], eye[0])
            seen = (np.sign(theirs[:2]) == np.sign(eye[:2])) & (np.abs(theirs[:2]) > np.asarray(entry.size_lwh[:2]) / 2)
            cost = np.degrees(np.abs((turn + np.pi) % (2 * np.pi) - np.pi)) + MIRRORED_DEG * (side[1] < 0)
            costs.append((cost + UNSEEN_FACE_DEG * (shows & ~seen).sum(), len(costs), shot, side))
    _, _, shot, side = min(costs, key=lambda found: found[:2])
    return shot, side


@cache
def _rgba(file: str) -> NDArray[np.float32]:
    """A picture of the bank with its colours multiplied by its alpha, so that nothing of what is outside bleeds in."""
    bgra = cv2.imread(str(FOLDER / file), cv2.IMREAD_UNCHANGED)
    if bgra is None or bgra.ndim != 3 or bgra.shape[2] != 4:
        raise OSError(f"{FOLDER / file} is not a picture with four channels")
    alpha = bgra[..., 3:].astype(np.float32) / 255
    return np.concatenate([bgra[..., 2::-1] * alpha, alpha], axis=-1)


def _sampled(rgba: NDArray[np.float32], where: NDArray[np.float32]) -> NDArray[np.float32]:
    """Values at places, averaged where the bank's picture is larger than what is drawn."""
    step = float(np.median(np.abs(np.diff(where[..., 0], axis=1)))) if where.shape[1] > 1 else 1.0
    room = int(np.ceil(2 * max(step, 1.0)))
    padded = cv2.copyMakeBorder(rgba, room, room, room, room, cv2.BORDER_CONSTANT, value=(0, 0, 0, 0))
    soft = cv2.GaussianBlur(padded, (0, 0), 0.45 * max(step, 1.0))
    return cv2.remap(soft, where[..., 0] + room, where[..., 1] + room, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)


def _light(wanted: Wanted, picture: NDArray[np.uint8]) -> Array:
    """By what to multiply the bank's colours: from how bright and of what tint the ground around the feet is."""
    outer, inner = (footprint_mask(wanted.T_world_box, wanted.size_lwh, wanted.camera, margin) for margin in (1.5, 0.4))
    ring = (outer > 0) & (inner == 0)
    if ring.sum() < 12:
        ring = np.ones(ring.shape, bool)
        ring[: len(ring) // 2] = False
    ground = np.maximum(np.median(picture[ring], axis=0), 4.0)
    level = float(ground.mean())
    return np.clip((level / ROAD_LEVEL) ** 0.8, *GAIN) * (ground / level) ** TINT_SHARE
