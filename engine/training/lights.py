"""Training clips of other hours and weathers, from short drives: light changes every pixel, so many towns teach more of it
than many edits of one.

Harvested like other clips, from the same seeds; a drive of a few seconds is soon recorded, and asked for in several lights.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import get_args

import numpy as np

from editor.scene import Scenario, TimeOfDay, Weather, recorded
from engine.benchmark.cases import SIX
from engine.benchmark.drives import Drive, driven
from engine.draft.draft import draft
from engine.draft.footage import forget
from engine.model.asked import asked
from engine.requests import SIZE, Request
from engine.town import light
from engine.town.chance import dice
from engine.town.recipe import Recipe
from engine.town.truth import render_pictures
from engine.training.clips import ENDING, TrainingClip, write_clip
from engine.training.harvest import NUM_FRAMES, Harvest, checked, drafts_of

Light = tuple[TimeOfDay, Weather]


@dataclass(frozen=True, slots=True)
class Lights:
    """How short drives are recorded, and in how many other lights each is asked for."""

    recipe: Recipe = Recipe(size=SIZE, duration_s=4.25, jpeg_quality=95, rate_hz=2)
    num_frames: int = NUM_FRAMES
    number: int = 6


LIGHTS = Lights()


def harvest_lights(what: Harvest, seed: int, how: Lights = LIGHTS) -> Iterator[Path]:
    """The clips of one town that are not there yet. HarvestError for a seed that is not for training."""
    files = [what.clips / f"{checked(seed):06d}-{k}-light{ENDING}" for k in range(how.number)]
    if all(file.is_file() for file in files):
        return
    drive = driven(what.worlds, seed, how.recipe)
    for file, asked_for in zip(files, _other_lights(seed, how.number), strict=True):
        if not file.is_file():
            write_clip(file, _clip(drive, asked_for, how))
            yield file
    forget()


def _other_lights(seed: int, number: int) -> list[Light]:
    """By turns another hour, other weather, and both, as the town's dice have them."""
    rng, (hour, weather) = dice("lights", seed), light.recorded(seed)
    every = product(
        (v for v in get_args(TimeOfDay) if v != "as recorded"), (v for v in get_args(Weather) if v != "as recorded")
    )
    shuffled = [every_light for _, every_light in sorted((rng.random(), one) for one in every)]
    groups = [
        [(h, "as recorded") for h, w in shuffled if h != hour and w == weather],
        [("as recorded", w) for h, w in shuffled if h == hour and w != weather],
        [(h, w) for h, w in shuffled if h != hour and w != weather],
    ]
    return [groups[k % 3][k // 3 % len(groups[k % 3])] for k in range(number)]


def _clip(drive: Drive, asked_for: Light, how: Lights) -> TrainingClip:
    size = drive.scene.views[0].width, drive.scene.views[0].height
    rng = dice("light clip", drive.seed, *asked_for)
    scenario = _lit(drive, asked_for)
    at = int(rng.integers(len(SIX)))
    views = tuple(sorted({SIX[at], SIX[(at + 1) % len(SIX)]}, key=SIX.index))
    first = int(rng.integers(0, len(drive.scene.frames) - how.num_frames + 1))
    frames = tuple(range(first, first + how.num_frames))
    chunks = {(c.frame, c.view): c for c in draft(Request(drive.root, scenario, views, frames, size))}
    true = [render_pictures(scenario, views, frame) for frame in frames]
    everywhere = np.ones((len(frames), len(views), *size[::-1]), bool)
    return TrainingClip(
        "light",
        f"Town {drive.seed}",
        asked(scenario, drive.data_set.street_map(drive.scene), frames, views, size),
        drafts_of(drive.root, scenario, [[chunks[frame, view] for view in views] for frame in frames], everywhere),
        np.array([[pictures[view] for view in views] for pictures in true]),
    )


def _lit(drive: Drive, asked_for: Light) -> Scenario:
    hour, weather = asked_for
    return replace(recorded(drive.scene), time_of_day=hour, weather=weather)
