"""The stream of drafts for the page."""

import pytest

from app.pictures import Pictures, draw
from app.session import Desk
from app.takes import Takes
from editor.datasets.nuscenes import open_data_set
from editor.edits import Move
from engine.service.local import local_service
from engine.service.requests import RenderError
from tests.small_drive import SCENE


def test_a_picture_that_cannot_be_drawn_keeps_back_none_of_those_asked_for_later(small_drive, tmp_path):
    desk, pictures = Desk(open_data_set(small_drive), Takes(tmp_path / "takes")), Pictures(small_drive, tmp_path / "pictures")
    begun = desk.begin(SCENE)
    truck = next(actor for actor in begun.scenario.actors if actor.category == "vehicle.truck")
    move = Move(truck.id, truck.track[0].t_us, (0.0, 1.0, 0.0))
    document = desk.commit(SCENE, begun.take.id, begun.state, [move], "g-000001")[1]
    assert document.dirty.draft["CAM_FRONT"] == tuple(range(11))
    told = []
    drawer = "tests.engine.service.drawers:misses_the_first"
    with local_service(drawer=drawer) as service, pytest.raises(RenderError, match="The picture of CAM_FRONT is missing"):
        told.extend(draw(service, pictures, document, small_drive, 0, ("anna", 1)))
    assert told[0] == {"kind": "start", "done": 0, "total": 11}
    assert {message["frame"] for message in told[1:]} == set(range(1, 11))
    assert told[-1]["done"] == 10
