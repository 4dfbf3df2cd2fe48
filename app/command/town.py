"""`town`: scenes of Town, the made-up world, as a nuScenes data set; the same seeds give the same bytes."""

import argparse
import os
import sys
from dataclasses import dataclass, field
from pathlib import Path

from app.command.opening import CommandError, add_json, as_json, size

BROKEN_OFF = 130


def add_to(commands: argparse._SubParsersAction) -> None:
    """The command's arguments."""
    parser = commands.add_parser("town", help="scenes of the made-up world as a data set, by seed", description=__doc__)
    about = "where to: an empty folder, or a data set of Town's, which is completed or added to"
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--out", "--dataroot", dest="out", type=Path, metavar="FOLDER", help=about)
    where.add_argument("--bank", type=Path, metavar="FOLDER", help="draw the bank of actors that can be added, nothing else")
    parser.add_argument("--scenes", type=int, default=1, metavar="N", help="how many")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="of the first scene; the next ones follow")
    parser.add_argument("--seconds", type=float, default=8.0, metavar="S", help="how long each scene is; 0.6 to 60")
    parser.add_argument("--rate", type=int, default=10, metavar="HZ", help="frames a second, even; two of them are keyframes")
    parser.add_argument("--rig", type=Path, metavar="FILE", help="cameras from a JSON file; nuScenes' six without it")
    parser.add_argument("--size", type=size, metavar="WxH", help="of the pictures; 800x450, or what the rig's file says")
    parser.add_argument("--quality", type=int, default=82, metavar="N", help="of the JPEG pictures, 1 to 100")
    parser.add_argument("--lidar", type=int, default=300, metavar="N", help="LiDAR columns a turn; nuScenes has about 1084")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, metavar="N", help="how many draw at a time")
    add_json(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Record them."""
    from engine.service import town  # here, since it brings torch, which no other command waits for

    told = _Told()
    try:
        if options.bank is not None:
            return _bank(options, told)
        recipe = town.recipe(options.size, options.seconds, options.rate, options.quality, options.lidar, options.rig)
        seeds = range(options.seed, options.seed + options.scenes)
        town.generate(options.out, seeds, recipe, options.processes, told.now)
    except (town.TownError, town.RigError) as error:
        told.end_line()
        raise CommandError(str(error)) from error
    except KeyboardInterrupt:
        told.end_line()
        print(f"stopped with {told.done} of {told.total} pictures there; the same command goes on", file=sys.stderr)
        return BROKEN_OFF
    if options.json:
        print(as_json({"dataroot": str(options.out), "scenes": options.scenes, "seed": options.seed}))
    else:
        print(f"{options.scenes} scenes in {options.out}")
    return 0


def _bank(options: argparse.Namespace, told: "_Told") -> int:
    from engine.service.town import write_bank  # here, since it brings torch, which no other command waits for

    write_bank(options.bank, told.now)
    print(as_json({"bank": str(options.bank)}) if options.json else f"the bank of actors in {options.bank}")
    return 0


@dataclass(slots=True)
class _Told:
    """The bar on the terminal, where there is one."""

    done: int = 0
    total: int = 0
    on_line: bool = field(default=False)

    def now(self, done: int, total: int) -> None:
        """So many pictures are there."""
        self.done, self.total = done, total
        if sys.stderr.isatty():
            bar = "#" * (40 * done // total)
            print(f"\r[{bar:<40}] {done} of {total} pictures", end="", file=sys.stderr, flush=True)
            self.on_line = True
            if done == total:
                self.end_line()

    def end_line(self) -> None:
        """Leave the bar standing."""
        if self.on_line:
            print(file=sys.stderr)
            self.on_line = False
