"""What of a take's changes each picture can show: a draft draws a picture from the recording and from this alone.

So a second edit leaves the pictures that do not see it as they are, and undoing an edit finds them stored. What the world model
draws goes by the same, and by what it is told beside: labels.
"""

from functools import lru_cache

import numpy as np

from editor.appearance import appearance
from editor.dirty import changes
from editor.identity import Same
from editor.scene import Actor, Scenario, recorded
from editor.tracks import actor_at, ego_at
from engine.requests import Place

NUM_WORDS = 50_000  # kept, so that the next edit asks anew for one actor alone


def shown_changes(scenario: Scenario, places: tuple[Place, ...], *, labels: bool = False) -> list[str]:
    """What each picture shows otherwise than the recording: the same words whenever it shows the same. With `labels`, also
    who is called otherwise in it."""
    scene = scenario.scene
    row = {view.name: i for i, view in enumerate(scene.views)}
    at = tuple(np.array([(row[view], frame) for frame, view in places], dtype=np.intp).reshape(-1, 2).T)
    changed = [
        (Same(change.was), Same(change.now), (change.named if labels else change.drawn)[at])
        for change in changes(recorded(scene), scenario)
    ]
    words = []
    for i, (frame, view) in enumerate(places):
        picture = scene.frames[frame].picture(view)
        ego = ego_at(scenario, picture)
        # From a bent path, and beyond the recording, all of it is drawn anew, out of pictures that others may stand in.
        is_bent = picture.is_beyond or ego != picture.T_world_ego
        seen = (_words(was, now, picture.t_us, labels) for was, now, drawn in changed if is_bent or drawn[i])
        words.append("\n".join([repr(ego)] * is_bent + [each for each in seen if each]))
    return words


@lru_cache(maxsize=NUM_WORDS)
def _words(was: Same[Actor | None], now: Same[Actor | None], t_us: int, labels: bool) -> str:
    """What of one actor's change a picture of that time shows; nothing where it shows the same."""
    before, after = (_shown(actor.value, was.value, t_us, labels) for actor in (was, now))
    return "" if before == after else repr(((was.value or now.value).id, after))


def _shown(actor: Actor | None, was: Actor | None, t_us: int, labels: bool) -> tuple[object, ...] | None:
    """Where an actor is and what it looks like; None where it is not there."""
    T_world_box = actor_at(actor, t_us) if actor is not None else None
    return T_world_box and (T_world_box, *appearance(actor, was), *([actor.category] if labels else []))
