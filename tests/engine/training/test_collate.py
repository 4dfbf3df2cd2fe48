"""What training leaves out: each condition now and then, and at times all that guidance compares with being told."""

from dataclasses import replace

import numpy as np
import torch

from engine.model.text import WordEncoder
from engine.model.told import UNGUIDED
from engine.training.batches import Batches
from engine.training.clips import write_clip
from engine.training.collate import told
from engine.training.loop import train
from engine.training.objectives import WorldObjective
from engine.training.recipes import begin
from tests.engine.training.made_up import clip
from tests.engine.training.test_loop import tiny

TEXT = WordEncoder(["rain", "clear"], dim=32)
DRAWS = 400


def drawn(drop, seed):
    return told([clip(0), clip(1)], TEXT, drop, np.random.default_rng(seed))


def test_nothing_is_left_out_without_a_share_of_it():
    whole = drawn(0.0, 0)
    assert all(getattr(whole, name) is not None for name in UNGUIDED)
    assert all(bool(present.all()) for present in whole.present.values())


def test_all_that_guidance_compares_with_is_left_out_together_for_a_share_of_the_batches():
    untold = [all(getattr(each, name) is None for name in UNGUIDED) for each in (drawn(0.1, seed) for seed in range(DRAWS))]
    assert 0.05 < np.mean(untold) < 0.15


def test_the_rest_is_told_then():
    untold = drawn(1.0, 0)
    assert untold.cameras is not None
    assert untold.gbuffer is not None


def test_what_is_never_told_trains_too(tmp_path):
    for seed in range(2):
        write_clip(tmp_path / f"{seed}.clip.npz", clip(seed))
    what = tiny(steps=2)
    what = replace(what, objective=WorldObjective(drop=1.0, picture=0))
    state = begin(what, None)
    reports = list(train(state, what.objective, Batches(tmp_path, what.shapes, what.seed), what.plan, tmp_path / "run.pt"))
    assert len(reports) == 2
    assert torch.isfinite(torch.tensor([report.loss for report in reports])).all()
