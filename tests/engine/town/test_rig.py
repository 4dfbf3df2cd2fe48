"""What Town's car carries: nuScenes' rig at any size, and rigs from files."""

import json

import numpy as np
import pytest

from editor.cameras import fit
from editor.geometry import rotation_matrix
from engine.town.recipe import Recipe
from engine.town.rig import T_EGO_LIDAR, nuscenes_rig
from engine.town.rig_file import RigError, read_rig
from engine.town.town import TownError

CAMERA = {
    "channel": "CAM_ROOF", "width": 640, "height": 480, "camera_intrinsic": [[500, 0.5, 320], [0, 510, 240], [0, 0, 1]],
    "translation": [0.5, 0, 2.1], "rotation": [0.5, -0.5, 0.5, -0.5],
}  # fmt: skip


def written(tmp_path, **changed):
    (tmp_path / "rig.json").write_text(json.dumps({"cameras": [CAMERA]} | changed))
    return tmp_path / "rig.json"


def test_the_six_cameras_look_around_level_and_upright():
    for view in nuscenes_rig().views:
        turn = rotation_matrix(view.T_ego_camera.rotation)
        assert np.linalg.det(turn) == pytest.approx(1)
        assert turn[2, 1] < -0.99  # its down is the world's
        assert abs(turn[2, 2]) < 0.03
    azimuths = [np.degrees(np.arctan2(*rotation_matrix(v.T_ego_camera.rotation)[[1, 0], 2])) for v in nuscenes_rig().views]
    np.testing.assert_allclose(azimuths, [0, -56, -110, 180, 109, 55], atol=3)


def test_pictures_of_another_size_are_fitted_as_recorded_ones():
    for native, view in zip(nuscenes_rig().views, Recipe(size=(448, 256)).views, strict=True):
        assert view == fit(native, 448, 256).view
    assert Recipe(size=None).views == nuscenes_rig().views


def test_a_rig_comes_from_a_file(tmp_path):
    rig = read_rig(written(tmp_path))
    view = rig.views[0]
    assert (view.name, view.width, view.height) == ("CAM_ROOF", 640, 480)
    assert view.intrinsics == (500, 510, 320, 240, 0.5)
    assert view.T_ego_camera.translation == (0.5, 0, 2.1)
    assert rig.T_ego_lidar == T_EGO_LIDAR
    mounted = read_rig(written(tmp_path, lidar={"translation": [1, 0, 2], "rotation": [1, 0, 0, 0]}))
    assert mounted.T_ego_lidar.translation == (1, 0, 2)


@pytest.mark.parametrize(
    "changed",
    [
        {"cameras": []},
        {"cameras": [CAMERA, CAMERA]},
        {"cameras": [CAMERA | {"channel": "../up"}]},
        {"cameras": [CAMERA | {"width": 0}]},
        {"cameras": [CAMERA | {"rotation": [0, 0, 0, 0]}]},
        {"cameras": [CAMERA | {"rotation": [1, 0, 0, float("nan")]}]},
        {"cameras": [CAMERA | {"camera_intrinsic": [[500, 0, 320], [1, 510, 240], [0, 0, 1]]}]},
        {"cameras": [CAMERA | {"lens": "fisheye"}]},
        {"radar": 1},
    ],
)
def test_what_is_no_rig_is_one_sentence(tmp_path, changed):
    with pytest.raises(RigError, match="rig.json") as refused:
        read_rig(written(tmp_path, **changed))
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "bad", [{"size": (0, 10)}, {"duration_s": 0.1}, {"rate_hz": 5}, {"rate_hz": 0}, {"jpeg_quality": 0}, {"lidar_columns": 0}]
)
def test_what_cannot_be_recorded_is_said(bad):
    with pytest.raises(TownError, match="wanted"):
        Recipe(**bad).check()


def test_recipes_that_give_other_bytes_have_other_digests():
    other = (Recipe(), Recipe(size=(64, 36)), Recipe(rate_hz=12), Recipe(jpeg_quality=90), Recipe(lidar_columns=9))
    assert len({recipe.digest for recipe in other}) == len(other)
    assert Recipe().digest == Recipe(rig=nuscenes_rig()).digest
