"""A drive in words, in the manner of nuScenes' scene descriptions: the place, what the ego does, who is there, the light."""

import math

import numpy as np
import shapely

from editor.geometry import yaw_of
from editor.scene import Actor
from engine.town.drive import Drive
from engine.town.light import light_of, words_of
from engine.town.streets import Plan

PLACES = {
    "junction": "intersection", "tee": "T-junction", "curve": "curved street", "roundabout": "roundabout",
    "slope": "street on a slope", "parking": "parking lot", "boulevard": "boulevard",
}  # fmt: skip
# What a scene is said to have, by category; people, cones and cars are counted below.
NAMED = {
    "vehicle.bus.bendy": "bendy bus", "vehicle.bus.rigid": "bus", "vehicle.trailer": "trailer", "vehicle.truck": "truck",
    "vehicle.construction": "construction vehicle", "vehicle.emergency.ambulance": "ambulance",
    "vehicle.emergency.police": "police car", "vehicle.motorcycle": "motorcycle", "vehicle.bicycle": "bicycle",
    "movable_object.trafficcone": "traffic cones", "movable_object.barrier": "barriers",
    "human.pedestrian.construction_worker": "construction worker", "human.pedestrian.police_officer": "police officer",
    "static_object.bicycle_rack": "bike rack",
}  # fmt: skip
NEAR_M = 40.0  # who never comes nearer to the ego is not spoken of
MANY_PEOPLE, SOME_CARS = 8, 3


def describe(plan: Plan, there: Drive) -> str:
    """What there is to see."""
    near = [actor for actor in there.actors if _comes_near(actor, there)]
    said = [PLACES[plan.kind], *_ego(there), *_actors(near), *_people(plan, near), words_of(light_of(plan.seed))]
    text = ", ".join(said)
    return text[0].upper() + text[1:]


def _comes_near(actor: Actor, there: Drive) -> bool:
    own = np.array([there.ego[k].translation[:2] for k in there.keyframes])
    places = np.array([pose.T_world.translation[:2] for pose in actor.track])
    return float(np.linalg.norm(own[:, None] - places[None], axis=-1).min()) < NEAR_M


def _ego(there: Drive) -> list[str]:
    places = np.array([pose.T_world.translation[:2] for pose in there.motion])
    headings = np.unwrap([yaw_of(pose.T_world.rotation) for pose in there.motion])
    seconds = np.diff([pose.t_us for pose in there.motion]) * 1e-6
    waited = float(seconds[np.linalg.norm(np.diff(places, axis=0), axis=1) < 0.3 * seconds].sum())
    turn = math.degrees(headings[-1] - headings[0])
    return ["wait"] * (waited > 1.0) + ["turn left"] * (turn > 50) + ["turn right"] * (turn < -50)


def _actors(near: list[Actor]) -> list[str]:
    there = {actor.category for actor in near}
    stand = [a for a in near if a.category == "vehicle.car" and len({pose.T_world for pose in a.track}) == 1]
    return [word for category, word in NAMED.items() if category in there] + ["parked cars"] * (len(stand) >= SOME_CARS)


def _people(plan: Plan, near: list[Actor]) -> list[str]:
    people = [actor for actor in near if actor.category.startswith("human.pedestrian.")]
    places = np.array([pose.T_world.translation[:2] for actor in people for pose in actor.track]).reshape(-1, 2)
    crosses = bool(shapely.contains_xy(plan.road, places[:, 0], places[:, 1]).any())
    counted = ["many peds"] if len(people) >= MANY_PEOPLE else ["peds"] * bool(people)
    return counted + ["peds crossing"] * crosses
