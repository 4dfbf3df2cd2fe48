"""What every command opens first: a data set, a scene, a take on it, and which frames and views of it are meant."""

import argparse
import json
import math
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from editor.datasets.nuscenes import DataSet, open_data_set
from editor.files import check_fingerprint, load_take
from editor.scene import Scenario, Scene, recorded
from editor.take import Take, scenario_of

TOWN = Path(__file__).resolve().parents[2] / "assets" / "town"


class CommandError(Exception):
    """What was typed cannot be done; the sentence says why."""


@dataclass(frozen=True, slots=True, eq=False)
class Opened:
    """A take on its scene, replayed."""

    data_set: DataSet
    take: Take
    scenario: Scenario

    @property
    def scene(self) -> Scene:
        """The recording under it."""
        return self.scenario.scene


def add_data_set(parser: argparse.ArgumentParser) -> None:
    """The arguments that name a data set."""
    about = "a data set in nuScenes format; the built-in Town without it"
    parser.add_argument("--dataroot", type=Path, default=TOWN, metavar="FOLDER", help=about)
    parser.add_argument("--version", metavar="NAME", help="the version folder in it, where there are several")


def add_take(parser: argparse.ArgumentParser) -> None:
    """The arguments that name a take, or a scene as it was recorded."""
    add_data_set(parser)
    parser.add_argument("take", nargs="?", type=Path, metavar="TAKE", help="a *.take.json file; the recording without it")
    parser.add_argument("--scene", metavar="NAME", help="which scene, where no take says so")


def add_clip(parser: argparse.ArgumentParser) -> None:
    """The arguments that choose frames and views."""
    parser.add_argument("--views", metavar="A,B", help="cameras by name, comma-separated; all without it")
    parser.add_argument("--from", dest="start_s", type=float, default=0.0, metavar="S", help="seconds after the scene's start")
    parser.add_argument("--to", dest="end_s", type=float, default=math.inf, metavar="S", help="seconds after the scene's start")
    parser.add_argument("--keyframes", action="store_true", help="only the frames that the data set annotates")


def add_json(parser: argparse.ArgumentParser) -> None:
    """The argument that asks for output that a program reads."""
    parser.add_argument("--json", action="store_true", help="print one JSON value instead of text")


def size(text: str) -> tuple[int, int]:
    """A picture size as it is typed."""
    width, _, height = text.partition("x")
    if not (width.isdecimal() and height.isdecimal() and int(width) > 0 and int(height) > 0):
        raise argparse.ArgumentTypeError(f"{text!r}; wanted a width and height such as 448x256")
    return int(width), int(height)


def opened(options: argparse.Namespace) -> Opened:
    """The data set, the scene and the take that were named."""
    data_set = open_data_set(options.dataroot, options.version)
    if options.take is None:
        scene = data_set.scene(_only_scene(data_set, options.scene))
        return Opened(data_set, as_recorded(scene), recorded(scene))
    take = load_take(options.take)
    scene = data_set.scene(options.scene or take.fingerprint.scene)
    check_fingerprint(take, scene)
    return Opened(data_set, take, scenario_of(take, scene))


def as_recorded(scene: Scene) -> Take:
    """A take that changes nothing."""
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return Take("as-recorded", "as recorded", scene.fingerprint, now)


def frames_of(options: argparse.Namespace, scene: Scene) -> tuple[int, ...]:
    """The chosen frames' indices."""
    start = scene.frames[0].t_us
    chosen = [
        index
        for index, frame in enumerate(scene.frames)
        if options.start_s <= (frame.t_us - start) * 1e-6 <= options.end_s and (frame.is_keyframe or not options.keyframes)
    ]
    if not chosen:
        length = (scene.frames[-1].t_us - start) * 1e-6
        raise CommandError(f"no frame of scene {scene.name} is chosen; it lasts from 0 to {length:.2f} s")
    return tuple(chosen)


def views_of(options: argparse.Namespace, scene: Scene) -> tuple[str, ...]:
    """The chosen views' names, in the scene's order."""
    if options.views is None:
        return tuple(view.name for view in scene.views)
    wanted = {scene.view(name.strip()).name for name in options.views.split(",")}
    return tuple(view.name for view in scene.views if view.name in wanted)


def as_json(value: object) -> str:
    """One JSON value as every command prints it."""
    return json.dumps(value, indent=1, allow_nan=False, ensure_ascii=False)


def _only_scene(data_set: DataSet, name: str | None) -> str:
    names = [summary.name for summary in data_set.summaries()]
    if name is None and len(names) > 1:
        raise CommandError(f"--scene is missing; {data_set.dataroot} has {', '.join(names)}")
    return names[0] if name is None else name
