"""What the tiers of the world model store and reuse, and what their keys promise: one process, real networks at tiny size."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from editor.dirty import dirty
from editor.edits import Delete, Relabel, SetWeather
from engine.gbuffer import of_draft
from engine.model import asked, relight
from engine.model.asked import TOKEN
from engine.model.autoencoder import PictureAutoencoder
from engine.model.headlights import beam
from engine.requests import Chunk, Model, RenderError
from engine.service import generating
from engine.service.content import all_keys, picture_keys
from engine.service.generating import generated
from engine.service.refusals import MULTIPLE
from engine.service.store import Store
from engine.service.task import Task
from engine.service.tiers import draw
from tests.engine.service.small_model import ANCHORS, VIEWS, after, anchors_of, final, write_checkpoint

RAIN = SetWeather("rain")


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    return write_checkpoint(tmp_path_factory.mktemp("model") / "weights")


@pytest.fixture(scope="module")
def anchors(small_drive, checkpoint):
    return anchors_of(small_drive, checkpoint)


def actor(request, length):
    """The id of whoever is so long and stands ahead."""
    return next(a.id for a in request.scenario.actors if a.size_lwh[0] == length and a.track[0].T_world.translation[0] > 0)


def drawn(request, store=None):
    """What a drawing process answers, stored as it does; and what it drew, by tier."""
    task = Task(all_keys(request, "r") if store is not None else {}, store)
    chunks = list(draw(request, task))
    for chunk in chunks:
        if chunk is not None:
            task.keep(chunk)
    return chunks


def same(a, b):
    return (a.picture == b.picture).all() and (a.dirty == b.dirty).all() and a.origin == b.origin


def test_anchors_form_in_previews_and_come_once(anchors):
    chunks = [c for c in drawn(after(anchors, RAIN)) if c is not None]
    assert chunks[0].preview
    finished = [(c.frame, c.view) for c in chunks if not c.preview]
    assert sorted(finished) == sorted((frame, view) for frame in ANCHORS for view in VIEWS)
    assert {c.tier for c in chunks} == {"anchor"}
    assert {c.origin for c in chunks} == {"generated"}


def test_previews_are_of_the_picture_that_is_asked_for_first(anchors):
    places = ((10, "CAM_BACK"), (0, "CAM_FRONT"), (0, "CAM_BACK"), (10, "CAM_FRONT"))
    chunks = [c for c in drawn(after(replace(anchors, only=places), RAIN)) if c is not None]
    assert {(c.frame, c.view) for c in chunks if c.preview} == {(10, "CAM_BACK")}
    assert set(final(chunks)) == set(places)


def test_who_waits_sees_the_first_picture_before_the_others_are_begun(anchors, tmp_path):
    """And what follows, and is stored, is what it would have been."""
    wet = after(anchors, RAIN)
    hurried, plain = (
        [c for c in drawn(replace(wet, preview_first=first), Store(tmp_path / str(first))) if c is not None]
        for first in (True, False)
    )
    relit, hurried = hurried[: len(VIEWS)], hurried[len(VIEWS) :]
    assert [(c.frame, c.view, c.preview) for c in relit] == [(0, view, True) for view in VIEWS]
    assert {(c.total, c.seconds_left) for c in relit} == {(0, None)}
    assert (hurried[0].total, hurried[0].done) == (2, 1)
    assert [(c.frame, c.view, c.preview) for c in hurried] == [(c.frame, c.view, c.preview) for c in plain]
    assert all(same(a, b) for a, b in zip(hurried, plain, strict=True))


def test_the_network_is_told_the_gbuffers_of_the_drafts(anchors, monkeypatch):
    wet = after(anchors, RAIN)
    told = final(drawn(wet))
    monkeypatch.setattr(generating, "of_draft", lambda *asked: np.zeros_like(of_draft(*asked)))
    untold = final(drawn(wet))
    assert all((told[place].picture != untold[place].picture).any() for place in told)


def test_what_is_stored_comes_back_and_previews_are_not_stored(anchors, tmp_path):
    store, wet = Store(tmp_path), after(anchors, RAIN)
    first = final(drawn(wet, store))
    again = drawn(wet, store)
    assert not any(c.preview for c in again if c is not None)
    assert all(same(first[place], found) for place, found in final(again).items())
    assert len(final(again)) == 6


def test_outside_an_edit_anchors_stay_byte_for_byte(anchors, tmp_path):
    store, wet = Store(tmp_path), after(anchors, RAIN)
    first = final(drawn(wet, store))
    edited = after(wet, Delete(actor(anchors, 7.0)))
    second = final(drawn(edited, store))
    stale = {(f, view) for view, frames in dirty(wet.scenario, edited.scenario).model.items() for f in frames if f in ANCHORS}
    assert stale == {(f, "CAM_FRONT") for f in ANCHORS}
    assert {place for place in first if not same(first[place], second[place])} == stale


def test_after_undo_the_old_pictures_are_back_and_nothing_is_computed(anchors, tmp_path):
    store, removed = Store(tmp_path), after(anchors, Delete(actor(anchors, 7.0)))
    first = final(drawn(removed, store))
    drawn(after(removed, RAIN), store)
    again = [c for c in drawn(removed, store) if c is not None]
    assert not any(c.preview for c in again)
    assert all(same(first[place], found) for place, found in final(again).items())


def test_what_is_missing_is_drawn_to_fit_what_is_stored(anchors, tmp_path):
    """The same picture, alone or beside others that are stored: it looks at them."""
    store, wet = Store(tmp_path), after(anchors, RAIN)
    drawn(replace(wet, frames=(0, 5)), store)
    beside = final(drawn(replace(wet, only=((10, "CAM_FRONT"),)), store))
    alone = final(drawn(replace(wet, frames=(10,), views=("CAM_FRONT",))))
    assert set(beside) == set(alone) == {(10, "CAM_FRONT")}
    assert not same(beside[10, "CAM_FRONT"], alone[10, "CAM_FRONT"])


def test_a_segment_brings_its_anchors_and_stores_them(anchors, tmp_path):
    store, wet = Store(tmp_path), after(anchors, RAIN)
    segment = replace(wet, tier="refined", frames=tuple(range(5, 11)))
    found = final(drawn(segment, store))
    assert set(found) == {(frame, view) for frame in range(5, 11) for view in VIEWS}
    assert {c.tier for c in found.values()} == {"refined"}
    ends = [c for c in drawn(replace(wet, frames=(5, 10)), store) if c is not None]
    assert not any(c.preview for c in ends)
    assert all((found[5, view].picture == final(ends)[5, view].picture).all() for view in VIEWS)
    again = [c for c in drawn(segment, store) if c is not None]
    assert not any(c.preview for c in again)
    assert all(same(found[place], c) for place, c in final(again).items())


def test_two_segments_meet_in_one_picture(anchors, tmp_path):
    wet = after(anchors, RAIN)
    chunks = drawn(replace(wet, tier="refined", frames=tuple(range(11)), anchors=ANCHORS), Store(tmp_path))
    finished = [(c.frame, c.view) for c in chunks if c is not None and not c.preview]
    assert sorted(finished) == sorted((frame, view) for frame in range(11) for view in VIEWS)


def test_cancelled_in_the_middle_of_a_step_it_ends(anchors):
    looks = []

    def is_cancelled():
        looks.append(None)
        return len(looks) > 3

    chunks = list(generated(after(anchors, RAIN), Task({}, None, is_cancelled)))
    assert not any(chunks)
    assert len(looks) == 4


def test_cancelled_while_drafts_are_relit_it_ends_with_the_picture_that_it_is_at(anchors, monkeypatch):
    lit = []

    def counted(cameras, gbuffer):
        lit.append(None)
        return beam(cameras, gbuffer)

    monkeypatch.setattr(relight, "beam", counted)
    assert not any(generated(after(anchors, RAIN), Task({}, None, lambda: len(lit) == 2)))
    assert len(lit) == 2 < len(ANCHORS) * len(VIEWS)


def test_cancelled_while_drafts_are_coded_it_ends_with_the_picture_that_it_is_at(anchors, monkeypatch):
    coded = []

    def counted(codec, pictures):
        coded.append(None)
        return latents(codec, pictures)

    latents = PictureAutoencoder.latents
    monkeypatch.setattr(PictureAutoencoder, "latents", counted)
    assert not any(generated(after(anchors, RAIN), Task({}, None, lambda: len(coded) == 2)))
    assert len(coded) == 2 < len(ANCHORS) * len(VIEWS)


@pytest.mark.parametrize(("module", "name"), [(asked, "conditions"), (generating, "of_draft"), (generating, "chunk_of")])
def test_whoever_waits_no_more_is_heard_between_any_two_pictures_that_are_made_ready(anchors, monkeypatch, module, name):
    made, function = [], getattr(module, name)

    def counted(*args):
        made.append(None)
        return function(*args)

    monkeypatch.setattr(module, name, counted)
    at_steps = [len(made) for _ in generated(after(anchors, RAIN), Task({}))]
    assert at_steps[-1] == len(ANCHORS) * len(VIEWS)
    assert all(b - a <= 1 for a, b in pairwise([0, *at_steps]))


def test_the_estimate_counts_steps_down_to_nothing(monkeypatch):
    """Two windows of two steps, a second each, and a picture that nothing had to be drawn for."""
    monkeypatch.setattr(generating, "monotonic", iter(range(10)).__next__)
    pixels = np.zeros((2, 2), bool)
    chunk = Chunk(0, "CAM_FRONT", "anchor", "generated", np.zeros((2, 2, 3), np.uint8), pixels, pixels, 1, 2, preview=True)
    window = [None, chunk, replace(chunk, done=2, preview=False)]
    told = list(generating._estimated(iter([replace(chunk, total=0, preview=False), *window, *window]), 2))
    assert [c.seconds_left for c in told if c is not None] == pytest.approx([None, 3, 2, 1, 0])


def test_a_request_for_nothing_loads_the_model(anchors):
    assert list(draw(replace(anchors, frames=(), views=()))) == [None]


@pytest.mark.parametrize("what", ["retake.json", "transformer"])
def test_a_checkpoint_that_is_not_whole_is_one_sentence(anchors, tmp_path, what):
    folder = write_checkpoint(tmp_path / "weights")
    (folder / what).rename(tmp_path / "elsewhere")
    with pytest.raises(RenderError, match=rf"^The world model cannot be loaded: .* has no {what}; wanted .*\.$"):
        next(generated(replace(anchors, model=Model(folder)), Task({})))


def test_sizes_are_checked_by_what_the_model_asks():
    assert MULTIPLE == TOKEN


# ----------------------------------------------------------------------------------------------------------- keys


def test_every_tier_has_keys_of_its_own(anchors):
    keys = all_keys(replace(anchors, tier="refined", frames=tuple(range(5, 11))), "r")
    assert set(keys) == {"draft", "anchor", "refined"}
    assert {frame for frame, _ in keys["refined"]} == set(range(3, 11))
    assert len({key for by_place in keys.values() for key in by_place.values()}) == 3 * 8 * 2


def test_weights_and_sampling_change_every_key(anchors, tmp_path):
    card = write_checkpoint(tmp_path / "weights") / "retake.json"
    card.write_text(card.read_text().replace("tiny", "tinier"))
    others = [
        replace(anchors, seed=1),
        replace(anchors, size=(112, 64)),
        after(anchors, RAIN),
        *(replace(anchors, model=replace(anchors.model, **change)) for change in ({"steps": 3}, {"guidance": 2.0})),
        replace(anchors, model=replace(anchors.model, checkpoint=card.parent)),
    ]
    seen = [set(picture_keys(request, "r").values()) for request in (anchors, *others)]
    assert len(set.union(*seen)) == sum(map(len, seen))


def test_where_the_checkpoint_lies_does_not_matter(anchors, tmp_path):
    copy = replace(anchors.model, checkpoint=write_checkpoint(tmp_path / "copy"))
    assert picture_keys(replace(anchors, model=copy), "r") == picture_keys(anchors, "r")


def test_another_seed_draws_anew_what_chance_draws_and_no_draft(anchors):
    requests = anchors, replace(anchors, seed=1)
    one, other = (all_keys(request, "r") for request in requests)
    assert one["draft"] == other["draft"]
    assert not set(one["anchor"].values()) & set(other["anchor"].values())


def test_a_label_is_told_to_the_model_and_not_to_a_draft(anchors):
    called = after(anchors, Relabel(actor(anchors, 7.0), "vehicle.bus.rigid", keeps_look=True))
    before, now = picture_keys(anchors, "r"), picture_keys(called, "r")
    assert {place for place in before if before[place] != now[place]} == {(f, "CAM_FRONT") for f in ANCHORS}
    drafts = [picture_keys(replace(request, tier="draft"), "r") for request in (anchors, called)]
    assert drafts[0] == drafts[1]
