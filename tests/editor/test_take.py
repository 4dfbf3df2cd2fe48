"""Takes and their files: exact, strict, diffable, all or nothing; and edits that undo one another to the last bit."""

import contextlib
import json
import math
import random
import re
import subprocess
import sys
import time
from dataclasses import fields, replace
from pathlib import Path as FilePath
from typing import get_args

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from editor import files
from editor.apply import apply
from editor.datasets.nuscenes import open_data_set
from editor.edits import (
    Add,
    Delete,
    Duplicate,
    Edit,
    EditError,
    EgoOffset,
    EgoPath,
    Move,
    Path,
    Recolour,
    Relabel,
    Resize,
    Rotate,
    SetTimeOfDay,
    SetWeather,
    Waypoint,
)
from editor.files import TakeFileError, check_fingerprint, dumps, load_take, loads, save_take
from editor.history import History, opened
from editor.scene import Pose, Scenario, recorded
from editor.take import Step, Take, TakeError, scenario_of
from tests.editor.made import at, made_scene, replayed, time_of

SCENE = made_scene()
BASE = recorded(SCENE)
EMPTY = Take("t1", "a take", SCENE.fingerprint, "2026-01-31T12:00:00Z")
SCOPES = ("moment", "onward", "track")
GOLDEN = FilePath(__file__).parent / "golden"


def random_edit(rng: random.Random, scenario: Scenario) -> Edit:
    """An edit that most scenarios can take; some are refused, as people's are."""
    who = rng.choice([actor.id for actor in scenario.actors] or ["lead"])
    t = time_of(rng.randrange(81)) + rng.choice((0, 0, 13_000))
    by = (rng.uniform(-5, 5), rng.uniform(-5, 5), rng.choice((0.0, rng.uniform(-0.5, 0.5))))
    new = f"new-{rng.randrange(10**6)}"
    place = (rng.uniform(10, 120), rng.uniform(-8, 10))
    match rng.randrange(12):
        case 0:
            return Rotate(who, t, rng.uniform(-4, 4), rng.choice(SCOPES))
        case 1:
            return Resize(who, (rng.uniform(1, 6), rng.uniform(0.5, 2.5), rng.uniform(1, 3)))
        case 2:
            return Path(who, t, tuple(Waypoint(place[0] + 10 * i, place[1]) for i in range(rng.randrange(1, 4))))
        case 3:
            return Path(who, t, (Waypoint(*place, t_us=t + rng.randrange(10**6, 8 * 10**6)),), is_goal=True)
        case 4:
            return Delete(who, *rng.choice(((None, None), (t, None), (t, t + 500_000))))
        case 5:
            return Add(new, "vehicle.car", (4.5, 1.9, 1.6), (Pose(time_of(0), at(*place)), Pose(t + 1, at(*place, 0.3))))
        case 6:
            return Duplicate(who, new, by)
        case 7:
            return rng.choice((Relabel(who, "vehicle.truck", rng.random() < 0.5), Recolour(who, "#00ff7f")))
        case 8:
            return EgoPath((EgoOffset(time_of(5), 0.0), EgoOffset(t + 10**6, rng.uniform(-2, 2), rng.uniform(-1, 1))))
        case 9:
            return rng.choice((SetWeather("fog"), SetTimeOfDay("dusk")))
        case _:
            return Move(who, t, by, rng.choice(SCOPES))


def random_history(rng: random.Random, length: int) -> tuple[History, list[tuple[Take, Scenario]]]:
    """A history, and what it held before each gesture, the last state included."""
    history, states = opened(EMPTY, SCENE), []
    for number in range(length):
        gesture = f"g{number}" if rng.random() < 0.5 else None
        before = (history.take, history.present)
        for _ in range(rng.randrange(1, 4) if gesture else 1):
            try:
                history = history.commit(random_edit(rng, history.present), gesture=gesture)
            except EditError:
                continue  # people's edits are refused too, and change nothing
        if history.take is not before[0]:
            states.append(before)
    return history, [*states, (history.take, history.present)]


