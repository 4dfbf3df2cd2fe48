"""The world model as an engine: a real one, tiny and untrained, judged on the small world."""

from dataclasses import replace

import pytest

from editor.scene import recorded
from engine.benchmark.__main__ import main
from engine.benchmark.cases import BenchmarkError, Case
from engine.benchmark.engines import engine_of
from engine.benchmark.judge import judged
from engine.benchmark.run import Run, run
from engine.benchmark.shown import edited, outline
from engine.requests import Request
from engine.service.shipped import SHIPPED
from tests.engine.benchmark.worlds import TINY
from tests.engine.service.small_model import write_checkpoint

SMALL_PX = 20  # of an actor in pictures of 112 pixels across


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    return write_checkpoint(tmp_path_factory.mktemp("model") / "weights")


def test_drafts_come_as_previews_and_every_picture_once(world, checkpoint):
    request = Request(world.root, world.scenario("weather"), TINY.views, (0, 6), world.size)
    chunks = list(engine_of("model", checkpoint).render(request))
    drafts, drawn = ([c for c in chunks if c.preview is preview] for preview in (True, False))
    assert [(c.frame, c.view, c.tier) for c in drafts] == [(*place, "draft") for place in request.places()]
    assert sorted((c.frame, c.view) for c in drawn) == sorted(request.places())
    assert {c.tier for c in drawn} == {"anchor"}
    assert {c.origin for c in drawn} == {"generated"}


def test_a_drive_that_nobody_edited_is_the_recording(world, checkpoint):
    chunks = engine_of("model", checkpoint).render(
        Request(world.root, recorded(world.scene), ("CAM_FRONT",), (0, 6), world.size)
    )
    assert {c.origin for c in chunks} == {"recorded"}


def test_what_the_model_changed_is_counted_and_what_it_keeps_is_exact(world, checkpoint):
    verdict, _ = judged(world, Case(TINY.seeds[0], "delete"), TINY, engine_of("model", checkpoint))
    assert 0 < verdict.moved <= verdict.inside.pixels
    assert verdict.beyond == 0


def test_the_draft_shows_no_draft(world):
    verdict, _ = judged(world, Case(TINY.seeds[0], "delete"), TINY, engine_of("draft"))
    assert verdict.moved is None


def test_other_weights_are_another_version_with_results_of_their_own(checkpoint, folder, tmp_path):
    other = write_checkpoint(tmp_path / "other")
    same = Run("model", TINY, folder, other)
    assert same.results == Run("model", TINY, folder, checkpoint).results
    card = other / "retake.json"
    card.write_text(card.read_text().replace("tiny", "tinier"))
    assert engine_of("model", other).version != engine_of("model", checkpoint).version
    assert same.results != Run("model", TINY, folder, checkpoint).results


def test_pictures_of_who_is_asked_for_are_kept(world, folder, checkpoint, monkeypatch):
    monkeypatch.setattr("engine.benchmark.run.VISIBLE_PX", SMALL_PX)
    what = Run("model", replace(TINY, name="kept", kinds=("move", "delete")), folder, checkpoint)
    assert all(step.verdict is None or step.verdict.moved is not None for step in run(what))
    scenario = world.scenario("move")
    (actor,) = edited(world, scenario)
    places = [(view, frame) for frame in (0, 6) for view in TINY.views]
    large = [place for place in places if outline(world, scenario, {actor}, *place).sum() >= SMALL_PX]
    assert large
    assert [place for place in places if what.drawn(Case(world.seed, "move"), *place).is_file()] == large
    assert edited(world, world.scenario("delete")) == frozenset()
    assert not what.drawn(Case(world.seed, "delete"), *places[0]).parent.exists()


def test_without_weights_there_is_a_sentence(tmp_path, capsys):
    with pytest.raises(BenchmarkError, match="no checkpoint in .*; wanted one there"):
        engine_of("model", tmp_path)
    asked = ["--engine", "model", "--checkpoint", str(tmp_path), "--out", str(tmp_path), "--kinds", "delete"]
    assert main(asked) == 2
    assert "no checkpoint" in capsys.readouterr().err
    assert SHIPPED.parts[-2:] == ("assets", "checkpoint")
