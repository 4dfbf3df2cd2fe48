"""A bundle as somebody would check it: by opening it with other tools, and by opening it again with ours."""

import errno
import json
import os
import shutil
from dataclasses import replace

import av
import cv2
import numpy as np
import pytest
from nuscenes import NuScenes
from PIL import Image

from app.command.opening import as_recorded
from app.export.bundle import export
from app.export.order import Order
from app.export.staging import ExportError
from editor.datasets.nuscenes import open_data_set
from editor.edits import Add, Delete, Duplicate, Edit, EgoOffset, EgoPath, Move, Relabel, SetBeyond
from editor.files import load_take
from editor.masks import instance_mask
from editor.scene import ActorId, Pose, SceneError
from editor.take import Step, scenario_of
from editor.tracks import actor_at, ego_at
from engine.requests import Request
from engine.service.local import local_service
from tests import small_drive as drive


@pytest.fixture(scope="module")
def service():
    with local_service() as service:
        yield service


@pytest.fixture(scope="module")
def data_set(small_drive):
    return open_data_set(small_drive)


def order_of(data_set, target, *edits: Edit, **changes) -> Order:
    scene = data_set.scene(data_set.summaries()[0].name)
    take = replace(as_recorded(scene), id="changed", name="Changed", edits=tuple(Step(edit) for edit in edits))
    views = tuple(view.name for view in scene.views)
    frames = tuple(range(len(scene.frames)))
    order = Order(data_set.dataroot, take, scenario_of(take, scene), data_set.street_map(scene), target, views, frames)
    return replace(order, **changes)


def actor(data_set, category: str) -> ActorId:
    return next(a.id for a in data_set.scene(drive.SCENE).actors if a.category == category)


def edits_of_many_kinds(data_set) -> tuple[Edit, ...]:
    scene = data_set.scene(drive.SCENE)
    start, end = scene.span
    truck, walker, car = (actor(data_set, c) for c in ("vehicle.truck", "human.pedestrian.adult", "vehicle.car"))
    track = tuple(Pose(t_us, drive.Rigid((9.0, -3.0, 0.8), (1.0, 0.0, 0.0, 0.0))) for t_us in scene.span)
    return (
        Move(truck, start, (0.0, 3.5, 0.0)),
        Delete(walker, start + 400_000, end),
        Relabel(car, "vehicle.emergency.police"),
        Duplicate(truck, ActorId("new-twin"), (-9.0, 0.0, 0.0)),
        Add(ActorId("new-van"), "vehicle.car", (4.5, 1.9, 1.8), track),
        EgoPath((EgoOffset(start, 0.0), EgoOffset(end, 0.5))),
    )


@pytest.fixture(scope="module")
def edited(data_set, service, tmp_path_factory):
    """A bundle of a take with many kinds of edit, and its order."""
    order = order_of(data_set, tmp_path_factory.mktemp("bundles") / "edited", *edits_of_many_kinds(data_set))
    progress = list(export(order, service))
    assert tuple(dict.fromkeys(step.stage for step in progress)) == (*order.stages, "done")
    return order


@pytest.fixture(scope="module")
def untouched(data_set, service, tmp_path_factory):
    """A bundle of the recording itself."""
    order = order_of(data_set, tmp_path_factory.mktemp("bundles") / "untouched")
    list(export(order, service))
    return order


def report(order: Order) -> dict:
    return json.loads((order.target / "report.json").read_text())


# ------------------------------------------------------------------------------------------------------ pictures


def test_untouched_pictures_are_the_recorded_files(untouched):
    frames = untouched.scenario.scene.frames
    assert {entry["origin"] for entry in report(untouched)["frames"]} == {"recorded"}
    for entry in report(untouched)["frames"]:
        recorded = untouched.dataroot / frames[entry["frame"]].picture(entry["view"]).file
        assert (untouched.target / entry["file"]).read_bytes() == recorded.read_bytes()


def test_changed_pictures_say_so_inside_and_in_the_report(edited):
    drafts = [entry for entry in report(edited)["frames"] if entry["origin"] == "draft"]
    assert drafts
    for entry in drafts:
        with Image.open(edited.target / entry["file"]) as picture:
            assert picture.size == drive.SIZE
            assert b"not recorded" in picture.info["comment"]
        assert entry["changed_share"] > 0
    assert report(edited)["pictures"]["draft"] == len(drafts)


