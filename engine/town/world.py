"""One instant of a town as the drawing of pictures takes it."""

from dataclasses import dataclass

from engine.town.ground import Field, GroundMap
from engine.town.lamps import Lamp
from engine.town.light import Light
from engine.town.rays import Intersector
from engine.town.stage import Part


@dataclass(frozen=True, eq=False)
class World:
    """One instant, ready to be drawn: what stands there, what rays hit, the streets, the light, contact shade."""

    parts: tuple[Part, ...]
    tracer: Intersector
    ground: GroundMap
    light: Light
    shade: Field  # how much of the sky things nearby leave to the ground
    lamps: tuple[Lamp, ...] = ()
    seed: int = 0
    t_us: int = 0
