"""Longer drives through Town with the front camera alone, for what the list's worlds are too short for; recorded once."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from editor.datasets.nuscenes import open_data_set
from editor.scene import Scene
from engine.benchmark.making import alone
from engine.town.recipe import Recipe
from engine.town.recording import VERSION, generate, scene_name
from engine.town.rig import Rig, nuscenes_rig

FRONT = "CAM_FRONT"
RIG = Rig(tuple(view for view in nuscenes_rig().views if view.name == FRONT))
SIZE = (448, 256)


def recipe_of(seconds: float, rate_hz: int, size: tuple[int, int] = SIZE) -> Recipe:
    """A drive of so long, the last frame included, at so many frames a second."""
    return Recipe(size, seconds, jpeg_quality=95, rate_hz=rate_hz, rig=RIG)


@dataclass(frozen=True)
class Drive:
    """A recorded drive and the folder that it lies in."""

    seed: int
    root: Path

    @cached_property
    def scene(self) -> Scene:
        """The drive."""
        return open_data_set(self.root, VERSION).scene(scene_name(self.seed))


def driven(folder: Path, seed: int, recipe: Recipe) -> Drive:
    """The drive of a seed below a folder, recorded first where it has not been."""
    root = folder / "drives" / recipe.digest[:16] / str(seed)
    with alone(root.with_suffix(".lock")):
        generate(root, 1, seed, recipe=recipe)
    return Drive(seed, root)
