"""Lamps that light what lies in their cones, street lamps and headlights, and the halo that each has in thick air."""

import math
from dataclasses import dataclass, replace

import torch

from editor.geometry import Rigid, vec3
from engine.town.columns import dot, index_of, like_columns
from engine.town.light import Light, colour, tinted
from engine.town.mesh import Colour

Vec3 = tuple[float, float, float]
MOST, HALOS, MIRRORED = 40, 16, 16  # lamps that light one picture, have a halo in it, light what its wet ground mirrors
FAR_M = 140.0  # lamps beyond light nothing
HEADLIGHTS_M = 1.3  # apart
SPECULAR_MAX, NEAR_MAX = 0.8, 4.0
SPILL = 2.6  # how much farther down than up a low beam goes
DIM = 0.1  # lamps that are less bright than this for the hour light nothing
FAINT = 2e-3  # what arrives is left out below


@dataclass(frozen=True, slots=True)
class Lamp:
    """A lamp at a place in the world (metres) that shines along a unit direction; it is lit when `Light.night` says so.

    Its light falls off to nothing at `cone` radians from the direction, and reaches `reach_m` metres. `flat` is the cone's
    height over its width: 1 for a round one, less for a headlight, which is wide and low and spills on the road before it.
    `power` is what arrives at 1 m on a surface that faces it, in the units of `Light.sun`."""

    place: Vec3
    direction: Vec3
    cone: float
    colour: Colour
    power: float
    reach_m: float = 30.0
    flat: float = 1.0


def in_view(lamps: tuple[Lamp, ...], light: Light, origin: Vec3, ahead: Vec3) -> tuple[Lamp, ...]:
    """The lamps that light what a camera at `origin` (metres) sees, as bright as the hour has them: none by day."""
    if light.lamps < DIM:
        return ()
    shares: list[tuple[float, Lamp]] = []
    for lamp in lamps:
        away = [a - b for a, b in zip(lamp.place, origin, strict=True)]
        distance = math.hypot(*away)
        if distance < FAR_M and sum(a * b for a, b in zip(away, ahead, strict=True)) > -lamp.reach_m:
            shares.append((lamp.power / max(distance, 6.0) ** 2, lamp))
    shares.sort(key=lambda item: (-item[0], item[1].place))
    return tuple(replace(lamp, power=lamp.power * light.lamps) for _, lamp in shares[:MOST])


def headlights(T_world_ego: Rigid) -> Lamp:
    """The ego's own beam."""
    turn = T_world_ego.matrix()[:3, :3]
    place = turn @ (3.6, 0.0, 0.72) + T_world_ego.translation
    return Lamp(vec3(place), vec3(turn @ (0.9976, 0.0, -0.0698)), 0.60, (1.0, 0.94, 0.84), 150.0, 55.0, 0.24)


@dataclass(frozen=True, eq=False)
class Lamplight:
    """What lamps send to n points: `diffuse` arrives (n, 3), of which `most` (n, 3) comes from the lamp at `source` (n, 3);
    `sheen` (n, 3) is mirrored on towards the viewer."""

    diffuse: torch.Tensor
    sheen: torch.Tensor
    most: torch.Tensor
    source: torch.Tensor


def lamplight(
    lamps: tuple[Lamp, ...], place: torch.Tensor, normal: torch.Tensor, view: torch.Tensor, through: torch.Tensor,
    gloss: torch.Tensor,
) -> Lamplight:  # fmt: skip
    """Light of lamps at places (n, 3) with unit normals, seen along `view`. `through` (n,) is how much comes through from
    behind; `gloss` (n,) how much of a lamp Fresnel's share mirrors, 0 for matt.

    Distance falls off by the inverse square, windowed to nothing at the lamp's reach (Karis 2013, equation 9)."""
    points = _Points(place.T.contiguous(), normal.T.contiguous(), view.T.contiguous(), through, gloss)
    tints = sorted({lamp.colour for lamp in lamps})
    diffuse, sheen = torch.zeros(2, len(tints), len(place)).unbind(0)
    strongest, which = torch.zeros(len(place)), torch.zeros(len(place), dtype=torch.int64)
    for k, lamp in enumerate(lamps):
        index, cos, arrives = points.reached(lamp)
        if not len(index):
            continue
        row = tints.index(lamp.colour)
        leafy = through.index_select(0, index)
        on = arrives * torch.maximum(cos.clamp(min=0), 0.4 * leafy * cos.abs()) * (1 - 1.4 * leafy).clamp(min=0.2)
        diffuse[row][index] += on
        points.add_sheen(sheen[row], lamp, index, cos, arrives)
        stronger = index_of(on > strongest.index_select(0, index))
        index = index.index_select(0, stronger)
        strongest[index], which[index] = on.index_select(0, stronger), k
    colours = torch.tensor(tints)
    most = strongest[:, None] * torch.tensor([lamp.colour for lamp in lamps]).index_select(0, which)
    source = torch.tensor([lamp.place for lamp in lamps]).index_select(0, which)
    return Lamplight(diffuse.T @ colours, sheen.T @ colours, most, source)


