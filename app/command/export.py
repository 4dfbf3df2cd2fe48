"""`export`: a take as a folder that other tools read: data set, films, masks, the take and a report."""

import argparse
import sys
from contextlib import closing
from pathlib import Path

from app.command.opening import add_clip, add_json, add_take, as_json, frames_of, opened, views_of
from app.export.bundle import export
from app.export.order import Order, Progress
from engine.service.local import NUM_PROCESSES, local_service


def add_to(commands: argparse._SubParsersAction) -> None:
    """The command's arguments."""
    parser = commands.add_parser("export", help="a take as a data set with films, masks and a report", description=__doc__)
    add_take(parser)
    add_clip(parser)
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="where to; it must not be there yet")
    parser.add_argument("--png", action="store_true", help="changed pictures as PNG instead of JPEG of quality 95")
    parser.add_argument("--no-masks", action="store_true", help="leave the instance masks out")
    add_json(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Make the bundle."""
    clip = opened(options)
    order = Order(
        options.dataroot,
        clip.take,
        clip.scenario,
        clip.data_set.street_map(clip.scene),
        options.out,
        views_of(options, clip.scene),
        frames_of(options, clip.scene),
        "png" if options.png else "jpeg",
        not options.no_masks,
    )
    with local_service(num_processes=NUM_PROCESSES) as service, closing(export(order, service)) as steps:
        for progress in steps:
            _tell(progress)
    if options.json:
        print(as_json({"out": str(options.out), "frames": len(order.frames), "views": list(order.views)}))
    else:
        print(f"{len(order.frames)} frames of {len(order.views)} views in {options.out}")
    return 0


def _tell(progress: Progress) -> None:
    if sys.stderr.isatty() and progress.stage != "done":
        end = "\n" if progress.done == progress.total else ""
        print(f"\r{progress.stage}: {progress.done} of {progress.total}   ", end=end, file=sys.stderr, flush=True)
