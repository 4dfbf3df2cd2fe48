"""Pictures beyond a recording on their way through the service: what is sent, and under which keys they are stored."""

from dataclasses import replace
from pathlib import Path

from editor.edits import Delete, EgoOffset, EgoPath, SetBeyond, Way
from editor.scene import ActorId, Scenario
from engine.requests import Request
from engine.service.content import picture_keys, recording_digest
from engine.service.wire import Names, Reader
from tests.editor.made import replayed
from tests.engine.service.scenes import VIEWS, scene

SCENE = scene(num_frames=6, num_poses=6)
LAST = len(SCENE.frames) - 1


def keys(*edits, frames=tuple(range(LAST + 6))):
    scenario = replayed(SCENE, edits)
    return picture_keys(Request(Path("root"), scenario, VIEWS, tuple(f for f in frames if f < len(scenario.scene.frames))), "r")


def received(names: Names, reader: Reader, scenario: Scenario) -> Scenario:
    for introduction in names.introduce(scenario):
        assert reader.loads(introduction) is None
    return reader.loads(names.dumps(scenario))


def test_the_process_gets_a_longer_drive_in_terms_of_the_recording_it_knows():
    names, reader = Names(), Reader()
    plain = received(names, reader, replayed(SCENE, ()))
    longer = replayed(SCENE, (SetBeyond(1.0),))
    first = received(names, reader, longer)
    assert first == longer
    assert first.scene.as_recorded is plain.scene
    assert first.actors is first.scene.actors
    edited = received(names, reader, replayed(SCENE, (SetBeyond(1.0), Delete(ActorId("car-0")))))
    assert edited.scene is first.scene
    assert names.introduce(longer) == []


def test_a_longer_drive_is_the_same_recording():
    longer = replayed(SCENE, (SetBeyond(1.0),)).scene
    assert recording_digest(longer.as_recorded, Path("root")) == recording_digest(SCENE, Path("root"))


def test_pictures_of_the_recorded_part_keep_their_keys_and_shorter_drives_are_found_in_longer_ones():
    plain, short, long = keys(), keys(SetBeyond(0.3)), keys(SetBeyond(0.5))
    assert len(plain) < len(short) < len(long)
    assert all(short[place] == key for place, key in plain.items())
    assert all(long[place] == key for place, key in short.items())


def test_pictures_beyond_depend_on_whoever_is_otherwise_and_on_the_way():
    before = keys(SetBeyond(0.5))
    gone, bent = keys(SetBeyond(0.5), Delete(ActorId("car-0"))), keys(SetBeyond(0.5), EgoPath((EgoOffset(0, 1.0),)))
    led = keys(SetBeyond(0.5, (Way(ActorId("ego"), ((6.0, 0.5), (12.0, 3.0))),)))
    new = {place for place in before if place[0] > LAST}
    assert all(len({each[place] for each in (before, gone, bent, led)}) == 4 for place in new)
    recorded = set(before) - new
    assert all(before[place] == led[place] for place in recorded)


def test_a_missing_file_is_no_picture_to_be_drawn():
    lost = replace(SCENE, frames=tuple(replace(f, pictures=(replace(f.pictures[0], exists=False),)) for f in SCENE.frames))
    assert Request(Path("root"), replayed(lost, ()), VIEWS, (0, 1)).places() == ()
    assert Request(Path("root"), replayed(SCENE, (SetBeyond(0.5),)), VIEWS, (LAST + 1,)).places() == (
        (LAST + 1, "CAM_FRONT"),
        (LAST + 1, "CAM_BACK"),
    )
