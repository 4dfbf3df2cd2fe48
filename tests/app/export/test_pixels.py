"""What is written as a picture is read as it was."""

import numpy as np
import pytest
from PIL import Image

from app.export.pixels import read_pixels, write_png

QUARTER_TURN = 6  # to be looked at from the side
ORIENTATION = 0x0112  # among EXIF tags


@pytest.fixture
def picture():
    return np.random.default_rng(7).integers(0, 256, (9, 16, 3), np.uint8)


def test_a_picture_comes_back_as_it_was_written(picture, tmp_path):
    write_png(tmp_path / "a.png", picture)
    assert (read_pixels(tmp_path / "a.png") == picture).all()
    assert (np.asarray(Image.open(tmp_path / "a.png")) == picture).all()  # its red is red for others too


def test_masks_keep_their_sixteen_bits(tmp_path):
    mask = np.arange(0, 65_536, 256, dtype=np.uint16).reshape(16, 16)
    write_png(tmp_path / "mask.png", mask)
    assert (np.asarray(Image.open(tmp_path / "mask.png")) == mask).all()


def test_pixels_are_as_they_are_stored_whatever_a_file_says_of_its_orientation(picture, tmp_path):
    turned = Image.Exif()
    turned[ORIENTATION] = QUARTER_TURN
    Image.fromarray(picture).save(tmp_path / "a.jpg", exif=turned, quality=100)
    assert read_pixels(tmp_path / "a.jpg").shape == picture.shape


def test_a_file_that_is_no_picture_is_named(tmp_path):
    (tmp_path / "a.jpg").write_text("no picture")
    with pytest.raises(ValueError, match=r"a\.jpg: got a file that is no picture"):
        read_pixels(tmp_path / "a.jpg")


def test_a_disk_that_refuses_is_heard(picture, tmp_path):
    with pytest.raises(OSError, match="No such file"):
        write_png(tmp_path / "nowhere" / "a.png", picture)
