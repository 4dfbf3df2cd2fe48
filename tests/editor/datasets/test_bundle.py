"""A scenario written as a data set of its own, opened by the devkit and by ourselves."""

import json
from dataclasses import asdict, replace

import numpy as np
import pytest
from nuscenes.nuscenes import NuScenes

from editor.datasets import bundle as module
from editor.datasets.bundle import MARKS, VERSION, write_tables_of
from editor.datasets.nuscenes import DataSetError, open_data_set
from editor.datasets.recorded import read_lidar
from editor.edits import Add, Delete, Duplicate, EgoOffset, EgoPath, Move, Recolour, Relabel, Resize
from editor.geometry import Rigid, rotation_matrix, yaw_quaternion
from editor.scene import Actor, ActorId, Look, Pose, recorded
from editor.tracks import actor_at, ego_at, track_at
from tests.conftest import shared
from tests.editor.datasets.small import small_data_set
from tests.editor.made import replayed


@pytest.fixture(scope="module", params=["small", "pandaset-002"])
def data_set(request, tmp_path_factory):
    if request.param == "small":
        return open_data_set(small_data_set(tmp_path_factory.mktemp("small")))
    return open_data_set(shared(request.param))


def longest(actors):
    return max(actors, key=lambda actor: len(actor.track))


def edited(scene):
    """A car moved, another one gone for a while, one relabelled, resized and repainted, two added, and the ego's path bent."""
    first, last = scene.span
    middle = (first + last) // 2
    moved = longest(scene.actors).id
    gone, other = [actor.id for actor in scene.actors if actor.id != moved][:2]
    a, b, c = scene.ego[0].T_world.translation
    places = enumerate((first, middle, last))
    drive = tuple(Pose(t, Rigid((a + s * 5.0, b + 3.0, c + 1.0), yaw_quaternion(s))) for s, t in places)
    edits = (
        Move(moved, middle, (2.0, 0.5, 0.0)),
        Delete(gone, middle - 400_000, middle + 400_000),
        Relabel(other, "vehicle.truck"),
        Resize(other, (9.0, 2.5, 3.0)),
        Recolour(other, "#ff0000"),
        Add(ActorId("new-1"), "vehicle.bicycle", (1.8, 0.6, 1.5), drive),
        Duplicate(moved, ActorId("new-2"), (8.0, 0.0, 0.0)),
        EgoPath((EgoOffset(first, 0.0), EgoOffset(middle, 1.0), EgoOffset(last, 0.5))),
    )
    return replayed(scene, edits)


def exported(data_set, scenario, out, frames=None, views=None):
    frames = range(len(scenario.scene.frames)) if frames is None else frames
    write_tables_of(out, scenario, data_set.dataroot, frames, {}, origins={}, views=views)
    return open_data_set(out).scene(scenario.scene.name)


def assert_same_scenario(scene, scenario, frames):
    """The scene that was read has what the scenario has, at every exported instant and picture."""
    frames = [scenario.scene.frames[i] for i in frames]
    assert [frame.t_us for frame in scene.frames] == [frame.t_us for frame in frames]
    actors = {actor.id: actor for actor in scene.actors}
    present = {a.id: a for a in scenario.actors if any(actor_at(a, frame.t_us) for frame in frames)}
    assert list(actors) == list(present)
    for actor_id, wanted in present.items():
        actor = actors[actor_id]
        assert (actor.category, actor.size_lwh) == (wanted.category, wanted.size_lwh)
        assert [actor_at(actor, f.t_us) for f in frames] == [actor_at(wanted, f.t_us) for f in frames]
    for frame, wanted in zip(scene.frames, frames, strict=True):
        for picture in frame.pictures:
            T = ego_at(scenario, wanted.picture(picture.view))
            np.testing.assert_allclose(picture.T_world_ego.translation, T.translation, atol=1e-9)
            np.testing.assert_allclose(rotation_matrix(picture.T_world_ego.rotation), rotation_matrix(T.rotation), atol=1e-9)
    for pose in scene.ego:
        np.testing.assert_allclose(track_at(scenario.ego, pose.t_us).translation, pose.T_world.translation, atol=1e-6)


def test_a_scene_exported_untouched_reads_back_as_it_was(data_set, tmp_path):
    scene = data_set.scene(data_set.summaries()[0].name)
    again = exported(data_set, recorded(scene), tmp_path)
    assert_same_scenario(again, recorded(scene), range(len(scene.frames)))
    assert (again.views, again.ego, again.location, again.synthetic) == (
        scene.views,
        scene.ego,
        scene.location,
        scene.synthetic,
    )
    assert [s.T_world_lidar for s in again.sweeps] == [s.T_world_lidar for s in scene.sweeps if s.exists]
    tokens = [(p.token, p.T_world_ego, p.t_us) for f in scene.frames for p in f.pictures]
    assert [(p.token, p.T_world_ego, p.t_us) for f in again.frames for p in f.pictures] == tokens


