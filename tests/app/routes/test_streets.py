"""The streets that the page is given: those that its take's drive goes through."""

from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.routes import routes
from editor.datasets.map_expansion import write_map_expansion
from editor.datasets.map_mask import write_map_mask
from editor.edits import SetBeyond
from editor.map import StreetMap
from tests.app.routes.offices import office_of
from tests.editor.datasets.small import small_data_set, streets
from tests.editor.datasets.test_street_maps import NORTH, SECONDS, lane

SCENE, CANVAS = "scene-0001", (400.0, 400.0)


def opened(root):
    """A desk on a drive, and a visitor of its window."""
    app, office = FastAPI(), office_of(root, root / "workspace")
    app.include_router(routes(office))
    return office.desk, TestClient(app)


def led_north(desk):
    begun = desk.begin(SCENE)
    return desk.commit(SCENE, begun.take.id, begun.state, [SetBeyond(SECONDS, NORTH)], "g-000001")[1].take.id


def test_a_map_has_the_lanes_that_the_takes_ways_lead_to(tmp_path):
    root = small_data_set(tmp_path)
    write_map_expansion(root, "small", StreetMap(lanes=(lane("here", 25), lane("north", 230))), CANVAS)
    desk, visitor = opened(root)
    take = led_north(desk)

    def lanes(**asked):
        return [found["id"] for found in visitor.get(f"/retake/map/{SCENE}", params=asked).json()["lanes"]]

    assert lanes() == ["here"]
    assert lanes(take=take) == ["here", "north"]


def test_a_map_picture_reaches_as_far_as_the_takes_ways_lead(tmp_path):
    root = small_data_set(tmp_path, expansion=False)
    write_map_mask(root / "maps" / "small.png", streets(), CANVAS)
    desk, visitor = opened(root)
    take = led_north(desk)
    heights = [visitor.get(f"/retake/map/{SCENE}", params=asked).json()["raster"]["size"][1] for asked in ({}, {"take": take})]
    assert heights[1] > heights[0] + 100
    pictures = [visitor.get(f"/retake/raster/{SCENE}", params=asked).content for asked in ({}, {"take": take})]
    assert len(set(pictures)) == 2
