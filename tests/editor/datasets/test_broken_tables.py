"""Broken tables: each is refused in one sentence, or it opens and is written back the same."""

import json
import math
import random
import re
from contextlib import suppress

import pytest

from editor.datasets.bundle import write_tables_of
from editor.datasets.nuscenes import DataSetError, open_data_set
from editor.datasets.recorded import read_lidar, read_picture
from editor.datasets.records import SCHEMA
from editor.scene import recorded
from tests.editor.datasets.small import small_data_set

CASES = 200
ODD = (
    None,
    True,
    0,
    -1,
    2.5,
    math.nan,
    math.inf,
    1e300,
    10**400,
    "",
    "nobody",
    "../../etc/passwd",
    "/etc/passwd",
    "a\0b",
    "\ud800",
    "x" * 5000,
    "<b>bold</b>",
    "köln/ü",
    [],
    {},
    [1],
    [0, 0, 0],
    [0, 0, 0, 0],
    [-1.0, 2.0, 3.0],
    [math.nan, 0.0, 0.0],
    [[0, 0, 0]] * 3,
    [None],
    [[]],
)


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    dataroot = small_data_set(tmp_path_factory.mktemp("sound"))
    return dataroot, {table: json.loads((dataroot / "v1.0-small" / f"{table}.json").read_text()) for table in SCHEMA}


# ----------------------------------------------------------------------------------------------- mutations


def drop_record(tables, table, chance):
    tables[table].pop(chance.randrange(len(tables[table])))


def repeat_record(tables, table, chance):
    tables[table].append(dict(chance.choice(tables[table])))


def drop_field(tables, table, chance):
    record = chance.choice(tables[table])
    record.pop(chance.choice(list(record)))


def set_field(tables, table, chance):
    record = chance.choice(tables[table])
    record[chance.choice(list(record))] = chance.choice(ODD)


def add_field(tables, table, chance):
    chance.choice(tables[table])["something"] = chance.choice((1, "x", [], {"a": None}))


def swap_field(tables, table, chance):
    one, other = chance.choice(tables[table]), chance.choice(tables[table])
    field = chance.choice(list(one))
    one[field], other[field] = other[field], one[field]


def shuffle(tables, table, chance):
    chance.shuffle(tables[table])


def retime(tables, table, chance):
    record = chance.choice(tables[chance.choice(("sample", "sample_data"))])
    record["timestamp"] += chance.choice((-5_000_000, -500_000, -100_000, -40_000, 7, 40_000, 100_000, 10**9))


def nudge(tables, table, chance):
    record = chance.choice(tables[chance.choice(("ego_pose", "calibrated_sensor", "sample_annotation"))])
    record["translation"][chance.randrange(3)] += chance.choice((0.25, -40.0, 1e-12))


def resize(tables, table, chance):
    chance.choice(tables["sample_annotation"])["size"][chance.randrange(3)] *= chance.choice((-1, 0, 1.5, math.nan))


def turn(tables, table, chance):
    record = chance.choice(tables[chance.choice(("ego_pose", "calibrated_sensor", "sample_annotation"))])
    record["rotation"] = [c * chance.choice((0, -1, 1.0000001, 3)) for c in record["rotation"]]


def empty_table(tables, table, chance):
    tables[table] = chance.choice(([], {}, None, "text", [1], [[]]))


RECORDS = (drop_record, repeat_record, shuffle, empty_table)
FIELDS = (drop_field, set_field, set_field, set_field, add_field, swap_field, swap_field)
VALUES = (retime, nudge, resize, turn)


def write_mutated(sound, out, chance):
    """The data set's tables with one to three things changed, or one of its files spoilt; files are linked, not copied."""
    dataroot, tables = sound
    tables = json.loads(json.dumps(tables))
    for _ in range(chance.choice((1, 1, 2, 3))):
        table = chance.choice(list(SCHEMA))
        if isinstance(tables[table], list) and tables[table] and isinstance(tables[table][0], dict):
            with suppress(TypeError, KeyError, IndexError):  # an earlier change may have taken away what this one changes
                chance.choice((*RECORDS, *FIELDS, *VALUES))(tables, table, chance)
    folder = out / "v1.0-small"
    folder.mkdir(parents=True)
    for name in ("samples", "sweeps", "maps"):
        (out / name).symlink_to(dataroot / name)
    for table, records in tables.items():
        (folder / f"{table}.json").write_text(json.dumps(records))
    if chance.random() < 0.1:
        spoil(folder / f"{chance.choice(list(SCHEMA))}.json", chance)