@pytest.mark.parametrize("seed", range(30))
def test_any_sequence_of_edits_can_be_undone_redone_saved_and_loaded(seed: int, tmp_path: FilePath):
    history, states = random_history(random.Random(seed), 16)
    end = history
    for take, scenario in reversed(states[:-1]):
        history = history.undo()
        assert history.take.edits == take.edits
        assert history.present == scenario
    assert history.present == BASE
    assert not history.can_undo
    for take, scenario in states[1:]:
        history = history.redo()
        assert history.take.edits == take.edits
        assert history.present == scenario
    assert history.take == end.take
    half = history.undo().undo()
    save_take(tmp_path / "a.take.json", half.take)
    again = opened(load_take(tmp_path / "a.take.json"), SCENE)
    assert again.take == half.take
    assert again.present == half.present == replayed(SCENE, (step.edit for step in half.take.edits))
    assert again.redo().redo().present == end.present


def test_what_undo_took_back_is_known_until_another_edit_is_made():
    history, states = random_history(random.Random(1), 6)
    back = history.undo().undo()
    assert (*back.past, *back.future) == history.past
    assert opened(back.take, SCENE).future == back.future
    assert back.redo().redo().present is history.present
    assert back.redo().redo().future == ()
    assert back.commit(SetWeather("fog")).future == ()
    assert len(states) > 3


def test_an_undone_edit_that_cannot_be_taken_is_refused_by_redo_alone():
    edits = [Step(Move(name, SCENE.span[0], (0.0, 1.0, 0.0))) for name in ("lead", "nobody", "walker")]
    history = opened(replace(EMPTY, undone=tuple(edits)), SCENE)
    assert len(history.future) == 1
    with pytest.raises(EditError, match="'nobody'"):
        history.redo().redo()


# ------------------------------------------------------------------------------- there and back, to the last bit

metres = st.floats(-100, 100, allow_nan=False)


@settings(max_examples=150, deadline=None)
@given(
    by=st.lists(st.tuples(metres, metres, metres), min_size=1, max_size=5),
    actor=st.sampled_from(["lead", "parked", "walker"]),
    scope=st.sampled_from(SCOPES),
    frame=st.integers(0, 600),
)
def test_moves_and_their_opposites_give_the_recording_back_exactly(by, actor, scope, frame):
    t = time_of(0) + frame * 10_000
    there = [Move(actor, t, v, scope) for v in by]
    back = [Move(actor, t, (-x, -y, -z), scope) for x, y, z in by]
    random.Random(frame).shuffle(back)
    assert replayed(SCENE, [*there, *back]) == BASE


@settings(max_examples=150, deadline=None)
@given(
    angles=st.lists(st.floats(-10, 10), min_size=1, max_size=4),
    actor=st.sampled_from(["lead", "oncoming", "parked"]),
    scope=st.sampled_from(SCOPES),
    frame=st.integers(0, 600),
)
@example(angles=[1.192092896e-07], actor="lead", scope="onward", frame=340)  # less than is told from rounding
@example(angles=[-2.813447744e-07], actor="oncoming", scope="moment", frame=396)
def test_turns_and_their_opposites_give_the_recording_back_exactly(angles, actor, scope, frame):
    t = time_of(0) + frame * 10_000
    there = [Rotate(actor, t, a, scope) for a in angles]
    assert replayed(SCENE, [*there, *(Rotate(actor, t, -a, scope) for a in reversed(angles))]) == BASE


@settings(max_examples=60, deadline=None)
@given(v=st.tuples(metres, metres), a=st.floats(-4, 4), frame=st.integers(0, 60))
def test_what_was_moved_then_turned_comes_back_too(v, a, frame):
    t = time_of(frame)
    edits = [
        Move("parked", t, (*v, 0.0)),
        Rotate("parked", t, a),
        Rotate("parked", t, -a),
        Move("parked", t, (-v[0], -v[1], 0.0)),
    ]
    assert replayed(SCENE, edits) == BASE