def test_keyframes_exported_untouched_are_the_recordings_own_records(data_set, tmp_path):
    scene = data_set.scene(data_set.summaries()[0].name)
    frames = [i for i, frame in enumerate(scene.frames) if frame.is_keyframe]
    again = exported(data_set, recorded(scene), tmp_path, frames)
    assert again.fingerprint.tokens_sha256 == scene.fingerprint.tokens_sha256
    tables = open_tables(tmp_path)
    for box in tables.records["sample_annotation"]:
        ours = data_set.tables.get("sample_annotation", box["token"])
        assert attributes(tables, box) == attributes(data_set.tables, ours)
        kept = ("sample_token", "instance_token", "translation", "rotation", "size", "num_lidar_pts", "visibility_token")
        assert [box[field] for field in kept] == [ours[field] for field in kept]
    assert json.loads((tmp_path / VERSION / MARKS).read_text())["sample_annotation"] == {}


def open_tables(dataroot):
    return open_data_set(dataroot).tables


def attributes(tables, box):
    return {tables.get("attribute", token)["name"] for token in box["attribute_tokens"]}


def test_an_edited_scenario_reads_back_as_it_was_asked_for(data_set, tmp_path):
    scenario = edited(data_set.scene(data_set.summaries()[0].name))
    again = exported(data_set, scenario, tmp_path)
    assert_same_scenario(again, scenario, range(len(scenario.scene.frames)))


def test_genuine_nuscenes_tables_go_round(nuscenes_root, tmp_path):
    """No picture and no LiDAR exists of this scene, and visibility is unknown."""
    scenario = edited(open_data_set(nuscenes_root).scene("scene-0655"))
    again = exported(open_data_set(nuscenes_root), scenario, tmp_path)
    assert_same_scenario(again, scenario, range(len(scenario.scene.frames)))
    assert not again.sweeps
    assert not any(picture.exists for frame in again.frames for picture in frame.pictures)


def test_a_bundle_of_a_bundle_is_the_same_again(data_set, tmp_path):
    scenario = edited(data_set.scene(data_set.summaries()[0].name))
    once = exported(data_set, scenario, tmp_path / "once")
    twice = exported(open_data_set(tmp_path / "once"), recorded(once), tmp_path / "twice")
    assert (twice.actors, twice.ego, [f.t_us for f in twice.frames]) == (once.actors, once.ego, [f.t_us for f in once.frames])


