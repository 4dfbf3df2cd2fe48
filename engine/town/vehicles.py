"""Cars, vans and pickups: which one a category and a size stand for, and its figure."""

from dataclasses import dataclass

import numpy as np

from editor.geometry import Vec3
from engine.town.bodies import BODY_WIDTH, DARK, car_body
from engine.town.figure import Figure, figure
from engine.town.mesh import Colour, Kind, Mesh, Surface, box, merge, rgb
from engine.town.vehicle_decals import decal_name
from engine.town.vehicle_shapes import CITY, ESTATE, HATCH, PICKUP, SEDAN, SHUTTLE, SPORTS, SUV, VAN, Shape
from engine.town.wheels import Wheel, rolling, wheel_limbs

PAINTS = (
    "#e9eaea",
    "#d6d8da",
    "#101214",
    "#16181b",
    "#6b6f73",
    "#9ea3a6",
    "#3d4145",
    "#7a1416",
    "#a31d1a",
    "#1b2f52",
    "#24436e",
    "#1f3a2c",
    "#4b3b2e",
    "#c8b89a",
    "#5a6b7a",
    "#b7bdc1",
    "#2f5f8a",
    "#8c8576",
    "#c7cbce",
    "#54585c",
)
VAN_PAINTS = ("#e9eaea", "#dfe0de", "#c9ccce", "#24436e", "#e9eaea", "#3d4145", "#b7bdc1", "#7a1416")
SPORT_PAINTS = ("#b01712", "#e0b41c", "#101214", "#d6d8da", "#24436e", "#c8561a", "#3d4145")
TAXI, WHITE = rgb("#e6b81e"), rgb("#e9eaea")
BLUE_LIGHT = Surface(Kind.LAMP, (0.03, 0.12, 0.9), params=(0.3, 1.2, 0.0, 0.0, 0.0, 1.0))
TAXI_SIGN = Surface(Kind.LAMP, (0.9, 0.72, 0.2), params=(0.25, 1.4, 0.0, 0.0, 0.0, 1.0))


@dataclass(frozen=True, slots=True)
class Model:
    """A car's shape, what is painted on it, and its colour where its livery has one."""

    shape: Shape
    livery: str = ""
    colour: Colour | None = None


NAMED = {
    "sedan": Model(SEDAN), "estate": Model(ESTATE), "hatchback": Model(HATCH), "city-car": Model(CITY), "sports": Model(SPORTS),
    "suv": Model(SUV), "van": Model(VAN), "shuttle": Model(SHUTTLE), "parcel-van": Model(VAN, "parcels"),
    "pickup": Model(PICKUP), "taxi": Model(SEDAN, "taxi", TAXI),
}  # fmt: skip


def model_of(category: str, size: Vec3, rng: np.random.Generator) -> Model:
    """What a category of such a size is; what size leaves open the dice decide."""
    length, _, height = size
    pick = float(rng.random())
    if category == "vehicle.emergency.ambulance":
        return Model(VAN, "ambulance", WHITE)
    if category == "vehicle.emergency.police":
        return Model(VAN if height > 1.98 else SUV if height > 1.6 else SEDAN, "police", WHITE)
    if height > 1.98:
        return Model(SHUTTLE) if pick < 0.3 else Model(VAN, "parcels") if pick < 0.55 else Model(VAN)
    if category == "vehicle.truck" or (height > 1.62 and length > 5.15):
        return Model(PICKUP)
    if height > 1.62:
        return Model(SUV)
    if height < 1.37:
        return Model(SPORTS)
    if length < 4.35:
        return Model(CITY if length < 3.85 else HATCH)
    if pick < 0.12 and length > 4.5:
        return Model(SEDAN, "taxi", TAXI)
    return Model(ESTATE if pick > 0.66 and length > 4.45 else SEDAN)


def paint_of(codes: tuple[str, ...], pick: float) -> Colour:
    """One of a palette by a die in [0, 1)."""
    return rgb(codes[int(pick * len(codes)) % len(codes)])


def car(category: str, size: Vec3, asked: Colour | None, rng: np.random.Generator, name: str = "") -> Figure:
    """A car of a category and a size, or the model of a name; in the colour asked for or its own."""
    model = model_of(category, size, rng)
    model = NAMED.get(name, model) if category in ("vehicle.car", "vehicle.truck") else model
    palette = {"van": VAN_PAINTS, "shuttle": VAN_PAINTS, "sports": SPORT_PAINTS}.get(model.shape.name, PAINTS)
    paint = asked or model.colour or paint_of(palette, float(rng.random()))
    roof = 0.13 if model.livery in ("taxi", "police", "ambulance") else 0.0
    body = (size[0], size[1], size[2] - roof)
    decals = decal_name(model.shape.name, model.livery)
    still = merge([car_body(model.shape, decals, body, paint), *_mirrors(model.shape, body, paint)])
    still = still.moved(np.eye(3), (0.0, 0.0, -roof / 2))
    extras = _on_roof(model, size, roof)
    wheels = car_wheels(model.shape, size, body[2])
    base = (model.shape.wheels[1] - model.shape.wheels[0]) * size[0]
    return figure(size, [(0, merge([still, *extras])), *wheel_limbs(wheels)], rolling(wheels, base))


def car_wheels(shape: Shape, size: Vec3, body_height: float) -> tuple[Wheel, ...]:
    """Four wheels on the ground; the front ones steer."""
    length, width, height = size
    radius = min(shape.wheel_radius * body_height, 0.40)
    y = width * BODY_WIDTH / 2 - 0.11
    return tuple(
        Wheel((x * length, s * y, radius - height / 2), radius, 0.22, steers=x > 0) for x in shape.wheels for s in (1, -1)
    )


def _mirrors(shape: Shape, size: Vec3, paint: Colour) -> list[Mesh]:
    length, width, height = size
    x = (shape.windscreen[0] - 0.055) * length
    z = (shape.belt[-2][1] + 0.06) * height - height / 2
    y0, y1 = width * 0.45, width * 0.499
    shell = Surface(Kind.METAL, tuple(0.6 * c for c in paint))
    return [box((x - 0.05, min(s * y0, s * y1), z), (x + 0.07, max(s * y0, s * y1), z + 0.12), shell) for s in (1, -1)]


def _on_roof(model: Model, size: Vec3, high: float) -> list[Mesh]:
    """A taxi's sign; the blue lights of police and ambulance."""
    if not high:
        return []
    top = size[2] / 2
    low = top - high - 0.02
    if model.livery == "taxi":
        return [box((-0.02 * size[0], -0.22, low), (0.02 * size[0], 0.22, top), TAXI_SIGN)]
    x, half = (0.10 if model.shape.name == "van" else 0.0) * size[0], 0.34 * size[1]
    bar = [box((x - 0.14, -half, low), (x + 0.14, half, low + 0.05), DARK)]
    bar += [
        box(
            (x - 0.12, s * half - (s > 0) * 0.7 * half, low + 0.05),
            (x + 0.12, s * half + (s < 0) * 0.7 * half, top),
            BLUE_LIGHT,
        )
        for s in (1, -1)
    ]
    return bar
