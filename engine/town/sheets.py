"""Sheets of pictures that show what Town is: surrounds, hours and weathers, actors, exact layers, plans from above."""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import get_args

import cv2
import numpy as np
from numpy.typing import NDArray

from editor.categories import CATEGORIES
from editor.map import StreetMap
from editor.scene import Look, Scenario, TimeOfDay, Weather
from editor.scene import recorded as as_recorded
from engine.town.bank import ENTRIES
from engine.town.kinds import KINDS as SIZES
from engine.town.layers import CATEGORIES as SHOWN
from engine.town.plans import plan
from engine.town.portraits import portrait
from engine.town.recipe import Recipe
from engine.town.scene_tables import Recording
from engine.town.street_map import street_map
from engine.town.streets import CANVAS_M, KINDS
from engine.town.truth import render_truth

Sheet = NDArray[np.uint8]
ROUND = ("CAM_FRONT_LEFT", "CAM_FRONT", "CAM_FRONT_RIGHT", "CAM_BACK_LEFT", "CAM_BACK", "CAM_BACK_RIGHT")
SECONDS = 4.1
GAP, PAPER = 6, 255
WALKING = {"human.pedestrian.adult": 1.3, "human.pedestrian.child": 1.2, "human.pedestrian.police_officer": 1.0}


@lru_cache(maxsize=2)
def scenario_of(seed: int, size: tuple[int, int]) -> Scenario:
    """A seed's drive as it would be recorded, before anything is."""
    recording = Recording(seed, Recipe(size, SECONDS))
    return as_recorded(recording.scene(Path("/nonexistent")))


