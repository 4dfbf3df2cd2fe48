"""Training clips that are made up: stripes whose draft lacks a part."""

import numpy as np

from engine.model.asked import Asked
from engine.model.drafts import Drafts
from engine.model.layout import NUM_CHANNELS
from engine.model.told import NUM_GBUFFER, NUM_WAYPOINTS
from engine.training.clips import TrainingClip

T, V, H, W, N = 4, 2, 64, 96, 3


def clip(seed=0, shape=(T, V, H, W)):
    rng = np.random.default_rng(seed)
    T, V, H, W = shape
    y, x = np.mgrid[:H, :W]
    truth = np.empty((T, V, H, W, 3), np.uint8)
    for t in range(T):
        for v in range(V):
            phase = rng.uniform(0, 6)
            truth[t, v] = (127 + 100 * np.sin(phase + x[..., None] / (7 + np.arange(3)) + y[..., None] / 11)).astype(np.uint8)
    draft, dirty = truth.copy(), np.zeros((T, V, H, W), bool)
    dirty[:, :, 16:48, 32:64] = True
    draft[dirty] = 128
    members = np.zeros((T, V, H // 16, W // 16, N), bool)
    members[:, :, 1:3, 2:4, 0] = members[1:, :, 0, 0, 1] = True
    asked = Asked(
        times_s=0.25 * np.arange(T, dtype=np.float32),
        cameras=rng.random((V, 16), np.float32) + 0.2,
        waypoints=rng.random((T, NUM_WAYPOINTS, 3), np.float32),
        action=rng.random((T, 2), np.float32),
        text=("Rain.", "A clear afternoon.")[seed % 2],
        recorded_text="A clear noon.",
        layout=rng.random((T, V, NUM_CHANNELS, H // 4, W // 4)).astype(np.float16),
        categories=("vehicle.car", "human.pedestrian.adult", "vehicle.truck"),
        size_lwh=rng.random((N, 3), np.float32),
        members=members,
    )
    gbuffer = rng.random((T, V, NUM_GBUFFER, H // 8, W // 8)).astype(np.float16)
    return TrainingClip("delete", "made up", asked, Drafts(draft, ~dirty, dirty, gbuffer), truth)
