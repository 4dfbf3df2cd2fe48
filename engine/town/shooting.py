"""What one process does for a data set of Town: draw a frame and measure its actors; finish a scene once all is drawn."""

import gzip
import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np

from editor.datasets.files import write_bytes
from editor.datasets.map_expansion import write_map_expansion
from editor.datasets.map_mask import write_map_mask
from editor.scene import Scene, recorded
from engine.town.can_bus import write_can_bus
from engine.town.lidar import sweep
from engine.town.recipe import Recipe
from engine.town.scene_tables import Measured, Recording, Shot
from engine.town.street_map import street_map
from engine.town.streets import CANVAS_M
from engine.town.town import TownError, location_of
from engine.town.truth import render_pictures
from engine.town.visibility import level, visible_shares

WORK = ".town"  # where below a data set's root its scenes' records wait for the rest


@dataclass(frozen=True, slots=True)
class Draw:
    """One frame of a scene: by its place among the scene's shots."""

    seed: int
    at: int


@dataclass(frozen=True, slots=True)
class Finish:
    """What belongs to a scene besides its frames; `measured` by frame number."""

    seed: int
    measured: Mapping[int, Measured]


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a job: how many pictures it drew, and what it measured of a keyframe."""

    job: Draw | Finish
    pictures: int = 0
    measured: Mapping[int, Measured] = field(default_factory=dict)


def records_file(out: Path, seed: int) -> Path:
    """Where the tables of a finished scene are; the file comes last of all."""
    return out / WORK / f"{location_of(seed)}.json.gz"


def carry_out(out: Path, recipe: Recipe, job: Draw | Finish) -> Done:
    """Do one job."""
    recording, scene = _begun(out, recipe, job.seed)
    if isinstance(job, Finish):
        _finish(out, recording, job.measured)
        return Done(job)
    shot = recording.shots[job.at]
    drawn = _draw(out, recipe, scene, shot, job.at)
    return Done(job, drawn, {shot.frame: _measure(out, recording, scene, shot)} if shot.is_keyframe else {})


@lru_cache(maxsize=2)
def _begun(out: Path, recipe: Recipe, seed: int) -> tuple[Recording, Scene]:
    recording = Recording(seed, recipe)
    return recording, recording.scene(out)


def _draw(out: Path, recipe: Recipe, scene: Scene, shot: Shot, at: int) -> int:
    lacking = {view: out / file for view, file in shot.pictures.items() if not (out / file).is_file()}
    pictures = render_pictures(recorded(scene), lacking, at)

    def store(view: str) -> None:
        write_bytes(lacking[view], jpeg(pictures[view], recipe.jpeg_quality))

    with ThreadPoolExecutor() as threads:  # since each waits for the disk
        list(threads.map(store, pictures))
    return len(lacking)


def _measure(out: Path, recording: Recording, scene: Scene, shot: Shot) -> Measured:
    T_world_ego, recipe = recording.drive.ego[shot.frame], recording.recipe
    T_world_lidar = T_world_ego @ recipe.mounted.T_ego_lidar
    measured = sweep(recording.seed, scene.actors, shot.t_us, T_world_lidar, recipe.lidar_columns)
    if shot.lidar is not None:
        write_bytes(out / shot.lidar, measured.points.tobytes())
    shares = visible_shares(recording.seed, scene.actors, shot.t_us, T_world_ego, recipe.views)
    return Measured(measured.counts, {actor: level(share) for actor, share in shares.items()})


def _finish(out: Path, recording: Recording, measured: Mapping[int, Measured]) -> None:
    """Streets, CAN bus and, last of all, the records, which say that the scene is finished."""
    streets, edge = street_map(recording.plan), (CANVAS_M, CANVAS_M)
    write_map_expansion(out, recording.location, streets, edge)
    write_map_mask(out / "maps" / f"{recording.location}.png", streets, edge)
    write_can_bus(out, recording.name, recording.drive)
    text = json.dumps(recording.tables(measured), separators=(",", ":"), allow_nan=False)
    write_bytes(records_file(out, recording.seed), gzip.compress(text.encode(), mtime=0))


def jpeg(picture: np.ndarray, quality: int) -> bytes:
    """A picture (H, W, 3) as a JPEG file."""
    flags = [cv2.IMWRITE_JPEG_QUALITY, quality, cv2.IMWRITE_JPEG_OPTIMIZE, 1, cv2.IMWRITE_JPEG_PROGRESSIVE, 1]
    ok, data = cv2.imencode(".jpg", picture[..., ::-1], flags)
    if not ok:
        raise TownError(f"a picture of {picture.shape}; OpenCV could not encode it")
    return data.tobytes()