def tiled(pictures: Sequence[Sheet], columns: int) -> Sheet:
    """Pictures of one size in rows on white."""
    height, width = pictures[0].shape[:2]
    rows = -(-len(pictures) // columns)
    out = np.full((rows * (height + GAP) - GAP, columns * (width + GAP) - GAP, 3), PAPER, np.uint8)
    for k, picture in enumerate(pictures):
        y, x = (k // columns) * (height + GAP), (k % columns) * (width + GAP)
        out[y : y + height, x : x + width] = picture
    return out


def labelled(picture: Sheet, text: str) -> Sheet:
    """A picture with a few words in its lower left corner."""
    out = picture.copy()
    place = (8, picture.shape[0] - 10)
    cv2.putText(out, text, place, cv2.FONT_HERSHEY_SIMPLEX, 0.45, (0, 0, 0), 3, cv2.LINE_AA)
    cv2.putText(out, text, place, cv2.FONT_HERSHEY_SIMPLEX, 0.45, (255, 255, 255), 1, cv2.LINE_AA)
    return out


def front(seed: int, frame: int, size: tuple[int, int]) -> Sheet:
    """What lies ahead."""
    return render_truth(scenario_of(seed, size), "CAM_FRONT", frame).picture


def surround(seed: int, frame: int, size: tuple[int, int]) -> Sheet:
    """All six views, the front ones above."""
    scenario = scenario_of(seed, size)
    return tiled([render_truth(scenario, view, frame).picture for view in ROUND], 3)


def hours_and_weathers(seed: int, frame: int, size: tuple[int, int]) -> Sheet:
    """One place at every hour, from left to right, in every weather, from above."""
    scenario = scenario_of(seed, size)
    hours, weathers = (tuple(w for w in get_args(kind) if w != "as recorded") for kind in (TimeOfDay, Weather))
    asked = [(hour, weather) for weather in weathers for hour in hours]
    pictures = [
        labelled(render_truth(replace(scenario, time_of_day=h, weather=w), "CAM_FRONT", frame).picture, f"{h}, {w}")
        for h, w in asked
    ]
    return tiled(pictures, len(hours))


def actors(seed: int, size: tuple[int, int]) -> Sheet:
    """Every shape in the bank, and every kind and category beside."""
    shown = {name.replace("-", " "): (category, lwh, Look(f"bank:{name}")) for name, category, lwh in ENTRIES}
    there = {category for category, _, _ in shown.values()}
    beside = {name: (category, lwh, Look()) for name, (category, lwh) in SIZES.items() if category not in there}
    there |= {category for category, _, _ in beside.values()}
    beside |= {c.label.lower(): (c.name, c.size_lwh, Look()) for c in CATEGORIES.values() if c.name not in there}
    pictures = [
        labelled(portrait(seed, f"portrait of a {name}", category, lwh, WALKING.get(category, 0.0), size, look), name)
        for name, (category, lwh, look) in (shown | beside).items()
    ]
    return tiled(pictures, 6)


def layers(seed: int, view: str, frame: int, size: tuple[int, int]) -> Sheet:
    """A picture, its depth, instances, categories, normals, and its flow to the next frame."""
    truth = render_truth(scenario_of(seed, size), view, frame, layers=("category", "normal"), flow_to=frame + 1)
    if truth.category is None or truth.normal is None or truth.flow is None:
        raise AssertionError("layers that were asked for are there")
    near = np.clip(1 - np.log(np.maximum(truth.depth, 2) / 2) / np.log(60), 0, 1)
    depth = cv2.applyColorMap((near * 255).astype(np.uint8), cv2.COLORMAP_TURBO)[..., ::-1]
    depth = np.where(np.isfinite(truth.depth)[..., None], depth, 0)
    instances = _palette(len(truth.ids))[truth.instance + 1]
    categories = _palette(len(SHOWN))[truth.category.astype(int) + 1]
    normals = np.round((truth.normal * (1, -1, -1) + 1) * 127.5)
    pictures = (truth.picture, depth, instances, categories, normals, _flow(truth.flow.shift, truth.flow.visible))
    names = ("picture", "depth", "instance", "category", "normal", "flow, white where hidden")
    return tiled([labelled(p.astype(np.uint8), n) for p, n in zip(pictures, names, strict=True)], 3)


def _palette(count: int) -> NDArray[np.uint8]:
    """Colours (count + 1, 3) far from one another; black for the first."""
    k = np.arange(count)
    hsv = np.stack([(k * 111.2) % 180, 120 + (k * 53) % 130, 150 + (k * 37) % 105], -1).astype(np.uint8)
    return np.concatenate([np.zeros((1, 3), np.uint8), cv2.cvtColor(hsv[None], cv2.COLOR_HSV2RGB)[0]])


def _flow(shift: NDArray[np.float32], visible: NDArray[np.bool_]) -> Sheet:
    """Direction as hue, length as strength."""
    dx, dy = np.nan_to_num(shift[..., 0]), np.nan_to_num(shift[..., 1])
    strength = np.clip(np.hypot(dx, dy) / 40, 0, 1) ** 0.5
    hue = (np.degrees(np.arctan2(dy, dx)) % 360) / 2
    hsv = np.stack([hue, 255 * strength, np.full_like(dx, 235)], -1).astype(np.uint8)
    return np.where(visible[..., None], cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB), 255).astype(np.uint8)


def plans(seeds: Sequence[int], pixels: int) -> Sheet:
    """One town of each kind from above, as its map has it."""
    made = [plan(seed, kind) for seed, kind in zip(seeds, KINDS, strict=True)]
    return tiled([labelled(_from_above(street_map(p), pixels), p.kind) for p in made], len(made))


def _from_above(streets: StreetMap, pixels: int, across_m: float = 260.0) -> Sheet:
    fine = 3
    out = np.full((pixels * fine, pixels * fine, 3), (206, 222, 190), np.uint8)
    low, scale = CANVAS_M / 2 - across_m / 2, pixels * fine / across_m

    def at(points: NDArray[np.float64]) -> NDArray[np.int32]:
        xy = (points[:, :2] - low) * scale
        return np.round(np.stack([xy[:, 0], pixels * fine - xy[:, 1]], -1)).astype(np.int32)

    for ring in streets.walkways:
        cv2.fillPoly(out, [at(ring)], (188, 182, 172), cv2.LINE_AA)
    for outer, holes in streets.drivable:
        cv2.fillPoly(out, [at(ring) for ring in (outer, *holes)], (86, 86, 90), cv2.LINE_AA)
    for colour, rings in (((235, 235, 235), streets.crossings), ((250, 250, 250), streets.stop_lines)):
        for ring in rings:
            cv2.fillPoly(out, [at(ring)], colour, cv2.LINE_AA)
    for colour, lines in (((240, 240, 240), streets.lane_dividers), ((242, 200, 60), streets.road_dividers)):
        for line in lines:
            cv2.polylines(out, [at(line)], False, colour, fine, cv2.LINE_AA)
    for lane in streets.lanes:
        if lane.is_connector:
            cv2.polylines(out, [at(lane.centre)], False, (120, 190, 235), 2, cv2.LINE_AA)
    for light in streets.traffic_lights:
        cv2.circle(out, tuple(at(light.place[None])[0].tolist()), 2 * fine, (210, 40, 40), -1, cv2.LINE_AA)
    return cv2.resize(out, (pixels, pixels), interpolation=cv2.INTER_AREA)
