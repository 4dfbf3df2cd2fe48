"""Batches of windows of clips, the n-th always the same: a run that goes on later sees what it would have seen."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.training.clips import ENDING, ClipError, TrainingClip, read_clip
from engine.training.windows import cut, drawn

LIGHTS = tuple(f"-{kind}{ENDING}" for kind in ("light", "time_of_day", "weather"))  # what such clips' names end with
KEPT_CLIPS = 200  # in memory, 20 MB each


@dataclass(frozen=True, slots=True)
class Shape:
    """Of a batch: clips, frames, views, and the pixels of a rectangle."""

    clips: int
    frames: int
    views: int
    width: int
    height: int


class Batches:
    """Clips of a folder, drawn by step number; the steps take the shapes by turns.

    The first `lights_first` steps take clips of another hour or weather alone, where there are any: that drafts are to be
    corrected at all is learned there within minutes, and from a mixture, in which most drafts are almost right, in hours."""

    def __init__(self, folder: Path, shapes: Sequence[Shape], seed: int, lights_first: int = 0) -> None:
        """ClipError for a folder without clips."""
        self.files: Sequence[Path] = sorted(folder.rglob(f"*{ENDING}"))
        if not self.files:
            raise ClipError(f"no training clips in {folder}; harvest some first")
        self.shapes, self.seed, self.lights_first = tuple(shapes), seed, lights_first
        self._lights = [file for file in self.files if file.name.endswith(LIGHTS)] or self.files
        self._kept: OrderedDict[Path, TrainingClip] = OrderedDict()

    def batch(self, step: int) -> list[TrainingClip]:
        """The windows of a step."""
        rng = np.random.default_rng((self.seed, step))
        s = self.shapes[step % len(self.shapes)]
        files = self._lights if step < self.lights_first else self.files
        chosen = [files[k] for k in rng.integers(0, len(files), s.clips)]
        return [cut(clip, drawn(clip, s.frames, s.views, (s.width, s.height), rng)) for clip in map(self._read, chosen)]

    def _read(self, file: Path) -> TrainingClip:
        clip = self._kept.pop(file, None) or read_clip(file)
        self._kept[file] = clip
        if len(self._kept) > KEPT_CLIPS:
            self._kept.popitem(last=False)
        return clip
