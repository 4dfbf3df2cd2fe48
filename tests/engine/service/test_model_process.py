"""The world model behind the service: a process of its own that streams, stops, is overtaken and may die."""

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from editor.edits import SetWeather
from engine.requests import Model, RenderError
from engine.service.local import local_service
from tests.engine.service.small_model import VIEWS, after, anchors_of, final, write_checkpoint

LONG = 4000  # steps: more than any test waits for


@pytest.fixture(scope="module")
def wet(small_drive, tmp_path_factory):
    """A request for anchors, all of which are drawn anew."""
    checkpoint = write_checkpoint(tmp_path_factory.mktemp("model") / "weights")
    return after(anchors_of(small_drive, checkpoint), SetWeather("rain"))


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    """One for all tests here: starting the model takes seconds."""
    with local_service(tmp_path_factory.mktemp("store"), model_threads=1) as service:
        yield service


def long(request, **changes):
    return replace(request, model=replace(request.model, steps=LONG), **changes)


def pid(service):
    return service._model._process.pid


def test_anchors_stream_and_are_stored_and_previews_are_not(wet, service):
    chunks = list(service.render(wet))
    assert chunks[0].preview
    assert chunks[0].done == 0
    finished = [c for c in chunks if not c.preview]
    assert [c.done for c in finished] == [1, 2, 3, 4, 5, 6]
    assert {c.total for c in chunks} == {6}
    with local_service(service._folder, drawer="no.such.module:draw") as other:  # so nothing can be drawn anew
        again = list(other.render(wet))
    assert not any(c.preview for c in again)
    assert all((c.picture == final(finished)[c.frame, c.view].picture).all() for c in again)
    assert len(again) == 6


def test_only_what_is_missing_is_drawn_by_the_model(wet, service):
    list(service.render(replace(wet, seed=1, frames=(0, 5))))
    chunks = list(service.render(replace(wet, seed=1)))
    assert [(c.frame, c.view) for c in chunks[:4]] == [(frame, view) for frame in (0, 5) for view in VIEWS]
    assert {(c.frame, c.view) for c in chunks[4:]} == {(10, view) for view in VIEWS}


def test_a_segment_is_drawn_and_found_again(wet, service):
    segment = replace(wet, tier="refined", frames=tuple(range(6)))
    found = final(service.render(segment))
    assert set(found) == {(frame, view) for frame in range(6) for view in VIEWS}
    again = list(service.render(segment))
    assert not any(c.preview for c in again)
    assert all((c.picture == found[c.frame, c.view].picture).all() for c in again)


def test_what_is_stored_is_told_and_nothing_drawn(wet, service):
    list(service.render(replace(wet, seed=8, frames=(0, 5))))
    before = pid(service)
    older = service.render(long(wet, seed=9, session="anna"))
    next(older)
    found = list(service.stored(replace(wet, seed=8, session="anna")))
    assert [(c.frame, c.view) for c in found] == [(frame, view) for frame in (0, 5) for view in VIEWS]
    assert next(older).preview
    older.close()
    assert list(service.stored(replace(wet, seed=10))) == []
    assert pid(service) == before


def test_drafts_are_drawn_while_the_model_is_at_work(wet, service):
    anchors = service.render(long(wet, seed=2, session="anna"))
    first = next(anchors)
    assert first.preview
    assert first.seconds_left > 0
    drafts = list(service.render(replace(wet, tier="draft", session="anna")))
    assert len(drafts) == 6
    assert next(anchors).preview
    anchors.close()


def test_cancelled_it_stops_by_itself_and_its_process_goes_on(wet, service):
    anchors = service.render(long(wet, seed=3, session="anna"))
    next(anchors)
    before = pid(service)
    threading.Timer(0.2, service.cancel, ["anna"]).start()
    assert len(list(anchors)) < LONG / 2
    assert len(final(service.render(replace(wet, seed=3, session="anna")))) == 6
    assert pid(service) == before


def test_a_newer_request_overtakes(wet, service):
    older = service.render(long(wet, seed=4, session="anna"))
    next(older)
    newer = list(service.render(replace(wet, seed=4, session="anna")))
    assert list(older) == []
    assert len(final(newer)) == 6


def test_a_death_of_the_model_is_one_sentence_and_leaves_drafts_alone(wet, service):
    anchors = service.render(long(wet, seed=5))
    next(anchors)
    drafts = service.render(replace(wet, tier="draft", seed=5))
    next(drafts)
    service._model._process.kill()
    with pytest.raises(RenderError, match=r"^The drawing process stopped: it was ended by SIGKILL\. Ask again .*\.$"):
        list(anchors)
    assert len(list(drafts)) == 5
    assert len(final(service.render(replace(wet, seed=5)))) == 6


def test_the_model_can_be_made_ready(wet, service):
    service.prepare(wet.dataroot, wet.scenario.scene, wet.size, wet.model)
    assert len(final(service.render(replace(wet, seed=6)))) == 6


def test_weights_that_cannot_be_loaded_are_one_sentence(wet, service, tmp_path):
    (tmp_path / "weights").mkdir()
    broken = replace(wet, model=Model(tmp_path / "weights"))
    with pytest.raises(RenderError, match=r"^The world model cannot be loaded: .* wanted a checkpoint that Retake wrote\.$"):
        list(service.render(broken))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"model": None}, r"^There is no checkpoint to draw anchors with: --checkpoint names one; drafts need none\.$"),
        ({"model": None, "tier": "refined"}, "^There is no checkpoint to draw refined pictures with"),
        ({"model": Model(Path("/nowhere"))}, r"^There is no checkpoint /nowhere; wanted the folder of one\.$"),
        ({"model": Model(Path("/"), steps=0)}, "^0 steps for anchors; wanted one or more"),
        ({"size": None}, "^Anchors of the size recorded; wanted multiples of 16"),
        ({"size": (100, 64)}, "^Anchors of the size 100x64; wanted multiples of 16"),
        ({"frames": (0, 11)}, "^Frames 0 to 11 asked of scene scene-0001, which has 11"),
        ({"tier": "refined", "frames": (5,)}, "^Segments of the frames 5; wanted two anchors or more"),
        ({"tier": "refined", "anchors": (0, 5)}, "^Segments with anchors at 0, 5 of the frames 0, 5, 10; wanted"),
    ],
)
def test_what_the_model_cannot_draw_is_refused_before_it_starts(changes, sentence, wet):
    with local_service(drawer="no.such.module:draw") as service, pytest.raises(RenderError, match=sentence):
        next(service.render(replace(wet, **changes)))
    assert service._model is None


def test_a_picture_that_is_missing_is_named(wet):
    scene = wet.scenario.scene
    gone = replace(scene.frames[5], pictures=tuple(replace(p, exists=p.view == "CAM_BACK") for p in scene.frames[5].pictures))
    scene = replace(scene, frames=(*scene.frames[:5], gone, *scene.frames[6:]))
    request = replace(wet, scenario=replace(wet.scenario, scene=scene))
    with local_service() as service, pytest.raises(RenderError, match="^Frame 5 has no picture of CAM_FRONT on disk"):
        next(service.render(request))
