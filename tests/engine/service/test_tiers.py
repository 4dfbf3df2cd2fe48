"""Which pictures come where one of a drive's files cannot be read."""

import shutil

import pytest

from editor.datasets.nuscenes import open_data_set
from editor.datasets.records import DataSetError
from editor.scene import recorded
from engine.requests import Model, RenderError, Request
from engine.service.local import local_service
from engine.service.tiers import draw
from tests.engine.service.small_model import write_checkpoint
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


def test_the_model_draws_nothing_without_the_streets_that_it_is_told_of(drive_with_broken_map, tmp_path):
    scenario = recorded(open_data_set(drive_with_broken_map).scene(SCENE))
    model = Model(write_checkpoint(tmp_path / "weights"), steps=1)
    anchors = Request(drive_with_broken_map, scenario, VIEWS, FRAMES, (64, 32), "anchor", model=model)
    with local_service() as service:
        places, sentence = come_before(RenderError, service.render(anchors))
    assert places == []
    assert sentence.startswith("map expansion maps/expansion/nowhere.json: got")
