"""The benchmark's worlds on disk: each a data set, its edits as take files, and what of its truth has been drawn already.

    FOLDER/worlds/CODE/SEED/    a nuScenes data set that the window opens
        takes/KIND.take.json    the edits
        truth/KIND/…png         true pictures, before JPEG, drawn when they are first asked for
        complete                written last

CODE is a hash of everything that decides on a world's pixels, so a changed Town makes its worlds again beside the old ones.
"""

import fcntl
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from importlib.metadata import version
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from editor.datasets.files import write_bytes
from editor.datasets.nuscenes import DataSet, open_data_set
from editor.files import check_fingerprint, load_take, save_take
from editor.scene import Actor, Scenario, Scene, recorded
from editor.take import Step, Take, scenario_of
from engine.benchmark.cases import FRONTS, KINDS, VERSION, BenchmarkError, Listing, judged_frames
from engine.benchmark.edits import Sight, edit_of
from engine.town.recording import VERSION as DATA_VERSION
from engine.town.recording import generate, scene_name
from engine.town.truth import render_truth

Picture8 = NDArray[np.uint8]

ROOT = Path(__file__).resolve().parents[2]
DRAWS_WORLDS = ("editor", "engine/town")
AND_DECIDES = ("numpy", "torch", "open3d", "opencv-python-headless", "shapely", "scipy")
CREATED = "2026-11-21T00:00:00Z"  # of all takes, so that their files are the same everywhere
LEVELS = 2  # by which two pictures must differ to be different there
SEEN_SHARE = 0.004  # of a picture that an actor must fill somewhere, and that its edit must change
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

    def truth(self, scenario: Scenario, name: str, view: str, frame: int) -> Picture8:
        """The true picture of a scenario, kept under a name; not to be written to."""
        file = self.root / "truth" / name / f"{view}-{frame:03d}.png"
        kept = cv2.imread(str(file), cv2.IMREAD_COLOR) if file.is_file() else None
        if kept is not None:
            return cv2.cvtColor(kept, cv2.COLOR_BGR2RGB)
        drawn = render_truth(scenario, view, frame).picture
        keep_picture(file, drawn)
        return drawn


def keep_picture(file: Path, picture: Picture8) -> None:
    """Write a picture (H, W, 3) atomically, as its name's ending says."""
    flags = [cv2.IMWRITE_PNG_COMPRESSION, 2] if file.suffix == ".png" else [cv2.IMWRITE_JPEG_QUALITY, 90]
    ok, data = cv2.imencode(file.suffix, cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), flags)
    if not ok:
        raise BenchmarkError(f"a picture of {picture.shape}; OpenCV could not encode it for {file}")
    write_bytes(file, data.tobytes())


def differs(a: Picture8, b: Picture8) -> NDArray[np.bool_]:
    """Where (H, W) two pictures differ by more than `LEVELS` in any colour."""
    return (cv2.absdiff(a, b) > LEVELS).any(axis=-1)


@cache
def code_of_worlds() -> str:
    """A hash of what decides on a world's pixels."""
    digest = hashlib.sha256(repr((VERSION, KINDS, [(p, version(p)) for p in AND_DECIDES])).encode())
    files = [file for folder in DRAWS_WORLDS for file in sorted((ROOT / folder).rglob("*.py"))]
    for file in (*files, ROOT / "engine/benchmark/edits.py", ROOT / "engine/benchmark/worlds.py"):
        digest.update(f"{file.relative_to(ROOT)}\0".encode() + file.read_bytes())
    return digest.hexdigest()


def made(folder: Path, seed: int, listing: Listing) -> World:
    """The world of a seed, recorded first where it has not been. What an interrupted run left of it is gone on with."""
    code = hashlib.sha256(f"{code_of_worlds()} {listing.recipe}".encode()).hexdigest()[:16]
    root = folder / "worlds" / code / str(seed)
    with _alone(root.with_suffix(".lock")):
        if not (root / "complete").is_file():
            generate(root, 1, seed, recipe=listing.recipe)
            _write_takes(World(seed, root, open_data_set(root, DATA_VERSION)))
            write_bytes(root / "complete", b"")
    return _opened(root, seed)


@lru_cache(maxsize=2)
def _opened(root: Path, seed: int) -> World:
    return World(seed, root, open_data_set(root, DATA_VERSION))


@contextmanager
def _alone(file: Path) -> Iterator[None]:
    """One process at a time makes a world; the system lets go of a killed one's lock."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def _write_takes(world: World) -> None:
    streets, sights = world.data_set.street_map(world.scene), seen(world)
    for kind in KINDS:
        edit = edit_of(kind, world.scene, streets, sights, lambda scenario, sight: _shows(world, scenario, sight))
        take = Take(
            f"benchmark-{world.seed}-{kind}", f"{kind} in world {world.seed}", world.scene.fingerprint, CREATED,
            seed=world.seed, notes=f"Version {VERSION} of the counterfactual benchmark.", edits=(Step(edit),),
        )  # fmt: skip
        (world.root / "takes").mkdir(exist_ok=True)
        save_take(world.root / "takes" / f"{kind}.take.json", take)


def seen(world: World) -> tuple[Sight, ...]:
    """The actors of which some judged picture of the front views shows enough."""
    scene, enough = world.scene, SEEN_SHARE * world.size[0] * world.size[1]
    counts: dict[Actor, list[tuple[int, str, int]]] = {actor: [] for actor in scene.actors}
    for frame in judged_frames(scene, 1.0):
        for view in FRONTS:
            truth = render_truth(world.as_recorded, view, frame)
            keep_picture(world.root / "truth" / AS_RECORDED / f"{view}-{frame:03d}.png", truth.picture)
            for actor, found in counts.items():
                found.append((int(truth.mask(actor.id).sum()), view, frame))
    best = {actor: max(found) for actor, found in counts.items()}
    return tuple(
        Sight(actor, sum(pixels for pixels, _, _ in counts[actor]), most, view, frame)
        for actor, (most, view, frame) in best.items()
        if most >= enough
    )


def _shows(world: World, scenario: Scenario, sight: Sight) -> bool:
    """Whether the picture that shows most of an actor is another one in a scenario."""
    before = world.truth(world.as_recorded, AS_RECORDED, sight.view, sight.frame)
    after = render_truth(scenario, sight.view, sight.frame).picture
    return float(differs(before, after).mean()) >= SEEN_SHARE
