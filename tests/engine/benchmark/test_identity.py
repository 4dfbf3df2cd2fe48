"""Actors over many frames: which are long enough in view, how their colour wanders, and a network without its instances."""

import numpy as np
import pytest
import torch

from engine.benchmark import identity
from engine.benchmark.cases import BenchmarkError
from engine.benchmark.identity import stretches, wandered, without_instance_attention
from engine.model.checkpoints import load
from engine.model.digest import digest
from engine.requests import Chunk, Model
from tests.engine.benchmark.worlds import TINY
from tests.engine.service.small_model import write_checkpoint


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    return write_checkpoint(tmp_path_factory.mktemp("model") / "weights")


@pytest.fixture
def stretch(world, monkeypatch):
    """Of pictures of 112 pixels across, in which nobody is large."""
    monkeypatch.setattr(identity, "VISIBLE_PX", 8)
    monkeypatch.setattr(identity, "NUM_FRAMES", 4)
    return next(s for kind in ("recolour", "resize", "move") for s in stretches(world, kind, TINY.views))


def drawn(pictures):
    """An answer of the world model: these pictures, frame by frame."""
    nothing = np.zeros(pictures[0][1].shape[:2], bool)
    return lambda request: (
        Chunk(frame, request.views[0], "refined", "generated", picture, nothing, nothing, 1, 1) for frame, picture in pictures
    )


def test_stretches_show_their_actor_in_every_frame(stretch):
    assert len(stretch.frames) == 4
    assert stretch.frames[0] % identity.ANCHOR_EVERY == 0
    assert all(truth.mask(stretch.actor).sum() >= 8 for truth in stretch.truths)


def test_who_is_gone_has_no_stretch(world):
    assert list(stretches(world, "delete", TINY.views)) == []


def test_the_truth_does_not_wander_and_what_darkens_does(world, stretch, monkeypatch):
    true = [(frame, truth.picture) for frame, truth in zip(stretch.frames, stretch.truths, strict=True)]
    monkeypatch.setattr(identity, "draw", drawn(true))
    assert wandered(world, stretch, Model(world.root)) == 0
    darker = [(frame, (picture * (1 - 0.2 * k)).astype(np.uint8)) for k, (frame, picture) in enumerate(true)]
    monkeypatch.setattr(identity, "draw", drawn(darker))
    assert wandered(world, stretch, Model(world.root)) > 1
    monkeypatch.setattr(identity, "draw", drawn(true[:-1]))
    with pytest.raises(BenchmarkError, match=f"no refined picture of {stretch.view} at frame {stretch.frames[-1]}"):
        wandered(world, stretch, Model(world.root))


def test_the_model_draws_every_frame_of_a_stretch(world, stretch, checkpoint):
    assert wandered(world, stretch, Model(checkpoint, steps=1)) > 0


def test_without_instance_attention_only_its_gates_are_others(checkpoint, tmp_path):
    folder = without_instance_attention(checkpoint, tmp_path)
    assert digest(folder) != digest(checkpoint)
    before, after = (load(f).transformer.state_dict() for f in (checkpoint, folder))
    assert {name for name in before if not torch.equal(before[name], after[name])} == {
        name for name in before if name.endswith("instances.gate")
    }
    assert without_instance_attention(checkpoint, tmp_path) == folder
