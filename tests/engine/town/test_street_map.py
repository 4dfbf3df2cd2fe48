"""Town's streets as nuscenes-devkit's map API reads them: every layer of every kind of town, valid and joined up."""

import numpy as np
import pytest
import shapely
from nuscenes.map_expansion import map_api

from editor.datasets.map_expansion import write_map_expansion
from engine.town.plans import plan
from engine.town.road_parts import road_segments
from engine.town.street_map import street_map
from engine.town.streets import CANVAS_M, KINDS

LAYERS = ("road_segment", "road_block", "lane", "ped_crossing", "walkway", "stop_line", "carpark_area")


@pytest.fixture(scope="module", params=KINDS)
def opened(request, tmp_path_factory):
    kind, root = request.param, tmp_path_factory.mktemp("maps")
    made = plan(KINDS.index(kind) + 3, kind)
    write_map_expansion(root, f"town-{kind}", street_map(made), (CANVAS_M, CANVAS_M))
    patched = pytest.MonkeyPatch()
    patched.setattr(map_api, "locations", [*map_api.locations, f"town-{kind}"])
    yield made, map_api.NuScenesMap(str(root), f"town-{kind}")
    patched.undo()


def polygons(streets, layer):
    return {r["token"]: streets.extract_polygon(r["polygon_token"]) for r in getattr(streets, layer)}


def test_every_area_is_a_valid_polygon_on_the_canvas(opened):
    _, streets = opened
    for layer in LAYERS:
        found = polygons(streets, layer)
        assert found, layer
        for polygon in found.values():
            assert polygon.is_valid, layer
            assert polygon.area > 0.1
            assert shapely.box(0, 0, CANVAS_M, CANVAS_M).contains(polygon)


def test_the_ego_street_is_a_lane_in_a_block_of_a_segment_all_drivable(opened):
    made, streets = opened
    street = made.streets[0]
    s0, s1 = next(stretch for stretch in made.open_stretches(street) if stretch[1] - stretch[0] > 40)
    x, y = street.at((s0 + s1) / 2, street.lane_offset(1, 0))
    on = streets.layers_on_point(x, y)
    assert all(on[layer] for layer in ("drivable_area", "road_segment", "road_block", "lane"))
    assert not streets.get("road_segment", on["road_segment"])["is_intersection"]
    assert streets.get("road_block", on["road_block"])["road_segment_token"] == on["road_segment"]
    assert not on["walkway"]


def test_lanes_lead_on_through_connectors(opened):
    _, streets = opened
    names = {lane["token"] for lane in streets.lane + streets.lane_connector}
    ends = streets.discretize_lanes(list(names), 0.5)
    assert any(streets.get_outgoing_lane_ids(name) for name in names)
    for name in names:
        for following in streets.get_outgoing_lane_ids(name):
            assert name in streets.get_incoming_lane_ids(following)
            assert np.linalg.norm(np.subtract(ends[name][-1][:2], ends[following][0][:2])) < 0.6


def test_junctions_with_lights_have_them_over_the_road_for_the_blocks_that_lead_there(opened):
    made, streets = opened
    lit = any(junction.control == "signals" for junction in made.junctions)
    assert bool(streets.traffic_light) == lit
    road = shapely.union_all([p for p in polygons(streets, "road_segment").values()]).buffer(8)
    for light in streets.traffic_light:
        start, end = streets.extract_line(light["line_token"]).coords
        assert road.contains(shapely.Point(start))
        block = polygons(streets, "road_block")[light["from_road_block_token"]]
        shines = np.subtract(end, start)
        assert shines @ np.subtract(block.centroid.coords[0], start) > 0  # towards those who come
    with_lights = [line for line in streets.stop_line if line["stop_line_type"] == "TRAFFIC_LIGHT"]
    assert bool(with_lights) == lit
    assert all(line["cue"] for line in with_lights)


def test_the_map_api_paints_the_layers(opened):
    _, streets = opened
    layers = streets.get_map_geom((220.0, 220.0, 120.0, 120.0), 0.0, ["drivable_area", "lane", "walkway"])
    masks = streets.explorer.map_geom_to_mask(layers, (0.0, 0.0, 120.0, 120.0), (240, 240))
    drivable, lane, walkway = masks.astype(bool)
    assert 0.05 < drivable.mean() < 0.8
    assert lane.any()
    assert (lane & ~drivable).mean() < 0.01
    assert (walkway & drivable).mean() < 0.02


def test_a_junction_beyond_the_end_of_its_road_is_left_out():
    made = plan(800_000)
    assert any(len(part.outline) == 0 for part in road_segments(made))
    assert all(len(part.outline) >= 3 for part in street_map(made).segments)
