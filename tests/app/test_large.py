"""A drawn picture at its camera's own size."""

from dataclasses import replace

import numpy as np
import pytest

from app.large import large
from app.session import Desk
from app.takes import Takes
from editor.datasets.nuscenes import open_data_set
from editor.edits import SetWeather
from engine.requests import SIZE, Model, RenderError, Request
from engine.service.local import local_service
from tests import small_drive as drive
from tests.engine.service.small_model import write_checkpoint

VIEW = "CAM_FRONT"


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    with local_service(tmp_path_factory.mktemp("pictures")) as service:
        yield service


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return Model(write_checkpoint(tmp_path_factory.mktemp("model") / "weights"), steps=1)


@pytest.fixture(scope="module")
def rainy(small_drive, tmp_path_factory):
    desk = Desk(open_data_set(small_drive), Takes(tmp_path_factory.mktemp("takes")))
    begun = desk.begin(drive.SCENE)
    return desk.commit(drive.SCENE, begun.take.id, begun.state, [SetWeather("rain")], "g-000001")[1]


def test_what_the_model_drew_small_is_there_in_the_cameras_size(service, model, rainy, small_drive):
    def shown(frame, tier):
        return large(service, rainy, small_drive, (frame, VIEW), tier, model)

    recorded = shown(3, "draft")
    assert recorded.shape == (*drive.SIZE[::-1], 3)
    for frame, tier in ((3, "refined"), (0, "anchor")):
        with pytest.raises(RenderError, match="is not stored any more"):
            shown(frame, tier)
    frames = (0, 1, 2, 3, 4, 5)
    one = Request(small_drive, rainy.scenario, (VIEW,), frames, SIZE, "refined", seed=rainy.take.seed, model=model)
    drawn = {chunk.frame: chunk.picture for chunk in service.render(one) if not chunk.preview}
    assert set(drawn) == set(frames)
    for frame, tier in ((3, "refined"), (0, "anchor"), (5, "refined")):
        found = shown(frame, tier)
        assert found.shape == recorded.shape
        assert (found != shown(frame, "draft")).any()
    bias = np.mean(drawn[3].astype(float)) - np.mean(shown(3, "refined").astype(float))
    assert abs(bias) < 3


def test_a_frame_of_no_segment_is_refused_in_a_sentence(service, model, rainy, small_drive):
    scene = rainy.scenario.scene
    lone = tuple(replace(frame, pictures=frame.pictures[:1]) if k == 3 else frame for k, frame in enumerate(scene.frames))
    history = replace(rainy.history, past=(replace(rainy.scenario, scene=replace(scene, frames=lone)),))
    with pytest.raises(RenderError, match="Segments of the frames 3; wanted two anchors or more"):
        large(service, replace(rainy, history=history), small_drive, (3, VIEW), "refined", model)
