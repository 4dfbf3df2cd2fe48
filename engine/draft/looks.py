"""Whose pixels an actor is drawn with: its own, another's of the same drive, or those of the one most like it."""

import numpy as np

from editor.scene import Actor, ActorId, Scene
from engine.draft.gather import Witnesses
from engine.draft.lift import Lifted, Sightings, Wanted, best_picks, lifted, sightings
from engine.draft.paint import repainted
from engine.draft.silhouettes import Silhouettes
from engine.draft.surfaces import Block
from engine.service.requests import RenderError

WELL_SEEN_PX = 40.0  # an actor this tall in some picture (448 across) lends its looks well


class Looks:
    """Lifts actors from the recording for any view that is wanted of them."""

    def __init__(self, witnesses: Witnesses, silhouettes: Silhouettes) -> None:
        """Nothing is looked up yet."""
        self._witnesses, self._silhouettes = witnesses, silhouettes
        self._recorded = {actor.id: actor for actor in witnesses.cast.actors}
        self._sightings: dict[ActorId, Sightings] = {}
        self._like: dict[tuple[str, tuple[float, float, float]], Actor] = {}

    def lift(self, actor: Actor, wanted: Wanted, frame: int, block: Block) -> Lifted | None:
        """The actor's pixels in a block; None where no source can be read."""
        lender = self._lender(actor)
        for pick in best_picks(self._witnesses, lender, self._seen(lender), wanted, frame):
            found = lifted(self._witnesses, self._silhouettes, lender, wanted, pick, block)
            if found is not None:
                return (
                    found
                    if actor.look.colour is None
                    else found.recoloured(repainted(found.colours, found.alpha, actor.look.colour))
                )
        return None

    def _lender(self, actor: Actor) -> Actor:
        source = actor.look.source
        if source is not None and source.startswith("actor:"):
            name = ActorId(source.removeprefix("actor:"))
            if name not in self._recorded:
                raise RenderError(f"Actor {actor.id} looks like {name}, whom this drive has not recorded.")
            return self._recorded[name]
        if source is None and actor.id in self._recorded and len(self._seen(self._recorded[actor.id]).sources):
            return self._recorded[actor.id]
        return self._most_like(actor)

    def _most_like(self, actor: Actor) -> Actor:
        """The best seen recorded actor of the same category, or of the same kind where there is none, of about its size."""
        key = actor.category, actor.size_lwh
        if key not in self._like:
            kind = actor.category.split(".")[0]
            candidates = [a for a in self._recorded.values() if a.category == actor.category and len(self._seen(a).sources)]
            candidates = candidates or [
                a for a in self._recorded.values() if a.category.split(".")[0] == kind and len(self._seen(a).sources)
            ]
            if not candidates:
                raise RenderError(
                    f"Nothing like a {actor.category} was recorded in scene {self.scene.name}, so none can be drawn."
                )
            self._like[key] = max(candidates, key=lambda a: self._likeness(a, actor))
        return self._like[key]

    @property
    def scene(self) -> Scene:
        """The drive."""
        return self._witnesses.recording.scene

    def _likeness(self, candidate: Actor, actor: Actor) -> float:
        seen = self._seen(candidate)
        well = float((np.minimum(seen.height_px, WELL_SEEN_PX) * (seen.inside > 0.9)).max())
        return well / WELL_SEEN_PX - float(np.abs(np.log(np.divide(candidate.size_lwh, actor.size_lwh))).sum())

    def _seen(self, actor: Actor) -> Sightings:
        if actor.id not in self._sightings:
            self._sightings[actor.id] = sightings(self._witnesses.recording.scene, actor)
        return self._sightings[actor.id]
