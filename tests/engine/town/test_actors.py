"""Actors: every category has a shape that fills its box and stays in it; motion moves it and never changes its triangles."""

import numpy as np
import pytest

from editor.categories import CATEGORIES
from editor.geometry import IDENTITY, Rigid, yaw_quaternion
from editor.scene import Actor, ActorId, Look, Pose
from engine.town import loose
from engine.town.actors import LookError, crowd_of, figure_of, mesh_of
from engine.town.mesh import Kind
from engine.town.motion import motion_of
from engine.town.paintwork import BRAKES, LEFT, RIGHT

IDS = ("a", "b", "c", "d", "e")


def actor_of(category, name="a", size=None, track=None, look=None):
    size = size or CATEGORIES[category].size_lwh
    return Actor(ActorId(name), category, size, track or along(category), look=look or Look())


def along(category, speeds=(1.2, 1.4, 1.0, 0.0, 0.8), turn=0.0):
    x, y, h, poses = 0.0, 0.0, 0.0, []
    for k, v in enumerate(speeds):
        poses.append(Pose(500_000 * k, Rigid((x, y, 0.0), yaw_quaternion(h))))
        x, y, h = x + 0.5 * v * np.cos(h), y + 0.5 * v * np.sin(h), h + turn
    return tuple(poses)


@pytest.mark.parametrize("category", sorted(CATEGORIES))
@pytest.mark.parametrize("scale", [(1, 1, 1), (0.7, 1.2, 1.0), (1.5, 1.0, 1.3), (1.0, 1.0, 0.7)])
def test_every_category_stays_in_its_box_and_fills_it(category, scale):
    size = tuple(float(a * b) for a, b in zip(CATEGORIES[category].size_lwh, scale, strict=True))
    for name in IDS:
        actor = actor_of(category, name, size)
        for t in (0, 730_000, 1_600_000):
            points = mesh_of(3, actor, t).points
            used = points[np.unique(mesh_of(3, actor, t).triangles)]
            assert (np.abs(used) <= np.asarray(size, np.float32) / 2).all()
            assert used[:, 2].min() < -0.45 * size[2]  # it stands on the ground
            assert (np.ptp(used, axis=0) > 0.5 * np.asarray(size)).sum() >= 2


@pytest.mark.parametrize("category", sorted(CATEGORIES))
def test_triangles_stay_the_same_over_time_and_are_not_many(category):
    for name in IDS:
        actor = actor_of(category, name)
        first, later = mesh_of(3, actor, 0), mesh_of(3, actor, 1_234_567)
        assert (first.triangles == later.triangles).all()
        assert (first.surface == later.surface).all()
        assert (first.rest == later.rest).all()
        assert first.surfaces == later.surfaces
        assert len(first.triangles) < 6000
        assert np.isfinite(later.points).all()
        assert np.allclose(np.linalg.norm(later.normals, axis=2), 1, atol=1e-3)


def test_every_category_has_a_shape_of_its_own():
    carton = len(loose.crate((1.0, 1.0, 1.0)).mesh.triangles)
    assert all(len(mesh_of(3, actor_of(c), 0).triangles) != carton for c in CATEGORIES)
    assert len(mesh_of(3, Actor(ActorId("x"), "static_object.unheard_of", (1.0, 1.0, 1.0), along("")), 0).triangles) == carton


@pytest.mark.parametrize(
    "category", ["vehicle.car", "vehicle.truck", "vehicle.bus.rigid", "vehicle.bicycle", "vehicle.motorcycle"]
)
def test_wheels_roll_without_slipping(category):
    actor = actor_of(category, track=along(category, (2.0, 2.0, 2.0, 2.0)))
    a, b = (mesh_of(3, actor, t).points for t in (500_000, 501_000))
    moved = b - a
    gone = 0.002
    lowest = a[:, 2] < a[:, 2].min() + 0.004
    assert lowest.any()
    assert np.allclose(moved[lowest, 0], -gone, atol=3e-4)  # in the box's frame the tread goes back as the box goes ahead


def test_people_walk_by_the_distance_that_they_have_gone():
    category = "human.pedestrian.adult"
    walks, stands = actor_of(category), actor_of(category, track=(Pose(0, IDENTITY), Pose(2_000_000, IDENTITY)))
    assert np.abs(mesh_of(3, walks, 300_000).points - mesh_of(3, walks, 700_000).points).max() > 0.1
    assert (mesh_of(3, stands, 300_000).points == mesh_of(3, stands, 700_000).points).all()


