"""The car's nodding is read off what stands still, whatever the size of the pictures, and off nothing else."""

import cv2
import numpy as np
import pytest

from editor.geometry import IDENTITY, Rigid
from editor.scene import View
from engine.draft.backdrop import Ground
from engine.draft.lift import ANNOTATED_WITHIN_M, SETTLED_SHARE, settled
from engine.draft.nods import glimpse, nod, working_step
from engine.draft.sources import Camera

SIZE = (448, 256)
FAR_WALL_M = 60.0
BOX = (4.5, 1.9, 1.6)


def _camera(scale: int) -> Camera:
    w, h = SIZE[0] * scale, SIZE[1] * scale
    return Camera(View("CAM_FRONT", w, h, (460.0 * scale, 460.0 * scale, (w - 1) / 2, (h - 1) / 2, 0.0), IDENTITY), IDENTITY, 0)


def _wall(scale: int, lower_px: float, across_px: float = 0.0) -> np.ndarray:
    """A blotchy wall, shown so many working pixels lower and further right."""
    blotches = np.random.default_rng(4).integers(40, 220, (48, 80, 3), np.uint8)
    whole = cv2.resize(blotches, (SIZE[0] * scale, SIZE[1] * scale), interpolation=cv2.INTER_CUBIC)
    M = np.float32([[1, 0, across_px * scale], [0, 1, lower_px * scale]])
    return cv2.warpAffine(whole, M, (whole.shape[1], whole.shape[0]), borderMode=cv2.BORDER_REFLECT)


def _glimpse(picture: np.ndarray, scale: int, free: bool = True):
    camera = _camera(scale)
    step = 3 * working_step(camera)
    depth = np.full((-(-camera.view.height // step), -(-camera.view.width // step)), FAR_WALL_M, np.float32)
    return glimpse(picture, camera, np.full(picture.shape[:2], free), depth, step)


@pytest.mark.parametrize("scale", [1, 4])
@pytest.mark.parametrize("lower", [-2.4, 0.0, 1.3])
def test_a_nod_is_how_much_lower_the_world_shows(scale, lower):
    found = nod(_glimpse(_wall(scale, 0.0), scale), _glimpse(_wall(scale, lower, across_px=0.7), scale))
    assert found == pytest.approx(lower, abs=0.1)


def test_what_does_not_stand_still_or_shows_nothing_tells_no_nod():
    here, lower = _glimpse(_wall(1, 0.0), 1), _wall(1, 2.0)
    assert nod(here, _glimpse(lower, 1, free=False)) == 0.0
    blank = np.full((SIZE[1], SIZE[0], 3), 128, np.uint8)
    assert nod(_glimpse(blank, 1), _glimpse(lower, 1)) == 0.0


@pytest.mark.parametrize("above", [-0.06, 0.05])
def test_a_box_annotated_a_little_off_the_ground_is_moved_towards_it(above):
    ground = Ground(np.full((20, 20), 3.0, np.float32), (-10.0, -10.0))
    box = Rigid((1.0, 2.0, 3.0 + BOX[2] / 2 + above), (1.0, 0.0, 0.0, 0.0))
    moved = settled(ground, box, BOX)
    assert moved.translation[:2] == box.translation[:2]
    assert moved.translation[2] == pytest.approx(box.translation[2] - SETTLED_SHARE * above)


def test_a_box_that_is_meant_to_be_off_the_ground_stays_there():
    ground = Ground(np.zeros((20, 20), np.float32), (-10.0, -10.0))
    box = Rigid((0.0, 0.0, BOX[2] / 2 + 2 * ANNOTATED_WITHIN_M), (1.0, 0.0, 0.0, 0.0))
    assert settled(ground, box, BOX) == box
