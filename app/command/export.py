"""`export`: a take as a folder that other tools read: data set, films, masks, the take and a report."""

import argparse
import sys
from contextlib import ExitStack, closing
from pathlib import Path
from tempfile import TemporaryDirectory

from app.command.opening import CommandError, add_clip, add_json, add_take, as_json, frames_of, opened, views_of
from app.export.bundle import export
from app.export.generated import left_as_drafts
from app.export.order import Order, Progress
from editor.scene import Scene
from engine.requests import Model
from engine.service.adapted import adapted_to
from engine.service.devices import lacks
from engine.service.local import NUM_PROCESSES, local_service
from engine.service.shipped import SHIPPED, is_checkpoint


def add_to(commands: argparse._SubParsersAction) -> None:
    """The command's arguments."""
    parser = commands.add_parser("export", help="a take as a data set with films, masks and a report", description=__doc__)
    add_take(parser)
    add_clip(parser)
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="where to; it must not be there yet")
    parser.add_argument("--png", action="store_true", help="changed pictures as PNG instead of JPEG of quality 95")
    parser.add_argument("--no-masks", action="store_true", help="leave the instance masks out")
    about = "the world model draws what is changed, at 448x256 and enlarged; drafts without it"
    parser.add_argument("--generated", action="store_true", help=about)
    about = "with --generated, other weights than the drive's own or those that ship"
    parser.add_argument("--checkpoint", type=Path, metavar="FOLDER", help=about)
    parser.add_argument("--device", metavar="NAME", help="with --generated, cpu (as usual), cuda or cuda:N")
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
        _model(options, clip.scene),
    )
    _warn(order)
    with ExitStack() as stack:
        # What the model drew from is looked at again; drafts alone are drawn once.
        folder = None if order.model is None else Path(stack.enter_context(TemporaryDirectory()))
        service = stack.enter_context(local_service(folder, num_processes=NUM_PROCESSES))
        for progress in stack.enter_context(closing(export(order, service))):
            _tell(progress)
    if options.json:
        print(as_json({"out": str(options.out), "frames": len(order.frames), "views": list(order.views)}))
    else:
        print(f"{len(order.frames)} frames of {len(order.views)} views in {options.out}")
    return 0


def _model(options: argparse.Namespace, scene: Scene) -> Model | None:
    if not options.generated:
        for name in ("checkpoint", "device"):
            if getattr(options, name) is not None:
                raise CommandError(f"--{name} without --generated; wanted both, since only the world model has a {name}")
        return None
    folder = options.checkpoint or adapted_to(scene) or SHIPPED
    if not is_checkpoint(folder):
        raise CommandError(f"no checkpoint in {folder}; wanted the folder of one by --checkpoint")
    device = options.device or "cpu"
    if sentence := lacks(device):
        raise CommandError(sentence)
    return Model(folder, device=device)


def _warn(order: Order) -> None:
    left = 0 if order.model is None else len(left_as_drafts(order))
    if left > 0:
        about = "the world model draws frames that have a picture of each view asked for"
        print(f"python -m app export: {left} changed pictures will be drafts; {about}", file=sys.stderr)


def _tell(progress: Progress) -> None:
    if sys.stderr.isatty() and progress.stage != "done":
        end = "\n" if progress.done == progress.total else ""
        print(f"\r{progress.stage}: {progress.done} of {progress.total}   ", end=end, file=sys.stderr, flush=True)
