"""Pictures beyond the recording: what its last ones show of the place, and everybody where they have come to."""

import numpy as np

from editor.scene import Scenario
from editor.tracks import ego_at
from engine.draft.backdrop import FAR_M
from engine.draft.canvas import Canvas
from engine.draft.differences import differences
from engine.draft.footage import Footage
from engine.draft.gather import Source
from engine.draft.novel_view import Unmapped, novel_view
from engine.draft.shot import Shot
from engine.draft.sources import Camera
from engine.draft.surfaces import Block
from engine.requests import RenderError

STEPS = (-3, -8, -15, -30, -60)  # from the nearest frame, which is mostly the last: what fills in beyond it
DOWN = 0.02  # a slope: rays that fall by more come down on ground
MEASURED_M = 60.0  # about as far as LiDAR reaches: what is not measured after that way was farther when it was seen


def beyond(footage: Footage, scenario: Scenario, frame: int, view: str) -> Canvas:
    """A picture that no camera took. RenderError where the view has no last one."""
    picture = scenario.scene.frames[frame].picture(view)
    last = max((k for k in range(len(footage.scene.frames)) if footage.has_picture(k, view)), default=None)
    if last is None or footage.recording.picture(last, view) is None:
        raise RenderError(f"Frame {frame} is beyond the recording, and no last picture of {view} can be read.")
    T_world_camera = ego_at(scenario, picture) @ scenario.scene.view(view).T_ego_camera
    camera = Camera(footage.recording.camera(last, view).view, T_world_camera, picture.t_us)
    shot = Shot(footage, camera, Source(last, view), differences(scenario, footage.actors, picture.t_us))
    return novel_view(shot, STEPS, _unmapped(shot))


def _unmapped(shot: Shot) -> Unmapped:
    """What nothing measured stands behind: looking down it is near, and nobody knows what it shows; looking ahead it may
    be the far that the last picture shows, until the car has come to where that no longer can be."""
    footage, camera, last = shot.footage, shot.camera, shot.here
    pixels = Block(0, 0, camera.view.width, camera.view.height).pixels()
    empty = footage.witnesses.backdrop.depth(camera, pixels) >= FAR_M
    body = footage.witnesses.ego_body(last.view)
    empty &= True if body is None else ~body
    down = camera.rays_world(pixels)[..., 2] < -DOWN
    way = np.linalg.norm(camera.eye - footage.recording.camera(last.frame, last.view).eye)
    return Unmapped(empty & down, empty & ~down & (way > MEASURED_M))
