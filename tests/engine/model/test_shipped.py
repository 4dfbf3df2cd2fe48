"""The shipped weights load strictly and answer as they did when they were shipped."""

from dataclasses import replace

import numpy as np
import torch

from engine.model.autoencoder import PictureAutoencoder
from engine.model.checkpoints import load
from engine.model.text import WordEncoder
from engine.model.told import NUM_GBUFFER
from engine.pipeline import Sampling, WorldPipeline
from engine.service.shipped import SHIPPED
from tests.engine.test_pipeline import H, T, V, W, clip


def test_the_shipped_weights_answer_as_they_did():
    found = load(SHIPPED)
    assert (type(found.autoencoder), type(found.text_encoder)) == (PictureAutoencoder, WordEncoder)
    parts = (part.float() for part in (found.transformer, found.autoencoder, found.text_encoder))
    pipe, what = WorldPipeline(*parts, found.scheduler, found.relight), clip()
    gbuffer = np.random.default_rng(5).random((T, V, NUM_GBUFFER, H // 8, W // 8)).astype(np.float16)
    anywhere = replace(what.drafts, dirty=np.ones_like(what.drafts.dirty), gbuffer=gbuffer)
    relit = replace(what, drafts=pipe.relit(what.asked, anywhere))
    *_, last = pipe.stream(relit, Sampling(num_steps=2, guidance=2.0))
    numbers = torch.stack(
        [last.latents.mean(), last.latents.std(), (last.latents - last.drafted).std(), last.latents[1, 0, 0, 1, 2]]
    )
    torch.testing.assert_close(numbers, torch.tensor([0.1716, 1.2557, 0.8431, -2.4994]), rtol=1e-3, atol=1e-3)
