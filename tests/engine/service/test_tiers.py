"""Which pictures come where one of a drive's files cannot be read."""

import shutil

import pytest

from editor.datasets.nuscenes import open_data_set
from editor.datasets.records import DataSetError
from editor.scene import recorded
from engine.service.local import local_service
from engine.service.requests import RenderError, Request
from engine.service.tiers import draw
from tests.small_drive import SCENE, SIZE

BROKEN = "samples/CAM_FRONT/000.jpg"
FRAMES, VIEWS = (0, 5), ("CAM_FRONT", "CAM_BACK")


@pytest.fixture
def request_for_all(small_drive, tmp_path):
    """Some pictures of a recording, the first of which is no picture."""
    root = shutil.copytree(small_drive, tmp_path / "drive")
    (root / BROKEN).write_text("no picture")
    return Request(root, recorded(open_data_set(root).scene(SCENE)), VIEWS, FRAMES, SIZE)


def come_before(error, chunks):
    """The pictures that come before an end in that error, and its sentence."""
    places = []
    with pytest.raises(error) as raised:
        places.extend((chunk.frame, chunk.view) for chunk in chunks)
    return places, str(raised.value)


def test_a_file_that_is_no_picture_keeps_back_no_other_and_is_named(request_for_all):
    others = [(0, "CAM_BACK"), (5, "CAM_FRONT"), (5, "CAM_BACK")]
    sentence = f"picture {BROKEN}: got a file that is no picture; wanted JPEG or PNG"
    assert come_before(DataSetError, draw(request_for_all)) == (others, sentence)
    with local_service() as service:
        assert come_before(RenderError, service.render(request_for_all)) == (others, sentence)
