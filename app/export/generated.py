"""What the world model draws of a bundle: all that the take changes, small and in one go, and each picture at its camera's size
once its draft is there.

What the window has drawn already is found stored, so a bundle shows what was looked at.
"""

import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from app.anchors import anchor_frames, can_be_drawn, segments, shown_views
from app.export.order import Order, Progress
from app.export.pixels import read_pixels, write_png
from app.export.staging import ExportError
from editor.dirty import dirty
from editor.scene import recorded
from engine.requests import SIZE, Chunk, Place, RenderError, Request
from engine.service.enlarge import enlarged
from engine.service.protocol import Service

FOLDER = ".generated"  # in the bundle, while it is being made


def left_as_drafts(order: Order) -> tuple[Place, ...]:
    """The pictures that an order's model cannot draw anew although the take changes them: another view of their frame that the
    order wants has none."""
    changed = _changed(order)
    return tuple(sorted(changed - set(_request(order, changed).asked())))


def draw_generated(order: Order, service: Service, folder: Path) -> Iterator[Progress]:
    """Have the order's model draw, refined, every picture that the take changes between two anchors, and keep it with its draft
    until `as_generated` wants it. A drive that has one such frame alone is drawn as its anchor.

    RenderError where they cannot be drawn; ExportError where nothing that the take changes is among them."""
    changed = _changed(order)
    request = _request(order, changed)
    done, total = 0, len(request.asked())
    if total == 0 and changed:
        raise ExportError(
            f"None of the {len(changed)} pictures that take {order.take.name!r} changes can be generated: no frame asked for "
            f"has a picture of each of {', '.join(order.views)}. Export drafts, or fewer views."
        )
    if total == 0:
        return
    yield Progress("generated", 0, total)
    with closing(service.render(request)) as chunks:
        for chunk in chunks:
            if not chunk.preview:
                done += 1
                _keep(service, request, chunk, folder)
            yield Progress("generated", done, total, chunk.seconds_left)
    if done < total:
        raise RenderError(f"The world model ended after {done} of {total} pictures.")


def as_generated(order: Order, draft: Chunk, folder: Path) -> Chunk:
    """A picture's draft at the recorded size with what the model changed; the draft itself where it changed nothing."""
    files = _files(folder, draft)
    if not all(file.is_file() for file in files):
        return draft
    picture = enlarged(draft.picture, order.scenario.scene.view(draft.view), *map(read_pixels, files))
    changed = (picture != draft.picture).any(axis=-1)
    return replace(draft, tier="refined", origin="generated", picture=picture, dirty=draft.dirty | changed)


def forget(folder: Path) -> None:
    """Remove what was kept."""
    shutil.rmtree(folder / FOLDER, ignore_errors=True)


def _request(order: Order, changed: set[Place]) -> Request:
    """All segments that the order has frames of, whole, since a segment is drawn from both its anchors."""
    scene, ordered, views = order.scenario.scene, set(order.frames), shown_views(order.scenario.scene, order.views)
    needed = [segment for segment in segments(scene, views) if not ordered.isdisjoint(segment)]
    frames = tuple(sorted({frame for segment in needed for frame in segment}))
    anchors = tuple(sorted({end for segment in needed for end in (segment[0], segment[-1])}))
    if not needed:
        frames = tuple(frame for frame in anchor_frames(scene, views) if frame in ordered)
    only = tuple(sorted(place for place in changed if place[0] in frames))
    return Request(
        order.dataroot,
        order.scenario,
        views,
        frames,
        SIZE,
        "refined" if needed else "anchor",
        seed=order.take.seed,
        only=only,
        model=order.model,
        anchors=anchors,
    )


def _changed(order: Order) -> set[Place]:
    """What the take changes of the order's pictures."""
    scene = order.scenario.scene
    stale = dirty(recorded(scene.as_recorded), order.scenario).model
    asked = ((frame, view) for frame in order.frames for view in order.views if frame in stale.get(view, ()))
    return {(frame, view) for frame, view in asked if can_be_drawn(scene, frame, view)}


def _keep(service: Service, request: Request, chunk: Chunk, folder: Path) -> None:
    if chunk.origin != "generated":
        return
    one = replace(request, tier="draft", only=((chunk.frame, chunk.view),), model=None, anchors=())
    (draft,) = service.render(one)  # stored when the model drew from it
    if (draft.picture == chunk.picture).all():
        return
    for file, picture in zip(_files(folder, chunk), (draft.picture, chunk.picture), strict=True):
        file.parent.mkdir(parents=True, exist_ok=True)
        write_png(file, picture)


def _files(folder: Path, chunk: Chunk) -> tuple[Path, Path]:
    stem = folder / FOLDER / chunk.view / f"{chunk.frame:05d}"
    return stem.with_suffix(".draft.png"), stem.with_suffix(".drawn.png")
