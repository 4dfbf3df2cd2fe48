"""Hypothesis strategies for rotations, transforms, boxes and views."""

import math

import numpy as np
from hypothesis import strategies as st

from editor.geometry import Rigid, normalized
from editor.scene import View


def reals(low, high):
    return st.floats(low, high, allow_nan=False, allow_infinity=False)


rotations = st.tuples(*[reals(-1, 1)] * 4).filter(lambda q: math.sqrt(sum(c * c for c in q)) > 0.1).map(normalized)
points = st.tuples(*[reals(-500, 500)] * 3)
rigids = st.builds(Rigid, points, rotations)
sizes = st.tuples(*[reals(0.1, 20)] * 3)


@st.composite
def views(draw):
    width, height = draw(st.integers(64, 2000)), draw(st.integers(64, 1200))
    focal = draw(reals(0.4, 2.0)) * width
    centre = draw(reals(-0.1, 0.1)) * width + width / 2, draw(reals(-0.1, 0.1)) * height + height / 2
    return View("CAM", width, height, (focal, focal * draw(reals(0.9, 1.1)), *centre, draw(reals(-5, 5))), draw(rigids))


def corners_in_camera(T, size):
    """A box's corners (8, 3), for a transform that is small enough to be near the camera."""
    from editor.geometry import box_corners

    near = Rigid((T.translation[0] / 25, T.translation[1] / 100, T.translation[2] / 25), T.rotation)
    return np.asarray(box_corners(near, size))
