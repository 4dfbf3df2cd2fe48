import json
import shutil
from dataclasses import replace

import pytest
import torch
from diffusers.utils import logging
from safetensors.torch import load_file, save_file

from engine.diffusion.scheduler import FrameFlowScheduler
from engine.model.checkpoints import Card, Checkpoint, CheckpointError, load, save
from engine.model.digest import digest
from tests.engine.test_pipeline import pipeline


@pytest.fixture
def folder(tmp_path):
    pipe = pipeline()
    card = Card("tiny", recipe="none", data="none", seed=0, steps=0, hours=0.0)
    save(Checkpoint(pipe.transformer, pipe.autoencoder, pipe.text_encoder, FrameFlowScheduler(), card), tmp_path / "weights")
    return tmp_path / "weights"


def test_what_was_saved_is_loaded(folder):
    loaded = load(folder)
    pipe = pipeline()
    assert loaded.card.name == "tiny"
    for name in ("transformer", "autoencoder", "text_encoder"):
        for key, weight in getattr(pipe, name).state_dict().items():
            assert torch.equal(getattr(loaded, name).state_dict()[key], weight)


def test_what_relights_drafts_goes_along_as_it_is(folder, tmp_path):
    assert load(folder).relight is None
    relight = pipeline(relights=True).relight
    save(replace(load(folder), relight=relight), tmp_path / "relighting")
    loaded = load(tmp_path / "relighting")
    assert loaded.card.relights
    assert all(torch.equal(a, loaded.relight.state_dict()[name]) for name, a in relight.state_dict().items())
    shutil.rmtree(tmp_path / "relighting" / "relight")
    with pytest.raises(CheckpointError, match="has no relight; wanted transformer, autoencoder, text_encoder, relight"):
        load(tmp_path / "relighting")


def test_weights_in_bf16_stay_so(folder, tmp_path):
    loaded = load(folder)
    for name in ("transformer", "autoencoder", "text_encoder"):
        getattr(loaded, name).to(torch.bfloat16)
    save(loaded, tmp_path / "half")
    assert load(tmp_path / "half").transformer.dtype == torch.bfloat16


@pytest.mark.parametrize("change", ["missing", "left over", "reshaped"])
def test_weights_that_do_not_fit_are_refused(folder, change):
    path = folder / "transformer" / "diffusion_pytorch_model.safetensors"
    weights = load_file(path)
    if change == "missing":
        del weights["out.bias"]
    elif change == "left over":
        weights["stray"] = torch.zeros(1)
    else:
        weights["out.bias"] = torch.zeros(3)
    save_file(weights, path, metadata={"format": "pt"})
    with pytest.raises(CheckpointError, match="transformer"):
        load(folder)


@pytest.mark.parametrize("shown", [True, False])
def test_loading_shows_no_bars_and_leaves_others_bars_as_they_were(folder, tmp_path, monkeypatch, capfd, shown):
    monkeypatch.setattr("engine.model.checkpoints.SHARD", "100KB")  # several files, or there would be no bar to hide
    save(load(folder), tmp_path / "sharded")
    before = logging.is_progress_bar_enabled()
    (logging.enable_progress_bar if shown else logging.disable_progress_bar)()
    try:
        load(tmp_path / "sharded")
        assert logging.is_progress_bar_enabled() == shown
    finally:
        (logging.enable_progress_bar if before else logging.disable_progress_bar)()
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("what", ["retake.json", "autoencoder"])
def test_a_part_that_is_missing_is_named(folder, what):
    (folder / what).rename(folder / "elsewhere")
    with pytest.raises(CheckpointError, match=f"no {what}"):
        load(folder)


def test_another_version_is_refused(folder):
    card = json.loads((folder / "retake.json").read_text())
    (folder / "retake.json").write_text(json.dumps(card | {"version": 99}))
    with pytest.raises(CheckpointError, match="version 99"):
        load(folder)


def test_the_digest_is_of_the_weights(folder):
    before = digest(folder)
    assert before == digest(folder)
    path = folder / "transformer" / "diffusion_pytorch_model.safetensors"
    weights = load_file(path)
    weights["out.bias"] += 1
    save_file(weights, path, metadata={"format": "pt"})
    assert digest(folder) != before
