"""What the page asks to be exported, as an order."""

import pytest

from app.routes.exports import order_of
from app.routes.posted import Exporting
from editor.edits import EditError, SetBeyond
from tests.app.routes.offices import office_of
from tests.small_drive import NUM_FRAMES, SCENE


@pytest.fixture
def office(small_drive, tmp_path):
    return office_of(small_drive, tmp_path)


def asked(take, first, last, **others):
    return Exporting(scene=SCENE, take=take.id, views=["CAM_BACK"], from_frame=first, to_frame=last, **others)


def test_an_order_is_of_the_frames_asked_for_in_a_folder_that_is_free(office, tmp_path):
    take = office.desk.begin(SCENE).take
    (tmp_path / "exports" / f"{SCENE}-Take-1").mkdir(parents=True)
    order = order_of(office, asked(take, 3, 5, png=True, masks=False))
    assert (order.frames, order.views, order.picture_format, order.masks) == ((3, 4, 5), ("CAM_BACK",), "png", False)
    assert (order.take, order.model) == (take, None)
    assert order.target == tmp_path / "exports" / f"{SCENE}-Take-1-2"


def test_frames_that_the_takes_drive_does_not_have_are_refused(office):
    begun = office.desk.begin(SCENE)
    for first, last in ((0, NUM_FRAMES), (5, 4)):
        with pytest.raises(EditError, match=f"^frames {first} to {last}; wanted some of the scene's {NUM_FRAMES}$"):
            order_of(office, asked(begun.take, first, last))
    office.desk.commit(SCENE, begun.take.id, begun.state, [SetBeyond(0.5)], "g-000001")
    assert order_of(office, asked(begun.take, 0, NUM_FRAMES)).frames[-1] == NUM_FRAMES