@settings(max_examples=60, deadline=None)
@given(v=st.tuples(metres, metres, metres), scope=st.sampled_from(SCOPES), frame=st.integers(22, 60))
def test_an_added_and_a_redirected_actor_move_there_and_back_exactly(v, scope, frame):
    start = replayed(
        SCENE,
        [
            Add(
                "new-a",
                "vehicle.car",
                (4.5, 1.9, 1.6),
                (Pose(time_of(0), at(50.123, 3.3, 0.7)), Pose(time_of(60), at(70, 3, 0.7))),
            ),
            Path("lead", time_of(20), (Waypoint(60.0, 3.5), Waypoint(90.0, 3.5))),
        ],
    )
    for actor in ("new-a", "lead"):
        there = apply(start, Move(actor, time_of(frame), v, scope))
        assert apply(there, Move(actor, time_of(frame), (-v[0], -v[1], -v[2]), scope)) == start


@pytest.mark.parametrize("origin", [0.0, 1e3, 5e6])
def test_far_from_the_origin_too(origin: float):
    actors = tuple(
        replace(a, track=tuple(Pose(p.t_us, at(p.T_world.translation[0] + origin, origin / 3, 0.1)) for p in a.track))
        for a in SCENE.actors
    )
    ego = tuple(Pose(p.t_us, at(p.T_world.translation[0] + origin, origin / 3, 0.0, 0.0)) for p in SCENE.ego)
    scene = replace(SCENE, actors=actors, ego=ego)
    edits = [Move("lead", time_of(20), (1.1, -2.3, 0.1)), Rotate("lead", time_of(20), 1.0), Rotate("lead", time_of(20), -1.0)]
    assert replayed(scene, [*edits, Move("lead", time_of(20), (-1.1, 2.3, -0.1))]) == recorded(scene)


def test_on_the_real_drive_too(pandaset_root: FilePath):
    scene = open_data_set(pandaset_root).scene("scene-0002")
    rng = random.Random(5)
    for actor in scene.actors:
        t = actor.track[len(actor.track) // 2].t_us + rng.choice((0, 60_000))
        t = min(t, actor.track[-1].t_us)
        v, a, scope = (rng.uniform(-9, 9), rng.uniform(-9, 9), rng.uniform(-1, 1)), rng.uniform(-3, 3), rng.choice(SCOPES)
        there = [Move(actor.id, t, v, scope), Rotate(actor.id, t, a, scope)]
        back = [Rotate(actor.id, t, -a, scope), Move(actor.id, t, (-v[0], -v[1], -v[2]), scope)]
        assert replayed(scene, there) != recorded(scene)
        assert replayed(scene, [*there, *back]) == recorded(scene)


# ------------------------------------------------------------------------------------------------- what files hold


def sample_take() -> Take:
    history, _ = random_history(random.Random(3), 12)
    described = history.described(notes='wet, "late" braking\nsecond line', tags=("cut-in", "näher"), rating=4, seed=7)
    return described.undo().take


def test_a_take_survives_its_file_and_the_text_is_stable():
    take = sample_take()
    assert loads(dumps(take)) == take
    assert dumps(loads(dumps(take))) == dumps(take)


def test_the_file_of_the_current_version_opens_as_it_was():
    file = GOLDEN / "version-2.take.json"
    take = load_take(file)
    assert {step.edit.kind for step in (*take.edits, *take.undone)} == {
        kind.__dataclass_fields__["kind"].default for kind in get_args(Edit)
    }
    assert dumps(take) == file.read_text(encoding="utf-8")


def test_who_is_relabelled_in_a_file_of_version_1_looks_as_recorded():
    assert load_take(GOLDEN / "version-1.take.json") == load_take(GOLDEN / "version-2.take.json")
    assert '"keeps_look": true' in (GOLDEN / "version-2.take.json").read_text(encoding="utf-8")


def test_what_a_file_of_version_1_may_leave_out_is_left_out_still():
    old = json.loads((GOLDEN / "version-1.take.json").read_text(encoding="utf-8"))
    assert loads(json.dumps({key: value for key, value in old.items() if key != "undone"})).undone == ()
    (relabel,) = (step["edit"] for step in old["edits"] if step["edit"]["kind"] == "relabel")
    relabel["keeps_look"] = False
    with pytest.raises(TakeFileError, match="'keeps_look' came with version 2"):
        loads(json.dumps(old))


def test_one_edit_more_is_one_line_more():
    take = sample_take()
    longer = replace(take, edits=(*take.edits, Step(Move("lead", time_of(20), (1.0, 0.0, 0.0)))))
    was, now = dumps(take).splitlines(), dumps(longer).splitlines()
    assert len(now) == len(was) + 1
    assert len(set(now) - set(was)) == 2  # the new line, and the comma after the one before it


def test_nothing_in_a_file_is_a_path():
    assert not any(isinstance(getattr(EMPTY, f.name), FilePath) for f in fields(Take))
    assert "/" not in dumps(sample_take())


def test_files_of_older_versions_are_migrated_step_by_step(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(files, "CURRENT", 3)
    rename = {
        1: lambda d: {("name" if k == "title" else k): v for k, v in d.items()},
        2: lambda d: d | {"notes": d["notes"].strip()},
    }
    monkeypatch.setattr(files, "MIGRATIONS", rename)
    old = json.loads(dumps(replace(EMPTY, notes=" kept "))) | {"schema_version": 1}
    old["title"] = old.pop("name")
    assert loads(json.dumps(old)) == replace(EMPTY, notes="kept")
    del old["notes"]
    with pytest.raises(TakeFileError, match="does not hold what version 2 must hold"):
        loads(json.dumps(old))


@pytest.mark.parametrize("version", [0, 3, -1, "1", 1.0, True, None, 10**30])
def test_unknown_versions_are_refused(version: object):
    text = json.dumps(json.loads(dumps(EMPTY)) | {"schema_version": version})
    with pytest.raises(TakeFileError, match="schema_version .*; this build reads 1 to 2"):
        loads(text)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"rating": 6}, "rating 6; wanted 0 to 5"),
        ({"tags": ["a", "a"]}, "all different"),
        ({"id": "../x"}, "id '../x'"),
        ({"created": "yesterday"}, "wanted UTC"),
        ({"seed": -1}, "seed -1"),
        ({"author": "me"}, "author"),
        ({"notes": None}, "notes"),
        (
            {"edits": [{"edit": {"kind": "explode"}, "gesture": None}]},
            "edit 1 is of the kind 'explode'; wanted one of move, rotate, ",
        ),
        ({"undone": [{"edit": {}, "gesture": None}]}, "undone edit 1 has no kind; wanted one of move, rotate, "),
    ],
)
def test_what_no_take_says_is_refused(change: dict, says: str):
    with pytest.raises(TakeFileError) as no:
        loads(json.dumps(json.loads(dumps(EMPTY)) | change))
    assert says in str(no.value)


