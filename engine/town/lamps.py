"""Lamps that light what lies in their cones: street lamps, headlights."""

from dataclasses import dataclass

from engine.town.mesh import Colour

Vec3 = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Lamp:
    """A lamp at a place in the world (metres) that shines along a unit direction; it is lit when `Light.night` says so.

    Its light falls off to nothing at `cone` radians from the direction, and reaches `reach_m` metres. `flat` is the cone's
    height over its width: 1 for a round one, less for a headlight, which is wide and low. `power` is what arrives at 1 m on
    a surface that faces it, in the units of `Light.sun`."""

    place: Vec3
    direction: Vec3
    cone: float
    colour: Colour
    power: float
    reach_m: float = 30.0
    flat: float = 1.0
