"""Drives through Town by a recipe of their own, for what the list's worlds do not serve; each is recorded once."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from editor.datasets.nuscenes import DataSet, open_data_set
from editor.scene import Scene
from engine.benchmark.making import alone
from engine.requests import SIZE
from engine.town.recipe import Recipe
from engine.town.recording import VERSION, generate, scene_name
from engine.town.rig import Rig, nuscenes_rig

FRONT = "CAM_FRONT"
RIG = Rig(tuple(view for view in nuscenes_rig().views if view.name == FRONT))


def recipe_of(seconds: float, rate_hz: int, size: tuple[int, int] = SIZE) -> Recipe:
    """The front camera's pictures of a drive of so long, the last frame included, at so many frames a second."""
    return Recipe(size, seconds, jpeg_quality=95, rate_hz=rate_hz, rig=RIG)


@dataclass(frozen=True)
class Drive:
    """A recorded drive and the folder that it lies in."""

    seed: int
    root: Path

    @cached_property
    def data_set(self) -> DataSet:
        """What it was recorded into."""
        return open_data_set(self.root, VERSION)

    @cached_property
    def scene(self) -> Scene:
        """The drive."""
        return self.data_set.scene(scene_name(self.seed))


def driven(folder: Path, seed: int, recipe: Recipe) -> Drive:
    """The drive of a seed below a folder, recorded first where it has not been."""
    root = folder / "drives" / recipe.digest[:16] / str(seed)
    with alone(root.with_suffix(".lock")):
        generate(root, [seed], recipe)
    return Drive(seed, root)
