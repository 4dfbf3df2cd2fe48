"""Relighting drafts: what it leaves alone, and what it can be taught."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from engine.model import relight
from engine.model.drafts import Drafts
from engine.model.relight import (
    CHANNELS,
    COLOUR,
    GROUND,
    LIGHT_WORDS,
    NUM_TERMS,
    ROWS,
    SKY,
    WHOSE,
    Relight,
    along_edges,
    colours,
    crosstalk,
    light_words,
    terms,
)
from engine.model.told import MIRRORED, NUM_GBUFFER
from tests.engine.test_pipeline import clip

H, W = 32, 48


def pictures(number=2, seed=0):
    g = torch.Generator().manual_seed(seed)
    return 2 * torch.rand((number, 3, H, W), generator=g) - 1, torch.rand((number, NUM_GBUFFER, H // 8, W // 8), generator=g)


def trained(seed=0):
    """One whose guesses are not 0."""
    torch.manual_seed(seed)
    net = Relight(hidden=16)
    torch.nn.init.normal_(net.mix.weight, std=0.1)
    return net.eval()


def drafts():
    what = clip().drafts
    shape = (*what.pictures.shape[:2], NUM_GBUFFER, H // 8, W // 8)
    return replace(what, gbuffer=np.random.default_rng(0).random(shape).astype(np.float16))


def asking(text):
    return replace(clip().asked, text=text, recorded_text="Driving, clear weather, noon.")


def test_light_words_are_those_of_hours_and_weathers():
    found = light_words("A driving scene at Town. Rain, many peds, NIGHT, difficult lighting.")
    assert {word for word, there in zip(LIGHT_WORDS, found, strict=True) if there} == {"rain", "night"}


def test_an_untrained_one_gives_pictures_back():
    (shown, gbuffer), words = pictures(), light_words("rain")[None].expand(2, -1)
    assert torch.equal(Relight(hidden=16)(shown, gbuffer, gbuffer[:, :1], words, 0 * words), shown)


def test_the_recorded_light_is_left_alone_to_the_last_level():
    what = drafts()
    assert trained().relit(asking("Driving, many peds, noon, clear."), what) is what


def test_another_light_changes_pictures_and_nothing_else_of_a_draft():
    what = drafts()
    relit = trained().relit(asking("Rain, noon."), what)
    assert (relit.pictures != what.pictures).any()
    assert relit.pictures.dtype == np.uint8
    assert all(getattr(relit, name) is getattr(what, name) for name in ("valid", "dirty", "gbuffer"))


def test_each_picture_is_relit_by_itself():
    what, net = drafts(), trained()
    whole = net.relit(asking("Fog."), what).pictures
    one = Drafts(*(getattr(what, name)[1:2, :1] for name in ("pictures", "valid", "dirty", "gbuffer")))
    assert (net.relit(asking("Fog."), one).pictures == whole[1:2, :1]).all()


def test_drafts_without_gbuffers_are_refused():
    with pytest.raises(ValueError, match="without G-buffers"):
        trained().relit(asking("Fog."), clip().drafts)


def test_means_are_over_each_kind_of_place_alone():
    shown, gbuffer = torch.zeros(1, 3, 4, 6), torch.zeros(1, NUM_GBUFFER, 4, 6)
    shown[:, 0, 2:], shown[:, 2, :2] = 0.5, -0.25
    gbuffer[:, GROUND, 2:], gbuffer[:, SKY, :2] = 1, 1
    ground, sky = colours(shown, gbuffer)[0].split(7)[:2]
    assert ground[[0, 1, 2, 6]].tolist() == pytest.approx([0.5, 0, 0, 0.5])
    assert sky[[0, 1, 2, 6]].tolist() == pytest.approx([0, 0, -0.25, 0.5])
    assert ground[3:6].max() < 2e-3


def test_borders_of_a_gbuffer_are_drawn_to_those_of_the_picture():
    shown, gbuffer = -0.5 * torch.ones(1, 3, 64, 96), torch.zeros(1, NUM_GBUFFER, 8, 12)
    shown[..., 44:], gbuffer[..., 6:] = 0.5, 1  # that of the G-buffer lies at pixel 48
    found = along_edges(gbuffer, shown)[0, 0, 32]
    plain = torch.nn.functional.interpolate(gbuffer, size=(64, 96), mode="bilinear")[0, 0, 32]
    assert found[44] - found[43] > 0.5
    assert plain[44] - plain[43] < 0.1


def test_where_the_picture_is_even_a_gbuffer_is_what_it_was():
    _, gbuffer = pictures(1)
    found = along_edges(gbuffer, torch.zeros(1, 3, H, W))
    assert found.mean() == pytest.approx(float(gbuffer.mean()), abs=0.02)
    assert along_edges(gbuffer, torch.zeros(1, 3, H // 8, W // 8)) is gbuffer


def test_terms_are_as_many_as_weights_are_made_for():
    shown, gbuffer = pictures()
    whole = torch.nn.functional.interpolate(gbuffer, size=(H, W))
    assert terms(shown, whole, whole[:, :1]).shape == (2, NUM_TERMS, H, W)


def learned(shown, gbuffer, lit, truth, text):
    """The share of the error that is left once it has seen the truth for a while."""
    words = light_words(text)[None].expand(len(shown), -1)
    torch.manual_seed(0)
    net = Relight(hidden=16)
    optimizer = torch.optim.Adam(net.parameters(), 1e-2)
    for _ in range(300):
        optimizer.zero_grad()
        error = (net(shown, gbuffer, lit, words, 0 * words) - truth).square().mean()
        error.backward()
        optimizer.step()
    return error / (shown - truth).square().mean()


def test_it_learns_a_fog_that_swallows_the_far():
    """Means of what is seen do not say how far away each pixel is; the G-buffer does."""
    shown, gbuffer = pictures(8)
    left = along_edges(gbuffer, shown)[:, 1:2]
    assert learned(shown, gbuffer, 0 * gbuffer[:, :1], shown * left + 0.6 * (1 - left), "fog") < 0.01


def test_it_learns_a_night_in_which_headlights_light_the_street():
    shown, gbuffer = pictures(8)
    lit = torch.zeros_like(gbuffer[:, :1])
    lit[..., : W // 16] = 1
    there = along_edges(torch.cat([gbuffer, lit], dim=1), shown)[:, -1:]
    night = 0.1 * (shown + 1) - 1 + 0.3 * (shown + 1) * there
    told, untold = (learned(shown, gbuffer, some, night, "night") for some in (lit, 0 * lit))
    assert told < 0.25 * untold


def test_what_is_relit_is_lit_where_its_own_camera_sees_the_headlights_light():
    what, net = drafts(), trained()
    turned = replace(asking("Night."), cameras=asking("Night.").cameras[::-1].copy())
    assert (net.relit(turned, what).pictures != net.relit(asking("Night."), what).pictures).any()


@pytest.mark.parametrize("channel", COLOUR)
def test_terms_of_a_colour_follow_that_colour_alone(channel):
    shown, gbuffer = pictures()
    whole = torch.nn.functional.interpolate(gbuffer, size=(H, W))
    other, otherwise = shown.clone(), whole.clone()
    other[:, channel] += 0.3
    otherwise[:, MIRRORED][:, channel] += 0.3
    moved = (terms(other, otherwise, whole[:, :1]) != terms(shown, whole, whole[:, :1])).flatten(2).any(2).any(0)
    assert torch.equal(moved, torch.tensor(CHANNELS) == channel)


def test_terms_stand_in_the_tables_order(monkeypatch):
    shown, gbuffer = pictures()
    whole = torch.nn.functional.interpolate(gbuffer, size=(H, W))
    rows = terms(shown, whole, whole[:, :1]).split([len(WHOSE[what]) for what, _ in ROWS], dim=1)
    monkeypatch.setattr(relight, "ROWS", ROWS[::-1])
    assert torch.equal(terms(shown, whole, whole[:, :1]), torch.cat(rows[::-1], dim=1))


def test_crosstalk_is_what_a_colour_takes_from_others():
    mix = torch.zeros(3, 3, NUM_TERMS)
    mix[0] = torch.eye(3)[:, torch.tensor(CHANNELS)] * (torch.tensor(CHANNELS) >= 0)  # each from its own
    mix[1, :, torch.tensor(CHANNELS) < 0] = 5.0  # brighter all over
    mix[2, 0, 1] = 0.5  # red from green
    assert crosstalk(mix).tolist() == [0.0, 0.0, 0.25]
