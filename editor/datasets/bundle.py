"""A scenario as a nuScenes data set of its own: every exported instant is a sample with all boxes that are there then.

    write_tables_of(folder, scenario, dataroot, frames, files, origins=origins, views=views)

nuscenes-devkit opens what is written, and so does `open_data_set`, which gives the same tracks at the exported instants, ego
poses, categories, sizes and actor identities again. The genuine tables have no field that says what is real, so the version
folder holds one file more, `retake.json`: the origin of each picture and of each box that is not as recorded.

A token of the recording stands only for what is as recorded; whatever was edited or interpolated has a token of its own.
"""

import hashlib
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Literal

import cv2
import numpy as np

from editor.datasets.attributes import attributes_of
from editor.datasets.files import write_bytes, write_json
from editor.datasets.nuscenes import DataSet, DataSetError, open_data_set
from editor.datasets.recorded import moved_points
from editor.datasets.records import Record
from editor.datasets.scenes import NEAREST_US, nearest, rigid
from editor.datasets.tables import TableWriter
from editor.scene import Actor, Frame, LidarSweep, Picture, Scenario
from editor.tracks import actor_at, ego_at

VERSION = "v1.0-retake"
MARKS = "retake.json"
NOTICE = (
    "Pictures, LiDAR sweeps and boxes that are listed here are not as recorded; all others are. LiDAR points stay where they "
    "were measured in the world, from the recorded ego path: a re-expressed sweep gives them in the frame of the edited one."
)

Key = tuple[int, str]  # index of a frame of the scene, name of a view
BoxOrigin = Literal["edited", "added", "interpolated", "beyond"]


def write_tables_of(
    out: Path,
    scenario: Scenario,
    dataroot: Path,
    frames: Sequence[int],
    files: Mapping[Key, str],
    *,
    origins: Mapping[Key, str],
    views: Sequence[str] | None = None,
    version: str = VERSION,
) -> Path:
    """Write tables, LiDAR and street map of a scenario below `out`, and return the version folder; pictures are the caller's.

    `frames` are indices into `scenario.scene.frames`. `files` says where below `out` the picture of a frame and view is; a
    recorded picture that is not in it is listed as missing. `origins` says of each picture in `files` what it is: "recorded",
    "draft" or "generated". `views` are those exported, None for all. `dataroot` is the recording's; DataSetError where it is
    not the one that the scenario was made on.
    """
    if not frames:
        raise ValueError("no frames to export; wanted one at least")
    recording = open_data_set(dataroot, scenario.scene.fingerprint.version)
    if recording.scene(scenario.scene.name).fingerprint != scenario.scene.fingerprint:
        raise DataSetError(f"scene {scenario.scene.name}: got other tables in {dataroot} than those that the take was made on")
    bundle = _Bundle(out, scenario, recording, version)
    bundle.write_samples(frames)
    bundle.write_pictures([view.name for view in scenario.scene.views if views is None or view.name in views], files, origins)
    bundle.write_lidar()
    bundle.write_boxes()
    folder = bundle.tables.write(out)
    write_json(folder / MARKS, bundle.marks())
    return folder


