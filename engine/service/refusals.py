"""Requests that cannot be answered, and the sentence that says why."""

from engine.requests import RenderError, Request

NAMES = {"anchor": "anchors", "refined": "refined pictures"}
MULTIPLE = 16  # of pixels: what the world model draws is made of squares so large


def check(request: Request) -> None:
    """RenderError in one sentence for what can be known to fail before anything is drawn."""
    scene = request.scenario.scene
    frames, views = request.clip()
    unknown = set(views) - {view.name for view in scene.views}
    if unknown:
        raise RenderError(f"Scene {scene.name} has no view {', '.join(sorted(unknown))}.")
    if not all(0 <= frame < len(scene.frames) for frame in frames):
        raise RenderError(f"Frames {min(frames)} to {max(frames)} asked of scene {scene.name}, which has {len(scene.frames)}.")
    if not request.places():
        raise RenderError(f"Scene {scene.name}: none of the pictures asked for is on disk.")
    if request.size is not None and min(request.size) < 1:
        raise RenderError(f"A picture size of {request.size[0]}x{request.size[1]}; wanted positive width and height.")
    if request.tier != "draft":
        _check_modelled(request)


def _check_modelled(request: Request) -> None:
    """What the world model needs beyond what a draft needs."""
    what = NAMES[request.tier]
    if request.model is None:
        raise RenderError(f"There is no checkpoint to draw {what} with: --checkpoint names one; drafts need none.")
    if not request.model.checkpoint.is_dir():
        raise RenderError(f"There is no checkpoint {request.model.checkpoint}; wanted the folder of one.")
    if request.model.steps < 1:
        raise RenderError(f"{request.model.steps} steps for {what}; wanted one or more.")
    if request.size is None or request.size[0] % MULTIPLE or request.size[1] % MULTIPLE:
        got = "recorded" if request.size is None else f"{request.size[0]}x{request.size[1]}"
        raise RenderError(f"{what.capitalize()} of the size {got}; wanted multiples of {MULTIPLE}, as 448x256.")
    frames, views = request.clip()
    pictures = request.scenario.scene.frames
    for frame, view in ((frame, view) for frame in frames for view in views):
        picture = pictures[frame].picture(view)
        if picture is None or not picture.can_be_drawn:
            raise RenderError(
                f"Frame {frame} has no picture of {view} on disk; the world model draws all views asked for at once."
            )
    if request.tier == "refined" and not _are_segments(request.anchors, frames):
        got = f" with anchors at {', '.join(map(str, request.anchors))}" if request.anchors else ""
        raise RenderError(
            f"Segments{got} of the frames {', '.join(map(str, frames))}; "
            "wanted two anchors or more, the first and the last frame among them."
        )


def _are_segments(anchors: tuple[int, ...], frames: tuple[int, ...]) -> bool:
    ends = anchors or (frames[0], frames[-1])
    return len(set(ends)) >= 2 and set(ends) <= set(frames) and (min(ends), max(ends)) == (frames[0], frames[-1])
