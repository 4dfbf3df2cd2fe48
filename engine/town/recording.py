"""Town's drives as nuScenes data sets: tables first, then every picture, drawn from them as any other scenario would be."""

import multiprocessing
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np

from editor.datasets.attributes import attributes_of
from editor.datasets.files import write_bytes
from editor.datasets.map_expansion import write_map_expansion
from editor.datasets.map_mask import write_map_mask
from editor.datasets.nuscenes import DataSet, open_data_set
from editor.datasets.tables import TableWriter
from editor.scene import Scenario, Scene
from engine.town.drive import Drive, drive
from engine.town.lidar import sweep
from engine.town.rig import T_EGO_LIDAR, views
from engine.town.street_map import street_map
from engine.town.streets import CANVAS_M
from engine.town.town import Town, TownError, build, location_of
from engine.town.truth import render_truth
from engine.town.visibility import level, visible_shares

VERSION = "v1.0-town"
SIZE = (800, 450)
BATCH = 5  # frames that a process draws before it reports


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a data set is recorded."""

    size: tuple[int, int] = SIZE
    duration_s: float = 8.0
    jpeg_quality: int = 82
    lidar_columns: int = 300
    sweeps: bool = True  # pictures between the keyframes too


def generate(
    out: Path,
    scenes: int,
    seed: int,
    size: tuple[int, int] = SIZE,
    duration_s: float = 8.0,
    processes: int = 1,
    progress: Callable[[int, int], None] | None = None,
    recipe: Recipe | None = None,
    seeds: tuple[int, ...] | None = None,
) -> None:
    """Record `scenes` towns, with seeds from `seed` on, as one data set below `out`.

    `progress` is told how many pictures are there and how many there will be. What an interrupted run left is kept: pictures
    that are there are not drawn again. TownError in one sentence for what cannot be.
    """
    recipe = recipe or Recipe(tuple(size), duration_s)
    seeds = seeds or tuple(range(seed, seed + scenes))
    _check(seeds, recipe, processes)
    try:
        _write_tables(out, seeds, recipe)
        data_set = open_data_set(out, VERSION)
        todo = [batch for s in seeds for batch in _batches(data_set.scene(scene_name(s)))]
        total = sum(len(p.pictures) for s in seeds for p in data_set.scene(scene_name(s)).frames)
        done = total - sum(count for _, _, count in todo)
        for count in _drawn(out, recipe, [(name, frames) for name, frames, _ in todo], processes):
            done += count
            if progress is not None:
                progress(done, total)
    except OSError as error:
        raise TownError(f"data set {out}: got {error.strerror or error}; wanted room and leave to write there") from error


def _check(seeds: tuple[int, ...], recipe: Recipe, processes: int) -> None:
    width, height = recipe.size
    if not seeds or min(seeds) < 0 or max(seeds) > 9_999_999:
        raise TownError(f"seeds {seeds[:3]}; wanted one or more between 0 and 9999999")
    if not (16 <= width <= 4096 and 16 <= height <= 4096):
        raise TownError(f"picture size {width}x{height}; wanted sides between 16 and 4096")
    if not 0.6 <= recipe.duration_s <= 60:
        raise TownError(f"duration {recipe.duration_s} s; wanted 0.6 to 60")
    if processes < 1:
        raise TownError(f"{processes} processes; wanted 1 or more")


def scene_name(seed: int) -> str:
    """The name of a seed's scene; four digits at least, as the CAN bus API wants them."""
    return f"scene-{seed:04d}"


# ------------------------------------------------------------------------------------------------------ tables


def _write_tables(out: Path, seeds: tuple[int, ...], recipe: Recipe) -> None:
    tables = TableWriter(VERSION, f"town/{recipe.size}/{recipe.duration_s}")
    for seed in seeds:
        town = build(seed)
        name = scene_name(seed)
        there = drive(town, recipe.duration_s, lambda actor, n=name: tables.token("instance", n, actor))
        _scene_records(tables, town, there, out, recipe)
        streets = street_map(town.plan)
        edge = (CANVAS_M, CANVAS_M)
        write_map_expansion(out, location_of(seed), streets, edge)
        write_map_mask(out / "maps" / f"{location_of(seed)}.png", streets, edge)
    tables.write(out)


