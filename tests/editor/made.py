"""A made-up drive: a straight street, an ego at 10 m/s, and actors that drive, stand and walk beside it."""

import math
from collections.abc import Iterable

import numpy as np

from editor.apply import replay
from editor.edits import Edit
from editor.geometry import Rigid, yaw_quaternion
from editor.map import Lane
from editor.scene import Actor, ActorId, Fingerprint, Frame, Picture, Pose, Scenario, Scene, View

START_US = 1_000_000_000
T_EGO_CAMERA = Rigid((1.5, 0.0, 1.6), (0.5, -0.5, 0.5, -0.5))  # looks ahead
VIEWS = tuple(
    View(name, 1600, 900, (1250.0, 1250.0, 799.5, 449.5, 0.0), Rigid((0.0, 0.0, 0.0), yaw_quaternion(yaw)) @ T_EGO_CAMERA)
    for name, yaw in (
        ("CAM_FRONT", 0.0),
        ("CAM_FRONT_LEFT", math.radians(55)),
        ("CAM_FRONT_RIGHT", math.radians(-55)),
        ("CAM_BACK", math.pi),
        ("CAM_BACK_LEFT", math.radians(110)),
        ("CAM_BACK_RIGHT", math.radians(-110)),
    )
)


def at(x: float, y: float, yaw: float = 0.0, z: float = 0.85) -> Rigid:
    """A box's pose on the ground."""
    return Rigid((x, y, z), yaw_quaternion(yaw))


def time_of(frame: int, hz: float = 10.0) -> int:
    """The time of a frame."""
    return START_US + round(frame * 1e6 / hz)


def driving(name: str, x: float, y: float, speed: float, times: range, category: str = "vehicle.car") -> Actor:
    """An actor in steady motion along x, with what little noise annotations have."""
    size = {"vehicle.car": (4.6, 1.9, 1.7), "human.pedestrian.adult": (0.7, 0.7, 1.75)}[category]
    yaw = 0.0 if speed >= 0 else math.pi
    track = tuple(
        Pose(time_of(f), at(x + speed * f / 10 + 0.003 * math.sin(7 * f), y, yaw + 0.001 * math.sin(f), size[2] / 2))
        for f in times
    )
    return Actor(ActorId(name), category, size, track)


def made_scene(frames: int = 81, crowd: int = 0) -> Scene:
    """The drive: 10 Hz frames, every fifth one a keyframe with boxes; `crowd` cars more stand along the street."""
    last = frames - 1
    ego = tuple(Pose(time_of(f), at(1.0 * f, 0.0, 0.0, 0.0)) for f in range(frames))
    keys = range(0, frames, 5)
    actors = (
        driving("lead", 20.0, 0.0, 10.0, keys),
        driving("oncoming", 120.0, 7.0, -8.0, keys),
        driving("parked", 40.0, -5.0, 0.0, range(0, min(last, 60) + 1, 5)),
        driving("walker", 30.0, -8.0, 1.3, keys, "human.pedestrian.adult"),
        *(driving(f"stand{i}", 10.0 + 8 * i, 14.0, 0.0, range(frames)) for i in range(crowd)),
    )
    made = tuple(
        Frame(time_of(f), f % 5 == 0, f"sample{f // 5}", tuple(_picture(view, f, ego[f]) for view in VIEWS))
        for f in range(frames)
    )
    return Scene(Fingerprint("v-made", "made", "0" * 64), "made", "a made-up drive", "nowhere", VIEWS, made, (), actors, ego)


def _picture(view: View, frame: int, ego: Pose) -> Picture:
    return Picture(f"{view.name}-{frame}", view.name, ego.t_us, ego.T_world, f"{view.name}/{frame}.jpg", False)


def replayed(scene: Scene, edits: Iterable[Edit]) -> Scenario:
    """The scenario that edits make of a scene."""
    *_, last = replay(scene, edits)
    return last


def lane(name: str, start: tuple[float, float], end: tuple[float, float], *successors: str) -> Lane:
    """A straight lane."""
    centre = np.array([(*(np.array(start) + s * np.subtract(end, start)), 0.0) for s in np.linspace(0, 1, 20)])
    return Lane(name, centre, np.zeros((0, 2)), False, successors)