@dataclass(frozen=True, eq=False)
class _Points:
    """Points that lamps may light, axis by axis: each lamp looks at all of them once, so that this is what takes time."""

    place: torch.Tensor  # (3, n)
    normal: torch.Tensor  # (3, n)
    view: torch.Tensor  # (3, n)
    through: torch.Tensor  # (n,)
    gloss: torch.Tensor  # (n,)

    def reached(self, lamp: Lamp) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Which points a lamp reaches (m,), the cosines between their normals and the way to it, and what would arrive at
        surfaces that face it."""
        (cx, cy), radius = _circle(lamp)
        square = (self.place[0] - cx).square_() + (self.place[1] - cy).square_()
        index = index_of(square < radius**2)
        to = torch.tensor(lamp.place)[:, None] - self.place.index_select(1, index)
        square = to.square().sum(0).clamp(min=0.04)
        to *= square.rsqrt()
        window = (1 - (square / lamp.reach_m**2).square()).clamp(min=0).square()
        arrives = (lamp.power * _cone(lamp, to) * window / square).clamp(max=NEAR_MAX)
        some = index_of(arrives > FAINT)
        index, to = index.index_select(0, some), to.index_select(1, some)
        cos = (self.normal.index_select(1, index) * to).sum(0)
        return index, cos, arrives.index_select(0, some)

    def add_sheen(self, out: torch.Tensor, lamp: Lamp, index: torch.Tensor, cos: torch.Tensor, arrives: torch.Tensor) -> None:
        """Add the highlights of glossy points, two for a pair of headlights: Blinn and Phong's lobe, normalised, with Schlick's
        Fresnel."""
        gloss = self.gloss.index_select(0, index)
        some = index_of((gloss > 0.02) & (cos > 0))
        if not len(some):
            return
        strength = arrives.index_select(0, some) * gloss.index_select(0, some)
        index = index.index_select(0, some)
        place, normal, view = (a.index_select(1, index) for a in (self.place, self.normal, self.view))
        leaving = (normal * view).sum(0)
        sources = _pair(lamp)
        for source in sources:
            to = torch.tensor(source)[:, None] - place
            to *= to.square().sum(0).clamp(min=1e-6).rsqrt()
            half = (2 - 2 * (to * view).sum(0)).clamp(min=1e-6).sqrt()  # the length of to - view
            lobe = 36.0 * (((to * normal).sum(0) - leaving) / half).clamp(min=0, max=1).pow(700)
            fresnel = 0.03 + 0.97 * (1 - 0.5 * half).clamp(min=0).pow(5)
            out[index] += (strength * lobe * fresnel / len(sources)).clamp(max=SPECULAR_MAX)


def _pair(lamp: Lamp) -> tuple[Vec3, ...]:
    """Where a lamp really shines from: a beam comes from two headlights."""
    if lamp.flat == 1:
        return (lamp.place,)
    (x, y, z), (dx, dy, _) = lamp.place, lamp.direction
    level = max(math.hypot(dx, dy), 1e-6)
    across, along = HEADLIGHTS_M / 2 * -dy / level, HEADLIGHTS_M / 2 * dx / level
    return (x + across, y + along, z), (x - across, y - along, z)


def _circle(lamp: Lamp) -> tuple[tuple[float, float], float]:
    """A circle on the map, its centre and radius in metres, that holds all that a lamp lights."""
    x, y, z = lamp.place
    dx, dy, dz = lamp.direction
    if dz > -0.5:  # a beam along the street
        return (x + dx * lamp.reach_m / 2, y + dy * lamp.reach_m / 2), lamp.reach_m * 0.6
    return (x, y), lamp.reach_m


def _cone(lamp: Lamp, to: torch.Tensor) -> torch.Tensor:
    """The share (n,) that a lamp sends to where it lies in unit directions `to` (3, n) from; 1 in the middle of its cone."""
    x, y, z = lamp.direction
    along = -(to[0] * x + to[1] * y + to[2] * z)
    if lamp.flat == 1:
        edge = math.cos(lamp.cone)
        return 1 - ((1 - along) / (1 - edge)).clamp(max=1).square()
    level = max(math.hypot(x, y), 1e-6)
    rise = to[2] * level - (to[0] * x + to[1] * y) * (z / level)
    flat = torch.where(rise > 0, min(1.0, lamp.flat * SPILL), lamp.flat)
    off = 1 - along.square() + rise.square() * (1 / flat.square() - 1)
    off = off / (along.clamp(min=1e-3) * math.tan(lamp.cone)).square()
    return (1 - off).clamp(min=0).square() * (along > 0)


def halos(
    lamps: tuple[Lamp, ...], light: Light, origin: torch.Tensor, view: torch.Tensor, distance: torch.Tensor
) -> torch.Tensor:
    """What air full of drops sends to the eye of the lamps along rays (n, 3), up to `distance` (n,): the integral of the
    inverse square along a ray (Sun et al. 2005, without the scattered light's own extinction)."""
    out = like_columns(view)
    density = 1 / light.haze_m
    for lamp in lamps[:HALOS]:
        at = colour(lamp.place, view) - origin
        away = float(at.norm())
        towards = -sum(a * b for a, b in zip(lamp.direction, at[0].tolist(), strict=True)) / max(away, 1e-3)
        gone = math.exp(-min(away * density, 30.0)) * (0.25 if lamp.flat == 1 else 0.3 * max(0.0, towards) ** 6)
        if gone * lamp.power * density < 0.01:
            continue
        along = dot(view, at)
        beside = (dot(at, at) - along.square()).clamp(min=0.01).sqrt()
        angle = torch.atan((distance - along) / beside) + torch.atan(along / beside)
        share = gone * lamp.power * density / (4 * math.pi) * angle / (beside + 0.35)
        out += tinted(lamp.colour, share)
    return out
