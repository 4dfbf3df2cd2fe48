"""`render`: a take's draft frames as PNG pictures, or as films, in a folder."""

import argparse
import sys
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import numpy as np

from app.command.opening import Opened, add_clip, add_json, add_take, as_json, frames_of, opened, size, views_of
from app.export.label import labelled
from app.export.pixels import write_png
from app.export.staging import staged
from app.export.video import GREY, Film, frame_rate
from engine.requests import SIZE, Chunk, Request
from engine.service.local import NUM_PROCESSES, local_service


def add_to(commands: argparse._SubParsersAction) -> None:
    """The command's arguments."""
    parser = commands.add_parser("render", help="a take's draft frames, as PNG pictures or films", description=__doc__)
    add_take(parser)
    add_clip(parser)
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="where to; it must not be there yet")
    parser.add_argument("--size", type=size_or_recorded, default=SIZE, metavar="WxH", help="such as 448x256, or 'recorded'")
    parser.add_argument("--video", action="store_true", help="one labelled MP4 per view instead of pictures")
    add_json(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Draw them."""
    clip = opened(options)
    views, frames = views_of(options, clip.scene), frames_of(options, clip.scene)
    request = Request(options.dataroot, clip.scenario, views, frames, options.size, seed=clip.take.seed)
    write = write_films if options.video else write_pictures
    with (
        staged(options.out) as folder,
        local_service(num_processes=NUM_PROCESSES) as service,
        closing(service.render(request)) as chunks,
    ):
        drawn = [_fact(clip, chunk) for chunk in write(clip, request, _told(chunks), folder)]
    if options.json:
        print(as_json({"out": str(options.out), "pictures": drawn}))
    else:
        print(f"{len(drawn)} pictures in {options.out}")
    return 0


def write_pictures(clip: Opened, request: Request, chunks: Iterator[Chunk], folder: Path) -> Iterator[Chunk]:
    """One PNG per picture, in a folder per view, named by frame."""
    for view in request.views:
        (folder / view).mkdir()
    for chunk in chunks:
        write_png(folder / chunk.view / f"{chunk.frame:05d}.png", chunk.picture)
        yield chunk


def write_films(clip: Opened, request: Request, chunks: Iterator[Chunk], folder: Path) -> Iterator[Chunk]:
    """One film per view that has any picture, grey where one is missing; pictures wait until their turn in it comes."""
    rate = frame_rate([clip.scene.frames[index].t_us for index in request.frames])
    places = set(request.places())
    shown = [view for view in request.views if any(view == name for _, name in places)]
    with ExitStack() as stack:
        films = {view: stack.enter_context(Film(folder / f"{view}.mp4", rate)) for view in shown}
        left = {view: deque(request.frames) for view in shown}
        waiting: dict[tuple[int, str], Chunk | None] = {
            (f, v): None for f in request.frames for v in shown if (f, v) not in places
        }
        for chunk in chunks:
            waiting[chunk.frame, chunk.view] = chunk
            _write_ready(films[chunk.view], chunk, left[chunk.view], waiting)
            yield chunk


def _write_ready(film: Film, last: Chunk, left: deque[int], waiting: dict[tuple[int, str], Chunk | None]) -> None:
    """All of the next frames of the last picture's view that need no longer wait for others."""
    while left and (left[0], last.view) in waiting:
        ready = waiting.pop((left.popleft(), last.view))
        picture = np.full_like(last.picture, GREY) if ready is None else ready.picture
        film.add(labelled(picture, last.view, None if ready is None else ready.origin))


def _told(chunks: Iterator[Chunk]) -> Iterator[Chunk]:
    """The chunks, counted on the terminal where there is one."""
    for chunk in chunks:
        if sys.stderr.isatty():
            print(f"\r{chunk.done} of {chunk.total} pictures", end="" if chunk.done < chunk.total else "\n", file=sys.stderr)
        yield chunk


def _fact(clip: Opened, chunk: Chunk) -> dict[str, str | int]:
    return {"frame": chunk.frame, "t_us": clip.scene.frames[chunk.frame].t_us, "view": chunk.view, "origin": chunk.origin}


def size_or_recorded(text: str) -> tuple[int, int] | None:
    """A picture size; None for the recorded one."""
    return None if text == "recorded" else size(text)