def spoil(path, chance):
    match chance.randrange(4):
        case 0:
            path.unlink()
        case 1:
            path.write_bytes(path.read_bytes()[:-40])
        case 2:
            path.write_bytes(b"\xff\xfe\x00" + path.read_bytes())
        case 3:
            path.write_text("[" * 100_000)


# ------------------------------------------------------------------------------------------------ the law


def whole(data_set):
    """Everything that can be read of a data set."""
    scenes = [data_set.scene(summary.name) for summary in data_set.summaries()]
    for scene in scenes:
        data_set.street_map(scene)
        for picture in scene.frames[0].pictures:
            read_picture(data_set.dataroot, picture, scene.view(picture.view))
        for sweep in scene.sweeps[:1]:
            read_lidar(data_set.dataroot, sweep)
    return scenes


def assert_written_back_the_same(data_set, scene, out):
    write_tables_of(out, recorded(scene), data_set.dataroot, range(len(scene.frames)), {}, origins={})
    again = open_data_set(out).scene(scene.name)
    for field in ("name", "description", "location", "views", "ego", "synthetic"):
        assert getattr(again, field) == getattr(scene, field), field
    assert [frame.t_us for frame in again.frames] == [frame.t_us for frame in scene.frames]
    assert [(a.id, a.category, a.size_lwh) for a in again.actors] == [(a.id, a.category, a.size_lwh) for a in scene.actors]
    for ours, theirs in zip(again.actors, scene.actors, strict=True):
        recorded_poses = {pose.t_us: pose.T_world for pose in theirs.track}
        assert recorded_poses.items() <= {pose.t_us: pose.T_world for pose in ours.track}.items()


@pytest.mark.parametrize("seed", range(CASES))
def test_a_mutated_data_set_opens_or_is_refused_in_one_sentence(sound, tmp_path, seed):
    chance = random.Random(seed)
    write_mutated(sound, tmp_path / "mutated", chance)
    try:
        data_set = open_data_set(tmp_path / "mutated", "v1.0-small")
        scenes = whole(data_set)
    except DataSetError as error:
        assert_one_sentence(str(error))
        return
    for scene in scenes:
        assert_written_back_the_same(data_set, scene, tmp_path / "out")


def assert_one_sentence(text):
    assert "\n" not in text
    assert "Traceback" not in text
    assert len(text) < 400
    assert re.search(r"\bgot\b.*; wanted .", text), text


# ---------------------------------------------------------------------------------------------- by example


def change(tables, table, field, value, at=0):
    tables[table][at][field] = value


