"""What a picture shows beside colour, exact at its pixels' centres."""

from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

import numpy as np
import torch

from editor.categories import CATEGORIES as ACTORS
from engine.town.eyes import Eyes
from engine.town.mesh import Kind
from engine.town.world import World

Layer = Literal["category", "normal"]  # those that are made only when they are asked for
SKY, ROAD, SIDEWALK, TERRAIN, MANMADE, VEGETATION = range(6)
STILL = (
    "sky", "flat.driveable_surface", "flat.sidewalk", "flat.terrain", "static.manmade", "static.vegetation",
)  # fmt: skip
CATEGORIES = (*STILL, *ACTORS)  # nuScenes-lidarseg's names of what stands still, then those of actors
UNKNOWN = MANMADE  # what an actor counts as whose category nuScenes does not know

Arrays = TypeVar("Arrays", torch.Tensor, np.ndarray)


@dataclass(frozen=True, eq=False)
class Layers(Generic[Arrays]):
    """Layers (H, W) of a picture, or (n, H, W) of several: metres along the optical axis (inf for the sky), actor numbers (0:
    none), indices into CATEGORIES, and unit normals (…, 3) of the triangles in the camera's frame (x right, y down, z ahead),
    towards the camera (0 for the sky)."""

    depth: Arrays  # float32
    instance: Arrays  # int32
    category: Arrays | None = None  # uint8
    normal: Arrays | None = None  # float32

    @classmethod
    def joined(cls, several: "list[Layers[torch.Tensor]]") -> "Layers[torch.Tensor]":
        """Layers of several pictures as those of one batch."""
        columns = [[getattr(one, f) for one in several] for f in ("depth", "instance", "category", "normal")]
        return Layers(*(None if column[0] is None else torch.cat(column) for column in columns))

    def picture(self, k: int) -> "Layers[np.ndarray]":
        """Those of one picture of a batch, as numpy arrays."""
        rows = (self.depth, self.instance, self.category, self.normal)
        return Layers(*(None if row is None else row[k].cpu().numpy() for row in rows))


def in_camera(eyes: Eyes, normals: torch.Tensor) -> torch.Tensor:
    """Normals (k, n, 3) in the world, in the frames of their cameras."""
    return normals @ eyes.turns.view(-1, 3, 3).transpose(1, 2)


def category_of(world: World, kind: torch.Tensor, thing: torch.Tensor, place: torch.Tensor) -> torch.Tensor:
    """Indices into CATEGORIES (n,) uint8 of what is there, by the kinds of surfaces, whose they are, and where."""
    where = place.nan_to_num(0.0, 0.0, 0.0)
    ground = torch.where(world.ground.green.at(where) < 0, TERRAIN, SIDEWALK)
    ground = torch.where(world.ground.road.at(where) < 0, ROAD, ground)
    still = torch.where(kind == Kind.GROUND, ground, MANMADE)
    still = torch.where((kind == Kind.LEAF) | (kind == Kind.BARK), VEGETATION, still)
    still = torch.where(kind < 0, SKY, still)
    actors = [CATEGORIES.index(c) if c in ACTORS else UNKNOWN for c in world.categories]
    return torch.where(thing > 0, torch.tensor([0, *actors]).index_select(0, thing), still).to(torch.uint8)
