"""Setting actors in: what comes along from around them, and what is left alone."""

import numpy as np
import pytest

from editor.geometry import Rigid
from editor.scene import View
from engine.draft.lift import Lifted
from engine.draft.picks import Wanted
from engine.draft.place import composite
from engine.draft.sources import Camera
from engine.draft.surfaces import Block

LOOKING_AHEAD = (0.5, -0.5, 0.5, -0.5)
VIEW = View("CAM_FRONT", 160, 90, (120.0, 120.0, 79.5, 44.5, 0.0), Rigid((0.0, 0.0, 1.6), LOOKING_AHEAD))
WANTED = Wanted(Rigid((9.0, 0.0, 0.75), (1.0, 0.0, 0.0, 0.0)), (4.5, 1.8, 1.5), Camera(VIEW, VIEW.T_ego_camera, 0))
BEFORE = np.full((90, 160, 3), 60, np.uint8)


def lifted(stayed: bool) -> Lifted:
    """A small white square in the middle of its box, all of its source white."""
    alpha = np.zeros((90, 160), np.float32)
    alpha[48:56, 74:86] = 1
    shape = alpha.shape
    return Lifted(
        Block(0, 0, 160, 90),
        np.full((*shape, 3), 255, np.float32),
        alpha,
        np.ones(shape, np.float32),
        np.ones(shape, bool),
        stayed,
    )


def test_what_is_around_one_that_stays_comes_along_but_where_others_have_changed():
    free, kept = np.ones((90, 160), np.float32), np.zeros((90, 160), np.float32)
    kept[:, :80] = 1
    around = (composite(BEFORE, lifted(True), free, WANTED, kept).picture != 60).any(axis=-1)
    body = lifted(True).alpha > 0
    assert around[body].all()
    assert not (around & ~body)[:, :80].any()
    assert (around & ~body)[:, 80:].sum() > 100


@pytest.mark.parametrize("stayed", [True, False])
def test_behind_what_is_nearer_nothing_shows(stayed):
    covered = composite(BEFORE, lifted(stayed), np.zeros((90, 160), np.float32), WANTED)
    assert np.array_equal(covered.picture, BEFORE)
    assert not covered.changed.any()
