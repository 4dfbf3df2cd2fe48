"""Cross-granularity distillation (LongDWM, Eqs. 7 and 8): a clip of key frames learns from its own segments drawn finely.

A long clip of N segments of K + 1 frames that share their ends has the key frames 0, K, 2 K ... N K. The teacher gives one-step
answers on every segment; what the student is taught is the first segment's first frame and every segment's last.
"""

import torch

Pairing = str  # "position": as published; "absolute": by frame of the long clip, so that key frames match (ours)


def key_frames(num_segments: int, stride: int) -> torch.Tensor:
    """Indices (num_segments + 1,) into the long clip."""
    return stride * torch.arange(num_segments + 1)


def segments(clip: torch.Tensor, stride: int) -> torch.Tensor:
    """A long clip (B, N stride + 1, ...) as (B, N, stride + 1, ...), ends shared; ValueError where that leaves a rest."""
    length = clip.shape[1]
    if stride < 1 or (length - 1) % stride:
        raise ValueError(f"a clip of {length} frames in segments of {stride}; wanted a multiple of {stride}, and one")
    return clip.unfold(1, stride + 1, stride).movedim(-1, 2)


def taught(answers: torch.Tensor) -> torch.Tensor:
    """Key frames (B, N + 1, ...) of a teacher's answers (B, N, K + 1, ...), without gradient."""
    return torch.cat([answers[:, :1, 0], answers[:, :, -1]], dim=1).detach()


def paired_noise(noise: torch.Tensor, stride: int, num_segments: int, pairing: Pairing) -> tuple[torch.Tensor, torch.Tensor]:
    """Noise for the student's key frames (B, N + 1, ...) and the teacher's segments (B, N, stride + 1, ...).

    With "position", `noise` is (B, at least max(N, stride) + 1, ...), and everyone takes it from its start, as the published
    code does: key frame j and its counterpart at the teacher's are noised differently, but for the first. With "absolute" it is
    (B, N stride + 1, ...), and they are noised alike."""
    if pairing == "position":
        student = noise[:, : num_segments + 1]
        teacher = noise[:, None, : stride + 1].expand(-1, num_segments, *(-1 for _ in noise.shape[1:]))
        return student, teacher
    if pairing == "absolute":
        return noise[:, key_frames(num_segments, stride)], segments(noise, stride)
    raise ValueError(f"noise paired by {pairing!r}; wanted 'position' or 'absolute'")