def test_png_keeps_the_draft_exactly(data_set, service, tmp_path):
    move = Move(actor(data_set, "vehicle.truck"), drive.START_US, (0.0, 3.0, 0.0))
    views = ("CAM_FRONT",)
    order = order_of(data_set, tmp_path / "a", move, views=views, frames=(2, 3), picture_format="png")
    list(export(order, service))
    twin = replace(order, target=tmp_path / "b")
    list(export(twin, service))
    files = sorted(path.relative_to(order.target) for path in order.target.glob("samples/**/*.png"))
    assert len(files) == 2
    assert all((order.target / file).read_bytes() == (twin.target / file).read_bytes() for file in files)


def test_an_export_stores_nothing_beside_what_was_looked_at(data_set, tmp_path):
    move = Move(actor(data_set, "vehicle.truck"), drive.START_US, (0.0, 3.0, 0.0))
    order = order_of(data_set, tmp_path / "out", move, views=("CAM_FRONT",), frames=(2, 3))
    looked_at = Request(order.dataroot, order.scenario, order.views, (2,), None)
    with local_service(tmp_path / "pictures") as service:
        list(service.render(looked_at))
        list(export(order, service))
        stored = list(service.stored(replace(looked_at, frames=(2, 3))))
    assert [chunk.frame for chunk in stored] == [2]
    assert report(order)["pictures"]["draft"] == 2


# --------------------------------------------------------------------------------------------- tables and scenario


def test_the_devkit_opens_it_with_every_instant_a_sample(edited):
    opened = NuScenes("v1.0-retake", str(edited.target), verbose=False)
    assert len(opened.sample) == len(edited.frames)
    for sample in opened.sample:
        for view in edited.views:
            path, boxes, _ = opened.get_sample_data(sample["data"][view])
            assert os.path.exists(path)
            assert all(np.isfinite(box.center).all() for box in boxes)
    names = {opened.get("category", i["category_token"])["name"] for i in opened.instance}
    assert "vehicle.emergency.police" in names


@pytest.mark.parametrize("bundle", ["untouched", "edited"])
def test_importing_it_again_gives_the_same_scenario(bundle, request):
    order = request.getfixturevalue(bundle)
    again = open_data_set(order.target)
    scene = again.scene(drive.SCENE)
    assert len(scene.frames) == len(order.frames)
    assert [view.name for view in scene.views] == list(order.views)
    asked = {a.id: a for a in order.scenario.actors}
    for index, frame in zip(order.frames, scene.frames, strict=True):
        recorded = order.scenario.scene.frames[index]
        for view in order.views:
            picture = frame.picture(view)
            assert_same(picture.T_world_ego, ego_at(order.scenario, recorded.picture(view)))
        there = {a.id: actor_at(a, frame.t_us) for a in scene.actors}
        wanted = {a.id: actor_at(a, frame.t_us) for a in asked.values()}
        assert {i for i, T in there.items() if T} == {i for i, T in wanted.items() if T}
        for actor_id, T in there.items():
            if T is not None:
                assert_same(T, wanted[actor_id])
    assert {(a.id, a.category, a.size_lwh) for a in scene.actors} == {(a.id, a.category, a.size_lwh) for a in asked.values()}


def assert_same(a, b):
    assert np.allclose(a.translation, b.translation, atol=1e-6)
    assert abs(abs(np.dot(a.rotation, b.rotation)) - 1) < 1e-9


def test_the_take_in_it_is_the_take(edited):
    assert load_take(edited.target / "changed.take.json") == edited.take


# ------------------------------------------------------------------------------------------- films, masks, report


def test_films_have_every_frame_at_the_recordings_rate(edited):
    for name in (*edited.views, "mosaic"):
        with av.open(str(edited.target / "videos" / f"{name}.mp4")) as film:
            stream = film.streams.video[0]
            assert stream.average_rate == 10
            assert sum(1 for _ in film.decode(stream)) == len(edited.frames)


def test_masks_are_the_scenarios_and_the_report_says_whose(edited):
    values = {entry["id"]: entry["mask_value"] for entry in report(edited)["actors"]}
    assert values == {a.id: i for i, a in enumerate(edited.scenario.actors, start=1)}
    scene = edited.scenario.scene
    for entry in report(edited)["frames"][::5]:
        file = edited.target / "masks" / entry["view"] / (os.path.basename(entry["file"]).rpartition(".")[0] + ".png")
        mask = cv2.imread(str(file), cv2.IMREAD_UNCHANGED)
        picture = scene.frames[entry["frame"]].picture(entry["view"])
        assert (mask == instance_mask(edited.scenario, picture, scene.view(entry["view"]))).all()


