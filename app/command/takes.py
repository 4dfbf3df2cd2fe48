"""`takes`: which takes a workspace has, so that a script can pick clips by scene, tag and rating."""

import argparse
import sys
from pathlib import Path

from app.command.opening import CommandError, add_json, as_json
from app.takes import Takes, TakeSummary


def add_to(commands: argparse._SubParsersAction) -> None:
    """The command's arguments."""
    parser = commands.add_parser("takes", help="which takes a workspace has", description=__doc__)
    about = "the workspace that the window keeps takes in; ./workspace without it"
    parser.add_argument("--workspace", type=Path, default=Path("workspace"), metavar="FOLDER", help=about)
    parser.add_argument("--scene", metavar="NAME", help="only takes of this scene")
    parser.add_argument("--tag", metavar="TAG", help="only takes with this tag")
    parser.add_argument("--rating", type=int, choices=range(6), metavar="N", help="only takes rated N or better, 0 to 5")
    add_json(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print them, the newest of each scene first; files that are no takes are complained of and left out."""
    if not options.workspace.is_dir():
        raise CommandError(f"there is no workspace {options.workspace}; wanted the folder that the window keeps takes in")
    found, problems = Takes(options.workspace / "takes").all_summaries()
    for problem in problems:
        print(f"python -m app takes: {problem}", file=sys.stderr)
    chosen = [take for take in found if _is_chosen(take, options)]
    if options.json:
        print(as_json([_facts(take) for take in chosen]))
        return 0
    for take in chosen:
        print(_line(take))
    return 0


def _is_chosen(take: TakeSummary, options: argparse.Namespace) -> bool:
    return (
        options.scene in (None, take.scene)
        and (options.tag is None or options.tag in take.tags)
        and (options.rating is None or (take.rating is not None and take.rating >= options.rating))
    )


def _facts(take: TakeSummary) -> dict[str, object]:
    names = ("scene", "id", "name", "edits", "rating")
    return {name: getattr(take, name) for name in names} | {"tags": list(take.tags), "file": str(take.file)}


def _line(take: TakeSummary) -> str:
    edits = "1 edit" if take.edits == 1 else f"{take.edits} edits"
    rating = "not rated" if take.rating is None else f"rated {take.rating}"
    return f"{take.file}  {take.scene}  {take.name!r}, {', '.join((edits, rating, *take.tags))}"
