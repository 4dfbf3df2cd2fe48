"""What a scenario asks of a clip, as arrays: the same for training clips and for takes. No torch here, no pictures.

T frames, V views, n actors of whom a box covers anything in the clip; tokens are squares of `TOKEN` pixels of the pictures.
"""

from collections.abc import Generator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from editor.conditions import Conditions, conditions
from editor.geometry import Array, Rigid, rotation_matrix
from editor.map import StreetMap
from editor.scene import Pose, Scenario, SceneError, View, recorded
from editor.text import scene_text
from editor.tracks import track_at, velocity_at
from engine.model.layout import layout
from engine.model.told import NUM_WAYPOINTS

TOKEN = 16
WAYPOINT_S = 0.5
UNIT_M, UNIT_MPS = 10.0, 10.0  # waypoints and speeds are told in these


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """See the module; the arrays are those of `engine.model.told.Told` without their first axis."""

    times_s: NDArray[np.float32]  # (T,)
    cameras: NDArray[np.float32]  # (V, 16)
    waypoints: NDArray[np.float32]  # (T, NUM_WAYPOINTS, 3)
    action: NDArray[np.float32]  # (T, 2)
    text: str
    recorded_text: str  # of the drive as it was recorded: the draft shows its light
    layout: NDArray[np.float16]  # (T, V, channels, H / 4, W / 4)
    categories: tuple[str, ...]  # n
    size_lwh: NDArray[np.float32]  # (n, 3)
    members: NDArray[np.bool_]  # (T, V, H / TOKEN, W / TOKEN, n)


def asked(
    scenario: Scenario, street_map: StreetMap, frames: tuple[int, ...], views: tuple[str, ...], size: tuple[int, int]
) -> Asked:
    """What these frames and views are asked to show at a size (width, height).

    SceneError where a frame has no picture of a view; ValueError for a size that is no multiple of `TOKEN`."""
    steps = asking(scenario, street_map, frames, views, size)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value


def asking(
    scenario: Scenario, street_map: StreetMap, frames: tuple[int, ...], views: tuple[str, ...], size: tuple[int, int]
) -> Generator[None, None, Asked]:
    """The same picture by picture, for whoever may give it up between two of them."""
    if size[0] % TOKEN or size[1] % TOKEN:
        raise ValueError(f"clips of {size[0]} x {size[1]} pixels; wanted multiples of {TOKEN}")
    places = [(frame, view) for frame in frames for view in views]
    shown, layouts, members = [], [], []
    for place in places:
        shown.append(conditions(scenario, street_map, *place, size))
        layouts.append(layout(shown[-1]).astype(np.float16))
        yield
    seen = sorted({box.index for one in shown for box in one.boxes})
    for one in shown:
        members.append(_members(one, seen))
        yield
    times_us = [_time(scenario, frame, views[0]) for frame in frames]
    grid = len(frames), len(views)
    return Asked(
        times_s=np.array([(t - times_us[0]) * 1e-6 for t in times_us], np.float32),
        cameras=np.array([camera_numbers(one.view) for one in shown[: len(views)]], np.float32),
        waypoints=np.array([_waypoints(scenario.ego, t) for t in times_us], np.float32),
        action=np.array([_action(scenario.ego, t) for t in times_us], np.float32),
        text=scene_text(scenario),
        recorded_text=scene_text(recorded(scenario.scene)),
        layout=np.reshape(layouts, (*grid, *layouts[0].shape)),
        categories=tuple(scenario.actors[i].category for i in seen),
        size_lwh=np.array([scenario.actors[i].size_lwh for i in seen], np.float32).reshape(-1, 3),
        members=np.reshape(members, (*grid, *members[0].shape)),
    )


def camera_numbers(view: View) -> Array:
    """A view (16,) as the network knows it: focal lengths and middle by the picture's size, then its pose in the ego frame."""
    fx, fy, cx, cy, _ = view.intrinsics
    middle = fx / view.width, fy / view.height, (cx + 0.5) / view.width, (cy + 0.5) / view.height
    return np.concatenate([middle, rotation_matrix(view.T_ego_camera.rotation).ravel(), view.T_ego_camera.translation])


def _time(scenario: Scenario, frame: int, view: str) -> int:
    picture = scenario.scene.frames[frame].picture(view)
    if picture is None:
        raise SceneError(f"frame {frame} of scene {scenario.scene.name} has no picture of view {view!r}")
    return picture.t_us


def _waypoints(ego: tuple[Pose, ...], t_us: int) -> Array:
    """Where the ego will be (NUM_WAYPOINTS, 3): x, y and heading in its frame of now; after its last pose, straight on."""
    T_ego_world = track_at(ego, t_us).inverse()
    ahead = [T_ego_world @ track_at(ego, t_us + round((k + 1) * WAYPOINT_S * 1e6)) for k in range(NUM_WAYPOINTS)]
    return np.array([(T.translation[0] / UNIT_M, T.translation[1] / UNIT_M, _heading(T)) for T in ahead])


def _action(ego: tuple[Pose, ...], t_us: int) -> tuple[float, float]:
    """Speed and turn rate over the half second around a time."""
    half = round(WAYPOINT_S / 2 * 1e6)
    turn = _heading(track_at(ego, t_us - half).inverse() @ track_at(ego, t_us + half))
    return float(np.linalg.norm(velocity_at(ego, t_us))) / UNIT_MPS, turn / WAYPOINT_S


def _heading(T: Rigid) -> float:
    x, y, _ = rotation_matrix(T.rotation)[:, 0]
    return float(np.arctan2(y, x))


def _members(one: Conditions, seen: list[int]) -> NDArray[np.bool_]:
    """(H / TOKEN, W / TOKEN, n): whose outline covers any pixel of a token, whatever hides it (ConsisDrive, Eq. 4).

    The paper's masks are shrunk trilinearly first, and 1 is asked for, which loses what is thin; any pixel is our reading."""
    height, width = one.actor.shape
    out = np.zeros((height // TOKEN, width // TOKEN, len(seen)), bool)
    for box, mask in zip(one.boxes, one.masks(), strict=True):
        shares = cv2.resize(
            mask.view(np.uint8) * np.float32(1), (width // TOKEN, height // TOKEN), interpolation=cv2.INTER_AREA
        )
        out[..., seen.index(box.index)] = shares > 0
    return out
