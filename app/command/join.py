"""`join`: several exports as one data set, a scene each, that nuscenes-devkit opens."""

import argparse
from contextlib import closing
from pathlib import Path

from app.command.opening import add_json, as_json
from app.export.joining import joined


def add_to(commands: argparse._SubParsersAction) -> None:
    """The command's arguments."""
    parser = commands.add_parser("join", help="several exports as one data set", description=__doc__)
    parser.add_argument("bundles", nargs="+", type=Path, metavar="FOLDER", help="what `export` or the window has made")
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="where to; it must not be there yet")
    add_json(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Make the data set; the bundles stay as they are."""
    with closing(joined(options.bundles, options.out)) as steps:
        for _ in steps:
            pass
    scenes = [bundle.resolve().name for bundle in options.bundles]
    if options.json:
        print(as_json({"out": str(options.out), "scenes": scenes}))
    else:
        print(f"{len(scenes)} scenes in {options.out}")
    return 0
