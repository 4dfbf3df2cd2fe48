"""A rig of one's own, from a JSON file in the terms of nuScenes' calibrated sensors.

    {"cameras": [{"channel": "CAM_FRONT", "width": 1600, "height": 900,
                  "camera_intrinsic": [[1260, 0, 821], [0, 1260, 481], [0, 0, 1]],
                  "translation": [1.7, 0, 1.5], "rotation": [0.5, -0.5, 0.5, -0.5]}],
     "lidar": {"translation": [0.94, 0, 1.84], "rotation": [0.7071, 0, 0, -0.7071]}}

Lengths are metres in the ego's frame (x ahead, y left, z up), rotations quaternions (w, x, y, z) from the camera's frame
(x right, y down, z ahead) to it, pixel centres lie at integers. Without "lidar" it is where nuScenes has it.
"""

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from editor.datasets.records import FILE_NAME
from editor.geometry import Rigid, normalized
from editor.scene import View
from engine.town.rig import T_EGO_LIDAR, Rig

MOST_BYTES = 1 << 20
Row = tuple[float, float, float]


class RigError(ValueError):
    """A rig file that cannot be used; the sentence says what was got and what was wanted."""


class _Mounted(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)
    translation: Row
    rotation: tuple[float, float, float, float]

    @field_validator("rotation")
    @classmethod
    def _turns(cls, q: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
        if not 0.8 < sum(c * c for c in q) < 1.2:
            raise ValueError("wanted a quaternion of unit length")
        return normalized(q)


class _Camera(_Mounted):
    channel: str
    width: Annotated[int, Field(ge=16, le=4096)]
    height: Annotated[int, Field(ge=16, le=4096)]
    camera_intrinsic: tuple[Row, Row, Row]

    @field_validator("channel")
    @classmethod
    def _names_a_file(cls, name: str) -> str:
        if not FILE_NAME.holds(name):
            raise ValueError(f"wanted {FILE_NAME.wanted}")
        return name

    @field_validator("camera_intrinsic")
    @classmethod
    def _is_pinhole(cls, matrix: tuple[Row, Row, Row]) -> tuple[Row, Row, Row]:
        (fx, _, _), (zero, fy, _), last = matrix
        if fx <= 0 or fy <= 0 or zero != 0 or last != (0, 0, 1):
            raise ValueError("wanted a pinhole camera's matrix [[fx, skew, cx], [0, fy, cy], [0, 0, 1]]")
        return matrix


class _Rig(BaseModel):
    model_config = ConfigDict(extra="forbid")
    cameras: Annotated[tuple[_Camera, ...], Field(min_length=1, max_length=32)]
    lidar: _Mounted | None = None

    @field_validator("cameras")
    @classmethod
    def _differ(cls, cameras: tuple[_Camera, ...]) -> tuple[_Camera, ...]:
        if len({c.channel for c in cameras}) < len(cameras):
            raise ValueError("wanted each channel once")
        return cameras


def read_rig(path: Path) -> Rig:
    """The rig of a file. RigError for what is none."""
    try:
        with path.open("rb") as file:
            rig = _Rig.model_validate_json(file.read(MOST_BYTES))
    except OSError as error:
        raise RigError(f"rig file {path}: got {error.strerror}; wanted a JSON file of cameras") from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the whole"
        raise RigError(f"rig file {path}, {where}: {first['msg']}") from error
    lidar = T_EGO_LIDAR if rig.lidar is None else Rigid(rig.lidar.translation, rig.lidar.rotation)
    return Rig(tuple(_view(camera) for camera in rig.cameras), lidar)


def _view(camera: _Camera) -> View:
    (fx, skew, cx), (_, fy, cy), _ = camera.camera_intrinsic
    mounted = Rigid(camera.translation, camera.rotation)
    return View(camera.channel, camera.width, camera.height, (fx, fy, cx, cy, skew), mounted)
