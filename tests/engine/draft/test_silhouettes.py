"""Cut-outs of actors that the picture's border cuts off, and of those before others."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from editor.datasets.nuscenes import open_data_set
from editor.geometry import Rigid
from editor.scene import Actor, ActorId, Pose
from engine.draft.backdrop import Backdrop, Ground
from engine.draft.body import Body
from engine.draft.crowd import Cast, filled
from engine.draft.gather import Source, Witnesses
from engine.draft.silhouettes import OWN, Outline, Silhouettes, between, cut_out
from engine.draft.sources import Recording
from tests.small_drive import SIZE

HERE = Source(5, "CAM_FRONT")
SIZE_LWH = (4.6, 1.9, 1.7)
STRAIGHT = (1.0, 0.0, 0.0, 0.0)


@pytest.fixture(scope="module")
def scene(small_drive):
    data = open_data_set(small_drive)
    return data.scene(data.summaries()[0].name)


def passing(scene, ahead_m: tuple[float, ...]) -> Actor:
    """A car beside the recording car's lane, so many metres ahead of it at frame after frame."""
    pictures = [frame.picture(HERE.view) for frame in scene.frames]
    track = tuple(
        Pose(p.t_us, Rigid((p.T_world_ego.translation[0] + x, 1.9, 0.85), STRAIGHT))
        for p, x in zip(pictures, ahead_m, strict=True)
    )
    return Actor(ActorId("passing"), "vehicle.car", SIZE_LWH, track)


def silhouettes_of(scene, actors: tuple[Actor, ...], on_actors: dict, ego_bodies: dict | None = None) -> Silhouettes:
    """Of actors that are painted as their whole hulls, the nearer ones over the farther, each in a grey of its own."""
    scene = replace(scene, actors=actors)
    cast = Cast(actors)

    def painted(_, recorded, view) -> np.ndarray:
        frame = next(k for k, f in enumerate(scene.frames) if f.picture(view.name) is recorded)
        found = witnesses.hulls(Source(frame, view.name))
        out = np.full((SIZE[1], SIZE[0], 3), 60, np.uint8)
        for name in sorted(found, key=lambda name: -found[name][1]):
            cv2.fillConvexPoly(out, np.round(found[name][0]).astype(np.int32), (210 if name == "passing" else 130,) * 3)
        if ego_bodies is not None:
            out[ego_bodies[view.name]] = 20
        return out

    backdrop = Backdrop(Ground(np.zeros((4, 4), np.float32), (0.0, 0.0)), np.zeros((0, 3), np.float32), on_actors)
    witnesses = Witnesses(Recording(Path(), scene, None, painted), cast, backdrop, ego_bodies=ego_bodies)
    return Silhouettes(witnesses)


@pytest.mark.parametrize("ahead_m", [3.2, 3.8, 4.4])
def test_a_car_that_the_border_cuts_off_is_cut_out_whole_however_it_passes_the_camera_later(scene, ahead_m):
    ahead = tuple(ahead_m - 1.2 * (k - HERE.frame) for k in range(len(scene.frames)))
    coming = passing(scene, ahead)
    coming = replace(coming, track=coming.track[HERE.frame :])  # nobody saw it before
    cut = silhouettes_of(scene, (coming,), {})
    hull, _ = cut.hulls(HERE)["passing"]
    body = filled(hull, (SIZE[1], SIZE[0])) > 0
    assert hull.min() < 0
    assert body.sum() > 1500
    found = cut.of("passing", HERE) > 0.5
    assert (body & ~found).sum() < 0.03 * body.sum()
    assert (found & ~body).sum() < 0.15 * body.sum()


def test_of_whom_a_picture_holds_but_the_margin_of_his_box_nothing_stands_before_others(scene):
    """Its box reaches into the picture by its corner alone, where cars have none."""
    barely = passing(scene, (-0.4,) * len(scene.frames))
    track = tuple(Pose(p.t_us, Rigid(tuple(np.add(p.T_world.translation, (7.0, 0.0, 0.0))), STRAIGHT)) for p in barely.track)
    far = Actor(ActorId("behind"), "vehicle.car", SIZE_LWH, track)
    cut = silhouettes_of(scene, (barely, far), {})
    assert filled(cut.hulls(HERE)["passing"][0], (SIZE[1], SIZE[0])).sum() > 100
    assert not cut.quick("passing", HERE).any()
    assert cut.of("passing", HERE).any()
    assert not cut.before("behind", HERE).any()


def test_who_is_nearer_stands_before_and_nobody_before_him(scene):
    near = passing(scene, (7.0,) * len(scene.frames))
    track = tuple(Pose(p.t_us, Rigid(tuple(np.add(p.T_world.translation, (7.0, 0.8, 0.0))), STRAIGHT)) for p in near.track)
    far = Actor(ActorId("behind"), "vehicle.car", SIZE_LWH, track)
    cut = silhouettes_of(scene, (near, far), {})
    body = filled(cut.hulls(HERE)["passing"][0], (SIZE[1], SIZE[0])) > 0
    before = cut.before("behind", HERE)
    assert (before & body).sum() > 0.6 * body.sum()
    assert (before & ~body).sum() < 0.1 * body.sum()
    assert not cut.before("passing", HERE).any()
    assert cut.before("nobody", HERE) is None


