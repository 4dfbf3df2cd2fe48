"""Town's drives as nuScenes data sets of any number of scenes: drawn side by side, finished scene by scene, listed last.

A picture's file is there when the picture is finished, a scene's records when the scene is, the tables when all scenes are.
So a run that was broken off leaves nothing that looks finished, and the next one goes on where it ended.
"""

import fcntl
import gzip
import json
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from editor.datasets.files import write_bytes, write_json
from editor.datasets.records import Record
from editor.datasets.tables import TABLES
from engine.town.crew import Schedule, carried_out
from engine.town.recipe import MOST_SEED, VERSION, Recipe
from engine.town.scene_tables import scene_name, shots
from engine.town.shooting import WORK, records_file
from engine.town.town import TownError

__all__ = ["VERSION", "generate", "scene_name"]


def generate(
    out: Path,
    seeds: Sequence[int],
    recipe: Recipe,
    processes: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> None:
    """Record the towns of some seeds as one data set below `out`, or add them to one of the same recipe.

    `progress` is told how many pictures are there and how many there will be. What an interrupted run left is kept. The bytes
    depend on seeds and recipe alone. TownError in one sentence for what cannot be.
    """
    _check(seeds, recipe, processes)
    try:
        with _held(out):
            _begin(out, recipe)
            _check_names({*seeds, *_finished(out)})
            todo, done, total = _lacking(out, seeds, recipe)
            told = progress or (lambda _done, _total: None)
            told(done, total)
            for step in carried_out(out, recipe, Schedule(todo), processes):
                done += step.pictures
                told(done, total)
            _list_scenes(out)
    except OSError as error:
        raise TownError(f"data set {out}: got {error.strerror or error}; wanted room and leave to write there") from error


def _check(seeds: Sequence[int], recipe: Recipe, processes: int) -> None:
    if not seeds or min(seeds) < 0 or max(seeds) > MOST_SEED:
        raise TownError(f"seeds {', '.join(map(str, seeds[:3])) or 'none'}; wanted one or more between 0 and {MOST_SEED}")
    recipe.check()
    if processes < 1:
        raise TownError(f"{processes} processes; wanted 1 or more")


def _check_names(seeds: set[int]) -> None:
    named: dict[str, int] = {}
    for seed in sorted(seeds):
        other = named.setdefault(scene_name(seed), seed)
        if other != seed:
            raise TownError(f"seeds {other} and {seed} both give {scene_name(seed)}; wanted seeds with names of their own")


@contextmanager
def _held(out: Path) -> Iterator[None]:
    """The data set, for one run at a time; the system lets go of a killed one's lock."""
    if out.is_dir() and not (out / WORK).is_dir() and any(out.iterdir()):
        raise TownError(f"folder {out} has other things in it; wanted an empty one, or a data set of Town's to go on with")
    (out / WORK).mkdir(parents=True, exist_ok=True)
    with (out / WORK / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise TownError(f"data set {out} is being recorded by another run; wanted it to end first") from error
        yield


def _begin(out: Path, recipe: Recipe) -> None:
    """Note the recipe, or see that it is still the same; sweep up what a killed run was writing."""
    note = out / WORK / "recipe.txt"
    if not note.is_file():
        write_bytes(note, f"{recipe.digest}\n".encode())
    elif note.read_text().strip() != recipe.digest:
        raise TownError(f"data set {out} was begun otherwise or by another Town; wanted the same again, or an empty folder")
    for part in out.rglob(".*.part"):
        part.unlink()


def _finished(out: Path) -> tuple[int, ...]:
    """The seeds whose scenes are finished."""
    return tuple(sorted(int(file.name.removeprefix("town-").split(".")[0]) for file in (out / WORK).glob("town-*.json.gz")))


def _lacking(out: Path, seeds: Sequence[int], recipe: Recipe) -> tuple[dict[int, tuple[int, ...]], int, int]:
    """Which frames of which scenes are to be drawn; how many pictures are there; how many there will be.

    What was measured at keyframes is kept with a finished scene only, so one that is not finished measures all of them."""
    todo, done, total = {}, 0, 0
    for seed in seeds:
        frames = shots(seed, recipe)
        there = [{view: (out / file).is_file() for view, file in shot.pictures.items()} for shot in frames]
        done += sum(sum(views.values()) for views in there)
        total += sum(map(len, there))
        whole = all(all(views.values()) for views in there)
        whole = whole and all((out / shot.lidar).is_file() for shot in frames if shot.lidar)
        if not (whole and records_file(out, seed).is_file()):
            todo[seed] = tuple(k for k, shot in enumerate(frames) if shot.is_keyframe or not all(there[k].values()))
    return todo, done, total


def _list_scenes(out: Path) -> None:
    """Put the tables of all finished scenes in place, all of them or none."""
    tables: dict[str, dict[str, Record]] = {table: {} for table in TABLES}
    for seed in _finished(out):
        for table, records in json.loads(gzip.decompress(records_file(out, seed).read_bytes())).items():
            tables[table].update((record["token"], record) for record in records)
    new, old = out / WORK / "tables", out / WORK / "old"
    for table, records in tables.items():
        write_json(new / f"{table}.json", list(records.values()))
    if (out / VERSION).exists():
        shutil.rmtree(old, ignore_errors=True)
        os.replace(out / VERSION, old)
    os.replace(new, out / VERSION)
    shutil.rmtree(old, ignore_errors=True)
