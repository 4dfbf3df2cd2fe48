"""Whether what surrounds a lifted actor may come along."""

import pytest

from editor.geometry import Rigid, multiply, yaw_quaternion
from editor.tracks import actor_at
from engine.draft.picks import Wanted
from engine.draft.surfaces import Block


@pytest.mark.parametrize(
    ("aside_m", "turned_rad", "stays"), [(0.0, 0.0, True), (0.1, 0.05, True), (1.0, 0.0, False), (0.0, 0.3, False)]
)
def test_an_actor_has_stayed_where_it_neither_moved_nor_turned(footage, parked, aside_m, turned_rad, stays):
    camera = footage.recording.camera(5, "CAM_FRONT")
    x, y, z = actor_at(parked, camera.t_us).translation
    T = Rigid((x, y + aside_m, z), multiply(yaw_quaternion(turned_rad), actor_at(parked, camera.t_us).rotation))
    found = footage.looks.lift(parked, Wanted(T, parked.size_lwh, camera), 5, Block(0, 0, 160, 90))
    assert found.stayed is stays
