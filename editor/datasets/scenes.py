"""A scene's records as the frozen values that the editor works on."""

import hashlib
import math
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from editor.datasets.chains import Chains
from editor.datasets.records import DataSetError, Record, field_error
from editor.geometry import Rigid, rotation_matrix
from editor.scene import Actor, ActorId, Fingerprint, Frame, LidarSweep, Picture, Pose, Scene, Span, View
from editor.tracks import HOLD_US

UNIT = 1e-9  # by so much a quaternion's length may be off 1 and stay as it is
NEAREST_US = HOLD_US  # a picture further from a sweep's time than this is of another instant


def build_scene(dataroot: Path, version: str, chains: Chains, record: Record) -> Scene:
    """The scene of a record; pictures and sweeps whose files are not there are marked as missing."""
    recordings = chains.recordings.get(record["token"], [])
    views = _views(record, chains, [r for r in recordings if chains.sensor(r)["modality"] == "camera"])
    pictures = {r["token"]: _picture(dataroot, chains, r) for r in recordings if chains.sensor(r)["modality"] == "camera"}
    frames = _frames(record, chains, recordings, pictures, [view.name for view in views])
    log = chains.tables.get("log", record["log_token"])
    return Scene(
        fingerprint=_fingerprint(version, record, chains),
        name=record["name"],
        description=record["description"],
        location=log["location"],
        views=views,
        frames=frames,
        sweeps=tuple(_sweep(dataroot, chains, r) for r in recordings if chains.sensor(r)["modality"] == "lidar"),
        actors=tuple(_actor(chains, instance, record) for instance in chains.instances.get(record["token"], ())),
        ego=tuple(Pose(p.t_us, p.T_world_ego) for p in pictures.values() if p.view == views[0].name),
        synthetic=log["vehicle"] == "town",
    )


def rigid(record: Record) -> Rigid:
    """The transform of a record with translation and rotation, which tables of few digits hold a little off unit length."""
    x, y, z = map(float, record["translation"])
    a, b, c, d = map(float, record["rotation"])
    length = math.hypot(a, b, c, d)
    if abs(length - 1) > UNIT:
        a, b, c, d = (value / length for value in (a, b, c, d))
    return Rigid((x, y, z), (a, b, c, d))


# ---------------------------------------------------------------------------------------------------- views


def _views(scene: Record, chains: Chains, recordings: Sequence[Record]) -> tuple[View, ...]:
    """The cameras in the order of a look around: the one that looks ahead first, then clockwise."""
    found: dict[str, View] = {}
    for recording in recordings:
        view = _view(chains, recording)
        if found.setdefault(view.name, view) != view:
            wanted = f"the calibration and picture size that {view.name} has elsewhere in scene {scene['name']}"
            raise field_error("sample_data", recording, "calibrated_sensor_token", wanted)
    if not found:
        raise DataSetError(f"scene {scene['name']}: got no pictures in table sample_data; wanted one camera at least")
    clockwise = {name: -_azimuth(view) for name, view in found.items()}
    front = min(found, key=lambda name: (round(abs(clockwise[name]), 3), name))
    turn = {name: round((clockwise[name] - clockwise[front]) % (2 * math.pi), 3) for name in found}
    return tuple(found[name] for name in sorted(found, key=lambda name: (name != front, turn[name], name)))


def _view(chains: Chains, recording: Record) -> View:
    calibrated = chains.tables.get("calibrated_sensor", recording["calibrated_sensor_token"])
    if calibrated["camera_intrinsic"] == []:
        raise field_error("calibrated_sensor", calibrated, "camera_intrinsic", "a 3x3 matrix, for it is a camera")
    for side in ("width", "height"):
        if recording[side] == 0:
            raise field_error("sample_data", recording, side, "a picture's size in pixels")
    (fx, skew, cx), (_, fy, cy), _ = calibrated["camera_intrinsic"]
    intrinsics = (float(fx), float(fy), float(cx), float(cy), float(skew))
    return View(chains.channel(recording), recording["width"], recording["height"], intrinsics, rigid(calibrated))


def _azimuth(view: View) -> float:
    """Where a camera looks in the ego's ground plane, counter-clockwise from straight ahead."""
    ahead = rotation_matrix(view.T_ego_camera.rotation)[:, 2]
    return math.atan2(ahead[1], ahead[0])


# --------------------------------------------------------------------------------------------------- frames


def _picture(dataroot: Path, chains: Chains, recording: Record) -> Picture:
    file = recording["filename"]
    T_world_ego = rigid(chains.tables.get("ego_pose", recording["ego_pose_token"]))
    exists = (dataroot / file).is_file()
    return Picture(recording["token"], chains.channel(recording), recording["timestamp"], T_world_ego, file, exists)


