"""`town`: more scenes of Town, the made-up world, as a data set; the same seed gives the same scene."""

import argparse
import os
import sys
from pathlib import Path

from app.command.opening import CommandError, add_json, as_json, size


def add_to(commands: argparse._SubParsersAction) -> None:
    """The command's arguments."""
    parser = commands.add_parser("town", help="more scenes of the made-up world, by seed", description=__doc__)
    parser.add_argument(
        "--dataroot", type=Path, required=True, metavar="FOLDER", help="where to; an unfinished one is continued"
    )
    parser.add_argument("--scenes", type=int, default=1, metavar="N", help="how many")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="of the first scene; the next ones follow")
    parser.add_argument("--seconds", type=float, default=8.0, metavar="S", help="how long each scene is")
    parser.add_argument("--size", type=size, default=(800, 450), metavar="WxH", help="of the pictures, 800x450 without it")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, metavar="N", help="how many draw at a time")
    add_json(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Record them."""
    from engine.service.town import TownError, generate  # here, since it brings torch, which no other command waits for

    try:
        generate(
            options.dataroot, options.scenes, options.seed, options.size, options.seconds, options.processes, progress=_tell
        )
    except TownError as error:
        raise CommandError(str(error)) from error
    if options.json:
        print(as_json({"dataroot": str(options.dataroot), "scenes": options.scenes, "seed": options.seed}))
    else:
        print(f"{options.scenes} scenes in {options.dataroot}")
    return 0


def _tell(done: int, total: int) -> None:
    if sys.stderr.isatty():
        bar = "#" * (40 * done // total)
        print(f"\r[{bar:<40}] {done} of {total} pictures", end="" if done < total else "\n", file=sys.stderr, flush=True)