def test_lamps_follow_the_motion():
    brakes = motion_of(actor_of("vehicle.car", track=along("", (8.0, 6.0, 4.0, 2.0, 2.0))), 1_000_000)
    assert brakes.brakes
    assert not motion_of(actor_of("vehicle.car", track=along("", (8.0, 8.0, 8.0, 8.0))), 1_000_000).brakes
    assert motion_of(actor_of("vehicle.car", track=along("", (8.0, 4.0, 0.0, 0.0, 0.0, 0.0))), 2_200_000).brakes  # waits
    assert not motion_of(actor_of("vehicle.car", track=along("", (0.0, 0.0, 0.0))), 500_000).brakes  # parked
    left = [motion_of(actor_of("vehicle.car", track=along("", (4.0,) * 8, 0.3)), t) for t in range(0, 1_400_000, 100_000)]
    assert {m.left for m in left} == {True, False}
    assert not any(m.right for m in left)
    bend = [motion_of(actor_of("vehicle.car", track=along("", (8.0,) * 8, 0.05)), t) for t in range(0, 1_400_000, 100_000)]
    assert not any(m.left or m.right for m in bend)


def test_a_crowd_is_its_members_meshes_in_place():
    actors = tuple(actor_of(c, f"{c}{i}") for i, c in enumerate(sorted(CATEGORIES)))
    T = [Rigid((float(3 * k), -5.0, 0.4 * k), yaw_quaternion(0.3 * k)) for k in range(len(actors))]
    motions = [motion_of(a, 800_000) for a in actors]
    who = crowd_of(3, actors, 7)
    part, points = who.at(np.stack([t.matrix() for t in T]), motions)
    start = corner = 0
    for k, actor in enumerate(actors):
        mesh = mesh_of(3, actor, 800_000)
        n, m = len(mesh.points), len(mesh.triangles)
        assert np.allclose(points[start : start + n], T[k].apply(mesh.points), atol=1e-4)
        turned = part.turns[part.bone[corner : corner + m]].view(-1, 3, 3).numpy()
        normals = np.einsum("mij,mkj->mki", turned, part.normals[corner : corner + m].view(-1, 3, 3).numpy())
        assert np.allclose(normals, mesh.normals @ T[k].matrix()[:3, :3].T, atol=1e-4)
        assert (part.thing[corner : corner + m] == k + 1).all()
        start, corner = start + n, corner + m
    assert part.before == 6


def test_a_crowds_lamps_are_each_actors_own():
    brakes = actor_of("vehicle.car", "one", track=along("", (8.0, 6.0, 4.0, 2.0, 2.0)))
    cruises = actor_of("vehicle.car", "two", track=along("", (8.0,) * 5))
    who = crowd_of(3, (brakes, cruises), 1)
    part, _ = who.at(np.stack([np.eye(4)] * 2), [motion_of(a, 1_000_000) for a in (brakes, cruises)])
    vehicle = part.table.numpy()[:, 0] == Kind.VEHICLE
    first = np.arange(len(part.table)) < len(figure_of(3, brakes).mesh.surfaces)
    assert (part.table[vehicle & first][:, BRAKES] == 1).all()
    assert (part.table[vehicle & ~first][:, [BRAKES, LEFT, RIGHT]] == 0).all()
    parked, _ = who.at(np.stack([np.eye(4)] * 2), [motion_of(actor_of("vehicle.car", track=along("", (0.0,) * 3)), 0)] * 2)
    assert (parked.table[vehicle][:, BRAKES] == -1).all()


@pytest.mark.parametrize("category", sorted(c for c in CATEGORIES if c.startswith("vehicle.")))
def test_repainting_changes_nothing_but_the_paint(category):
    for name in "abcdefghij":
        own = figure_of(3, actor_of(category, name)).mesh
        green = figure_of(3, actor_of(category, name, look=Look(colour="#00ff00"))).mesh
        assert np.array_equal(own.points, green.points)
        assert np.array_equal(own.triangles, green.triangles)


def test_looks_are_taken_from_others_and_colours_are_kept():
    one = figure_of(3, actor_of("vehicle.car", "one"))
    assert figure_of(3, actor_of("vehicle.car", "two", look=Look(source="actor:one"))) is one
    green = figure_of(3, actor_of("vehicle.car", "one", look=Look(colour="#00ff00")))
    assert any(s.colour == (0.0, 1.0, 0.0) for s in green.mesh.surfaces)
    with pytest.raises(LookError, match="wanted one like"):
        figure_of(3, actor_of("vehicle.car", look=Look(colour="green")))
    with pytest.raises(LookError, match="wanted actor:"):
        figure_of(3, actor_of("vehicle.car", look=Look(source="elsewhere")))
