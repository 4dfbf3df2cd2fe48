"""Which recorded pictures to ask for one from elsewhere: what stands still is seen best from nearby, who moves at the time."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from editor.geometry import Array
from editor.scene import Actor
from editor.tracks import actor_at
from engine.draft.crowd import Crowd, filled, hulls
from engine.draft.gather import STILL_M, Source
from engine.draft.remove import SHADOW_M, footprint_mask
from engine.draft.shadows import FAINT, fallen_at_most
from engine.draft.shot import Shot
from engine.draft.sources import Camera

Mask = NDArray[np.bool_]

TURN_M = 5.0  # a picture that was turned by a radian more is as good as one from so far away
LATE_M = 0.2  # and so is one of a second later or before
NEARER = 0.6  # of the way to the picture of that time, another's must be no longer
OTHER_SIDE = 0.1  # of an actor's distance: an eye that is farther from where it was sees another side


@dataclass(frozen=True, eq=False)
class Vantage:
    """For one shot, frames of its view: `time` is the recorded picture's of that time, `place` the nearest one's, and `steps`
    are the frames to ask besides, counted from that."""

    shot: Shot
    place: int
    steps: tuple[int, ...]

    @property
    def time(self) -> int:
        """The frame of the shot's own picture."""
        return self.shot.here.frame

    @cached_property
    def sources(self) -> list[Source]:
        """Whom to ask about what stands still, in this order."""
        footage, view = self.shot.footage, self.shot.here.view
        frames = [self.place + step for step in self.steps if footage.holds(self.place + step)]
        later = [Source(frame, view) for frame in frames if footage.has_picture(frame, view)]
        return list(dict.fromkeys((*self._pictures(self.place), *later, *self.of_that_time)))

    @cached_property
    def of_that_time(self) -> list[Source]:
        """Whom to ask about what moves."""
        return self._pictures(self.time)

    def _pictures(self, frame: int) -> list[Source]:
        """A frame's, this view's first."""
        footage, view = self.shot.footage, self.shot.here.view
        names = [view, *(other.name for other in footage.scene.views if other.name != view)]
        return [Source(frame, name) for name in names if footage.has_picture(frame, name)]

    def _camera(self, frame: int) -> Camera:
        return self.shot.footage.recording.camera(frame, self.shot.here.view)

    def moves(self, actor: Actor) -> bool:
        """Whether an actor is elsewhere now than when the nearest picture was taken."""
        now, then = (actor_at(actor, camera.t_us) for camera in (self.shot.camera, self._camera(self.place)))
        if now is None or then is None:
            return now is not then
        return float(np.linalg.norm(np.subtract(now.translation, then.translation))) > STILL_M

    def shows_another_side(self, actor: Actor) -> bool:
        """Whether the picture to ask saw an actor from elsewhere, or not at all."""
        there, here = self._camera(self.time if self.moves(actor) else self.place), self.shot.camera
        seen, wanted = (_eye_of(actor, camera) for camera in (there, here))
        if seen is None or wanted is None:
            return wanted is not None
        return float(np.linalg.norm(seen - wanted)) > OTHER_SIDE * float(np.linalg.norm(wanted))

    def passing(self, staying: Crowd) -> Mask:
        """Where those of the staying show who move, and the ground about all who do, where they are and where the nearest
        picture shows them: their shade goes along. Those who are gone throw none any more."""
        camera, then = self.shot.camera, self._camera(self.place)
        mask = np.zeros((camera.view.height, camera.view.width), bool)
        movers = [actor for actor in self.shot.footage.scene.actors if self.moves(actor)]
        outlines = hulls(staying, camera)
        for outline, _ in (outlines[actor.id] for actor in movers if actor.id in outlines):
            mask |= filled(outline, mask.shape) > 0
        gone = {actor.id for actor in self.shot.gone}
        for actor in movers:
            for t_us in (then.t_us,) if actor.id in gone else (camera.t_us, then.t_us):
                self._shade(mask, actor, Camera(camera.view, camera.T_world_camera, t_us))
        return mask

    def _shade(self, mask: Mask, actor: Actor, camera: Camera) -> None:
        T_world_box, standing = actor_at(actor, camera.t_us), self.shot.footage.standing
        if T_world_box is None:
            return
        mask |= footprint_mask(T_world_box, actor.size_lwh, camera, SHADOW_M) > 0
        shadow = standing.sun and fallen_at_most(standing.sun, actor, camera, standing.backdrop)
        if shadow is not None:
            mask[shadow.block.slices] |= shadow.share > FAINT


def vantage(shot: Shot, steps: tuple[int, ...]) -> Vantage:
    """Where to look at what a shot shows."""
    footage, view, camera = shot.footage, shot.here.view, shot.camera

    def apart(frame: int) -> float:
        other = footage.recording.camera(frame, view)
        turn = np.arccos(np.clip(camera.ahead @ other.ahead, -1, 1))
        late_s = abs(other.t_us - camera.t_us) * 1e-6
        return float(np.linalg.norm(camera.eye - other.eye) + TURN_M * turn + LATE_M * late_s)

    frames = [k for k in range(len(footage.scene.frames)) if footage.has_picture(k, view)]
    nearest = min(frames, key=apart)
    is_nearer = apart(nearest) < NEARER * apart(shot.here.frame)
    return Vantage(shot, nearest if is_nearer else shot.here.frame, steps)


def _eye_of(actor: Actor, camera: Camera) -> Array | None:
    """Where a camera is for an actor, in its box; None where the actor is not there."""
    T_world_box = actor_at(actor, camera.t_us)
    return None if T_world_box is None else T_world_box.inverse().apply(camera.eye)