def _scene_records(tables: TableWriter, town: Town, there: Drive, out: Path, recipe: Recipe) -> None:
    name, location = scene_name(town.seed), location_of(town.seed)
    date = datetime.fromtimestamp(there.times[0] * 1e-6, UTC).strftime("%Y-%m-%d")
    log = tables.log(f"town-{town.seed}", vehicle="town", date_captured=date, location=location)
    tables.map(f"maps/{location}.png", [log])
    scene = tables.scene(name, log, describe(town, there))
    cameras = {
        v.name: tables.calibrated_sensor(scene, v.name, "camera", v.T_ego_camera, intrinsics=v.intrinsics)
        for v in views(recipe.size)
    }
    lidar = tables.calibrated_sensor(scene, "LIDAR_TOP", "lidar", T_EGO_LIDAR)
    instances = {
        a.id: tables.instance(scene, n, a.category, token=a.id) for n, a in zip(there.names, there.actors, strict=True)
    }
    sample = ""
    for k, (t, T_world_ego) in enumerate(zip(there.times, there.ego, strict=True)):
        key = k in there.keyframes
        if not (key or recipe.sweeps):
            continue
        folder = "samples" if key else "sweeps"
        if key:
            sample = tables.sample(scene, t)
            file = f"samples/LIDAR_TOP/{name}__LIDAR_TOP__{t}.pcd.bin"
            tables.sample_data(sample, lidar, t, T_world_ego, file, is_key_frame=True)
            measured = sweep(town, there.actors, t, T_world_ego, recipe.lidar_columns)
            write_bytes(out / file, measured.points.tobytes())
            shares = visible_shares(town, there.actors, t, T_world_ego, views(recipe.size))
            for actor in there.actors:
                pose = next(p for p in actor.track if p.t_us == t)
                tables.annotation(
                    instances[actor.id], sample, pose.T_world, actor.size_lwh, attributes=attributes_of(actor, t),
                    visibility=level(shares[actor.id]), num_lidar_pts=measured.counts[actor.id],
                )  # fmt: skip
        for channel, camera in cameras.items():
            file = f"{folder}/{channel}/{name}__{channel}__{t}.jpg"
            tables.sample_data(sample, camera, t, T_world_ego, file, is_key_frame=key, size=recipe.size)


def describe(town: Town, there: Drive) -> str:
    """What there is to see, in nuScenes' manner."""
    where = "Busy junction" if town.plan.kind == "junction" else "Curved street"
    counts = {
        "bus": "vehicle.bus", "truck": "vehicle.truck", "cyclist": "vehicle.bicycle", "motorcycle": "vehicle.motorcycle",
        "many peds": "human.", "parked cars": "vehicle.car",
    }  # fmt: skip
    what = [word for word, category in counts.items() if sum(a.category.startswith(category) for a in there.actors)]
    return ", ".join([where, "late afternoon", *what])


# ---------------------------------------------------------------------------------------------------- pictures

Batch = tuple[str, tuple[int, ...]]


def _batches(scene: Scene) -> Iterator[tuple[str, tuple[int, ...], int]]:
    """Frames that lack pictures, in small runs, and how many they lack."""
    lacking = [(k, sum(not p.exists for p in f.pictures)) for k, f in enumerate(scene.frames)]
    lacking = [(k, n) for k, n in lacking if n]
    for i in range(0, len(lacking), BATCH):
        run = lacking[i : i + BATCH]
        yield scene.name, tuple(k for k, _ in run), sum(n for _, n in run)


def _drawn(out: Path, recipe: Recipe, batches: list[Batch], processes: int) -> Iterator[int]:
    jobs = [(out, recipe, name, frames) for name, frames in batches]
    if processes == 1 or len(jobs) < 2:
        yield from map(_draw_batch, jobs)
        return
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        yield from pool.imap_unordered(_draw_batch, jobs)


def _opened(out: Path) -> DataSet:
    """The data set, read once per process until its tables are written anew."""
    return _read(out, (out / VERSION / "sample_data.json").stat().st_mtime_ns)


@lru_cache(maxsize=1)
def _read(out: Path, _written_ns: int) -> DataSet:
    return open_data_set(out, VERSION)


def _draw_batch(job: tuple[Path, Recipe, str, tuple[int, ...]]) -> int:
    out, recipe, name, frames = job
    scene = _opened(out).scene(name)
    scenario = Scenario(scene, scene.actors, scene.ego)
    count = 0
    for k in frames:
        for picture in scene.frames[k].pictures:
            if not (out / picture.file).is_file():
                write_bytes(out / picture.file, jpeg(render_truth(scenario, picture.view, k).picture, recipe.jpeg_quality))
                count += 1
    return count


def jpeg(picture: np.ndarray, quality: int) -> bytes:
    """A picture (H, W, 3) as a JPEG file."""
    flags = [cv2.IMWRITE_JPEG_QUALITY, quality, cv2.IMWRITE_JPEG_OPTIMIZE, 1, cv2.IMWRITE_JPEG_PROGRESSIVE, 1]
    ok, data = cv2.imencode(".jpg", picture[..., ::-1], flags)
    if not ok:
        raise TownError(f"a picture of {picture.shape}; OpenCV could not encode it")
    return data.tobytes()