def test_only_the_chosen_time_and_views_are_exported(data_set, tmp_path):
    scenario = edited(data_set.scene(data_set.summaries()[0].name))
    frames = range(3, len(scenario.scene.frames) // 2)
    again = exported(data_set, scenario, tmp_path, frames, views=("CAM_FRONT",))
    assert_same_scenario(again, scenario, frames)
    assert [view.name for view in again.views] == ["CAM_FRONT"]
    assert all(again.span[0] - 100_000 <= sweep.t_us <= again.span[1] + 100_000 for sweep in again.sweeps)


def test_the_devkit_opens_a_bundle_and_sees_the_edited_boxes(data_set, tmp_path):
    scenario = edited(data_set.scene(data_set.summaries()[0].name))
    exported(data_set, scenario, tmp_path)
    nusc = NuScenes(VERSION, str(tmp_path), verbose=False)
    assert len(nusc.sample) == len(scenario.scene.frames)
    present = 0
    actors = {actor.id: actor for actor in scenario.actors}
    for sample in nusc.sample:
        for token in sample["anns"]:
            box, annotation = nusc.get_box(token), nusc.get("sample_annotation", token)
            actor = actors[annotation["instance_token"]]
            np.testing.assert_array_equal(actor_at(actor, sample["timestamp"]).translation, box.center)
            assert box.name == actor.category
            assert box.wlh.tolist() == [actor.size_lwh[1], actor.size_lwh[0], actor.size_lwh[2]]
            present += 1
    wanted = sum(actor_at(actor, frame.t_us) is not None for actor in scenario.actors for frame in scenario.scene.frames)
    assert present == wanted == len(nusc.sample_annotation)


def test_what_is_not_recorded_is_marked(data_set, tmp_path):
    scene = data_set.scene(data_set.summaries()[0].name)
    scenario = edited(scene)
    keys = [(i, p.view) for i, frame in enumerate(scene.frames) for p in frame.pictures]
    files = {key: f"samples/{key[1]}/{key[0]}.png" for key in keys[1:]}
    write_tables_of(
        tmp_path, scenario, data_set.dataroot, range(len(scene.frames)), files, origins=dict.fromkeys(files, "draft")
    )
    tables, marks = open_tables(tmp_path), json.loads((tmp_path / VERSION / MARKS).read_text())
    assert marks["recording"] == asdict(scene.fingerprint)
    assert marks["ego_is_edited"]
    origins = {tables.get("sample_data", token)["filename"]: origin for token, origin in marks["sample_data"].items()}
    assert sorted(o for o in origins.values() if o != "re-expressed") == ["draft"] * len(files) + ["missing"]
    assert set(files.values()) < set(origins)
    recorded_tokens = {record["token"] for record in data_set.tables.records["sample_annotation"]}
    for box in tables.records["sample_annotation"]:
        assert (box["token"] in marks["sample_annotation"]) == (box["token"] not in recorded_tokens)
    by_actor = {}
    for token, origin in marks["sample_annotation"].items():
        box = tables.get("sample_annotation", token)
        by_actor.setdefault(box["instance_token"], set()).add(origin)
        assert origin == "interpolated" or box["num_lidar_pts"] == 0
    assert by_actor["new-1"] == by_actor["new-2"] == {"added"}
    assert by_actor[longest(scene.actors).id] == {"edited"}
    untouched = {actor.id for actor in scenario.actors if actor in scene.actors}
    assert all(by_actor.get(actor_id, set()) <= {"interpolated"} for actor_id in untouched)


def test_attributes_of_edited_actors_come_from_their_motion(tmp_path):
    data_set = open_data_set(small_data_set(tmp_path / "small"))
    scene = data_set.scene("scene-0001")
    first, last = scene.span

    def track(metres):
        times = (first, (first + last) // 2, last)
        return tuple(Pose(t, Rigid((m, 0.0, 0.0), yaw_quaternion(0.0))) for t, m in zip(times, metres, strict=True))

    kinds = {
        "new-parked": ("vehicle.car", (0, 0, 0), {"vehicle.parked"}),
        "new-drives": ("vehicle.truck", (0, 9, 18), {"vehicle.moving"}),
        "new-stops": ("vehicle.bus.rigid", (0, 9, 9), {"vehicle.moving", "vehicle.stopped"}),
        "new-walks": ("human.pedestrian.adult", (0, 2, 2), {"pedestrian.moving", "pedestrian.standing"}),
        "new-rides": ("vehicle.bicycle", (0, 9, 9), {"cycle.with_rider"}),
        "new-cone": ("movable_object.trafficcone", (0, 0, 0), set()),
    }
    added = tuple(Actor(name, category, (1.0, 1.0, 1.0), track(metres)) for name, (category, metres, _) in kinds.items())
    exported(data_set, replace(recorded(scene), actors=added), tmp_path / "out")
    tables = open_tables(tmp_path / "out")
    found = {name: set() for name in kinds}
    for box in tables.records["sample_annotation"]:
        found[box["instance_token"]] |= attributes(tables, box)
    assert found == {name: wanted for name, (_, _, wanted) in kinds.items()}


def annotated_as(root, name):
    """Give every box of a data set's one actor an attribute, as somebody who annotates would."""
    folder = next(root.glob("v*/scene.json")).parent
    records = json.loads((folder / "attribute.json").read_text()) + [{"token": "known", "name": name, "description": ""}]
    boxes = json.loads((folder / "sample_annotation.json").read_text())
    (folder / "attribute.json").write_text(json.dumps(records))
    (folder / "sample_annotation.json").write_text(json.dumps([box | {"attribute_tokens": ["known"]} for box in boxes]))


@pytest.mark.parametrize(
    ("category", "annotated", "moved", "alike"),
    [
        ("vehicle.bicycle", "cycle.without_rider", "cycle.without_rider", "cycle.without_rider"),
        ("vehicle.motorcycle", "cycle.with_rider", "cycle.with_rider", "cycle.with_rider"),
        ("human.pedestrian.adult", "pedestrian.sitting_lying_down", *["pedestrian.sitting_lying_down"] * 2),
        ("human.pedestrian.adult", "pedestrian.moving", "pedestrian.standing", "pedestrian.standing"),
        ("vehicle.car", "vehicle.stopped", "vehicle.stopped", "vehicle.stopped"),
        ("vehicle.car", "vehicle.parked", "vehicle.parked", "vehicle.parked"),
    ],
)
def test_what_motion_does_not_tell_is_as_it_was_annotated(tmp_path, category, annotated, moved, alike):
    root = small_data_set(tmp_path / "small")
    annotated_as(root, annotated)
    data_set = open_data_set(root)
    scene = data_set.scene("scene-0001")
    place = scene.actors[0].track[0].T_world
    stands = tuple(Pose(t, Rigid((place.translation[0] + 3.0, *place.translation[1:]), place.rotation)) for t in scene.span)
    recording = replace(scene, actors=(replace(scene.actors[0], category=category), *scene.actors[1:]))
    mine = replace(recording.actors[0], track=stands)
    twin = replace(mine, id=ActorId("new-1"), look=Look(f"actor:{mine.id}"))
    other = replace(twin, id=ActorId("new-2"), look=Look("bank:somebody"))
    edited = replace(recorded(recording), actors=(mine, twin, other))
    bundle = module._Bundle(tmp_path / "out", edited, data_set, VERSION)
    bundle.write_samples(range(len(scene.frames)))
    bundle.write_boxes()
    tables = bundle.tables.tables()
    names = {record["token"]: record["name"] for record in tables["attribute"]}
    found = {}
    for box in tables["sample_annotation"]:
        found.setdefault(box["instance_token"], set()).update(names[token] for token in box["attribute_tokens"])
    by_motion = {"vehicle.bicycle": "cycle.without_rider", "vehicle.motorcycle": "cycle.without_rider"}
    by_motion |= {"human.pedestrian.adult": "pedestrian.standing", "vehicle.car": "vehicle.parked"}
    assert found == {mine.id: {moved}, "new-1": {alike}, "new-2": {by_motion[category]}}


def test_lidar_goes_along(data_set, tmp_path):
    scene = data_set.scene(data_set.summaries()[0].name)
    again = exported(data_set, recorded(scene), tmp_path, range(min(8, len(scene.frames))))
    assert again.sweeps
    for sweep in again.sweeps:
        theirs = next(s for s in scene.sweeps if s.token == sweep.token)
        np.testing.assert_array_equal(read_lidar(tmp_path, sweep), read_lidar(data_set.dataroot, theirs))


def test_with_another_ego_path_the_points_stay_where_they_were_in_the_world(data_set, tmp_path):
    scenario = edited(data_set.scene(data_set.summaries()[0].name))
    again = exported(data_set, scenario, tmp_path)
    theirs = {sweep.t_us: sweep for sweep in scenario.scene.sweeps if sweep.exists}
    marks = json.loads((tmp_path / VERSION / MARKS).read_text())["sample_data"]
    assert [sweep.t_us for sweep in again.sweeps] == list(theirs)
    for sweep in again.sweeps[::4]:
        old = theirs[sweep.t_us]
        assert (sweep.T_world_lidar == old.T_world_lidar) == (sweep.token == old.token) == (sweep.token not in marks)
        points, measured = read_lidar(tmp_path, sweep), read_lidar(data_set.dataroot, old)
        world, was = sweep.T_world_lidar.apply(points[:, :3]), old.T_world_lidar.apply(measured[:, :3])
        np.testing.assert_allclose(world, was, atol=1e-3)
        np.testing.assert_array_equal(points[:, 3], measured[:, 3])
    assert "re-expressed" in marks.values()


@pytest.mark.parametrize("expansion", [True, False])
def test_streets_go_along(tmp_path, expansion):
    data_set = open_data_set(small_data_set(tmp_path / "small", expansion=expansion))
    scene = data_set.scene("scene-0001")
    again = exported(data_set, recorded(scene), tmp_path / "out")
    streets, copied = data_set.street_map(scene), open_data_set(tmp_path / "out").street_map(again)
    assert [lane.id for lane in copied.lanes] == [lane.id for lane in streets.lanes] == ["lane"] * expansion
    if expansion:
        np.testing.assert_array_equal(copied.drivable[0][0], streets.drivable[0][0])
    else:
        np.testing.assert_array_equal(copied.raster.drivable, streets.raster.drivable)
        assert copied.raster.origin == streets.raster.origin


def test_a_recording_without_streets_gives_a_bundle_that_the_devkit_opens(tmp_path):
    dataroot = small_data_set(tmp_path / "small", expansion=False)
    (dataroot / "maps" / "small.png").unlink()
    data_set = open_data_set(dataroot)
    again = exported(data_set, recorded(data_set.scene("scene-0001")), tmp_path / "out")
    assert NuScenes(VERSION, str(tmp_path / "out"), verbose=False).scene
    assert not open_data_set(tmp_path / "out").street_map(again).knows_drivable


def test_a_take_on_other_data_is_refused(data_set, tmp_path):
    scene = data_set.scene(data_set.summaries()[0].name)
    other = replace(scene, fingerprint=replace(scene.fingerprint, tokens_sha256="0"))
    with pytest.raises(DataSetError, match="other tables"):
        exported(data_set, recorded(other), tmp_path)
