"""What rays through pictures show: the light that comes from what they hit."""

import torch

from engine.town.cast import Cast
from engine.town.columns import index_of, like_columns, put, some
from engine.town.columns import length as length_of
from engine.town.eyes import Eyes
from engine.town.hits import spots_at
from engine.town.lamps import halos
from engine.town.shading import shaded
from engine.town.sky import sky, through_haze
from engine.town.world import World

THICK_M, AIR_M = 300.0, 400.0  # air that shows halos of lamps, and how far they are followed into the sky


def seen_by(world: World, eyes: Eyes, cast: Cast) -> tuple[torch.Tensor, torch.Tensor]:
    """What light (n, 3) comes along rays, and the share (n,) of the sun that arrives at what they hit."""
    hit = cast.hit
    length = length_of(cast.ray)
    view = cast.ray / length[:, None]
    light, lit = like_columns(view), torch.zeros_like(length)
    missed = index_of(hit.part < 0)
    put(light, missed, sky(world.light, some(view, missed)))
    index = cast.found.index
    if len(index):
        spots = spots_at(cast.found, hit, cast.origin, cast.ray, cast.flat, length.sqrt() * cast.pixel)
        radiance, sunlit = shaded(world, spots)
        put(lit, index, sunlit)
        put(light, index, through_haze(world.light, radiance, spots.view, some(hit.distance * length, index)))
    if world.lamps and world.light.haze_m < THICK_M:
        _add_halos(world, eyes, cast.which, view, (hit.distance * length).clamp(max=AIR_M), light)
    return light, lit


def _add_halos(
    world: World, eyes: Eyes, which: torch.Tensor, view: torch.Tensor, distance: torch.Tensor, out: torch.Tensor
) -> None:
    if len(eyes.origins) == 1:
        out.add_(halos(world.lamps, world.light, eyes.origins, view, distance))
        return
    for k, origin in enumerate(eyes.origins):
        index = index_of(which == k)
        own = halos(world.lamps, world.light, origin[None], some(view, index), some(distance, index))
        put(out, index, some(out, index) + own)
