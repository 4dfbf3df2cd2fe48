"""One town's harvest, as a process of its own makes it."""

from pathlib import Path

import torch

from engine.training.harvest import Harvest, harvest
from engine.training.lights import Lights, harvest_lights


def harvested(out: Path, seed: int, lights: bool) -> int:
    """How many clips were made, in a process that leaves the other cores to others like it."""
    torch.set_num_threads(1)
    what = Harvest(out / "worlds", out / "clips")
    return len(list(harvest_lights(what, seed, Lights()) if lights else harvest(what, seed)))
