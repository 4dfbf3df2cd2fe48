"""The ego's headlights: where their light falls on level ground, in front of a wall and in the sky."""

import numpy as np
import pytest
import torch

from engine.gbuffer import REACHES_M as CHANNEL_REACHES_M
from engine.model import headlights
from engine.model.headlights import beam
from engine.model.told import GROUND, MIDDLE, NEAR, NUM_GBUFFER, SKY

H, W = 32, 56
EYE = 1.5, 0.0, 1.6
AHEAD = [[0.0, 0.0, 1.0], [-1.0, 0.0, 0.0], [0.0, -1.0, 0.0]]  # of a camera that looks along the ego's x
BACK = [[0.0, 0.0, -1.0], [1.0, 0.0, 0.0], [0.0, -1.0, 0.0]]


def camera(rotation):
    return torch.tensor([[0.6, 1.05, 0.5, 0.5, *np.ravel(rotation), *EYE]])


def rays(rotation):
    u, v = np.meshgrid(((np.arange(W) + 0.5) / W - 0.5) / 0.6, ((np.arange(H) + 0.5) / H - 0.5) / 1.05)
    out = np.stack([u, v, np.ones_like(u)], axis=-1) @ np.array(rotation).T
    return out / np.linalg.norm(out, axis=-1, keepdims=True)


def seen(distance, is_ground):
    """A G-buffer of what is so far away; what is not is sky."""
    out = np.zeros((1, NUM_GBUFFER, H, W), np.float32)
    there = np.isfinite(distance)
    for channel, reach in ((NEAR, 20.0), (MIDDLE, 60.0)):
        out[0, channel] = np.where(there, np.exp(-np.where(there, distance, 0) / reach), 0)
    out[0, GROUND], out[0, SKY] = is_ground & there, ~there
    return torch.from_numpy(out)


def level(rotation):
    down = -rays(rotation)[..., 2]
    with np.errstate(divide="ignore"):
        return seen(np.where(down > 0, EYE[2] / down, np.inf), down > 0)


def rows(light):
    return light[0, 0].mean(-1)


def test_reaches_are_those_of_the_channels():
    assert [headlights.REACHES_M[k] for k in (NEAR, MIDDLE)] == list(CHANNEL_REACHES_M[:2])


def test_light_lies_on_the_street_ahead_and_fades_with_distance():
    lit = rows(beam(camera(AHEAD), level(AHEAD)))
    assert lit[: H // 2].max() == 0
    assert lit[24] > lit[20] > lit[17] > 0


def test_both_sides_get_alike():
    lit = beam(camera(AHEAD), level(AHEAD))
    assert torch.allclose(lit, lit.flip(-1), atol=1e-5)


def test_behind_the_car_it_is_dark():
    ahead, behind = (float(beam(camera(r), level(r)).max()) for r in (AHEAD, BACK))
    assert behind < 0.02 * ahead


def test_a_wall_ahead_is_lit_below_the_cut_off_alone():
    lit = rows(beam(camera(AHEAD), seen(10 / rays(AHEAD)[..., 0], np.zeros((H, W), bool))))
    height = EYE[2] + 10 * (rays(AHEAD)[..., 2] / rays(AHEAD)[..., 0])[:, W // 2]
    assert lit[np.abs(height - 0.2).argmin()] > 5 * lit[np.abs(height - 2.5).argmin()]


def test_far_things_are_told_by_the_channel_that_still_tells_them_apart():
    near, far = (float(beam(camera(AHEAD), seen(np.full((H, W), d), np.zeros((H, W), bool))).max()) for d in (70.0, 140.0))
    assert near > 1.5 * far > 0


def test_light_is_as_large_as_pictures_take_it():
    lit = beam(camera(AHEAD), level(AHEAD))
    assert lit.shape == (1, 1, H, W)
    assert 0.5 < float(lit.max()) < 2
    assert float(lit.min()) == pytest.approx(0)