def _frames(
    scene: Record, chains: Chains, recordings: Sequence[Record], pictures: dict[str, Picture], views: Sequence[str]
) -> tuple[Frame, ...]:
    at_samples: dict[str, dict[str, Picture]] = defaultdict(dict)
    sweeps: dict[str, list[tuple[Picture, str]]] = {view: [] for view in views}
    for recording in recordings:
        picture = pictures.get(recording["token"])
        if picture is None:
            continue
        if not recording["is_key_frame"]:
            sweeps[picture.view].append((picture, recording["sample_token"]))
        elif at_samples[recording["sample_token"]].setdefault(picture.view, picture) is not picture:
            raise field_error("sample_data", recording, "is_key_frame", f"one key frame of {picture.view} at each sample")
    keyframes = (
        Frame(sample["timestamp"], True, sample["token"], _in_order(at_samples[sample["token"]], views))
        for sample in chains.samples[scene["token"]]
    )
    frames = sorted((*keyframes, *_sweep_frames(sweeps, views)), key=lambda frame: frame.t_us)
    for frame, following in zip(frames, frames[1:], strict=False):
        if frame.t_us == following.t_us:
            raise DataSetError(f"scene {scene['name']}: got two frames at {frame.t_us}; wanted one at each timestamp")
    return tuple(frames)


def _in_order(pictures: dict[str, Picture], views: Sequence[str]) -> tuple[Picture, ...]:
    return tuple(pictures[view] for view in views if view in pictures)


def _sweep_frames(sweeps: dict[str, list[tuple[Picture, str]]], views: Sequence[str]) -> Iterable[Frame]:
    """The unannotated pictures, grouped to the first view's times: each goes to the nearest, each time takes its nearest."""
    times = [picture.t_us for picture, _ in sweeps[views[0]]]
    taken: list[dict[str, Picture]] = [{} for _ in times]
    for view in views:
        for picture, _ in sweeps[view]:
            at = nearest(times, picture.t_us)
            if at is None or abs(times[at] - picture.t_us) > NEAREST_US:
                continue
            rival = taken[at].get(view)
            if rival is None or abs(times[at] - picture.t_us) < abs(times[at] - rival.t_us):
                taken[at][view] = picture
    for (first, sample_token), pictures in zip(sweeps[views[0]], taken, strict=True):
        yield Frame(first.t_us, False, sample_token, _in_order(pictures, views))


def nearest(times: Sequence[int], t_us: int) -> int | None:
    """Which of the rising times is nearest, or None where there are none."""
    after = bisect_left(times, t_us)
    near = [i for i in (after - 1, after) if 0 <= i < len(times)]
    return min(near, key=lambda i: abs(times[i] - t_us), default=None)


def _sweep(dataroot: Path, chains: Chains, recording: Record) -> LidarSweep:
    tables = chains.tables
    T_ego_lidar = rigid(tables.get("calibrated_sensor", recording["calibrated_sensor_token"]))
    T_world_lidar = rigid(tables.get("ego_pose", recording["ego_pose_token"])) @ T_ego_lidar
    file = recording["filename"]
    exists = (dataroot / file).is_file()
    return LidarSweep(recording["token"], recording["timestamp"], T_world_lidar, file, exists, recording["is_key_frame"])


# --------------------------------------------------------------------------------------------------- actors


def _actor(chains: Chains, instance: Record, scene: Record) -> Actor:
    boxes = chains.boxes[instance["token"]]
    width, length, height = map(float, boxes[0]["size"])
    samples = [sample["timestamp"] for sample in chains.samples[scene["token"]]]
    annotated = [chains.sample_of(box)["timestamp"] for box in boxes]
    return Actor(
        id=ActorId(instance["token"]),
        category=chains.tables.get("category", instance["category_token"])["name"],
        size_lwh=(length, width, height),
        track=tuple(Pose(t_us, rigid(box)) for t_us, box in zip(annotated, boxes, strict=True)),
        absent=_absent(samples, annotated),
    )


def _absent(samples: Sequence[int], annotated: Sequence[int]) -> tuple[Span, ...]:
    """When an actor is away between its boxes: around every sample that has none of it.

    Up to `HOLD_US` outside its boxes an actor is taken to be there, but never at a sample that says otherwise; there it
    leaves half-way.
    """
    has = set(annotated)
    within = [t for t in samples if annotated[0] - HOLD_US <= t <= annotated[-1] + HOLD_US and t not in has]
    spans: list[Span] = []
    for t in within:
        at = bisect_left(annotated, t)
        start = annotated[at - 1] + _hold(annotated[at - 1], samples) if at > 0 else annotated[0] - HOLD_US
        end = annotated[at] - _hold_back(annotated[at], samples) if at < len(annotated) else annotated[-1] + HOLD_US
        if not spans or spans[-1] != (start, end):
            spans.append((start, end))
    return tuple(spans)


def _hold(t_us: int, samples: Sequence[int]) -> int:
    following = samples[bisect_left(samples, t_us) + 1]
    return min(HOLD_US, (following - t_us) // 2)


def _hold_back(t_us: int, samples: Sequence[int]) -> int:
    before = samples[bisect_left(samples, t_us) - 1]
    return min(HOLD_US, (t_us - before) // 2)


# ---------------------------------------------------------------------------------------------- fingerprint


def _fingerprint(version: str, scene: Record, chains: Chains) -> Fingerprint:
    instances = [instance["token"] for instance in chains.instances.get(scene["token"], ())]
    tokens = [sample["token"] for sample in chains.samples[scene["token"]]] + instances
    tokens += [box["token"] for instance in instances for box in chains.boxes[instance]]
    return Fingerprint(version, scene["name"], hashlib.sha256("\n".join(sorted(tokens)).encode()).hexdigest())
