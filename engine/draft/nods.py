"""How far the recording car's nodding moved one picture against another of the same view, beyond what its recorded poses say.

A car that brakes or pulls away pitches by some tenths of a degree, quicker than its recorded poses follow. What stands still
shows it: landmarks of one picture, found again in the other by optical flow (Lucas and Kanade, 1981), lie higher or lower
there than depth and poses have them. Sideways nothing is told: there depth errs more than poses do.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from editor.geometry import Array
from engine.draft.sources import Camera, coarser

Mask = NDArray[np.bool_]

WORKING_PX = 448  # about so wide are pictures looked at
CELL_PX = 14  # one landmark in each cell of the working size
CORNER = 2e-4  # the smaller eigenvalue of brightness gradients that makes a landmark
BORDER_PX = 5
DEPTH_DOUBT = 0.08  # the share by which depth may err, and
DOUBTFUL_PX = 1.5  # how far a landmark may move by that
FARTHEST_PX = 6.0  # more is no nod but a mistake
AGREE_PX = 1.0
ENOUGH = 12
WINDOW = (11, 11)
STOP = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 15, 0.02)


@dataclass(frozen=True, eq=False)
class Glimpse:
    """A recorded picture at the working size: brightness, camera, where nobody stands, landmarks (n, 2) and their depths."""

    grey: NDArray[np.uint8]
    camera: Camera
    free: Mask
    landmarks: NDArray[np.float32]
    depths: NDArray[np.float32]


def working_step(camera: Camera) -> int:
    """How many pixels of a picture are one of the working size."""
    return max(1, round(camera.view.width / WORKING_PX))


def glimpse(picture: NDArray[np.uint8], camera: Camera, free: Mask, depth: NDArray[np.float32], depth_step: int) -> Glimpse:
    """`free` (H, W) is where no actor stands; `depth` is that of what stands still in every `depth_step`-th pixel."""
    step = working_step(camera)
    h, w = picture.shape[0] // step, picture.shape[1] // step
    whole = cv2.cvtColor(picture[: h * step, : w * step], cv2.COLOR_RGB2GRAY)
    grey = cv2.resize(whole, (w, h), interpolation=cv2.INTER_AREA)
    small_free = free[step // 2 :: step, step // 2 :: step][:h, :w].copy()
    small_free[:BORDER_PX] = small_free[-BORDER_PX:] = False
    small_free[:, :BORDER_PX] = small_free[:, -BORDER_PX:] = False
    landmarks = _corners(grey, small_free)
    row, column = (np.minimum(landmarks[:, k].astype(int) * step // depth_step, depth.shape[1 - k] - 1) for k in (1, 0))
    return Glimpse(grey, coarser(camera, step)[0], small_free, landmarks, depth[row, column])


def _corners(grey: NDArray[np.uint8], free: Mask) -> NDArray[np.float32]:
    """The best corner of each cell that has one."""
    strength = np.where(free, cv2.cornerMinEigenVal(grey, 3), 0)
    h, w = (size // CELL_PX * CELL_PX for size in grey.shape)
    cells = strength[:h, :w].reshape(h // CELL_PX, CELL_PX, w // CELL_PX, CELL_PX).swapaxes(1, 2).reshape(-1, CELL_PX**2)
    best = cells.argmax(axis=1)
    cell = np.flatnonzero(cells.max(axis=1, initial=0) > CORNER)
    row, column = np.divmod(cell, w // CELL_PX)
    down, across = np.divmod(best[cell], CELL_PX)
    return np.stack([column * CELL_PX + across, row * CELL_PX + down], axis=-1).astype(np.float32)


def nod(here: Glimpse, there: Glimpse) -> float:
    """By how many working pixels what stands still lies lower in `there` than poses say; 0 where too little of it is seen."""
    expected, doubt = _expected(here, there.camera)
    h, w = there.grey.shape
    at = np.clip(np.nan_to_num(np.round(expected)), 0, (w - 1, h - 1)).astype(int)
    usable = (doubt < DOUBTFUL_PX) & there.free[at[:, 1], at[:, 0]]
    if usable.sum() < ENOUGH:
        return 0.0
    start = expected[usable].astype(np.float32)[:, None]
    found, state, _ = cv2.calcOpticalFlowPyrLK(
        here.grey,
        there.grey,
        here.landmarks[usable][:, None],
        start.copy(),
        winSize=WINDOW,
        maxLevel=1,
        flags=cv2.OPTFLOW_USE_INITIAL_FLOW,
        criteria=STOP,
    )
    apart = (found - start)[:, 0]
    good = (state[:, 0] > 0) & (np.abs(apart).max(axis=1) < FARTHEST_PX)
    good[good] = (np.abs(apart[good] - np.median(apart[good], axis=0)) < AGREE_PX).all(axis=1) if good.any() else False
    if good.sum() < ENOUGH:
        return 0.0
    return float(np.average(apart[good, 1], weights=1 / (0.3 + doubt[usable][good]) ** 2))


def _expected(here: Glimpse, camera: Camera) -> tuple[Array, Array]:
    """Where another camera should see the landmarks (n, 2), and how many pixels that is in doubt; inf where it cannot."""
    rays, eye = here.camera.rays_world(here.landmarks.astype(np.float64)), here.camera.eye
    expected, depth = camera.pixels(eye + rays * here.depths[:, None])
    other, _ = camera.pixels(eye + rays * (here.depths * (1 + DEPTH_DOUBT))[:, None])
    return expected, np.where(depth > 1.0, np.linalg.norm(other - expected, axis=1), np.inf)