class _Bundle:
    """The tables of a bundle while they are being gathered."""

    def __init__(self, out: Path, scenario: Scenario, recording: DataSet, version: str) -> None:
        self.out = out
        self.scenario = scenario
        self.recording = recording
        record = recording.records_by_name[scenario.scene.name]
        asked_for = hashlib.sha256(repr((scenario.actors, scenario.ego)).encode()).hexdigest()
        self.tables = TableWriter(version, seed=f"{scenario.scene.fingerprint.tokens_sha256}/{asked_for}")
        self.scene = self.tables.scene(record["name"], self.log(record), record["description"])
        self.samples: dict[int, tuple[Frame, str]] = {}  # the exported frames by index, with their samples' tokens
        self.lidars: dict[str, str] = {}  # calibrated sensors by channel
        self.recordings: dict[str, str] = {}  # origins by token, of what is not as recorded
        self.boxes: dict[str, BoxOrigin] = {}

    def marks(self) -> Record:
        """What the tables cannot say."""
        scenario = self.scenario
        return {
            "schema_version": 1,
            "notice": NOTICE,
            "recording": asdict(scenario.scene.fingerprint),
            "synthetic": scenario.scene.synthetic,
            "ego_is_edited": scenario.ego != scenario.scene.ego,
            "recorded_until_us": scenario.scene.as_recorded.span[1],
            "time_of_day": scenario.time_of_day,
            "weather": scenario.weather,
            "sample_data": self.recordings,
            "sample_annotation": self.boxes,
        }

    # -------------------------------------------------------------------------------------- log and streets

    def log(self, scene: Record) -> str:
        """The recording's log, and the street map that belongs to it."""
        log = self.recording.tables.get("log", scene["log_token"])
        fields = {name: log[name] for name in ("logfile", "vehicle", "date_captured", "location", "token")}
        token = self.tables.log(**fields)
        masks = [r["filename"] for r in self.recording.tables.records["map"] if token in r["log_tokens"]]
        for mask in masks or [f"maps/{token}.png"]:
            self.tables.map(mask, [token])
            if not self.copy(mask, mask):
                # The devkit opens nothing without a mask; one that is black all over says as little as none.
                write_bytes(self.out / mask, cv2.imencode(".png", np.zeros((8, 8), np.uint8))[1].tobytes())
        expansion = self.recording.expansion_of(self.scenario.scene)
        if expansion is not None:
            self.copy(expansion, expansion)
        return token

    def copy(self, source: str, target: str) -> bool:
        """Copy a file of the recording; whether there was one."""
        if not (self.recording.dataroot / source).is_file():
            return False
        (self.out / target).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(self.recording.dataroot / source, self.out / target)
        return True

    # -------------------------------------------------------------------------------- samples and recordings

    def write_samples(self, frames: Sequence[int]) -> None:
        for index in sorted(frames):
            frame = self.scenario.scene.frames[index]
            token = self.tables.sample(
                self.scene, frame.t_us, token=frame.sample_token if frame.is_keyframe and not self.is_beyond(index) else None
            )
            self.samples[index] = frame, token

    def is_beyond(self, index: int) -> bool:
        """Whether a frame lies beyond the recording."""
        return index >= len(self.scenario.scene.as_recorded.frames)

    def write_pictures(self, views: Sequence[str], files: Mapping[Key, str], origins: Mapping[Key, str]) -> None:
        for view in (self.scenario.scene.view(name) for name in views):
            calibration = view.T_ego_camera
            camera = self.tables.calibrated_sensor(self.scene, view.name, "camera", calibration, intrinsics=view.intrinsics)
            for index, (frame, _) in self.samples.items():
                picture = frame.picture(view.name)
                if picture is not None:
                    file = files.get((index, view.name))
                    self.write_picture(index, picture, camera, file, "missing" if file is None else origins[index, view.name])

    def write_picture(self, index: int, picture: Picture, camera: str, file: str | None, origin: str) -> None:
        view, T_world_ego = self.scenario.scene.view(picture.view), ego_at(self.scenario, picture)
        as_recorded = T_world_ego == picture.T_world_ego and origin in ("recorded", "missing") and not picture.is_beyond
        token = self.tables.sample_data(
            self.samples[index][1],
            camera,
            picture.t_us,
            T_world_ego,
            file or f"samples/{view.name}/{self.scenario.scene.name}__{view.name}__{picture.t_us}{Path(picture.file).suffix}",
            is_key_frame=True,
            size=(view.width, view.height),
            token=picture.token if as_recorded else None,
        )
        if not as_recorded or origin == "missing":
            self.recordings[token] = origin

    def write_lidar(self) -> None:
        """The recorded sweeps of the exported time; the one nearest to a sample is its own, the others go before the next."""
        frames = [frame for frame, _ in self.samples.values()]
        tokens = [token for _, token in self.samples.values()]
        times = [frame.t_us for frame in frames]
        own: dict[tuple[str, int], LidarSweep] = {}
        sweeps = [
            s for s in self.scenario.scene.sweeps if s.exists and times[0] - NEAREST_US <= s.t_us <= times[-1] + NEAREST_US
        ]
        for sweep in sweeps:
            key = self.recording.channel(sweep.token), nearest(times, sweep.t_us)
            if abs(times[key[1]] - sweep.t_us) <= NEAREST_US:
                own[key] = min(own.get(key, sweep), sweep, key=lambda s, t_us=times[key[1]]: abs(t_us - s.t_us))
        samples = {sweep.token: tokens[at] for (_, at), sweep in own.items()}
        for sweep in sweeps:
            self.write_sweep(sweep, samples.get(sweep.token, tokens[0]), sweep.token in samples)

    def write_sweep(self, sweep: LidarSweep, sample: str, is_own: bool) -> None:
        tables = self.recording.tables
        record, channel = tables.get("sample_data", sweep.token), self.recording.channel(sweep.token)
        T_ego_lidar = rigid(tables.get("calibrated_sensor", record["calibrated_sensor_token"]))
        if channel not in self.lidars:
            self.lidars[channel] = self.tables.calibrated_sensor(self.scene, channel, "lidar", T_ego_lidar)
        recorded = rigid(tables.get("ego_pose", record["ego_pose_token"]))
        T_world_ego = ego_at(self.scenario, Picture(sweep.token, channel, sweep.t_us, recorded, sweep.file, sweep.exists))
        as_recorded = T_world_ego == recorded
        file = f"{'samples' if is_own else 'sweeps'}/{channel}/{self.scenario.scene.name}__{channel}__{sweep.t_us}.pcd.bin"
        known = {"is_key_frame": is_own, "token": sweep.token if as_recorded else None}
        token = self.tables.sample_data(sample, self.lidars[channel], sweep.t_us, T_world_ego, file, **known)
        if as_recorded:
            self.copy(sweep.file, file)
        else:
            self.recordings[token] = "re-expressed"
            T_new_old = (T_world_ego @ T_ego_lidar).inverse() @ sweep.T_world_lidar
            write_bytes(self.out / file, moved_points(self.recording.dataroot, sweep, T_new_old).tobytes())

    # ------------------------------------------------------------------------------------------------ boxes

    def write_boxes(self) -> None:
        recorded = {actor.id: actor for actor in self.scenario.scene.actors}
        for actor in self.scenario.actors:
            if any(actor_at(actor, frame.t_us) is not None for frame, _ in self.samples.values()):
                self.write_track(actor, recorded.get(actor.id))

    def write_track(self, actor: Actor, recorded: Actor | None) -> None:
        instance = self.tables.instance(self.scene, actor.id, actor.category, token=actor.id)
        annotated = self.recording.boxes_by_time(actor.id) if recorded else {}
        alike = self.boxes_alike(actor, recorded)
        for index, (frame, sample) in self.samples.items():
            T_world_box = actor_at(actor, frame.t_us)
            if T_world_box is None:
                continue
            untouched = recorded is not None and _is_same(actor, recorded, frame.t_us)
            if untouched and frame.t_us in annotated:
                self.tables.annotation(instance, sample, T_world_box, **self.measured(annotated[frame.t_us]))
                continue
            known = self.attribute_names(alike[min(alike, key=lambda t, t_us=frame.t_us: abs(t - t_us))]) if alike else []
            names = known if untouched else attributes_of(actor, frame.t_us, known)
            token = self.tables.annotation(instance, sample, T_world_box, actor.size_lwh, attributes=names)
            guessed = "beyond" if self.is_beyond(index) else "interpolated"
            self.boxes[token] = guessed if untouched else "edited" if recorded else "added"

    def boxes_alike(self, actor: Actor, recorded: Actor | None) -> dict[int, Record]:
        """The annotated boxes, by their times, of the recorded actor of its category that it is, or that it looks like."""
        source = actor.id if recorded else (actor.look.source or "").removeprefix("actor:")
        is_there = any(known.id == source and known.category == actor.category for known in self.scenario.scene.actors)
        return self.recording.boxes_by_time(source) if is_there else {}

    def measured(self, box: Record) -> Record:
        """What was recorded of an untouched box besides its place."""
        width, length, height = box["size"]
        return {
            "token": box["token"],
            "size_lwh": (length, width, height),
            "attributes": self.attribute_names(box),
            "visibility": box.get("visibility_token") or "",
            "num_lidar_pts": box.get("num_lidar_pts", 0),
            "num_radar_pts": box.get("num_radar_pts", 0),
        }

    def attribute_names(self, box: Record) -> list[str]:
        return [self.recording.tables.get("attribute", token)["name"] for token in box.get("attribute_tokens", ())]


def _is_same(actor: Actor, recorded: Actor, t_us: int) -> bool:
    """Whether the box of an actor at a time is as the recording has it; its colour is no part of that."""
    if (actor.category, actor.size_lwh) != (recorded.category, recorded.size_lwh):
        return False
    return actor_at(actor, t_us) == actor_at(recorded, t_us)
