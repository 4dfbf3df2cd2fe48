"""What of a take's changes each picture can show: a draft draws a picture from the recording and from this alone.

So a second edit leaves the pictures that do not see it as they are, and undoing an edit finds them stored.
"""

from editor.dirty import Change, changes
from editor.scene import Actor, Picture, Scenario, recorded
from editor.tracks import actor_at, ego_at

Place = tuple[int, str]  # frame, view


def shown_changes(scenario: Scenario, places: tuple[Place, ...]) -> list[str]:
    """What each picture shows otherwise than the recording: the same words whenever it shows the same."""
    scene = scenario.scene
    row = {view.name: i for i, view in enumerate(scene.views)}
    changed = changes(recorded(scene), scenario)
    words = []
    for frame, view in places:
        picture = scene.frames[frame].picture(view)
        ego = ego_at(scenario, picture)
        # From a bent path the whole picture is drawn anew, out of pictures that others may stand in.
        is_bent = ego != picture.T_world_ego
        seen = [change for change in changed if is_bent or change.drawn[row[view], frame]]
        words.append("\n".join([repr(ego)] * is_bent + [_words(change, picture) for change in seen]))
    return words


def _words(change: Change, picture: Picture) -> str:
    was, now = change.was, change.now
    before, after = (actor_at(actor, picture.t_us) if actor is not None else None for actor in (was, now))
    if before == after and _looks(was) == _looks(now):
        return ""
    return repr(((was or now).id, after, _looks(now) if after is not None else None))


def _looks(actor: Actor | None) -> tuple[object, ...] | None:
    return None if actor is None else (actor.size_lwh, actor.look)
