"""Where a drive's anchors are, and which frames lie between two of them."""

from itertools import pairwise

from editor.scene import Frame, Scene

LEAST_APART_US = 400_000  # two anchors a second, where the data set annotates as often or more often


def anchor_frames(scene: Scene) -> tuple[int, ...]:
    """Where anchors are drawn: keyframes, at most about two a second, and the first and last frames with all their pictures."""
    complete = [i for i, frame in enumerate(scene.frames) if is_complete(frame, scene)]
    if len(complete) < 2:
        return ()
    chosen, last = complete[:1], complete[-1]
    for i in complete:
        if scene.frames[i].is_keyframe and scene.frames[i].t_us - scene.frames[chosen[-1]].t_us >= LEAST_APART_US:
            chosen.append(i)
    return tuple(chosen) if chosen[-1] == last else (*chosen, last)


def segments(scene: Scene) -> tuple[tuple[int, ...], ...]:
    """The frames from each anchor to the next, both included; those that lack a picture are in none."""
    complete = [i for i, frame in enumerate(scene.frames) if is_complete(frame, scene)]
    return tuple(tuple(i for i in complete if a <= i <= b) for a, b in pairwise(anchor_frames(scene)))


def segment_frames(scene: Scene, first: int) -> tuple[int, ...]:
    """Those of the segment that begins with this anchor; none where no segment does."""
    return next((segment for segment in segments(scene) if segment[0] == first), ())


def is_complete(frame: Frame, scene: Scene) -> bool:
    """Whether every view of a frame can be drawn."""
    pictures = (frame.picture(view.name) for view in scene.views)
    return all(picture is not None and picture.can_be_drawn for picture in pictures)