def test_half_characters_are_refused_before_they_reach_a_disk():
    with pytest.raises(TakeError, match="notes holds half a character"):
        dumps(replace(EMPTY, notes="\ud800"))


@pytest.mark.parametrize("bad", ["NaN", "Infinity", "1e999", '"1.0"', "null", "true"])
def test_numbers_that_are_none_are_refused(bad: str):
    text = dumps(replace(EMPTY, edits=(Step(Move("lead", time_of(20), (1.25, 0.0, 0.0))),))).replace("1.25", bad)
    with pytest.raises(TakeFileError):
        loads(text)


def test_a_take_on_other_data_says_so():
    check_fingerprint(EMPTY, SCENE)
    for change, says in (
        ({"scene": "other"}, "on scene 'other', and this is scene 'made'"),
        ({"version": "v2"}, "on version 'v2' of the data set"),
        ({"tokens_sha256": "1" * 64}, "with other samples, instances or annotations"),
    ):
        with pytest.raises(TakeFileError, match=says):
            check_fingerprint(replace(EMPTY, fingerprint=replace(SCENE.fingerprint, **change)), SCENE)


# --------------------------------------------------------------------------------------------------- mutated takes

PLANTED = (None, True, -1, 0, 10**40, 1e308, -0.0, "", "x" * 300, "\ud800", "../../etc", [], {}, [[]], {"kind": "move"}, "NaN")


