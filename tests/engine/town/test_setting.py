"""What stands still in a town: it stands on the ground, its mesh has the relief, and the same seed gives the same town."""

import numpy as np
import pytest
import torch

from engine.town.buildings import Site, houses
from engine.town.facades import Front, Style
from engine.town.heights import height
from engine.town.kerbs import edge_at, underfoot
from engine.town.lenses import STRENGTH, TrafficLights
from engine.town.mesh import Kind
from engine.town.placing import Scatter
from engine.town.plans import plan
from engine.town.roadside import Stand, line_streets, traffic_lights
from engine.town.setting import setting
from engine.town.signals import STAGE_S, phase
from engine.town.terrain import terrain
from engine.town.yards import fill_yards

T0_US = round(1.7e15)


@pytest.fixture(scope="module")
def junction():
    town = plan(2, "junction")
    return town, setting(town)


def ground_points(mesh):
    """Points of a mesh on the canvas, away from kerbs, where the ground is not upright."""
    flat = mesh.normals[:, 0, 2] > 0.5
    p = mesh.points[np.unique(mesh.triangles[flat])].astype(np.float64)
    p = p[((p[:, :2] > 2) & (p[:, :2] < 438)).all(1)]
    return p


@pytest.mark.parametrize("kind", ["slope", "roundabout"])
def test_the_ground_has_the_heights(kind):
    town = plan(14, kind)
    p = ground_points(terrain(town))
    above = p[:, 2] - height(town, p[:, :2])
    assert above.min() > -1e-3
    assert above.max() < 0.141
    away = np.abs(edge_at(town, p[:, :2])) > 0.8
    raised = away & (above > 0.07)  # the carriageway's level goes on below what lies beside it
    assert (edge_at(town, p[raised, :2]) > 0).all()
    assert p[raised, 2] == pytest.approx(underfoot(town, p[raised, :2]), abs=2e-3)


def test_between_its_points_the_ground_stays_close_to_the_heights():
    town = plan(14, "slope")
    mesh = terrain(town)
    corners = mesh.points[mesh.triangles].astype(np.float64)
    on = (mesh.normals[:, 0, 2] > 0.5) & ((corners[:, :, :2] > 2) & (corners[:, :, :2] < 438)).all((1, 2))
    middle = corners[on].mean(1)
    above = middle[:, 2] - height(town, middle[:, :2])
    assert ((np.abs(above) < 0.01) | (np.abs(above - 0.14) < 0.01)).mean() > 0.9
    assert above.min() > -0.01


def test_houses_stand_on_the_ground_beside_the_streets(junction):
    town, there = junction
    assert len(there.houses) > 60
    for house in there.houses:
        if house.detailed and ((house.footprint > 2) & (house.footprint < 438)).all():
            assert edge_at(town, house.footprint).min() > 2.5
            feet = height(town, house.footprint) + 0.14
            assert (house.base - house.foot < feet).all()
            assert abs(house.base - feet).max() < 3.0


class Noted(Scatter):
    """Remembers where things are put."""

    def put(self, mesh, place, heading=0.0, scale=1.0, stretch=1.0):
        """As ever, and noted."""
        self.__dict__.setdefault("places", []).append(place)
        super().put(mesh, place, heading, scale, stretch)


@pytest.mark.parametrize("seed", [12, 1000, 1001, 800002])  # with signals, parks on corners, a roundabout
def test_nothing_is_put_on_the_road(seed):
    town = plan(seed)
    stand, site = Stand(town, Noted()), Site(town)
    built = houses(town, site)
    line_streets(stand)
    traffic_lights(stand, TrafficLights(town))
    fill_yards(stand, site, built)
    assert len(stand.out.places) > 300
    assert edge_at(town, np.array(stand.out.places)[:, :2]).min() > 0.15


def test_lamps_hang_over_the_ground(junction):
    town, there = junction
    places = np.array([lamp.place for lamp in there.lamps])
    above = places[:, 2] - underfoot(town, places[:, :2])
    assert len(places) > 50
    assert above.min() > 3
    assert above.max() < 9


def test_many_materials_and_fronts_occur():
    seen = [houses(town, Site(town)) for town in map(plan, (2, 3))]
    assert {h.style for there in seen for h in there} >= {Style.PLASTER, Style.BRICK, Style.CURTAIN, Style.BOARDS}
    assert {h.front for there in seen for h in there} >= {Front.HOMES, Front.SHOPS, Front.LOBBY, Front.PORCH}


def test_lit_lenses_follow_the_phase(junction):
    town, there = junction
    signals = [j for j in town.junctions if j.control == "signals"]
    assert signals
    for t_us in range(T0_US, T0_US + round(2.2 * STAGE_S * 1e6), 3_000_000):
        table = there.at(t_us).table
        for row, number, street, name in there.lenses.rows:
            now = phase(town, town.junctions[number], t_us)
            if name in ("green", "amber", "red"):
                assert (table[row, STRENGTH] > 1) == (now.of(town.junctions[number], street) == name)
    assert there.at(T0_US).normals is there.part.normals  # nothing but the table is made anew


def test_the_same_seed_gives_the_same_town(junction):
    town, there = junction
    again = setting(plan(2, "junction"))
    assert torch.equal(there.part.rest, again.part.rest)
    assert torch.equal(there.part.table, again.part.table)
    assert np.array_equal(there.rays.points, again.rays.points)
    assert torch.equal(there.ground.paint.values, again.ground.paint.values)
    assert torch.equal(there.ground.cover.cells, again.ground.cover.cells)
    assert there.lamps == again.lamps


def test_a_town_is_not_too_heavy(junction):
    _, there = junction
    kinds = there.part.table[there.part.surface, 0].round()
    assert len(there.rays.corners) < 1_000_000
    assert (kinds == Kind.GROUND).sum() < 200_000
    assert np.isfinite(there.rays.points).all()
