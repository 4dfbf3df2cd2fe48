"""One instant of a town as the drawing of pictures takes it."""

from dataclasses import dataclass, fields, replace

import torch
from torch.utils.weak import WeakTensorKeyDictionary

from engine.town.ground import Field, GroundMap
from engine.town.lamps import Lamp
from engine.town.light import Light
from engine.town.rays import Intersector, Triangles
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
    meshes: tuple[Triangles, ...] = ()  # of the parts
    ids: tuple[str, ...] = ()  # of the actors, in the order of their numbers
    categories: tuple[str, ...] = ()  # likewise

    @property
    def device(self) -> torch.device:
        """What its pictures are drawn on."""
        return self.shade.values.device


_copies: WeakTensorKeyDictionary = WeakTensorKeyDictionary()  # what stays from one instant to the next is copied once


def on_device(world: World, device: str) -> World:
    """The same world with its arrays on another device."""
    if torch.device(device).type == "cpu":
        return world
    ground = replace(world.ground, **{f.name: _moved(getattr(world.ground, f.name), device) for f in fields(world.ground)})
    parts = tuple(_moved(part, device) for part in world.parts)
    return replace(world, parts=parts, ground=ground, shade=_moved(world.shade, device))


def _moved(value: Part | Field, device: str) -> Part | Field:
    tensors = {f.name: v for f in fields(value) if isinstance(v := getattr(value, f.name), torch.Tensor)}
    return replace(value, **{name: _copied(tensor, device) for name, tensor in tensors.items()})


def _copied(tensor: torch.Tensor, device: str) -> torch.Tensor:
    copies = _copies.setdefault(tensor, {})
    if device not in copies:
        copies[device] = tensor.to(device)
    return copies[device]
