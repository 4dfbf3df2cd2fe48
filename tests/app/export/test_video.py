"""Films, mosaics and the contact sheet."""

from fractions import Fraction

import av
import numpy as np
import pytest

from app.export.contact_sheet import rows_to_show
from app.export.label import WORDS, labelled
from app.export.video import Film, fitted, frame_rate, mosaic, mosaic_rows
from editor.geometry import Rigid, multiply, yaw_quaternion
from editor.scene import View

T_EGO_FRONT = (0.5, -0.5, 0.5, -0.5)  # camera axes (right, down, ahead) in the ego's
LOOKS = {
    "CAM_FRONT": 0,
    "CAM_FRONT_LEFT": 55,
    "CAM_BACK_LEFT": 110,
    "CAM_BACK": 180,
    "CAM_BACK_RIGHT": -110,
    "CAM_FRONT_RIGHT": -55,
}


def view(name, degrees):
    rotation = multiply(yaw_quaternion(np.radians(degrees)), T_EGO_FRONT)
    return View(name, 64, 36, (50.0, 50.0, 31.5, 17.5, 0.0), Rigid((0.0, 0.0, 1.5), rotation))


@pytest.mark.parametrize(("step_us", "rate"), [(100_000, 10), (500_000, 2), (83_333, 12), (99_950, 10), (33_367, 30)])
def test_the_rate_is_the_recordings(step_us, rate):
    assert frame_rate([1_000 + i * step_us for i in range(40)]) == rate


def test_a_single_frame_has_a_rate_too():
    assert frame_rate([5]) > 0


def test_a_film_plays_back_with_its_frames_rate_and_colours(tmp_path):
    picture = np.zeros((37, 65, 3), np.uint8)
    picture[:18], picture[18:] = (20, 180, 40), (200, 30, 60)
    with Film(tmp_path / "a.mp4", Fraction(119, 10)) as film:
        for _ in range(12):
            film.add(picture)
    with av.open(str(tmp_path / "a.mp4")) as container:
        stream = container.streams.video[0]
        frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(stream)]
        assert (stream.codec_context.name, stream.pix_fmt) == ("h264", "yuv420p")
        assert stream.average_rate == Fraction(119, 10)
    assert len(frames) == 12
    assert frames[0].shape == (36, 64, 3)
    assert np.abs(frames[6][5, 30].astype(int) - picture[5, 30]).max() <= 6
    assert np.abs(frames[6][30, 30].astype(int) - picture[30, 30]).max() <= 6


def test_a_picture_of_another_size_is_refused(tmp_path):
    with Film(tmp_path / "a.mp4", Fraction(10)) as film:
        film.add(np.zeros((36, 64, 3), np.uint8))
        with pytest.raises(ValueError, match="40x20"):
            film.add(np.zeros((20, 40, 3), np.uint8))


def test_views_lie_as_they_look_out_of_the_car():
    rows = mosaic_rows([view(name, degrees) for name, degrees in LOOKS.items()])
    assert rows == (("CAM_FRONT_LEFT", "CAM_FRONT", "CAM_FRONT_RIGHT"), ("CAM_BACK_LEFT", "CAM_BACK", "CAM_BACK_RIGHT"))


def test_a_mosaic_has_a_tile_for_what_is_missing():
    red = np.full((36, 64, 3), (200, 0, 0), np.uint8)
    tiles = mosaic({"a": red, "c": red}, (("a", "b"), ("c",)), 32, 18)
    assert tiles.shape == (36, 64, 3)
    assert (tiles[:18, :32] == red[0, 0]).all()
    assert (tiles[:, 32:] != red[0, 0]).any(axis=-1).all()


def test_a_picture_is_fitted_whole():
    tile = fitted(np.full((10, 40, 3), 255, np.uint8), 20, 20)
    assert (tile[8:12] == 255).all()
    assert (tile[:6] < 255).all()


@pytest.mark.parametrize("origin", WORDS)
def test_a_label_is_drawn_on_a_copy_for_every_origin(origin):
    picture = np.full((180, 320, 3), 128, np.uint8)
    assert (labelled(picture, "CAM_FRONT", origin) != picture).any()
    assert (picture == 128).all()


def test_the_sheet_shows_first_and_last():
    assert rows_to_show(1) == (0,)
    assert rows_to_show(3) == (0, 1, 2)
    assert rows_to_show(81)[0] == 0
    assert rows_to_show(81)[-1] == 80
    assert len(rows_to_show(81)) == 8
