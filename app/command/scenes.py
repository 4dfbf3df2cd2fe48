"""`scenes`: which scenes a data set has."""

import argparse
from dataclasses import asdict

from app.command.opening import add_data_set, add_json, as_json
from editor.datasets.nuscenes import open_data_set


def add_to(commands: argparse._SubParsersAction) -> None:
    """The command's arguments."""
    parser = commands.add_parser("scenes", help="which scenes a data set has", description=__doc__)
    add_data_set(parser)
    add_json(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print them."""
    summaries = open_data_set(options.dataroot, options.version).summaries()
    if options.json:
        print(as_json([asdict(summary) for summary in summaries]))
        return 0
    for scene in summaries:
        facts = f"{scene.duration_s:.1f} s, {scene.num_keyframes} keyframes, {len(scene.views)} views"
        print(f"{scene.name}  {facts}, {scene.location}, {scene.date}  {scene.description}")
    return 0
