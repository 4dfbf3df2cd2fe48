"""The draft: pictures of a scenario from the recording and geometry alone, one after the other."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np

from editor.scene import Scenario
from editor.tracks import ego_at
from engine.draft.beyond import beyond
from engine.draft.canvas import Canvas
from engine.draft.differences import differences, same_pose
from engine.draft.footage import Footage, footage_of
from engine.draft.gather import Source
from engine.draft.novel_view import novel_view
from engine.draft.retouch import retouched
from engine.draft.shot import Shot
from engine.service.requests import Chunk, Origin, RenderError, Request


def draft(request: Request) -> Iterator[Chunk]:
    """The pictures asked for, frame by frame; closing the iterator stops the work."""
    scene = request.scenario.scene
    for frame in request.frames:
        if not 0 <= frame < len(scene.frames):
            raise RenderError(f"Frame {frame} of scene {scene.name}: it has frames 0 to {len(scene.frames) - 1}.")
    for name in request.views:
        if all(name != view.name for view in scene.views):
            raise RenderError(f"Scene {scene.name} has no view {name}; it has {', '.join(v.name for v in scene.views)}.")
    footage = footage_of(request.dataroot, scene.as_recorded, request.size)
    wanted = replace(request, only=None).places()
    if not wanted:
        raise RenderError(f"Scene {scene.name}: none of the {len(request.frames)} frames asked for has a picture on disk.")
    with ThreadPoolExecutor(1) as ahead:  # the next picture is read while this one is drawn
        for done, (frame, view) in enumerate(wanted, start=1):
            if done < len(wanted):
                ahead.submit(footage.read_ahead, *wanted[done])
            yield chunk_of(footage, request.scenario, frame, view, done, len(wanted))


def chunk_of(footage: Footage, scenario: Scenario, frame: int, view: str, done: int = 0, total: int = 0) -> Chunk:
    """One picture of a scenario, whose scene is the footage's or goes on beyond it."""
    drawn = _drawn(footage, scenario, frame, view) if footage.holds(frame) else beyond(footage, scenario, frame, view)
    origin: Origin = "draft" if drawn.dirty.any() else "recorded"
    return Chunk(frame, view, "draft", origin, drawn.picture.copy(), ~drawn.unknown, drawn.dirty.copy(), done, total)


def _drawn(footage: Footage, scenario: Scenario, frame: int, view: str) -> Canvas:
    """A picture of a recorded frame: as recorded where nothing changes in it, retouched or from elsewhere where something
    does."""
    shown = footage.recording.picture(frame, view)
    picture = footage.scene.frames[frame].picture(view)
    if shown is None:
        raise RenderError(f"Picture {picture.file} of frame {frame} cannot be read.")
    nothing = np.zeros(shown.shape[:2], bool)
    recorded = Canvas(shown, nothing, nothing)
    camera = footage.recording.camera(frame, view)
    shot = Shot(footage, camera, Source(frame, view), differences(scenario, footage.actors, picture.t_us))
    T_world_ego = ego_at(scenario, picture)
    if not same_pose(T_world_ego, picture.T_world_ego):
        moved = replace(camera, T_world_camera=T_world_ego @ scenario.scene.view(view).T_ego_camera, t_us=picture.t_us)
        return novel_view(replace(shot, camera=moved))
    return retouched(shot, recorded) if shot.differences else recorded
