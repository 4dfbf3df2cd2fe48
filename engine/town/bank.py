"""The shipped bank of actors, drawn from Town, for the draft to add where a drive has nothing alike.

`assets/bank/index.json` holds {"version": 2, "entries": [entry, ...]}. An entry is {"name", "category", "size_lwh", "mesh",
"pictures": [picture, ...]}; `Look.source` names it as "bank:<name>". `mesh` is the file of its shape, a binary PLY of triangles
in the box's frame, in metres (version 1 had none). A picture is {"file", "azimuth_deg", "elevation_deg", "distance_m", "width",
"height", "intrinsics", "T_camera_box"}: a WebP with alpha beside the index, cropped to the actor, alpha its outline, colour not
multiplied by it. `azimuth_deg` says from where the camera sees the box, counter-clockwise from its front (0: the front, 90: its
left side), `elevation_deg` from how far above the horizontal at its centre. `intrinsics` (fx, fy, cx, cy, skew) are those of
the cropped picture, pixel centres at integers; `T_camera_box` is {"translation", "rotation"}: the box (x ahead, y left, z up,
centred) in the camera's frame. So the box's hull projects onto the picture with editor.cameras alone.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch

from editor.cameras import T_camera_world
from editor.datasets.files import write_bytes, write_json
from editor.geometry import IDENTITY, Rigid, Vec3, box_corners, quaternion_from_matrix, vec3
from editor.scene import Actor, ActorId, Look, Pose, View
from engine.town.actors import mesh_of
from engine.town.ground import Field, plain_ground
from engine.town.intersectors import intersector
from engine.town.light import Light
from engine.town.mesh import Mesh
from engine.town.picture import draw
from engine.town.rays import Triangles
from engine.town.shade import CELL_M
from engine.town.stage import part_of, without_slivers
from engine.town.town import TownError
from engine.town.world import World

ENTRIES: tuple[tuple[str, str, Vec3], ...] = (
    ("sedan", "vehicle.car", (4.72, 1.92, 1.46)),
    ("hatchback", "vehicle.car", (4.08, 1.86, 1.50)),
    ("suv", "vehicle.car", (4.78, 2.02, 1.74)),
    ("van", "vehicle.car", (5.55, 2.18, 2.42)),
    ("pickup", "vehicle.truck", (5.60, 2.10, 1.88)),
    ("truck", "vehicle.truck", (8.10, 2.55, 3.35)),
    ("bus", "vehicle.bus.rigid", (11.60, 2.95, 3.30)),
    ("motorcycle", "vehicle.motorcycle", (2.15, 0.80, 1.62)),
    ("cyclist", "vehicle.bicycle", (1.80, 0.66, 1.76)),
    ("pedestrian-a", "human.pedestrian.adult", (0.88, 0.65, 1.76)),
    ("pedestrian-b", "human.pedestrian.adult", (0.84, 0.62, 1.66)),
    ("cone", "movable_object.trafficcone", (0.40, 0.40, 0.75)),
    ("barrier", "movable_object.barrier", (0.60, 1.90, 1.05)),
    ("estate", "vehicle.car", (4.75, 1.92, 1.48)),
    ("city-car", "vehicle.car", (3.62, 1.68, 1.51)),
    ("sports", "vehicle.car", (4.40, 1.90, 1.31)),
    ("taxi", "vehicle.car", (4.72, 1.92, 1.56)),
    ("parcel-van", "vehicle.car", (5.90, 2.15, 2.60)),
    ("police", "vehicle.emergency.police", (4.78, 1.94, 1.60)),
    ("ambulance", "vehicle.emergency.ambulance", (5.90, 2.15, 2.75)),
    ("tipper", "vehicle.truck", (7.60, 2.50, 3.20)),
    ("bendy-bus", "vehicle.bus.bendy", (17.20, 2.90, 3.30)),
    ("trailer", "vehicle.trailer", (12.30, 2.90, 3.90)),
    ("excavator", "vehicle.construction", (6.40, 2.50, 3.20)),
    ("wheel-loader", "vehicle.construction", (6.80, 2.60, 3.20)),
    ("parked-bicycle", "vehicle.bicycle", (1.72, 0.58, 1.07)),
    ("child", "human.pedestrian.child", (0.54, 0.46, 1.24)),
    ("construction-worker", "human.pedestrian.construction_worker", (0.74, 0.68, 1.78)),
    ("police-officer", "human.pedestrian.police_officer", (0.74, 0.68, 1.82)),
    ("pushchair", "human.pedestrian.stroller", (1.00, 0.60, 1.10)),
)
AZIMUTHS = 16
EYE_M = 1.6  # the camera's height
NEAR_M, FAR_M, LENGTHS = 8.0, 20.0, 1.6  # the camera's distance: so many lengths, within limits
LONG_PX = 500  # the longest side of a picture, about
ROOM = 1.05  # around the box, for mirrors
QUALITY = 80
AZIMUTH, ELEVATION = math.radians(60), math.radians(52)  # of the sun; `engine.draft.from_bank` knows where it stood
SUN, SKY = (1.5, 1.41, 1.25), (1.07, 1.09, 1.13)  # weak sunshine: nobody knows which side is lit where a picture will be set in
FINER = 2  # pictures are drawn so many times larger and averaged


@dataclass(frozen=True, eq=False)
class Shot:
    """One picture of an entry, and what goes into the index about it."""

    rgba: np.ndarray
    record: dict[str, object]


def write_bank(folder: Path, progress: Callable[[int, int], None] | None = None) -> None:
    """Draw all entries into a folder, index last; `progress` is told how many pictures are there and how many there will be.
    TownError in one sentence where the folder cannot be written."""
    try:
        _write(folder, progress or (lambda done, total: None))
    except OSError as error:
        raise TownError(f"bank {folder}: got {error.strerror or error}; wanted room and leave to write there") from error


def _write(folder: Path, progress: Callable[[int, int], None]) -> None:
    entries: list[dict[str, object]] = []
    for name, category, size in ENTRIES:
        pictures = []
        for k in range(AZIMUTHS):
            file = f"{name}-{k * 360 // AZIMUTHS:03d}.webp"
            one = shot(name, category, size, k * 2 * math.pi / AZIMUTHS)
            ok, data = cv2.imencode(".webp", cv2.cvtColor(one.rgba, cv2.COLOR_RGBA2BGRA), [cv2.IMWRITE_WEBP_QUALITY, QUALITY])
            if not ok:
                raise ValueError(f"bank picture {file} of {one.rgba.shape}; OpenCV could not encode it")
            write_bytes(folder / file, data.tobytes())
            pictures.append({"file": file, **one.record})
            progress(len(entries) * AZIMUTHS + k + 1, len(ENTRIES) * AZIMUTHS)
        mesh = f"{name}.ply"
        _write_mesh(folder / mesh, _mesh(_actor(name, category, size)))
        entries.append({"name": name, "category": category, "size_lwh": list(size), "mesh": mesh, "pictures": pictures})
    write_json(folder / "index.json", {"version": 2, "entries": entries})


def _write_mesh(path: Path, mesh: Mesh) -> None:
    from open3d import core, t

    shape = t.geometry.TriangleMesh(core.Tensor(np.float32(mesh.points)), core.Tensor(np.int32(mesh.triangles)))
    part = path.with_name(f".{path.name}")
    if not t.io.write_triangle_mesh(str(part), shape):
        raise OSError(f"{part} could not be written")
    part.replace(path)


def shot(name: str, category: str, size: Vec3, azimuth: float) -> Shot:
    """One actor alone, from one side."""
    actor = _actor(name, category, size)
    distance = max(NEAR_M, min(FAR_M, LENGTHS * size[0]))
    view = _view(size, azimuth, distance)
    picture, layers = draw(_alone(actor), view, IDENTITY)
    alpha = (layers.instance > 0).astype(np.float32)
    colour = np.where(alpha[..., None] > 0, picture, _spread(picture, alpha))
    small = _averaged(colour.astype(np.float32))
    alpha = _averaged(alpha[..., None])[..., 0]
    return _cropped(small, alpha, view, azimuth, distance, size)


def _actor(name: str, category: str, size: Vec3) -> Actor:
    return Actor(ActorId(f"new-{name}"), category, size, _walked(category), look=Look(source=f"bank:{name}"))


def _mesh(actor: Actor) -> Mesh:
    return without_slivers(mesh_of(0, actor, 850_000 if len(actor.track) > 1 else 0))


def _walked(category: str) -> tuple[Pose, ...]:
    """A track that shows someone in mid-stride; things stand."""
    if not category.startswith(("human.", "vehicle.bicycle")):
        return (Pose(0, IDENTITY),)
    end = Rigid((1.3, 0.0, 0.0), IDENTITY.rotation)
    return Pose(0, IDENTITY), Pose(1_000_000, end)


def _alone(actor: Actor) -> World:
    mesh = _mesh(actor)
    part = part_of(mesh, np.ones(len(mesh.triangles)), np.array([np.eye(3), np.eye(3)]))
    n = 2
    shade = Field(torch.ones(n * n), CELL_M, 1.0, n, n)
    light = Light(AZIMUTH, ELEVATION, sun=SUN, ambient=SKY, haze_m=1e6)
    tracer = intersector("open3d", "cpu", (Triangles(mesh.points, mesh.triangles),))
    return World((part,), tracer, plain_ground(), light, shade)


def _view(size: Vec3, azimuth: float, distance: float) -> View:
    """A camera that looks level-headed at the box's centre, wide enough for all of it."""
    eye = np.array([distance * math.cos(azimuth), distance * math.sin(azimuth), EYE_M - size[2] / 2])
    ahead = -eye / np.linalg.norm(eye)
    right = np.cross(ahead, [0.0, 0.0, 1.0])
    right /= np.linalg.norm(right)
    turn = np.stack([right, np.cross(ahead, right), ahead], 1)
    corners = (box_corners(IDENTITY, size) - eye) @ turn
    reach = np.abs(corners[:, :2] / corners[:, 2:]).max() * ROOM
    n = FINER * LONG_PX
    f = float(n / (2 * reach))
    return View("bank", n, n, (f, f, (n - 1) / 2, (n - 1) / 2, 0.0), Rigid(vec3(eye), quaternion_from_matrix(turn)))


