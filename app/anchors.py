"""Where a drive's anchors are, and which frames lie between two of them.

The world model draws the views of a frame beside one another, so it draws frames that have all their pictures: those of the
views that are asked for and of which there is any picture at all.
"""

from collections.abc import Iterator
from itertools import pairwise

from editor.scene import Scene

LEAST_APART_US = 400_000  # two anchors a second, where the data set annotates as often or more often
MOST_APART = 12  # frames from one anchor to the next: a segment is drawn at once, whatever a camera's rate


def anchor_frames(scene: Scene, views: tuple[str, ...] | None = None) -> tuple[int, ...]:
    """Where anchors are drawn: keyframes, at most about two a second, the first and last frames with all their pictures, and
    others where these are too far apart."""
    complete = complete_frames(scene, views)
    chosen = complete[:1]
    for i in complete:
        if scene.frames[i].is_keyframe and scene.frames[i].t_us - scene.frames[chosen[-1]].t_us >= LEAST_APART_US:
            chosen = (*chosen, i)
    chosen = chosen if chosen[-1:] == complete[-1:] else (*chosen, complete[-1])
    return (*chosen[:1], *(i for a, b in pairwise(chosen) for i in _on_the_way(complete, a, b)))


def _on_the_way(complete: tuple[int, ...], a: int, b: int) -> Iterator[int]:
    """The anchors after one up to the next, evenly spread."""
    first, last = complete.index(a), complete.index(b)
    steps = -(-(last - first) // MOST_APART)
    return (complete[first + (last - first) * k // steps] for k in range(1, steps + 1))


def segments(scene: Scene, views: tuple[str, ...] | None = None) -> tuple[tuple[int, ...], ...]:
    """The frames from each anchor to the next, both included; those that lack a picture are in none."""
    complete = complete_frames(scene, views)
    return tuple(tuple(i for i in complete if a <= i <= b) for a, b in pairwise(anchor_frames(scene, views)))


def segment_frames(scene: Scene, first: int) -> tuple[int, ...]:
    """Those of the segment that begins with this anchor; none where no segment does."""
    return next((segment for segment in segments(scene) if segment[0] == first), ())


def complete_frames(scene: Scene, views: tuple[str, ...] | None = None) -> tuple[int, ...]:
    """The frames of which every view can be drawn: every one of these that has pictures, all such where none are named."""
    wanted = shown_views(scene, views)
    return tuple(i for i in range(len(scene.frames)) if wanted and all(can_be_drawn(scene, i, view) for view in wanted))


def shown_views(scene: Scene, views: tuple[str, ...] | None = None) -> tuple[str, ...]:
    """Of these views, or of all, those of which any picture is on disk, in the order that they have."""
    names = tuple(view.name for view in scene.views) if views is None else views
    there = {picture.view for frame in scene.frames for picture in frame.pictures if picture.exists}
    return tuple(name for name in names if name in there)


def can_be_drawn(scene: Scene, frame: int, view: str) -> bool:
    """Whether a take can show this picture."""
    picture = scene.frames[frame].picture(view)
    return picture is not None and picture.can_be_drawn
