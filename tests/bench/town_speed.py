"""How fast Town draws, and how alike its intersectors are.

`python -m tests.bench.town_speed` measures `town.torch_pictures_per_s` alone, where nothing but torch, numpy, OpenCV, scipy and
shapely is installed: on a GPU machine.
"""

import multiprocessing
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch

from engine.town.chance import dice
from engine.town.drive import Drive, drive
from engine.town.picture import Shot, draw, draw_batch
from engine.town.rays import Intersectors
from engine.town.recipe import Recipe
from engine.town.rig import nuscenes_rig
from engine.town.town import build, instant
from tests.bench.row import Missing, Row

PART = "town"
SIZE = (448, 256)
SEED = 12  # of no shipped scene
SECONDS, QUICK_SECONDS = 6.0, 2.5
TOWNS, QUICK_TOWNS = (12, 31, 64, 117), (12, 31)  # that the intersectors are compared on
COMPARED = (224, 128)  # their size there, since torch alone takes its time on a CPU
LEVELS = 2  # by which a pixel may differ
GPU_WORLDS, GPU_INSTANTS, GPU_PROCESSES = (12, 31), 20, 4


def rows(quick: bool) -> Iterator[Row | Missing]:
    """Pictures of a new data set a second, on all cores, once its streets stand; pixels that differ; pictures on a GPU."""
    from engine.town.recording import generate  # here, since it writes data sets, for which a GPU machine has no packages

    came: list[tuple[float, int]] = []
    with tempfile.TemporaryDirectory() as folder:
        generate(
            Path(folder) / "town", [SEED], Recipe(SIZE, QUICK_SECONDS if quick else SECONDS), os.cpu_count() or 1,
            lambda done, _total: came.append((time.perf_counter(), done)),
        )  # fmt: skip
    (start, first), *_, (end, last) = [(at, done) for at, done in came if done > 0]
    yield Row("town.pictures_per_s", (last - first) / (end - start), "1/s", last - first)
    towns = QUICK_TOWNS if quick else TOWNS
    shares = [share for seed in towns for share in mismatches(seed, ("open3d", "cpu"), ("torch", "cpu"))]
    yield Row("town.torch_mismatch_share", float(np.mean(shares)), "", len(shares))
    yield on_gpu()


def mismatches(seed: int, one: tuple[Intersectors, str], other: tuple[Intersectors, str]) -> list[float]:
    """The shares of pixels that two intersectors on their devices draw differently, by view."""
    there, frame = _drive(seed), 10
    views = nuscenes_rig().at(COMPARED)[::2]
    drawn = []
    for rays, device in (one, other):
        world, _ = instant(seed, there.actors, there.times[frame], rays=rays, device=device)
        drawn.append([draw(world, view, there.ego[frame])[0].astype(int) for view in views])
    return [float((np.abs(a - b).max(-1) > LEVELS).mean()) for a, b in zip(*drawn, strict=True)]


def _drive(seed: int) -> Drive:
    return drive(build(seed).plan, 3.0, lambda name: dice("bench", seed, name).bytes(16).hex())


# --------------------------------------------------------------------------------------------------------- a GPU


def on_gpu() -> Row | Missing:
    """Pictures a second with Triton's kernel, by several processes that share one GPU: one alone waits for Python."""
    if not torch.cuda.is_available():
        return Missing("town.torch_pictures_per_s", "torch finds no CUDA device here")
    with multiprocessing.get_context("spawn").Pool(GPU_PROCESSES) as pool:
        stretches = pool.map(_train_from, range(GPU_PROCESSES), chunksize=1)
    first, last = min(start for start, _, _ in stretches), max(end for _, end, _ in stretches)
    count = sum(count for _, _, count in stretches)
    return Row("town.torch_pictures_per_s", count / (last - first), "1/s", count)


def _train_from(number: int) -> tuple[float, float, int]:
    """Draw six views of many instants of a few worlds, as training does; when it began and ended, and how many there were."""
    drives = {seed: _drive(seed) for seed in GPU_WORLDS}
    _instant_drawn(GPU_WORLDS[0], drives[GPU_WORLDS[0]], 0)
    _instant_drawn(GPU_WORLDS[1], drives[GPU_WORLDS[1]], 0)
    torch.cuda.synchronize()
    start, count = time.time(), 0
    for k in range(GPU_INSTANTS):
        seed = GPU_WORLDS[(k + number) % len(GPU_WORLDS)]
        count += len(_instant_drawn(seed, drives[seed], 1 + k))
    torch.cuda.synchronize()
    return start, time.time(), count


def _instant_drawn(seed: int, there: Drive, frame: int) -> torch.Tensor:
    world, _ = instant(seed, there.actors, there.times[frame], rays="triton", device="cuda")
    return draw_batch([Shot(world, view, there.ego[frame]) for view in nuscenes_rig().at(SIZE)])[0]


def main() -> None:
    """What a GPU machine can say: how fast, and whether its pictures are those of plain torch on the CPU."""
    print(on_gpu())
    if torch.cuda.is_available():
        shares = mismatches(SEED, ("torch", "cpu"), ("triton", "cuda"))
        print(f"pixels that differ from torch on the CPU: {max(shares):.4%} at most, wanted under 0.5%")
        shares = mismatches(SEED, ("torch", "cuda"), ("triton", "cuda"))
        print(f"pixels that differ from plain torch on the GPU: {max(shares):.4%} at most")


if __name__ == "__main__":
    main()