def test_those_behind_a_body_do_not_shine_through_between_the_few_points_that_were_measured_of_it(scene):
    near = passing(scene, (7.0,) * len(scene.frames))
    track = tuple(Pose(p.t_us, Rigid(tuple(np.add(p.T_world.translation, (7.0, 0.8, 0.0))), STRAIGHT)) for p in near.track)
    far = Actor(ActorId("behind"), "vehicle.car", SIZE_LWH, track)
    chance = np.random.default_rng(3)
    points = {name: on_faces(chance, count) for name, count in (("passing", 150), ("behind", 1500))}
    cut = silhouettes_of(scene, (near, far), points)
    body, whole = filled(cut.hulls(HERE)["passing"][0], (SIZE[1], SIZE[0])) > 0, cut.of("passing", HERE) > 0.5
    assert (body & ~whole).sum() < 0.05 * body.sum()


def test_whom_lidar_has_hit_over_its_roof_cuts_no_holes_into_who_stands_before_others(scene):
    near = passing(scene, (9.0,) * len(scene.frames))
    track = tuple(Pose(p.t_us, Rigid(tuple(np.add(p.T_world.translation, (7.0, 0.0, 0.0))), STRAIGHT)) for p in near.track)
    far = Actor(ActorId("behind"), "vehicle.car", SIZE_LWH, track)
    cut = silhouettes_of(scene, (near, far), {"behind": on_faces(np.random.default_rng(3), 1500)})
    body, found = filled(cut.hulls(HERE)["passing"][0], (SIZE[1], SIZE[0])) > 0, cut.quick("passing", HERE) > 0.5
    middle = cv2.erode(body.astype(np.uint8), np.ones((13, 13), np.uint8)) > 0
    assert middle.sum() > 50
    assert found[middle].all()


def test_an_outline_that_was_found_at_a_coarser_size_is_laid_along_the_edges_of_the_picture():
    y, x = np.mgrid[:200, :300]
    disc = np.hypot(x - 150, y - 100) < 70
    picture = np.where(disc, 150, 90).astype(np.uint8)[..., None].repeat(3, axis=2)
    picture += np.random.default_rng(0).integers(0, 8, picture.shape, dtype=np.uint8)
    hull = np.array([[75, 25], [225, 25], [225, 175], [75, 175]], np.float32)
    hit = np.zeros(disc.shape, np.uint8)
    hit[90:110, 140:160] = OWN
    found = cut_out(picture, Outline(hull), [], [], hit) > 0.5
    assert (found ^ disc).sum() < 0.01 * disc.sum()


def on_faces(chance: np.random.Generator, count: int) -> np.ndarray:
    """Points all over a box, in its own frame."""
    points = chance.uniform(-0.49, 0.49, (count, 3))
    points[np.arange(count), chance.integers(0, 3, count)] = chance.choice((-0.49, 0.49), count)
    return (points * SIZE_LWH).astype(np.float32)


def test_gaps_between_dots_are_closed_as_far_as_dots_lie_apart_and_no_farther():
    dots = np.zeros((90, 160), bool)
    dots[20:70:8, 30:90:8] = True
    dots[20:70:8, 130:150:8] = True
    hull = np.array([[28, 18], [150, 18], [150, 70], [28, 70]], np.float32)
    closed = between(dots, hull)
    assert closed[20:69, 30:87].all()  # between dots that are eight apart
    assert not closed[:20].any()
    assert not closed[:, 100:120].any()
    assert not between(np.zeros_like(dots), hull).any()


def test_the_recording_cars_own_bonnet_is_nobody_else(scene):
    bonnet = np.zeros((SIZE[1], SIZE[0]), bool)
    bonnet[55:] = True
    near = passing(scene, (6.0,) * len(scene.frames))
    free = silhouettes_of(scene, (near,), {}).of("passing", HERE)
    behind = silhouettes_of(scene, (near,), {}, {HERE.view: bonnet}).of("passing", HERE)
    assert (free[bonnet] > 0.5).sum() > 100
    assert not behind[bonnet].any()
    assert (behind[~bonnet] > 0.5).sum() > 0.9 * (free[~bonnet] > 0.5).sum()


def figure(shape=(120, 160)):
    """A slim person beside the middle of a wide box, before a wall of bricks of about the person's brightness: the picture,
    where the person is, and the box's outline."""
    y, x = np.mgrid[: shape[0], : shape[1]]
    person = (np.abs(x - 90) < 10 - 5 * (y < 32)) & (y > 20) & (y < 104)
    wall = np.where((y // 9 + x // 14) % 2, 95, 70)
    picture = np.where(person, 60, wall).astype(np.uint8)[..., None] * np.ones(3, np.uint8)
    return picture, person, np.array([[56, 16], [108, 16], [108, 108], [56, 108]], np.float32)


def over(one, other):
    return (one & other).sum() / (one | other).sum()


def test_a_person_that_the_lidar_has_measured_is_cut_out_without_the_wall_behind():
    picture, person, hull = figure()
    dots = person & (np.indices(person.shape).sum(axis=0) % 2 == 0)
    hit = np.where(dots, OWN, 0).astype(np.uint8)
    body, thing = (cut_out(picture, Outline(hull, is_person=who), [], [], hit) > 0.5 for who in (True, False))
    assert over(body, person) > 0.75
    assert over(body, person) > 1.5 * over(thing, person)


def test_what_the_lidar_has_hit_of_a_person_over_who_stands_before_is_not_seen():
    picture, person, hull = figure()
    low = np.indices(person.shape)[0] > 64
    picture[low] = (150, 40, 40)
    hit = np.where(person, OWN, 0).astype(np.uint8)
    bonnet = np.array([[20, 65], [150, 65], [150, 119], [20, 119]], np.float32)
    before = Outline(bonnet, Body((), (bonnet,)))
    found = cut_out(picture, Outline(hull, is_person=True), [before], [], hit) > 0.5
    assert over(found, person & ~low) > 0.75
