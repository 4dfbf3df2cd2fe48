"""Where one may drive: polygons, holes, and drives that reach far."""

from dataclasses import replace

import numpy as np

from editor.drivable import AROUND_M, MOST_PIXELS, _raster, is_drivable
from editor.identity import Same
from editor.map import StreetMap
from editor.scene import Pose
from tests.editor.made import at, made_scene

SCENE = made_scene()


def square(x: float, y: float, side: float) -> np.ndarray:
    return np.array([[x, y], [x + side, y], [x + side, y + side], [x, y + side]])


def test_a_hole_is_no_street_but_for_the_street_in_it():
    streets = StreetMap(drivable=((square(0, 0, 40), (square(10, 10, 20),)), (square(15, 15, 4), ()), (square(5000, 0, 9), ())))
    places = np.array([[5.0, 5.0], [12.0, 12.0], [17.0, 17.0], [-5.0, 5.0]])
    assert is_drivable(streets, SCENE, places).tolist() == [True, False, True, False]


def test_a_drive_that_reaches_far_takes_no_more_memory_than_others_may():
    ego = tuple(Pose(pose.t_us, at(60.0 * k, 50.0 * k)) for k, pose in enumerate(SCENE.ego))
    far = replace(SCENE, ego=ego)
    streets = StreetMap(drivable=((square(0, 0, 40), ()), (square(4000, 3300, 40), ())))
    raster = _raster(Same(streets), Same(far))
    assert MOST_PIXELS * 0.99 < raster.drivable.size < MOST_PIXELS * 1.01
    places = np.array([[20.0, 20.0], [50.0, 50.0], [4020.0, 3320.0], [4050.0, 3320.0], [-AROUND_M + 1, 0.0]])
    assert is_drivable(streets, far, places).tolist() == [True, False, True, False, False]
