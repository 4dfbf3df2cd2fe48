"""The paint of recorded actors, as pictures show it."""

import numpy as np

from editor.scene import Actor, ActorId
from engine.draft.gather import Source, Witnesses
from engine.draft.paint import paint_of
from engine.draft.sightings import Sightings
from engine.draft.silhouettes import Silhouettes

ENOUGH_PX = 40.0  # taller (in a picture 448 across) nobody's paint is told better
LOOKED_AT = 4  # of the pictures that show an actor best


class Paints:
    """Each is told once, when it is first asked for: "#rrggbb", or None where too little shows."""

    def __init__(self, witnesses: Witnesses, silhouettes: Silhouettes) -> None:
        """Nothing is looked at yet."""
        self._witnesses, self._silhouettes = witnesses, silhouettes
        self._told: dict[tuple[ActorId, Source], str | None] = {}

    def of(self, actor: Actor, seen: Sightings) -> str | None:
        """From the best of the pictures that show it."""
        best = np.argsort(-np.minimum(seen.height_px, ENOUGH_PX) * seen.inside, kind="stable")[:LOOKED_AT]
        return next(filter(None, (self.shown(actor, seen.sources[k]) for k in best)), None)

    def shown(self, actor: Actor, source: Source) -> str | None:
        """In one picture."""
        if (actor.id, source) not in self._told:
            picture = self._witnesses.recording.glance(source.frame, source.view)
            alpha = self._silhouettes.of(str(actor.id), source)
            seen = picture is not None and alpha is not None
            self._told[actor.id, source] = paint_of(picture.astype(np.float32), alpha) if seen else None
        return self._told[actor.id, source]
