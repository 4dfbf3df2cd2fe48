"""Actors that no drive has to hold: the shipped bank's shapes, and pictures of them from all around."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from editor.geometry import Array, Rigid, Vec3
from engine.requests import RenderError

VERSION = 2
FOLDER = Path(__file__).resolve().parents[2] / "assets" / "bank"


@dataclass(frozen=True, slots=True)
class BankPicture:
    """An entry seen from one side: the cropped picture's intrinsics (fx, fy, cx, cy, skew), and the box in its camera."""

    file: str
    width: int
    height: int
    intrinsics: tuple[float, float, float, float, float]
    T_camera_box: Rigid

    @property
    def eye(self) -> Array:
        """Where the camera stood, in the box's frame."""
        return np.asarray(self.T_camera_box.inverse().translation)


@dataclass(frozen=True, slots=True)
class BankEntry:
    """One shipped actor; `mesh` is the file of its shape in its box's frame."""

    name: str
    category: str
    size_lwh: Vec3
    mesh: str
    pictures: tuple[BankPicture, ...]


@cache
def bank() -> dict[str, BankEntry]:
    """Every entry by its name, in the bank's order; none where no bank was shipped. RenderError for one of another version."""
    path = FOLDER / "index.json"
    if not path.is_file():
        return {}
    index = json.loads(path.read_text())
    if index["version"] != VERSION:
        raise RenderError(f"{path} is of version {index['version']}; wanted {VERSION}: python -m app town --bank {FOLDER}")
    return {entry["name"]: _entry(entry) for entry in index["entries"]}


def _entry(entry: dict) -> BankEntry:
    pictures = tuple(
        BankPicture(
            picture["file"],
            picture["width"],
            picture["height"],
            tuple(picture["intrinsics"]),
            Rigid(tuple(picture["T_camera_box"]["translation"]), tuple(picture["T_camera_box"]["rotation"])),
        )
        for picture in entry["pictures"]
    )
    return BankEntry(entry["name"], entry["category"], tuple(entry["size_lwh"]), entry["mesh"], pictures)


def family(entries: Iterable[BankEntry], category: str) -> list[BankEntry]:
    """The entries that share most of a category's name; none where none shares its kind."""
    entries = list(entries)
    most = max((_shared(entry.category, category) for entry in entries), default=0)
    return [entry for entry in entries if most and _shared(entry.category, category) == most]


def of_family(entries: Iterable[BankEntry], category: str, size_lwh: Vec3) -> BankEntry | None:
    """Of a category's family the entry that is nearest in size; None where it has none."""
    return min(family(entries, category), key=lambda entry: apart(entry.size_lwh, size_lwh), default=None)


def apart(one: Vec3, other: Vec3) -> float:
    """How different two sizes are: the sum of the logarithms of their ratios."""
    return float(np.abs(np.log(np.divide(one, other))).sum())


def _shared(one: str, other: str) -> int:
    """How many parts two category names begin with alike."""
    pairs = list(zip(one.split("."), other.split("."), strict=False))
    return next((k for k, (a, b) in enumerate(pairs) if a != b), len(pairs))
