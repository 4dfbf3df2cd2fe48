"""What a picture's light depends on and its colours do not say, as a renderer's G-buffer holds it: how far away each place is,
whether it is ground or sky, and what the ground would mirror if it were wet.

From LiDAR, boxes and the drawn picture alone, so that it is there for any drive and follows every edit: fog swallows what is
far, rain makes the street mirror what stands behind it, and a car that was moved is mirrored where it has gone. Ours.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from editor.scene import Scenario
from editor.tracks import ego_at
from engine.draft.backdrop import FAR_M, Backdrop
from engine.draft.crowd import Cast, Crowd
from engine.draft.footage import Footage
from engine.draft.mirrored import ground_of, mirrored
from engine.draft.near import near
from engine.draft.sources import Camera, coarser, fitted_view
from engine.draft.surfaces import Block, surfaces

REACHES_M = (20.0, 60.0, 200.0)  # thick fog, fog, haze: after so far a share of 1/e is left
CHANNELS = (*(f"left after {reach:.0f} m" for reach in REACHES_M), "ground", "sky", *(f"mirrored {c}" for c in "RGB"))
CELL = 8  # pixels of a picture for one of its G-buffer, each way
STEP = 4  # pixels of a picture for one ray
SKYWARDS = 0.0  # rays that rise by more, and hit nothing, see the sky


def gbuffer(backdrop: Backdrop, camera: Camera, crowd: Crowd, picture: NDArray[np.uint8]) -> NDArray[np.float16]:
    """(len(CHANNELS), H / CELL, W / CELL) of a picture (H, W, 3) that `camera` sees with `crowd` in it: means over each cell, 0
    to 1; what the ground mirrors -1 to 1 and 0 where there is none. ValueError for a size that cells do not divide."""
    height, width = picture.shape[:2]
    if height % CELL or width % CELL:
        raise ValueError(f"the G-buffer of a picture of {width} x {height} pixels; wanted multiples of {CELL}")
    small, pixels = coarser(camera, STEP)
    seen = surfaces(backdrop, small, crowd, Block(0, 0, small.view.width, small.view.height))
    is_ground = ground_of(backdrop, seen)
    is_sky = (seen.depth >= FAR_M) & (seen.rays[..., 2] > SKYWARDS)
    colours = cv2.resize(picture, pixels.shape[1::-1], interpolation=cv2.INTER_AREA).astype(np.float32) / 127.5 - 1
    distance = seen.depth * np.linalg.norm(seen.rays, axis=-1)
    left = [np.where(is_sky, 0, np.exp(-distance / reach)) for reach in REACHES_M]
    upside_down, _ = mirrored(backdrop, seen, colours, is_ground)
    out = np.stack([*left, is_ground, is_sky, *np.moveaxis(upside_down * is_ground[..., None], -1, 0)]).astype(np.float32)
    share = CELL // STEP
    return out.reshape(len(CHANNELS), height // CELL, share, width // CELL, share).mean((2, 4)).astype(np.float16)


def of_draft(footage: Footage, scenario: Scenario, frame: int, view: str, picture: NDArray[np.uint8]) -> NDArray[np.float16]:
    """The G-buffer of a draft's picture of a scenario, whose scene is the footage's or goes on beyond it."""
    scenario = near(scenario)
    at = scenario.scene.frames[frame].picture(view)
    mounted = scenario.scene.view(view)
    camera = Camera(fitted_view(mounted, footage.recording.size), ego_at(scenario, at) @ mounted.T_ego_camera, at.t_us)
    return gbuffer(footage.standing.backdrop, camera, Cast(scenario.actors).at(at.t_us), picture)
