"""What the page asks to be exported, as an order; and what it is told of exports that were begun before."""

import io
import os
import time
import zipfile
from urllib.parse import quote

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.export.order import Progress
from app.export.staging import ExportError
from app.routes import routes
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


def test_an_order_is_of_the_frames_asked_for_in_a_folder_of_the_takes_name(office, tmp_path):
    take = office.desk.begin(SCENE).take
    order = order_of(office, asked(take, 3, 5, png=True, masks=False))
    assert (order.frames, order.views, order.picture_format, order.masks) == ((3, 4, 5), ("CAM_BACK",), "png", False)
    assert (order.take, order.model) == (take, None)
    assert order.target == tmp_path / "exports" / f"{SCENE}-Take-1"


def test_frames_that_the_takes_drive_does_not_have_are_refused(office):
    begun = office.desk.begin(SCENE)
    for first, last in ((0, NUM_FRAMES), (5, 4)):
        with pytest.raises(EditError, match=f"^frames {first} to {last}; wanted some of the scene's {NUM_FRAMES}$"):
            order_of(office, asked(begun.take, first, last))
    office.desk.commit(SCENE, begun.take.id, begun.state, [SetBeyond(0.5)], "g-000001")
    assert order_of(office, asked(begun.take, 0, NUM_FRAMES)).frames[-1] == NUM_FRAMES


def client_of(office):
    app = FastAPI()
    app.include_router(routes(office))
    return TestClient(app)


def test_what_was_exported_before_is_listed_the_latest_first_and_can_be_had_as_a_zip(office, tmp_path):
    for name, made_s in (("early", 1_700_000_000), ("late one", 1_800_000_000), (".being-made", 1_900_000_000)):
        folder = tmp_path / "exports" / name
        folder.mkdir(parents=True)
        (folder / "report.json").write_text("{}")
        os.utime(folder, (made_s, made_s))
    (tmp_path / "exports" / "something-else").mkdir()
    with client_of(office) as client:
        found = client.get("/retake/exports").json()
        assert [bundle["name"] for bundle in found["bundles"]] == ["late one", "early"]
        assert found["exports"] == []
        data = client.get("/retake/" + found["bundles"][0]["zip"]).content
        assert zipfile.ZipFile(io.BytesIO(data)).namelist() == ["late one/report.json"]
        (tmp_path / "exports" / "early").rename(tmp_path / "exports" / "früh 早い")
        named = client.get("/retake/" + client.get("/retake/exports").json()["bundles"][1]["zip"])
        assert named.headers["content-disposition"] == f"attachment; filename*=UTF-8''{quote('früh 早い')}.zip"
        for name in ("something-else", ".being-made", "..", "%2e%2e", "early%2Freport.json"):
            assert client.get(f"/retake/bundles/{name}/zip").status_code == 404


def test_an_export_that_failed_is_listed_with_the_reason(office, monkeypatch):
    def refused(order, service):
        raise ExportError("the disk is full")
        yield

    monkeypatch.setattr("app.exports.export", refused)
    take = office.desk.begin(SCENE).take
    with client_of(office) as client:
        begun = client.post("/retake/exports", json=asked(take, 0, 1).model_dump()).json()
        while not client.get(f"/retake/exports/{begun['id']}").json()["is_over"]:
            time.sleep(0.01)
        (listed,) = client.get("/retake/exports").json()["exports"]
        assert (listed["id"], listed["problem"]) == (begun["id"], "the disk is full")
        assert client.get("/retake/exports/0").status_code == 404


def test_exports_are_joined_once_they_are_made(office, monkeypatch):
    def made(order, service):
        order.target.mkdir(parents=True)
        yield Progress("done", 1, 1)

    def joining(bundles, target):
        yield Progress("done", len(bundles), 2)

    monkeypatch.setattr("app.exports.export", made)
    monkeypatch.setattr("app.exports.joined", joining)
    takes = [{"take": office.desk.begin(SCENE).take.id} for _ in range(2)]
    with client_of(office) as client:
        asked = {"scene": SCENE, "takes": [takes[0], {"take": "nobody"}, takes[1]], "joined": True}
        answer = client.post("/retake/exports/takes", json=asked).json()
        assert answer["refused"] == [f"there is no take 'nobody' of scene {SCENE} in this workspace"]
        folders = [begun["folder"].rpartition("/")[2] for begun in answer["begun"]]
        assert folders == [f"{SCENE}-Take-1", f"{SCENE}-Take-2", f"{SCENE}-takes-joined"]
        joined = answer["begun"][-1]["id"]
        while not (found := client.get(f"/retake/exports/{joined}").json())["is_over"]:
            time.sleep(0.01)
        assert (found["problem"], found["done"], found["total"]) == (None, 2, 2)


def test_an_order_of_a_whole_take_has_all_its_views_and_frames(office):
    take = office.desk.begin(SCENE).take
    order = order_of(office, Exporting(scene=SCENE, take=take.id))
    assert order.frames == tuple(range(NUM_FRAMES))
    assert set(order.views) == {view.name for view in order.scenario.scene.views}