def mutated_value(rng: random.Random, document: object) -> object:
    """The document with one value somewhere in it changed, taken out, doubled or renamed."""
    if isinstance(document, dict) and document and rng.random() < 0.85:
        key = rng.choice(list(document))
        match rng.randrange(8):
            case 0:
                return {k: v for k, v in document.items() if k != key}
            case 1:
                return {(k + "x" if k == key else k): v for k, v in document.items()}
            case 2:
                return document | {key: rng.choice(PLANTED)}
        return document | {key: mutated_value(rng, document[key])}
    if isinstance(document, list) and document and rng.random() < 0.85:
        i = rng.randrange(len(document))
        match rng.randrange(8):
            case 0:
                return document[:i] + document[i + 1 :]
            case 1:
                return [*document, document[i]]
            case 2:
                return document[::-1]
        return [mutated_value(rng, v) if j == i else v for j, v in enumerate(document)]
    if isinstance(document, (int, float)) and not isinstance(document, bool) and rng.random() < 0.5:
        return rng.choice(
            (document + 1, -document, document * 1e6, float(document), int(document) if math.isfinite(document) else 0)
        )
    return rng.choice(PLANTED)


def mutated_text(rng: random.Random, text: str) -> str:
    """The text with some characters gone, doubled, put in or swapped."""
    for _ in range(rng.randrange(1, 4)):
        i = rng.randrange(len(text))
        j = min(len(text), i + rng.choice((1, 1, 2, 40)))
        piece = rng.choice(("", text[i:j] * 2, rng.choice('{}[]",:0-9eE.\n\x00é'), "[" * 3000, "9" * 5000, "NaN"))
        text = text[:i] + piece + text[j:]
    return text


def test_two_thousand_mutated_takes_load_and_save_unchanged_or_are_refused_in_a_sentence(tmp_path: FilePath):
    whole = dumps(sample_take())
    path = tmp_path / "m.take.json"
    opened_again, refusals = 0, []
    for seed in range(2000):
        rng = random.Random(seed)
        if seed % 2:
            text = mutated_text(rng, whole)
        else:
            text = json.dumps(mutated_value(rng, json.loads(whole)), ensure_ascii=rng.random() < 0.5)
        path.write_bytes(text.encode("utf-8", "surrogatepass"))
        try:
            take = load_take(path)
        except TakeFileError as error:
            refusals.append(str(error))
            continue
        opened_again += 1
        assert loads(dumps(take)) == take
        if seed % 5 == 0:  # what opens is replayed or refused, too
            with contextlib.suppress(EditError):
                scenario_of(take, SCENE)
    assert opened_again > 200
    assert len(refusals) > 800
    for refusal in refusals:
        assert refusal.startswith(f"{path}: ")
        assert "\n" not in refusal
        assert len(refusal) < 600


def test_files_that_are_no_text_or_not_there_are_refused(tmp_path: FilePath):
    (tmp_path / "b.take.json").write_bytes(b"\xff\xfe\x00")
    for name, says in (("b.take.json", "not UTF-8"), ("none.take.json", "cannot be read"), (".", "cannot be read")):
        with pytest.raises(TakeFileError, match=f"^{re.escape(str(tmp_path / name))}.*{says}"):
            load_take(tmp_path / name)


# ------------------------------------------------------------------------------------------------- all or nothing


def test_a_failed_save_leaves_the_old_file_and_nothing_beside_it(tmp_path: FilePath, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "a.take.json"
    save_take(path, EMPTY)
    monkeypatch.setattr(files.os, "fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(OSError, match="No space"):
        save_take(path, replace(EMPTY, name="other"))
    assert load_take(path) == EMPTY
    assert [p.name for p in tmp_path.iterdir()] == ["a.take.json"]


def test_a_process_killed_while_saving_leaves_a_whole_file(tmp_path: FilePath):
    path = tmp_path / "a.take.json"
    save_take(path, EMPTY)
    saver = (
        "import sys; from dataclasses import replace; from pathlib import Path; from editor.files import load_take, save_take\n"
        "path = Path(sys.argv[1]); take = load_take(path); print('ready', flush=True)\n"
        "for n in range(10**9): save_take(path, replace(take, seed=n))"
    )
    root = FilePath(__file__).resolve().parents[2]
    with subprocess.Popen([sys.executable, "-c", saver, str(path)], cwd=root, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(0.3)
        process.kill()
    assert load_take(path) == replace(EMPTY, seed=load_take(path).seed)
