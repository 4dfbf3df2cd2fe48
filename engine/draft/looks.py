"""Whose pixels an actor is drawn with: its own, another's of the drive, the one's most like it, or the shipped bank's."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from editor.appearance import drawn_as
from editor.geometry import Rigid
from editor.scene import Actor, ActorId, Scene
from editor.tracks import actor_at
from engine.draft.bank import BankEntry, apart, bank, of_family
from engine.draft.bodywork import bodywork
from engine.draft.from_bank import from_bank
from engine.draft.gather import Source, Witnesses
from engine.draft.haze import Air
from engine.draft.lift import Lifted, lifted
from engine.draft.paint import coat_of, daylight, repainted
from engine.draft.paints import Paints
from engine.draft.picks import LENT_SHARE, Pick, Wanted, best_picks
from engine.draft.sightings import Sightings, sightings
from engine.draft.silhouettes import Silhouettes
from engine.draft.sources import Camera
from engine.draft.stand_ins import MOST_UNSEEN, Role, shows_ill, stand_in
from engine.draft.standing import Standing
from engine.draft.surfaces import Block
from engine.requests import RenderError

WELL_SEEN_PX = 80.0  # an actor this tall in some picture (448 across) lends its looks well, to whoever comes near as well
SHIPPED_LIKENESS = 0.5  # of who is made up, where somebody recorded that lends its looks well has 1
SHIPPED_PERSON = 0.9  # people are seen from all sides in turn, and a made-up one is the same from each
SEEN_PX = 14.0  # one that never shows taller is a smudge and lends none


class Looks:
    """Lifts actors from the recording for any view that is wanted of them."""

    def __init__(self, witnesses: Witnesses, silhouettes: Silhouettes, standing: Standing) -> None:
        """Nothing is looked up yet."""
        self._witnesses, self._silhouettes = witnesses, silhouettes
        haze = standing.haze
        self._air = None if haze is None else Air(haze, witnesses.recording, witnesses.backdrop, witnesses.cast)
        self._standing = standing
        self._recorded = {actor.id: actor for actor in witnesses.cast.actors}
        self._sightings: dict[ActorId, Sightings] = {}
        self._like: dict[tuple[str, tuple[float, float, float]], Actor | BankEntry] = {}
        self._paints = Paints(witnesses, silhouettes)

    def lift(self, actor: Actor, wanted: Wanted, frame: int, block: Block) -> Lifted | None:
        """The actor's pixels in a block; None where no source can be read."""
        lender = self._lender(actor, wanted, frame)
        if isinstance(lender, Actor):
            found = self._recorded_one(lender, wanted, frame, block, is_anyone=self._drawn_as(actor).startswith("category:"))
        else:
            found = self._as_seen(lender, (), wanted, frame, block)
        if found is None or actor.look.colour is None:
            return found
        return self._repainted(found, actor, wanted, frame, block)

    def _repainted(self, found: Lifted, actor: Actor, wanted: Wanted, frame: int, block: Block) -> Lifted:
        """In the actor's colour, below the air before it: paint is told as it shows, and changed as it is."""
        coat = coat_of(found.colours, found.alpha, bodywork(actor.category, wanted, block))
        if coat is None:
            return found
        here, away = Source(frame, wanted.camera.view.name), _distance(wanted.T_world_box, wanted.camera)
        clear = found.colours if self._air is None else self._air.carried(found.colours, here, away, here, 0.0)
        painted = repainted(clear, found.alpha, coat, actor.look.colour, daylight(clear, found.alpha, found.seen))
        if self._air is not None:  # what paint changes, and no more: dark places have less light than the air would take away
            before, after = (self._air.carried(each, here, 0.0, here, away) for each in (clear, painted))
            painted = found.colours + after - before
        return found.recoloured(painted)

    def has_pictures(self, actor: Actor, wanted: Wanted, frame: int) -> bool:
        """Whether any recorded picture shows a recorded actor in more than strips."""
        return bool(self._picks(actor, wanted, frame))

    def _recorded_one(self, actor: Actor, wanted: Wanted, frame: int, block: Block, is_anyone: bool) -> Lifted | None:
        """From its own pictures, or by a stand-in in its paint; where its own picture is from the right side but ends too soon,
        from that as far as it goes, and by the stand-in from there on. Where anyone will do, clothes are no matter: what they
        show differs a little with the size that is drawn, and another person would be drawn large than small."""
        picks = self._picks(actor, wanted, frame)
        if not picks or not shows_ill(picks[0]):
            return self._as_seen(actor, picks, wanted, frame, block)
        is_painted = actor.category.startswith("vehicle.")
        paint = self._paints.of(actor, self._seen(actor)) if is_painted or not is_anyone else None
        others = [other for other in self._recorded.values() if other.category == actor.category and other.id != actor.id]
        role = Role(actor.category, wanted.size_lwh, paint, picks[0])
        who = stand_in(role, others, lambda other: self._picks(other, wanted, frame), self._paints.shown)
        if who is None:
            return self._as_seen(actor, picks, wanted, frame, block)
        theirs = self._picks(who, wanted, frame) if isinstance(who, Actor) else ()
        other = self._as_seen(who, theirs, wanted, frame, block)
        if other is not None and paint and is_painted:
            coat = coat_of(other.colours, other.alpha)
            other = other if coat is None else other.recoloured(repainted(other.colours, other.alpha, coat, paint))
        if other is not None and not picks[0].ends_too_soon(MOST_UNSEEN):
            return other
        own = self._as_seen(actor, picks, wanted, frame, block)
        return own.continued(other) if own is not None and other is not None else own or other

    def _as_seen(
        self, who: Actor | BankEntry, picks: Sequence[Pick], wanted: Wanted, frame: int, block: Block
    ) -> Lifted | None:
        if isinstance(who, BankEntry):
            return self._shipped_one(who, wanted, frame, block)
        for pick in picks:
            found = lifted(self._witnesses, self._silhouettes, who, wanted, pick, block, self._standing.sun)
            if found is not None:
                return self._through_air(found, who, pick.source, wanted, frame)
        return None

    def _through_air(self, found: Lifted, who: Actor, source: Source, wanted: Wanted, frame: int) -> Lifted:
        """With as much air before it as lies before where it is wanted."""
        if self._air is None or found.stayed:
            return found
        camera = self._witnesses.recording.camera(source.frame, source.view)
        there_m = _distance(actor_at(who, camera.t_us), camera)
        here, here_m = Source(frame, wanted.camera.view.name), _distance(wanted.T_world_box, wanted.camera)
        return found.recoloured(self._air.carried(found.colours, source, there_m, here, here_m))

    def _shipped_one(self, who: BankEntry, wanted: Wanted, frame: int, block: Block) -> Lifted:
        """In the light of the place as it is without the air before it, and then with it."""
        here = Source(frame, wanted.camera.view.name)
        picture = self._witnesses.recording.picture(here.frame, here.view)
        if self._air is None:
            return from_bank(who, wanted, block, picture, self._standing.sun)
        away = _distance(wanted.T_world_box, wanted.camera)
        clear = self._air.carried(picture, here, away, here, 0.0).astype(np.uint8)
        found = from_bank(who, wanted, block, clear, self._standing.sun)
        return found.recoloured(self._air.carried(found.colours, here, 0.0, here, away))

    def _lender(self, actor: Actor, wanted: Wanted, frame: int) -> Actor | BankEntry:
        kind, _, name = self._drawn_as(actor).partition(":")
        if kind == "bank":
            return _shipped(actor, name)
        if kind == "category":
            return self._most_like(actor)
        recorded = self._recorded.get(ActorId(name))
        if recorded is None:
            raise RenderError(f"Actor {actor.id} looks like {name}, whom this drive has not recorded.")
        return recorded if self._picks(recorded, wanted, frame) else self._most_like(replace(actor, category=recorded.category))

    def _drawn_as(self, actor: Actor) -> str:
        return drawn_as(actor, self._recorded.get(actor.id))

    def _picks(self, lender: Actor, wanted: Wanted, frame: int) -> list[Pick]:
        return best_picks(self._witnesses, lender, self._seen(lender), wanted, frame)

    def _most_like(self, actor: Actor) -> Actor | BankEntry:
        """The best seen recorded actor of the same category and about its size, or the bank's where that is more like it; else
        one of its kind."""
        key = actor.category, actor.size_lwh
        if key not in self._like:
            kind = actor.category.split(".")[0]
            alike = [a for a in self._recorded.values() if a.category == actor.category and self._tallest_px(a) > SEEN_PX]
            of_kind = [a for a in self._recorded.values() if a.category.split(".")[0] == kind and self._tallest_px(a) > 0]
            shipped = of_family(bank().values(), actor.category, actor.size_lwh)
            if not alike and shipped is None and not of_kind:
                raise RenderError(f"Nothing like {actor.category} was recorded in scene {self.scene.name} or is in the bank.")
            recorded = max(alike or of_kind, key=lambda a: self._likeness(a, actor), default=None)
            shipped_likeness = SHIPPED_PERSON if kind == "human" else SHIPPED_LIKENESS
            made_up = shipped is not None and shipped_likeness - apart(shipped.size_lwh, actor.size_lwh)
            keeps = shipped is None or (alike and self._likeness(recorded, actor) >= made_up)
            self._like[key] = recorded if keeps else shipped
        return self._like[key]

    def _tallest_px(self, actor: Actor) -> float:
        seen = self._seen(actor)
        return float(seen.height_px[seen.inside >= LENT_SHARE].max(initial=0.0))

    @property
    def scene(self) -> Scene:
        """The drive."""
        return self._witnesses.recording.scene

    def _likeness(self, candidate: Actor, actor: Actor) -> float:
        seen = self._seen(candidate)
        well = float((np.minimum(seen.height_px, WELL_SEEN_PX) * (seen.inside > 0.9)).max())
        return well / WELL_SEEN_PX - apart(candidate.size_lwh, actor.size_lwh)

    def _seen(self, actor: Actor) -> Sightings:
        if actor.id not in self._sightings:
            self._sightings[actor.id] = sightings(self._witnesses.recording.scene, actor)
        return self._sightings[actor.id]


def _distance(T_world_box: Rigid, camera: Camera) -> float:
    return float(np.linalg.norm(np.subtract(T_world_box.translation, camera.eye)))


def _shipped(actor: Actor, name: str) -> BankEntry:
    if name not in bank():
        raise RenderError(f"Actor {actor.id} looks like bank entry {name!r}; the bank has {', '.join(bank()) or 'none'}.")
    return bank()[name]
