"""`vary`: every combination of a few choices of a take, each as a take of its own in a workspace."""

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import get_args

from app.command.opening import CommandError, Opened, add_json, add_take, as_json, opened
from app.ranges import listed, metres, seeds
from app.takes import ChangedFileError, Kept, SaveError, Takes, stamp
from editor import variations
from editor.checks import findings
from editor.paints import PAINTS
from editor.scene import Actor, TimeOfDay, Weather
from editor.variations import Choice, Variation, VariationError

OF_AN_ACTOR: dict[str, tuple[Callable[[Actor, str], list[Choice]], str]] = {
    "left": (lambda actor, text: variations.shifts(actor, metres(text), True), "metres to its left; right is below 0"),
    "ahead": (lambda actor, text: variations.shifts(actor, metres(text), False), "metres ahead of where it was"),
    "colour": (
        lambda actor, text: variations.colours(actor, listed(text)),
        f"its paint: #rrggbb, {', '.join(PAINTS)}",
    ),
    "category": (lambda actor, text: variations.categories(actor, listed(text)), "what it is"),
}


def add_to(commands: argparse._SubParsersAction) -> None:
    """The command's arguments."""
    parser = commands.add_parser("vary", help="variations of a take, as takes of their own", description=__doc__)
    add_take(parser)
    about = "the workspace that the window keeps takes in; ./workspace without it"
    parser.add_argument("--workspace", type=Path, default=Path("workspace"), metavar="FOLDER", help=about)
    for name, values in (("time-of-day", TimeOfDay), ("weather", Weather)):
        parser.add_argument(f"--{name}", metavar="A,B", help=f"of {', '.join(get_args(values))}")
    parser.add_argument("--seed", metavar="A,B", help="of what chance draws; here as elsewhere 0:4:1 is 0,1,2,3,4")
    for name, about in (("left", "to its left"), ("ahead", "ahead of where it was")):
        parser.add_argument(f"--ego-{name}", metavar="A,B", help=f"of the ego's path: metres {about}")
    for name, (_, about) in OF_AN_ACTOR.items():
        parser.add_argument(f"--{name}", action="append", default=[], metavar="ACTOR=A,B", help=f"of an actor: {about}")
    parser.add_argument("--without", action="append", default=[], metavar="ACTOR", help="with this actor, and without it")
    parser.add_argument("--sound", action="store_true", help="only those in which `check` finds nothing")
    add_json(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Write them; what is there already is left as it is."""
    if options.take is None:
        raise CommandError("TAKE is missing; wanted a *.take.json file")
    clip, takes = opened(options), Takes(options.workspace / "takes")
    try:
        choices = _choices(options, clip)
        if not choices:
            raise CommandError("nothing is varied; wanted one of --time-of-day, --weather, --seed, --left, …")
        found = list(variations.variations(clip.take, clip.scenario, choices, stamp()))
    except VariationError as error:
        raise CommandError(str(error)) from error
    street_map = clip.data_set.street_map(clip.scene) if options.sound else None
    sound = [each for each in found if street_map is None or not findings(each.scenario, street_map)]
    written = [_written(takes, each) for each in sound]
    if options.json:
        print(as_json([{"id": v.take.id, "name": v.take.name, "file": str(kept.path)} for v, kept in written]))
        return 0
    for variation, kept in written:
        print(f"{kept.path}  {variation.take.name!r}")
    print(f"{len(written)} variations of {clip.take.name!r}{_left_out(len(found) - len(sound))}")
    return 0


def _left_out(count: int) -> str:
    return f"; {count} left out, for what a check finds in them" if count else ""


def _written(takes: Takes, variation: Variation) -> tuple[Variation, Kept]:
    try:
        return variation, takes.keep(variation.take)
    except (ChangedFileError, SaveError) as error:
        raise CommandError(str(error)) from error


# ----------------------------------------------------------------------------------------------- what was typed


def _choices(options: argparse.Namespace, clip: Opened) -> list[list[Choice]]:
    out = []
    for name, values, choice in (("time-of-day", TimeOfDay, variations.hours), ("weather", Weather, variations.weathers)):
        asked = getattr(options, name.replace("-", "_"))
        if asked is not None:
            out.append(choice(clip.scenario, _known(f"--{name}", listed(asked), get_args(values))))
    if options.seed is not None:
        out.append(variations.seeds(seeds(options.seed)))
    if options.ego_left is not None or options.ego_ahead is not None:
        left, ahead = ([] if typed is None else metres(typed) for typed in (options.ego_left, options.ego_ahead))
        out.append(variations.ego_shifts(clip.take, clip.scene, left, ahead))
    for name, (choice, _) in OF_AN_ACTOR.items():
        for asked in getattr(options, name):
            actor, _, values = asked.partition("=")
            out.append(choice(variations.actor_called(clip.scenario, actor), values))
    out.extend(variations.with_and_without(variations.actor_called(clip.scenario, name)) for name in options.without)
    return out


def _known(name: str, asked: Sequence[str], values: tuple[str, ...]) -> list[str]:
    for value in asked:
        if value not in values:
            raise CommandError(f"{name} {value[:80]!r}; wanted one of {', '.join(values)}")
    return list(asked)
