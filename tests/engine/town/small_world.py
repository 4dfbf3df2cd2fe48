"""A level ground with a red box on it ten metres ahead of the camera, in any light: Town's own shading at its smallest."""

import numpy as np
import torch

from editor.geometry import IDENTITY, Rigid, quaternion_from_matrix
from editor.scene import View
from engine.town.ground import Field, plain_ground
from engine.town.intersectors import intersector
from engine.town.lamps import Lamp
from engine.town.light import Light
from engine.town.mesh import Kind, Surface, box, merge, quads
from engine.town.picture import draw
from engine.town.rays import Triangles
from engine.town.stage import part_of
from engine.town.world import World

SIZE = (96, 64)
EYE_M = 1.5
LOOKS_EAST = np.array([[0.0, 0.0, 1.0], [-1.0, 0.0, 0.0], [0.0, -1.0, 0.0]])  # camera axes as columns


def world(light: Light, lamps: tuple[Lamp, ...] = (), box_at_m: float = 10.0, **how: object) -> World:
    """The box is 2 m wide and high and faces the camera."""
    far = 900.0
    ground = quads([(-far, -far, 0), (far, -far, 0), (far, far, 0), (-far, far, 0)], [(0, 1, 2, 3)], Surface(Kind.GROUND))
    red = box((box_at_m, -1, 0), (box_at_m + 2, 1, 2), Surface(Kind.PLAIN, (0.7, 0.05, 0.05)))
    mesh = merge([ground, red])
    tracer = intersector("open3d", "cpu", (Triangles(mesh.points, mesh.triangles),))
    return World((part_of(mesh),), tracer, plain_ground(), light, Field(torch.ones(4), 1.0, 1.0, 2, 2), lamps, **how)


def view(size: tuple[int, int] = SIZE) -> View:
    """A level camera that looks east."""
    width, height = size
    pose = Rigid((0.0, 0.0, EYE_M), quaternion_from_matrix(LOOKS_EAST))
    return View("CAM", width, height, (width * 0.9, width * 0.9, (width - 1) / 2, (height - 1) / 2, 0.0), pose)


def picture(light: Light, size: tuple[int, int] = SIZE, **how: object) -> np.ndarray:
    """What the camera sees of it, as numbers."""
    return draw(world(light, **how), view(size), IDENTITY)[0].astype(int)
