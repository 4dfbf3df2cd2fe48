"""The draft: pictures of a scenario from the recording and geometry alone, one after the other."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from editor.datasets.records import DataSetError
from editor.scene import Scenario
from editor.tracks import ego_at
from engine.draft.beyond import beyond
from engine.draft.canvas import Canvas
from engine.draft.differences import differences, same_pose
from engine.draft.footage import Footage, footage_of
from engine.draft.gather import Source
from engine.draft.near import near
from engine.draft.novel_view import novel_view
from engine.draft.retouch import retouched
from engine.draft.shot import Shot
from engine.requests import Chunk, Origin, RenderError, Request


def draft(request: Request) -> Iterator[Chunk]:
    """The pictures asked for, in their order; closing the iterator stops the work. One that fails keeps back no other, but the
    end is an error. A request for no picture at all makes ready for those to come."""
    footage = footage_of(request.dataroot, request.scenario.scene.as_recorded, request.size)
    wanted = request.places()
    if not wanted:
        footage.make_ready()
    failure = None
    for done, (frame, view) in enumerate(wanted, start=1):
        try:
            chunk = chunk_of(footage, request.scenario, frame, view, done, len(wanted))
        except (RenderError, DataSetError) as error:
            failure = failure or error
        else:
            yield chunk
    if failure is not None:
        raise failure


def chunk_of(footage: Footage, scenario: Scenario, frame: int, view: str, done: int = 0, total: int = 0) -> Chunk:
    """One picture of a scenario, whose scene is the footage's or goes on beyond it."""
    scenario = near(scenario)
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
