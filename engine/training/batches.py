"""Batches of windows of clips, the n-th always the same: a run that goes on later sees what it would have seen."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.training.clips import ENDING, ClipError, TrainingClip, read_clip
from engine.training.windows import cut, drawn

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
    """Clips of a folder, drawn by step number; the steps take the shapes by turns."""

    def __init__(self, folder: Path, shapes: Sequence[Shape], seed: int) -> None:
        """ClipError for a folder without clips."""
        self.files: Sequence[Path] = sorted(folder.rglob(f"*{ENDING}"))
        if not self.files:
            raise ClipError(f"no training clips in {folder}; harvest some first")
        self.shapes, self.seed = tuple(shapes), seed
        self._kept: OrderedDict[Path, TrainingClip] = OrderedDict()

    def batch(self, step: int) -> list[TrainingClip]:
        """The windows of a step."""
        rng = np.random.default_rng((self.seed, step))
        s = self.shapes[step % len(self.shapes)]
        chosen = [self.files[k] for k in rng.integers(0, len(self.files), s.clips)]
        return [cut(clip, drawn(clip, s.frames, s.views, (s.width, s.height), rng)) for clip in map(self._read, chosen)]

    def _read(self, file: Path) -> TrainingClip:
        clip = self._kept.pop(file, None) or read_clip(file)
        self._kept[file] = clip
        if len(self._kept) > KEPT_CLIPS:
            self._kept.popitem(last=False)
        return clip