def test_the_report_marks_what_was_edited(edited):
    said = {entry["id"]: entry for entry in report(edited)["actors"]}
    assert said["new-van"]["added"]
    assert said["new-twin"]["edited"]
    recorded = {a.id: a for a in edited.scenario.scene.actors}
    for wanted in edited.scenario.actors:
        assert said[wanted.id]["edited"] == (wanted != recorded.get(wanted.id))
    assert report(edited)["ego_edited"]
    assert report(edited)["edits"] == [step.edit.kind for step in edited.take.edits]
    assert report(edited)["weights_sha256"] is None


def test_the_contact_sheet_is_a_picture(edited):
    with Image.open(edited.target / "contact_sheet.jpg") as sheet:
        assert sheet.width == 320 * len(edited.views)


# ------------------------------------------------------------------------------------------------ what goes wrong


def test_a_cancelled_export_leaves_nothing(data_set, service, tmp_path):
    steps = export(order_of(data_set, tmp_path / "out"), service)
    for _ in range(5):
        next(steps)
    assert os.listdir(tmp_path) != []
    steps.close()
    assert os.listdir(tmp_path) == []


def test_a_full_disk_is_said_and_leaves_nothing(data_set, service, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(shutil, "copyfile", full)
    with pytest.raises(ExportError, match="is full"):
        list(export(order_of(data_set, tmp_path / "out"), service))
    assert os.listdir(tmp_path) == []


def test_what_the_recording_lacks_is_left_out_and_said(small_drive, service, tmp_path):
    shutil.copytree(small_drive, tmp_path / "drive")
    (tmp_path / "drive" / "sweeps" / "CAM_BACK" / "003.jpg").unlink()
    order = order_of(open_data_set(tmp_path / "drive"), tmp_path / "out", frames=(2, 3, 4))
    list(export(order, service))
    missing = [(entry["frame"], entry["view"]) for entry in report(order)["frames"] if entry["file"] is None]
    assert missing == [(3, "CAM_BACK")]
    assert report(order)["pictures"]["missing"] == 1
    assert len(NuScenes("v1.0-retake", str(order.target), verbose=False).sample) == 3


def test_part_of_a_clip_can_be_exported(data_set, service, tmp_path):
    order = order_of(data_set, tmp_path / "out", views=("CAM_BACK",), frames=(5, 6, 7), masks=False)
    list(export(order, service))
    assert not (tmp_path / "out" / "masks").exists()
    scene = open_data_set(tmp_path / "out").scene(drive.SCENE)
    assert [frame.t_us for frame in scene.frames] == [drive.START_US + i * drive.STEP_US for i in (5, 6, 7)]
    with pytest.raises(SceneError):
        scene.view("CAM_FRONT")


# ---------------------------------------------------------------------------------------------- beyond the recording


@pytest.fixture(scope="module")
def longer(data_set, service, tmp_path_factory):
    """A bundle of a drive that goes on for half a second."""
    order = order_of(data_set, tmp_path_factory.mktemp("bundles") / "longer", SetBeyond(0.5))
    order = replace(order, frames=tuple(range(8, len(order.scenario.scene.frames))))
    list(export(order, service))
    return order


def test_what_lies_beyond_the_recording_is_exported_and_never_called_recorded(longer):
    told = report(longer)
    last = drive.NUM_FRAMES - 1
    assert {entry["frame"]: entry["origin"] for entry in told["frames"]} == {
        frame: "draft" if frame > last else "recorded" for frame in range(8, drive.NUM_FRAMES + 5)
    }
    assert told["recorded_until_us"] == longer.scenario.scene.frames[last].t_us
    marks = json.loads((longer.target / "v1.0-retake" / "retake.json").read_text())
    assert marks["recorded_until_us"] == told["recorded_until_us"]
    assert list(marks["sample_data"].values()).count("draft") == 5 * len(longer.views)
    opened = NuScenes("v1.0-retake", str(longer.target), verbose=False)
    assert len(opened.sample) == 8
    guessed = {
        opened.get("sample", opened.get("sample_annotation", token)["sample_token"])["timestamp"]
        for token, origin in marks["sample_annotation"].items()
        if origin == "beyond"
    }
    assert guessed == {frame.t_us for frame in longer.scenario.scene.frames[last + 1 :]}
    for sample in opened.sample:
        for view in longer.views:
            path, boxes, _ = opened.get_sample_data(sample["data"][view])
            assert os.path.exists(path)
            assert boxes is not None


def test_a_bundle_of_what_lies_beyond_opens_again_as_a_drive(longer):
    scene = open_data_set(longer.target).scene(drive.SCENE)
    asked = [frame.t_us for frame in longer.scenario.scene.frames[8:]]
    assert [frame.t_us for frame in scene.frames] == asked
    assert all(picture.exists for frame in scene.frames for picture in frame.pictures)
