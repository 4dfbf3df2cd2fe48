"""A picture to draft: from where, at what time, and who in it is asked for otherwise than recorded."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from editor.scene import Actor
from editor.tracks import actor_at
from engine.draft.crowd import Cast, Crowd
from engine.draft.differences import Difference
from engine.draft.footage import Footage
from engine.draft.gather import Source
from engine.draft.sources import Camera


@dataclass(frozen=True, eq=False)
class Shot:
    """`camera` is what sees it; `here` is the recorded picture of its view that is nearest to it in time, whose recording car
    it shows."""

    footage: Footage
    camera: Camera
    here: Source
    differences: Sequence[Difference]

    @property
    def gone(self) -> list[Actor]:
        """As they were recorded, those who stand there no more."""
        return [d.was for d in self.differences if d.was is not None and not d.stays]

    @property
    def come(self) -> list[Actor]:
        """As they are asked for, those who stand where nobody was recorded so."""
        return [d.now for d in self.differences if d.now is not None and not d.stays]

    @property
    def shown(self) -> list[Actor]:
        """As they are asked for, all who are to be drawn, far to near."""
        actors = [d.now for d in self.differences if d.now is not None]
        return sorted(actors, key=lambda actor: (-self.distance(actor), actor.id))

    @cached_property
    def changed_ids(self) -> set[str]:
        """Of all who are drawn otherwise than the recorded pictures show them."""
        return {str(actor.id) for d in self.differences for actor in (d.was, d.now) if actor is not None}

    @cached_property
    def staying(self) -> Crowd:
        """All others who were recorded there."""
        return Cast(self.unchanged).at(self.camera.t_us)

    @cached_property
    def left(self) -> Crowd:
        """All who were recorded there, without those who are gone."""
        gone = {actor.id for actor in self.gone}
        return Cast(tuple(a for a in self.footage.scene.actors if a.id not in gone)).at(self.camera.t_us)

    @cached_property
    def asked(self) -> Crowd:
        """All who are asked for."""
        return Cast((*self.unchanged, *self.shown)).at(self.camera.t_us)

    @cached_property
    def unchanged(self) -> tuple[Actor, ...]:
        """All others, whenever they are there."""
        return tuple(a for a in self.footage.scene.actors if str(a.id) not in self.changed_ids)

    def distance(self, actor: Actor) -> float:
        """Metres from the camera to the middle of an actor's box."""
        return float(np.linalg.norm(np.subtract(actor_at(actor, self.camera.t_us).translation, self.camera.eye)))
