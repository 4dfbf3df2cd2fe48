"""Cross-granularity distillation (LongDWM, Eqs. 7 and 8): a clip of key frames learns from its own segments drawn finely.

A fine clip of N segments of K + 1 frames that share their ends has the key frames 0, K, 2 K ... N K. The teacher gives one-step
answers on every segment; what the student is taught is the first segment's first frame and every segment's last. Both have the
same noise at the same frame of the fine clip; the published code takes it by position in each, so that only the first key frame
is noised alike.

Ours: the paper's teacher is another network than its student; here one network draws anchors and segments, and its teacher is
itself as the run began, frozen. Each segment's first frame is known to the teacher, and with it the first key frame: the truth,
on which its answer says nothing more. A segment has the level of its key frame, where the paper draws one level for all; the
errors' measure and weights are the flow loss's own.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from engine.diffusion.path import clean, noised
from engine.model.transformer import WorldTransformer
from engine.training.clips import TrainingClip
from engine.training.collate import Posed, posed
from engine.training.losses import flow_error, weight_of_dirty
from engine.training.windows import Window, cut


@dataclass(frozen=True, slots=True, eq=False)
class Distillation:
    """What is added to the flow loss of the key frames: `weight` times the error towards the teacher's answers.

    `stride` is K. The paper gives no weight. Errors are relative to the draft's own, and below `good` to that."""

    stride: int = 2
    weight: float = 1.0
    good: float = 0.3
    teacher: WorldTransformer | None = None

    def coarse(self, clips: Sequence[TrainingClip]) -> list[TrainingClip]:
        """The key frames of fine clips, which the student sees."""
        return [cut(clip, _whole(clip, key_frames(self._segments_of(clip), self.stride).tolist())) for clip in clips]

    def noise(self, x0: torch.Tensor, generator: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
        """For key frames (B, N + 1, V, C, H, W), and for their segments (B, N, K + 1, V, C, H, W)."""
        length = self.stride * (x0.shape[1] - 1) + 1
        drawn = torch.randn((len(x0), length, *x0.shape[2:]), generator=generator).to(x0)
        return drawn[:, :: self.stride], segments(drawn, self.stride)

    def loss(
        self,
        networks: nn.ModuleDict,
        clips: Sequence[TrainingClip],
        x0_hat: torch.Tensor,
        level: torch.Tensor,
        asked: Posed,
        noise: torch.Tensor,
        dtype: torch.dtype,
    ) -> torch.Tensor:
        """Of the student's answers `x0_hat` at levels (B, N + 1, V) on the key frames `asked` of fine clips; `noise` is their
        segments'. ValueError where there is no teacher."""
        wanted = self._answers(networks, clips, level, noise, dtype)
        weight = weight_of_dirty(asked.told.dirty)
        error, drafted = (
            (flow_error(x, target, level) * weight).flatten(1).mean(1)
            for x, target in ((x0_hat, wanted), (asked.told.draft, asked.answer))
        )
        return self.weight * (error / (drafted + self.good)).mean()

    @torch.no_grad()
    def _answers(
        self,
        networks: nn.ModuleDict,
        clips: Sequence[TrainingClip],
        level: torch.Tensor,
        noise: torch.Tensor,
        dtype: torch.dtype,
    ) -> torch.Tensor:
        if self.teacher is None:
            raise ValueError("distillation without a teacher; wanted the network that the run begins with")
        B, N = noise.shape[:2]
        device = level.device
        parts = [part for clip in clips for part in self._parts(clip)]
        with torch.autocast(device.type, dtype, enabled=dtype != torch.float32):
            fine = posed(networks, parts, 0.0, np.random.default_rng(0))
            at = level[:, 1:, None].expand(-1, -1, self.stride + 1, -1).flatten(0, 1).clone()  # a segment's is its last frame's
            at[:, 0] = 0
            x = noised(fine.answer, noise.flatten(0, 1), at)
            v = self.teacher(x, at, fine.told).sample
        return answers_at_key_frames(clean(x, v.float(), at).unflatten(0, (B, N)))

    def _parts(self, clip: TrainingClip) -> list[TrainingClip]:
        starts = key_frames(self._segments_of(clip), self.stride)[:-1].tolist()
        return [cut(clip, _whole(clip, list(range(start, start + self.stride + 1)))) for start in starts]

    def _segments_of(self, clip: TrainingClip) -> int:
        return _num_segments(len(clip.asked.times_s), self.stride)


def key_frames(num_segments: int, stride: int) -> torch.Tensor:
    """Indices (num_segments + 1,) into the fine clip."""
    return stride * torch.arange(num_segments + 1)


def segments(clip: torch.Tensor, stride: int) -> torch.Tensor:
    """A fine clip (B, N stride + 1, ...) as (B, N, stride + 1, ...), ends shared; ValueError where that leaves a rest."""
    _num_segments(clip.shape[1], stride)
    return clip.unfold(1, stride + 1, stride).movedim(-1, 2)


def answers_at_key_frames(answers: torch.Tensor) -> torch.Tensor:
    """Key frames (B, N + 1, ...) of a teacher's answers (B, N, K + 1, ...), without gradient."""
    return torch.cat([answers[:, :1, 0], answers[:, :, -1]], dim=1).detach()


def _num_segments(length: int, stride: int) -> int:
    if stride < 1 or (length - 1) % stride:
        raise ValueError(f"a clip of {length} frames in segments of {stride}; wanted a multiple of {stride}, and one")
    return (length - 1) // stride


def _whole(clip: TrainingClip, frames: Sequence[int]) -> Window:
    """All that some frames show."""
    _, num_views, height, width = clip.truth.shape[:4]
    return Window(tuple(frames), tuple(range(num_views)), 0, 0, width, height)
