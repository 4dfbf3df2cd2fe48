"""The benchmark's worlds on disk: each a data set, its edits as take files, and what of its truth has been drawn already.

    FOLDER/worlds/CODE/SEED/    a nuScenes data set that the window opens
        takes/KIND.take.json    the edits
        truth/KIND/…png         true pictures, before JPEG, drawn when they are first asked for
        complete                written last

CODE is a hash of everything that decides on a world's pixels, so a changed Town makes its worlds again beside the old ones.
"""

import hashlib
import os
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.metadata import version
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from editor.datasets.files import write_bytes
from editor.datasets.nuscenes import DataSet
from editor.files import check_fingerprint, load_take
from editor.scene import Scenario, Scene, recorded
from editor.take import Take, scenario_of
from engine.benchmark.cases import KINDS, VERSION, BenchmarkError
from engine.town.recording import scene_name
from engine.town.truth import render_pictures

Picture8 = NDArray[np.uint8]

ROOT = Path(__file__).resolve().parents[2]
DRAWS_WORLDS = ("editor", "engine/town", "engine/benchmark/edits.py", "engine/benchmark/takes.py")
AND_DECIDES = ("numpy", "torch", "open3d", "opencv-python-headless", "shapely", "scipy")
LEVELS = 2  # by which two pictures must differ to be different there
AS_RECORDED = "as-recorded"


@dataclass(frozen=True, eq=False)
class World:
    """One town with its edits."""

    seed: int
    root: Path
    data_set: DataSet

    @cached_property
    def scene(self) -> Scene:
        """The recorded drive."""
        return self.data_set.scene(scene_name(self.seed))

    @cached_property
    def as_recorded(self) -> Scenario:
        """The drive with nothing edited."""
        return recorded(self.scene)

    @property
    def size(self) -> tuple[int, int]:
        """Of its pictures: width, height."""
        return self.scene.views[0].width, self.scene.views[0].height

    def take(self, kind: str) -> Take:
        """The edit of a kind."""
        take = load_take(self.root / "takes" / f"{kind}.take.json")
        check_fingerprint(take, self.scene)
        return take

    def scenario(self, kind: str) -> Scenario:
        """What the edit of a kind asks for."""
        return scenario_of(self.take(kind), self.scene)

    def kept(self, name: str, view: str, frame: int) -> Path:
        """Where a true picture is kept."""
        return self.root / "truth" / name / f"{view}-{frame:03d}.png"

    def truth(self, scenario: Scenario, name: str, view: str, frame: int, beside: Collection[str] = ()) -> Picture8:
        """The true picture of a scenario, kept under a name. Where it is to be drawn, so are the views `beside` it, since
        those of one frame are drawn faster together."""
        if not self.kept(name, view, frame).is_file():
            lacking = [v for v in dict.fromkeys((view, *beside)) if not self.kept(name, v, frame).is_file()]
            for drawn_view, picture in render_pictures(scenario, lacking, frame).items():
                self._keep(name, drawn_view, frame, picture)
        return read_kept(self.kept(name, view, frame))

    def _keep(self, name: str, view: str, frame: int, picture: Picture8) -> None:
        """One that is the recording's own is a link to that."""
        file, same = self.kept(name, view, frame), self.kept(AS_RECORDED, view, frame)
        if name == AS_RECORDED or not same.is_file() or not np.array_equal(picture, read_kept(same)):
            keep_picture(file, picture)
            return
        file.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileExistsError):  # another process was first
            os.link(same, file)


def read_kept(file: Path) -> Picture8:
    """A picture that was kept; BenchmarkError where there is none."""
    picture = cv2.imread(str(file), cv2.IMREAD_COLOR)
    if picture is None:
        raise BenchmarkError(f"{file} is no picture; delete it and run again")
    return cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)


def keep_picture(file: Path, picture: Picture8) -> None:
    """Write a picture (H, W, 3) atomically, as its name's ending says."""
    flags = [cv2.IMWRITE_PNG_COMPRESSION, 2] if file.suffix == ".png" else [cv2.IMWRITE_JPEG_QUALITY, 90]
    ok, data = cv2.imencode(file.suffix, cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), flags)
    if not ok:
        raise BenchmarkError(f"a picture of {picture.shape}; OpenCV could not encode it for {file}")
    write_bytes(file, data.tobytes())


def differs(a: Picture8, b: Picture8, levels: int = LEVELS) -> NDArray[np.bool_]:
    """Where (H, W) two pictures differ by more than `levels` in any colour."""
    return (cv2.absdiff(a, b) > levels).any(axis=-1)


@cache
def code_of_worlds() -> str:
    """A hash of what decides on a world's pixels."""
    digest = hashlib.sha256(repr((VERSION, KINDS, [(p, version(p)) for p in AND_DECIDES])).encode())
    for path in (ROOT / name for name in DRAWS_WORLDS):
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            digest.update(f"{file.relative_to(ROOT)}\0".encode() + file.read_bytes())
    return digest.hexdigest()
