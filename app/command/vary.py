"""`vary`: every combination of a few choices of a take, each as a take of its own in a workspace."""

import argparse
import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import get_args

from app.command.opening import CommandError, Opened, add_json, add_take, as_json, opened
from app.ranges import listed, numbers, seeds
from app.takes import SaveError, Takes, stamp
from editor import variations
from editor.checks import findings
from editor.paints import PAINTS
from editor.rules import presence
from editor.scene import Actor, ActorId, Scenario, TimeOfDay, Weather
from editor.take import Take
from editor.variations import Choice, VariationError

OF_AN_ACTOR: dict[str, tuple[Callable[[Actor, str], list[Choice]], str]] = {
    "left": (
        lambda actor, text: variations.shifts(actor, numbers(text, "metres"), True),
        "metres to its left; right is below 0",
    ),
    "ahead": (lambda actor, text: variations.shifts(actor, numbers(text, "metres"), False), "metres ahead of where it was"),
    "colour": (
        lambda actor, text: variations.colours(actor, listed(text)),
        f"its paint: #rrggbb, {', '.join(PAINTS)}",
    ),
    "category": (lambda actor, text: variations.categories(actor, listed(text)), "what it is"),
}
SPEED = "its speed in km/h on the same way, from --from on"


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
    about = "seconds of the scene, for --speed; without it, where the actor first shows"
    parser.add_argument("--from", dest="from_s", type=float, metavar="SECONDS", help=about)
    for name, about in (("speed", SPEED), *((name, about) for name, (_, about) in OF_AN_ACTOR.items())):
        parser.add_argument(f"--{name}", action="append", default=[], metavar="ACTOR=A,B", help=f"of an actor: {about}")
    parser.add_argument("--without", action="append", default=[], metavar="ACTOR", help="also without this actor")
    parser.add_argument("--sound", action="store_true", help="only those in which `check` finds nothing")
    add_json(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Write them; what is there already is left as it is."""
    if options.take is None:
        raise CommandError("TAKE is missing; wanted a *.take.json file")
    clip, takes = opened(options), Takes(options.workspace / "takes")
    try:
        choices = variations.combinations(_kinds(options, clip))
        if not choices:
            raise CommandError("nothing is varied; wanted another --time-of-day, --weather, --seed, --left, …")
        found = list(variations.variations(clip.take, clip.scenario, choices, stamp()))
    except VariationError as error:
        raise CommandError(str(error)) from error
    street_map = clip.data_set.street_map(clip.scene) if options.sound else None
    sound = [v.take for v in found if street_map is None or not findings(v.scenario, street_map)]
    files = _kept(takes, clip.scene.name, sound)
    if options.json:
        print(as_json([{"id": take.id, "name": take.name, "file": str(files[take.id])} for take in sound]))
        return 0
    for take in sound:
        print(f"{files[take.id]}  {take.name!r}")
    print(f"{len(sound)} variations of {clip.take.name!r}{_left_out(len(found) - len(sound))}")
    return 0


def _left_out(count: int) -> str:
    return f"; {count} left out, for what a check finds in them" if count else ""


def _kept(takes: Takes, scene: str, wanted: Sequence[Take]) -> dict[str, Path]:
    """The takes' files, written where there are none yet."""
    there = takes.ids(scene)
    try:
        for take in wanted:
            if take.id not in there:
                takes.make(take)
    except SaveError as error:
        raise CommandError(str(error)) from error
    return takes.files(scene)


# ----------------------------------------------------------------------------------------------- what was typed


def _kinds(options: argparse.Namespace, clip: Opened) -> list[list[Choice]]:
    """In the window's order: the same choices are the same takes, whoever asks for them."""
    out = []
    for name, values, choice in (("weather", Weather, variations.weathers), ("time-of-day", TimeOfDay, variations.hours)):
        asked = getattr(options, name.replace("-", "_"))
        if asked is not None:
            out.append(choice(clip.scenario, _known(f"--{name}", listed(asked), get_args(values))))
    if options.seed is not None:
        out.append(variations.seeds(clip.take, seeds(options.seed)))
    left, ahead = ([] if typed is None else numbers(typed, "metres") for typed in (options.ego_left, options.ego_ahead))
    return [*out, variations.ego_shifts(clip.take, clip.scene, left, ahead), *_of_actors(options, clip.scenario)]


def _of_actors(options: argparse.Namespace, scenario: Scenario) -> list[list[Choice]]:
    """What varies of each actor that is named; together with its absence, where it may be absent."""
    kinds: dict[ActorId, list[list[Choice]]] = {}

    begin_us = _begin(options, scenario)

    def speeds(actor: Actor, text: str) -> list[Choice]:
        from_us = presence(actor)[0] if begin_us is None else begin_us
        return variations.speeds(scenario.scene, actor, numbers(text, "km/h"), from_us)

    for name, choice in (("speed", speeds), *((name, choice) for name, (choice, _) in OF_AN_ACTOR.items())):
        for asked in getattr(options, name):
            called, _, values = asked.partition("=")
            actor = variations.actor_called(scenario, called)
            kinds.setdefault(actor.id, []).append(choice(actor, values))
    absent = [variations.actor_called(scenario, name) for name in options.without]
    gone = [variations.or_absent(actor, kinds.pop(actor.id, [])) for actor in absent]
    return [*gone, *(kind for each in kinds.values() for kind in each)]


def _begin(options: argparse.Namespace, scenario: Scenario) -> int | None:
    """The time from which on speeds vary, where one is said."""
    if options.from_s is None:
        return None
    if not options.speed:
        raise CommandError("--from without --speed; wanted both")
    if not math.isfinite(options.from_s):
        raise CommandError(f"--from {options.from_s}; wanted seconds of the scene")
    return scenario.scene.span[0] + round(options.from_s * 1e6)


def _known(name: str, asked: Sequence[str], values: tuple[str, ...]) -> list[str]:
    for value in asked:
        if value not in values:
            raise CommandError(f"{name} {value[:80]!r}; wanted one of {', '.join(values)}")
    return list(asked)
