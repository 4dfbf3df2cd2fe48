"""What a camera sees of its own car is told from what stays put while the car moves, and from nothing else."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from editor.datasets.nuscenes import open_data_set
from engine.draft.backdrop import Ground
from engine.draft.egobody import body_mask
from engine.draft.sources import Recording
from tests.small_drive import SIZE

FLAT = Ground(np.zeros((4, 4), np.float32), (0.0, 0.0))
BONNET = 80  # the first of its rows


@pytest.fixture(scope="module")
def scene(small_drive):
    data = open_data_set(small_drive)
    return data.scene(data.summaries()[0].name)


def waiting(scene, until: int):
    """The same drive, in which the car stands where its first frame was until a frame, and then comes as far in the rest."""
    at = {picture.view: picture.T_world_ego for picture in scene.frames[0].pictures}
    stands = [
        replace(frame, pictures=tuple(replace(p, T_world_ego=at[p.view]) for p in frame.pictures)) for frame in scene.frames
    ]
    return replace(scene, frames=(*stands[:until], *scene.frames[until:]))


def seen_of_it(scene, bonnet: bool, stays: bool):
    """Of pictures that show blotches of the street, other ones at every place, or the same ones at all."""

    def painted(_, recorded, __) -> np.ndarray:
        place = 0 if stays else round(100 * recorded.T_world_ego.translation[0])
        out = np.random.default_rng(place).integers(100, 200, (SIZE[1] // 3, SIZE[0] // 4, 3)).astype(np.uint8)
        out = out.repeat(3, axis=0).repeat(4, axis=1)
        out[BONNET:] = 30 if bonnet else out[BONNET - 1]
        return out

    return body_mask(Recording(Path(), scene, None, painted), FLAT, "CAM_FRONT")


def test_a_bonnet_is_found_where_it_begins(scene):
    mask = seen_of_it(scene, bonnet=True, stays=False)
    assert mask[BONNET + 2 :].all()
    assert mask[: BONNET - 3].mean() < 0.02


def test_a_street_that_goes_by_is_no_bonnet(scene):
    assert seen_of_it(scene, bonnet=False, stays=False) is None


def test_a_car_that_never_leaves_tells_nothing(scene):
    assert seen_of_it(waiting(scene, len(scene.frames)), bonnet=True, stays=False) is None


def test_lines_that_stay_put_while_the_car_waits_are_no_bonnet(scene):
    """Eight of eleven frames show the same stop line; with the pictures taken by the clock, it was the car's own."""
    drive = waiting(scene, 8)

    def painted(_, recorded, __) -> np.ndarray:
        out = np.full((SIZE[1], SIZE[0], 3), 90, np.uint8)
        gone = recorded.T_world_ego.translation[0] - drive.frames[0].pictures[0].T_world_ego.translation[0]
        line = BONNET + round(20 * gone)
        out[line : line + 4] = 220
        return out

    assert body_mask(Recording(Path(), drive, None, painted), FLAT, "CAM_FRONT") is None