def _spread(picture: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """The actor's own colours a little beyond its outline, so that no sky shows at soft edges."""
    inside = cv2.erode(alpha, np.ones((3, 3)))[..., None]
    blurred = cv2.GaussianBlur(picture * inside, (0, 0), 3)
    return blurred / np.maximum(cv2.GaussianBlur(inside, (0, 0), 3)[..., None], 1e-3)


def _averaged(values: np.ndarray) -> np.ndarray:
    h, w, c = values.shape
    return values.reshape(h // FINER, FINER, w // FINER, FINER, c).mean((1, 3))


def _cropped(colour: np.ndarray, alpha: np.ndarray, view: View, azimuth: float, distance: float, size: Vec3) -> Shot:
    rows, columns = np.flatnonzero(alpha.any(1)), np.flatnonzero(alpha.any(0))
    top, bottom, left, right = rows[0], rows[-1] + 1, columns[0], columns[-1] + 1
    rgba = np.dstack([np.clip(colour, 0, 255), 255 * alpha]).round().astype(np.uint8)[top:bottom, left:right]
    rgba[rgba[..., 3] == 0] = 0
    fx, fy, cx, cy, skew = view.intrinsics
    at = [(c + 0.5) / FINER - 0.5 for c in (cx, cy)]
    T_camera_box = T_camera_world(IDENTITY, view)
    record = {
        "azimuth_deg": round(math.degrees(azimuth), 3),
        "elevation_deg": round(math.degrees(math.atan2(EYE_M - size[2] / 2, distance)), 3),
        "distance_m": distance,
        "width": int(right - left), "height": int(bottom - top),
        "intrinsics": [fx / FINER, fy / FINER, float(at[0] - left), float(at[1] - top), skew],
        "T_camera_box": {"translation": list(T_camera_box.translation), "rotation": list(T_camera_box.rotation)},
    }  # fmt: skip
    return Shot(rgba, record)
