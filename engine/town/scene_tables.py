"""One scene of Town as nuScenes tables: what is where and when, from its drive; what was measured of it, once it was drawn.

Tokens follow from the seed and from what a record is, not from how the scene is recorded: a take that was made on one
recording of a seed fits every other of the same length and keyframes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from editor.datasets.chains import Chains
from editor.datasets.records import Record, Tables
from editor.datasets.scenes import build_scene
from editor.datasets.tables import TableWriter
from editor.scene import ActorId, Scene
from engine.town.attributes import Attributes
from engine.town.description import describe
from engine.town.drive import Drive, drive, frame_times, keyframes
from engine.town.recipe import VERSION, Recipe
from engine.town.streets import Plan
from engine.town.town import location_of, plan_of

NUMBERS = 10_000  # of scenes: their names have four digits
# Scenes of nuScenes that have no CAN bus data: its devkit refuses data under these names.
REFUSED = (*range(161, 169), *range(170, 177), *range(309, 315))


def scene_name(seed: int) -> str:
    """The name of a seed's scene, one that nuScenes' CAN bus API takes: four digits, not one of those that it refuses."""
    number = seed % NUMBERS
    return f"scene-{NUMBERS - len(REFUSED) + REFUSED.index(number) if number in REFUSED else number:04d}"


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured of the actors at a keyframe, by their ids: LiDAR points, and nuScenes' visibility token."""

    points: dict[ActorId, int]
    visibility: dict[ActorId, str]


@dataclass(frozen=True, eq=False)
class Shot:
    """What a frame consists of: its number and time, whether it is annotated, and its files below the data set's root."""

    frame: int
    t_us: int
    is_keyframe: bool
    pictures: dict[str, str]  # by channel
    lidar: str | None


def shots(seed: int, recipe: Recipe) -> tuple[Shot, ...]:
    """The frames of a scene, in order; those between the keyframes only where the recipe wants them."""
    name, times = scene_name(seed), frame_times(seed, recipe.duration_s, recipe.rate_hz)
    annotated = set(keyframes(len(times), recipe.rate_hz))
    out = []
    for k, t in enumerate(times):
        folder = "samples" if k in annotated else "sweeps"
        pictures = {v.name: f"{folder}/{v.name}/{name}__{v.name}__{t}.jpg" for v in recipe.views}
        lidar = f"samples/LIDAR_TOP/{name}__LIDAR_TOP__{t}.pcd.bin" if k in annotated else None
        if recipe.sweeps or k in annotated:
            out.append(Shot(k, t, k in annotated, pictures, lidar))
    return tuple(out)


class Recording:
    """A seed's drive as a recipe records it, before and while it is drawn."""

    def __init__(self, seed: int, recipe: Recipe) -> None:
        self.seed, self.recipe = seed, recipe
        self.name, self.location = scene_name(seed), location_of(seed)
        self.shots = shots(seed, recipe)

    @cached_property
    def plan(self) -> Plan:
        """The streets."""
        return plan_of(self.seed)

    @cached_property
    def drive(self) -> Drive:
        """Who is where and when."""
        name = self.name
        tokens = TableWriter(VERSION, "town")
        identity = lambda actor: tokens.token("instance", f"{self.seed}/{name}", actor)  # noqa: E731
        return drive(self.plan, self.recipe.duration_s, identity, self.recipe.rate_hz)

    def scene(self, dataroot: Path) -> Scene:
        """The scene as it will be read from the data set; pictures that are not there yet are marked as missing."""
        tables = Tables(self.tables({}))
        return build_scene(dataroot, VERSION, Chains(tables), tables.records["scene"][0])

    def tables(self, measured: Mapping[int, Measured]) -> dict[str, list[Record]]:
        """All tables of this scene alone; `measured` by frame, nothing known of the keyframes that are not in it."""
        tables = TableWriter(VERSION, "town")
        date = datetime.fromtimestamp(self.shots[0].t_us * 1e-6, UTC).strftime("%Y-%m-%d")
        log = tables.log(f"town-{self.seed}", vehicle="town", date_captured=date, location=self.location)
        tables.map(f"maps/{self.location}.png", [log])
        scene = tables.scene(self.name, log, describe(self.plan, self.drive))
        self._add_recordings(tables, scene)
        self._add_boxes(tables, scene, measured)
        return tables.tables()

    def _add_recordings(self, tables: TableWriter, scene: str) -> None:
        views, rig = self.recipe.views, self.recipe.mounted
        mounted = {
            v.name: tables.calibrated_sensor(scene, v.name, "camera", v.T_ego_camera, intrinsics=v.intrinsics) for v in views
        }
        lidar = tables.calibrated_sensor(scene, "LIDAR_TOP", "lidar", rig.T_ego_lidar)
        sample = ""
        for shot in self.shots:
            T_world_ego = self.drive.ego[shot.frame]
            if shot.lidar is not None:
                sample = tables.sample(scene, shot.t_us)
                tables.sample_data(sample, lidar, shot.t_us, T_world_ego, shot.lidar, is_key_frame=True)
            for view in views:
                tables.sample_data(
                    sample, mounted[view.name], shot.t_us, T_world_ego, shot.pictures[view.name],
                    is_key_frame=shot.is_keyframe, size=(view.width, view.height),
                )  # fmt: skip

    def _add_boxes(self, tables: TableWriter, scene: str, measured: Mapping[int, Measured]) -> None:
        samples = {shot.t_us: (tables.token("sample", scene, shot.t_us), shot.frame) for shot in self.shots if shot.is_keyframe}
        attributes = Attributes(self.plan)
        for name, actor in zip(self.drive.names, self.drive.actors, strict=True):
            instance = tables.instance(scene, name, actor.category, token=actor.id)
            for pose in actor.track:
                sample, frame = samples[pose.t_us]
                known = measured.get(frame)
                tables.annotation(
                    instance, sample, pose.T_world, actor.size_lwh, attributes=attributes.of(actor, pose.t_us),
                    visibility="" if known is None else known.visibility[actor.id],
                    num_lidar_pts=0 if known is None else known.points[actor.id],
                )  # fmt: skip