BROKEN = {
    "dangling token": (lambda t: change(t, "sample_data", "ego_pose_token", "gone"), "sample_data.*ego_pose_token.*'gone'"),
    "missing field": (lambda t: t["sample_annotation"][2].pop("translation"), "sample_annotation.*translation.*nothing"),
    "wrong type": (lambda t: change(t, "sample", "timestamp", "yesterday"), "sample.*timestamp.*'yesterday'.*microseconds"),
    "NaN": (lambda t: change(t, "ego_pose", "translation", [0.0, math.nan, 0.0]), "ego_pose.*translation.*nan.*finite"),
    "negative size": (lambda t: change(t, "sample_annotation", "size", [1.0, -2.0, 1.0]), "size.*-2.0.*positive"),
    "zero quaternion": (lambda t: change(t, "calibrated_sensor", "rotation", [0, 0, 0, 0]), "rotation.*unit length"),
    "long quaternion": (lambda t: change(t, "ego_pose", "rotation", [0.74, 0, 0, 0.74]), "rotation.*unit length"),
    "times that do not rise": (lambda t: change(t, "sample", "timestamp", t["sample"][2]["timestamp"], at=1), "later"),
    "no cameras": (lambda t: [change(t, "sensor", "modality", "lidar", at=i) for i in range(3)], "no pictures.*camera"),
    "duplicated token": (lambda t: t["sample"].append(dict(t["sample"][0])), "sample.*token.*2 times.*once"),
    "no matrix": (lambda t: change(t, "calibrated_sensor", "camera_intrinsic", []), "camera_intrinsic.*3x3"),
    "no picture size": (lambda t: change(t, "sample_data", "width", 0), "width.*pixels"),
    "a file outside": (lambda t: change(t, "sample_data", "filename", "../x.jpg"), "filename.*below"),
    "a scene named twice": (lambda t: t["scene"].append({**t["scene"][0], "token": "other"}), "nbr_samples|name"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_broken_is_named(sound, tmp_path, name):
    dataroot, tables = sound
    tables = json.loads(json.dumps(tables))
    mutate, sentence = BROKEN[name]
    mutate(tables)
    for table, records in tables.items():
        (tmp_path / "v1.0-small").mkdir(exist_ok=True)
        (tmp_path / "v1.0-small" / f"{table}.json").write_text(json.dumps(records))
    with pytest.raises(DataSetError, match=sentence) as refused:
        whole(open_data_set(tmp_path))
    assert_one_sentence(str(refused.value))


def test_a_calibration_that_changes_within_a_scene_is_refused(sound, tmp_path):
    tables = json.loads(json.dumps(sound[1]))
    camera = tables["sample_data"][0]["calibrated_sensor_token"]
    other = next(dict(r) for r in tables["calibrated_sensor"] if r["token"] == camera) | {"token": "other"}
    tables["calibrated_sensor"].append(other | {"translation": [9.0, 0.0, 0.0]})
    last = [record for record in tables["sample_data"] if record["calibrated_sensor_token"] == camera][-1]
    last["calibrated_sensor_token"] = "other"
    (tmp_path / "v1.0-small").mkdir()
    for table, records in tables.items():
        (tmp_path / "v1.0-small" / f"{table}.json").write_text(json.dumps(records))
    with pytest.raises(DataSetError, match="calibration.*CAM_FRONT"):
        whole(open_data_set(tmp_path))


def test_a_version_that_is_not_there_is_named_with_those_that_are(sound, tmp_path):
    with pytest.raises(DataSetError, match=r"'v2'; wanted one of these: v1\.0-small"):
        open_data_set(sound[0], "v2")
    with pytest.raises(DataSetError, match="no such folder"):
        open_data_set(tmp_path / "nowhere")
    with pytest.raises(DataSetError, match="no version folder"):
        open_data_set(tmp_path)
    with pytest.raises(DataSetError, match="'scene-9'; wanted one of these: scene-0001"):
        open_data_set(sound[0]).scene("scene-9")


def test_spoilt_pictures_points_and_streets_are_refused_in_one_sentence(tmp_path):
    dataroot = small_data_set(tmp_path)
    data_set = open_data_set(dataroot)
    scene = data_set.scene("scene-0001")
    picture, sweep = scene.frames[0].pictures[0], scene.sweeps[0]
    (dataroot / picture.file).write_bytes(b"no picture")
    (dataroot / sweep.file).write_bytes(b"no points")
    (dataroot / "maps" / "expansion" / "small.json").write_text('{"version": "1.3", "node": [{}]}')
    for read in (
        lambda: read_picture(dataroot, picture, scene.view(picture.view)),
        lambda: read_lidar(dataroot, sweep),
        lambda: data_set.street_map(scene),
    ):
        with pytest.raises(DataSetError) as refused:
            read()
        assert_one_sentence(str(refused.value))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "[" * 100_000,
        '{"version": "2.0"}',
        '{"version": "1.3", "node": [{}]}',
        '{"version": "1.3", "node": [], "polygon": []',
    ],
)
def test_a_map_that_cannot_be_read_is_named_in_one_sentence(tmp_path, text):
    data_set = open_data_set(small_data_set(tmp_path))
    (data_set.dataroot / "maps" / "expansion" / "small.json").write_text(text)
    with pytest.raises(DataSetError, match=r"^map expansion maps/expansion/small\.json: got") as refused:
        data_set.street_map(data_set.scene("scene-0001"))
    assert_one_sentence(str(refused.value))
