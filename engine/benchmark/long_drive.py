"""A minute's drive, all of it drawn anew: coarse to refined in chained windows, and plainly frame after frame; how near each
comes to Town's truth, second by second.
"""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from editor.scene import Scenario
from engine.benchmark.drives import FRONT, SIZE, Drive
from engine.benchmark.worlds import keep_picture, read_kept
from engine.metrics.pictures import laplacian_energy, psnr_db
from engine.requests import NUM_BEFORE, Chunk, Model, Request
from engine.service.content import all_keys
from engine.service.store import Store
from engine.service.task import Task
from engine.service.tiers import draw
from engine.town.truth import render_pictures

Picture8 = NDArray[np.uint8]
Drawn = Iterator[tuple[int, Picture8]]  # frame by frame


@dataclass(frozen=True, slots=True)
class Second:
    """Means over the frames of one second. `colour` is how far the picture's mean colour is from the truth's, in CIE L*a*b*."""

    psnr_db: float
    sharpness_ratio: float
    colour: float


def refined(drive: Drive, scenario: Scenario, model: Model) -> Drawn:
    """Anchors once a second in chained windows, then segment by segment, as the service draws them."""
    frames = tuple(range(len(drive.scene.frames)))
    anchors = tuple(range(0, len(frames), _rate(drive)))
    request = _request(drive, scenario, model, frames[: anchors[-1] + 1])
    for chunk in draw(replace(request, tier="refined", anchors=anchors)):
        if chunk is not None and not chunk.preview:
            yield chunk.frame, chunk.picture


def plain(drive: Drive, scenario: Scenario, model: Model) -> Drawn:
    """Each frame after the two before it, with the same network, drafts and steps, and nothing further ahead."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        try:
            for frame in range(len(drive.scene.frames)):
                frames = tuple(range(max(frame - NUM_BEFORE, 0), frame + 1))
                request = replace(_request(drive, scenario, model, frames), only=((frame, FRONT),))
                yield frame, _last(request, Task(all_keys(request, drive.root.name), store)).picture
        finally:
            store.close()


def _request(drive: Drive, scenario: Scenario, model: Model, frames: tuple[int, ...]) -> Request:
    return Request(drive.root, scenario, (FRONT,), frames, SIZE, "anchor", seed=drive.seed, model=model)


def _last(request: Request, task: Task) -> Chunk:
    """The finished picture of a request for one."""
    finished = None
    for chunk in draw(request, task):
        if chunk is not None and not chunk.preview:
            task.keep(chunk)
            finished = chunk
    if finished is None:
        raise ValueError(f"no picture of frame {request.frames[-1]}; wanted one")
    return finished


WAYS: dict[str, Callable[[Drive, Scenario, Model], Drawn]] = {"refined": refined, "plain": plain}


def seconds_of(drive: Drive, scenario: Scenario, drawn: Drawn) -> list[Second]:
    """What the pictures of a drive are worth, second by second; the truth is drawn once and kept beside the drive."""
    per_frame = {frame: _compared(picture, _truth(drive, scenario, frame)) for frame, picture in drawn}
    rate = _rate(drive)
    whole = range(0, len(per_frame) - len(per_frame) % rate, rate)
    return [Second(*np.mean([per_frame[f] for f in range(first, first + rate)], axis=0).tolist()) for first in whole]


def change(seconds: Sequence[Second], score: str, over: int = 10) -> float:
    """A score's mean over the last so many seconds minus that over the first."""
    values = [getattr(second, score) for second in seconds]
    return float(np.mean(values[-over:]) - np.mean(values[:over]))


def _compared(drawn: Picture8, true: Picture8) -> tuple[float, float, float]:
    whole = np.ones(true.shape[:2], bool)
    sharpness = laplacian_energy(drawn, whole) / max(laplacian_energy(true, whole), 1.0)
    return psnr_db(drawn, true, whole), sharpness, float(np.linalg.norm(_mean_colour(drawn) - _mean_colour(true)))


def _mean_colour(picture: Picture8) -> NDArray[np.float64]:
    return cv2.cvtColor(picture.astype(np.float32) / 255, cv2.COLOR_RGB2LAB).mean(axis=(0, 1), dtype=np.float64)


def _truth(drive: Drive, scenario: Scenario, frame: int) -> Picture8:
    file = drive.root / "truth" / f"{scenario.time_of_day}-{scenario.weather}".replace(" ", "-") / f"{frame:04d}.png"
    if not file.is_file():
        keep_picture(file, render_pictures(scenario, (FRONT,), frame)[FRONT])
    return read_kept(file)


def _rate(drive: Drive) -> int:
    """Frames a second."""
    first, last = drive.scene.span
    return round((len(drive.scene.frames) - 1) / ((last - first) * 1e-6))
