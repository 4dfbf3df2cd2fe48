"""What of a take's changes each picture can show: a draft draws a picture from the recording and from this alone.

So a second edit leaves the pictures that do not see it as they are, and undoing an edit finds them stored. What the world model
draws goes by the same, and by what it is told beside: labels.
"""

from functools import lru_cache

import numpy as np

from editor.dirty import changes
from editor.identity import Same
from editor.scene import Actor, Scenario, recorded
from editor.tracks import actor_at, ego_at

Place = tuple[int, str]  # frame, view
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
        seen = [_words(was, now, picture.t_us, labels) for was, now, drawn in changed if is_bent or drawn[i]]
        words.append("\n".join([repr(ego)] * is_bent + seen))
    return words


@lru_cache(maxsize=NUM_WORDS)
def _words(was: Same[Actor | None], now: Same[Actor | None], t_us: int, labels: bool) -> str:
    """What of one actor's change a picture of that time shows."""
    before, after = (actor_at(actor.value, t_us) if actor.value is not None else None for actor in (was, now))
    if before == after and _looks(was.value, labels) == _looks(now.value, labels):
        return ""
    return repr(((was.value or now.value).id, after, _looks(now.value, labels) if after is not None else None))


def _looks(actor: Actor | None, labels: bool) -> tuple[object, ...] | None:
    return None if actor is None else (actor.size_lwh, actor.look, *([actor.category] if labels else []))
