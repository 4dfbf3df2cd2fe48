"""The pipeline, with real networks at tiny size."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import torch

from engine.diffusion.scheduler import FrameFlowScheduler
from engine.model.asked import Asked
from engine.model.autoencoder import PictureAutoencoder
from engine.model.drafts import Drafts
from engine.model.foreground import Foreground
from engine.model.layout import NUM_CHANNELS
from engine.model.relight import Relight
from engine.model.sizes import size
from engine.model.text import WordEncoder
from engine.model.told import NUM_WAYPOINTS
from engine.model.transformer import WorldTransformer
from engine.pipeline import Clip, Sampling, WorldPipeline, anew

T, V, H, W, N = 3, 2, 32, 48, 2


def pipeline(trained=True, gbuffer_channels=0, relights=False):
    torch.manual_seed(0)
    parts = (
        WorldTransformer(**size("tiny"), latent_channels=4, gbuffer_channels=gbuffer_channels),
        PictureAutoencoder(latent_channels=4, width=8, deep=8, num_residual=1),
        WordEncoder(["rain", "driving"], dim=32),
    )
    relight = Relight(hidden=16) if relights else None
    if trained:
        with torch.no_grad():
            for part in filter(None, (*parts, relight)):
                for parameter in part.parameters():
                    if not parameter.any():
                        parameter.normal_(std=0.05)
    return WorldPipeline(*(part.eval() for part in parts), FrameFlowScheduler(), relight)


def clip():
    rng = np.random.default_rng(0)
    asked = Asked(
        times_s=0.5 * np.arange(T, dtype=np.float32),
        cameras=rng.random((V, 16), np.float32) + 0.1,
        waypoints=rng.random((T, NUM_WAYPOINTS, 3), np.float32),
        action=rng.random((T, 2), np.float32),
        text="Driving in rain.",
        recorded_text="Driving.",
        layout=rng.random((T, V, NUM_CHANNELS, H // 4, W // 4)).astype(np.float16),
        categories=("vehicle.car", "human.pedestrian.adult"),
        size_lwh=rng.random((N, 3), np.float32),
        members=rng.random((T, V, H // 16, W // 16, N)) > 0.7,
    )
    pictures = rng.integers(0, 256, (T, V, H, W, 3), np.uint8)
    dirty = np.zeros((T, V, H, W), bool)
    dirty[1, :, :16, :16] = True
    return anew(asked, Drafts(pictures, ~dirty, dirty), (10, 15, 20), ("CAM_FRONT", "CAM_BACK"))


def reimagined():
    """A clip all of which may change."""
    what = clip()
    return replace(what, drafts=replace(what.drafts, dirty=np.ones_like(what.drafts.dirty)))


def drawn(pipe, what, **sampling):
    return pipe(what, Sampling(num_steps=2, **sampling)).pictures


def test_pixels_that_may_not_change_are_the_drafts_own():
    what = clip()
    pictures = drawn(pipeline(), what)
    assert (pictures[~what.drafts.dirty] == what.drafts.pictures[~what.drafts.dirty]).all()
    assert (pictures[what.drafts.dirty] != what.drafts.pictures[what.drafts.dirty]).any()


def test_the_same_seed_draws_the_same_and_another_seed_does_not():
    pipe, what = pipeline(), reimagined()
    assert (drawn(pipe, what, seed=1) == drawn(pipe, what, seed=1)).all()
    assert (drawn(pipe, what, seed=1) != drawn(pipe, what, seed=2)).any()


def test_steps_can_be_watched_and_stopped():
    steps = pipeline().stream(clip(), Sampling(num_steps=3))
    first = next(steps)
    assert (first.number, first.total, first.is_final) == (1, 3, False)
    steps.close()
    assert next(steps, None) is None


def test_guidance_changes_the_picture():
    what = reimagined()
    assert (drawn(pipeline(), what, guidance=3.0) != drawn(pipeline(), what)).any()


def test_who_sees_whom_is_made_once_for_all_steps_of_a_clip(monkeypatch):
    made = []
    monkeypatch.setattr(
        Foreground, "of", classmethod(lambda cls, members, of=Foreground.of: made.append(members) or of(members))
    )
    assert len(list(pipeline().stream(reimagined(), Sampling(num_steps=3, guidance=2.0)))) == 3
    assert len(made) == 1


def test_a_reference_frame_stays_and_the_others_look_at_it():
    pipe, what = pipeline(), reimagined()
    start = what.start.copy()
    start[0] = 0
    known = what.drafts.pictures.copy()
    given = replace(what, start=start, known=known)
    *_, last = pipe.stream(given, Sampling(num_steps=2))
    torch.testing.assert_close(last.latents[0], pipe._latents(known)[0])
    other = replace(given, known=255 - known)
    *_, changed = pipe.stream(other, Sampling(num_steps=2))
    assert not torch.allclose(last.latents[1:], changed.latents[1:])


def test_an_anchor_is_corrected_from_where_it_was():
    pipe, what = pipeline(), reimagined()
    start = np.full_like(what.start, 0.4)
    near = replace(what, start=start, known=what.drafts.pictures)
    assert (drawn(pipe, near) != drawn(pipe, what)).any()


def test_an_anchor_is_not_corrected_from_below_its_own_noise():
    what = reimagined()
    start = what.start.copy()
    start[1] = 0.1
    with pytest.raises(ValueError, match=r"level 0\.1 of an anchor with noise 0\.2 of its own; wanted as much or more"):
        next(pipeline().stream(replace(what, start=start, known=what.drafts.pictures), Sampling(num_steps=2)))


def test_what_is_known_must_be_given():
    with pytest.raises(ValueError, match="nothing known"):
        replace(clip(), start=np.zeros((T, V), np.float32))
    with pytest.raises(ValueError, match="start levels"):
        Clip(clip().asked, clip().drafts, (1, 2), ("CAM_FRONT",), np.ones((2, 1), np.float32))


def test_networks_that_do_not_fit_together_are_refused():
    pipe = pipeline()
    with pytest.raises(ValueError, match="wanted as many"):
        WorldPipeline(pipe.transformer, PictureAutoencoder(latent_channels=8), pipe.text_encoder, pipe.scheduler)
    with pytest.raises(ValueError, match="texts of width"):
        WorldPipeline(pipe.transformer, pipe.autoencoder, WordEncoder(["rain"], dim=64), pipe.scheduler)


LOADED = """
import sys, numpy as np
from engine.pipeline import WorldPipeline
from tests.engine.test_pipeline import clip, drawn
pipe = WorldPipeline.from_pretrained(sys.argv[1])
np.save(sys.argv[2], drawn(pipe, clip()))
"""


@pytest.mark.parametrize("relights", [False, True])
def test_saved_and_loaded_in_a_fresh_process_it_draws_the_same(tmp_path, relights):
    pipe = pipeline(relights=relights)
    pipe.save_pretrained(tmp_path / "pipe")
    subprocess.run([sys.executable, "-c", LOADED, str(tmp_path / "pipe"), str(tmp_path / "out.npy")], check=True)
    assert (np.load(tmp_path / "out.npy") == drawn(pipe, clip())).all()
