"""Others' networks from local folders: read as they are, written as they were, refused in a sentence."""

import sys
from dataclasses import replace

import pytest
import torch
from diffusers import AutoencoderKL, AutoencoderKLTemporalDecoder, AutoencoderTiny
from safetensors.torch import load_file, save_file
from transformers import CLIPTextModel

from engine.diffusion.scheduler import FrameFlowScheduler
from engine.model.checkpoints import Card, Checkpoint, CheckpointError, load, save
from engine.model.pretrained import DiffusersAutoencoder, TransformersText
from engine.model.sizes import size
from engine.model.text import WordEncoder
from engine.model.transformer import WorldTransformer
from engine.pipeline import Sampling, WorldPipeline
from tests.engine.model.folders import write_autoencoder, write_clip_text, write_t5
from tests.engine.test_pipeline import clip, pipeline

PICTURES = torch.rand((2, 3, 32, 48), generator=torch.Generator().manual_seed(0)) * 2 - 1


def tiny(folder):
    narrow = {"encoder_block_out_channels": (8, 8), "decoder_block_out_channels": (8, 8)}
    AutoencoderTiny(**narrow, num_encoder_blocks=(1, 1), num_decoder_blocks=(1, 1)).save_pretrained(folder)
    return folder


@pytest.mark.parametrize(("write", "factor"), [(tiny, 2), (write_autoencoder, 8)])
@torch.no_grad()
def test_other_autoencoders_take_its_place_and_keep_a_valid_draft(write, factor, tmp_path):
    codec = DiffusersAutoencoder.from_pretrained(write(tmp_path))
    z = codec.latents(PICTURES)
    assert codec.factor == factor
    assert z.shape == (2, codec.latent_channels, 32 // factor, 48 // factor)
    everywhere = torch.ones(2, 1, 32, 48)
    torch.testing.assert_close(codec.pictures(z, PICTURES, everywhere), PICTURES, rtol=0, atol=1e-4)
    assert torch.equal(codec.pictures(z, PICTURES, everywhere, z), codec.pictures(z, PICTURES, everywhere))
    assert codec.pictures(z).shape == PICTURES.shape


@torch.no_grad()
def test_latents_are_scaled_as_their_autoencoder_says(tmp_path):
    folder = write_autoencoder(tmp_path)
    raw = AutoencoderKL.from_pretrained(folder).encode(PICTURES).latent_dist.mode()
    torch.testing.assert_close(DiffusersAutoencoder.from_pretrained(folder).latents(PICTURES), 0.5 * raw)


def test_of_an_autoencoder_whose_encoder_is_frozen_the_decoder_learns(tmp_path):
    codec = DiffusersAutoencoder.from_pretrained(write_autoencoder(tmp_path))
    codec.freeze_encoder()
    learns = {name.split(".")[1] for name, p in codec.named_parameters() if p.requires_grad}
    assert learns == {"decoder"}


@torch.no_grad()
def test_clip_reads_as_in_its_own_library_alone_or_in_the_whole_of_clip(tmp_path):
    alone, whole = write_clip_text(tmp_path / "alone"), write_clip_text(tmp_path / "whole", whole=True)
    for folder in (alone, whole):
        text = TransformersText.from_pretrained(folder)
        short, both = text.encoded(["rain"]), text.encoded(["rain", "a night"])
        assert text.dim == both.tokens.shape[-1] == both.whole.shape[-1] == 16
        torch.testing.assert_close(both.whole[:1], short.whole)
        own = CLIPTextModel.from_pretrained(folder)
        read = own(input_ids=torch.tensor([[52, 17, 0, 8, 13 + 26, 53]]))  # r a i n</w> between the marks
        torch.testing.assert_close(short.whole, read.pooler_output)


def test_t5_reads_and_is_written_as_it_was(tmp_path):
    text = TransformersText.from_pretrained(write_t5(tmp_path / "t5"))
    text.save_pretrained(tmp_path / "again")
    again = TransformersText.from_pretrained(tmp_path / "again")
    assert torch.equal(again.encoded(["rain night", "rain"]).tokens, text.encoded(["rain night", "rain"]).tokens)
    assert not torch.allclose(text.encoded(["rain"]).whole, text.encoded(["night"]).whole)


def test_a_text_encoder_of_others_never_learns(tmp_path):
    text = TransformersText.from_pretrained(write_t5(tmp_path))  # which drops a tenth out, if it is let
    networks = torch.nn.ModuleDict({"text_encoder": text}).train()
    assert not any(p.requires_grad for p in networks.parameters())
    assert torch.equal(text.encoded(["rain"]).tokens, text.encoded(["rain"]).tokens)


def films(folder):
    AutoencoderKLTemporalDecoder(block_out_channels=(32,)).save_pretrained(folder)


def words(folder):
    WordEncoder(["rain"]).save_pretrained(folder)


@pytest.mark.parametrize(
    ("kind", "write", "sentence"),
    [
        (DiffusersAutoencoder, films, "AutoencoderKLTemporalDecoder in .* codes no single pictures; wanted"),
        (DiffusersAutoencoder, write_t5, "nothing of diffusers' in .*; wanted one of diffusers' autoencoders"),
        (DiffusersAutoencoder, words, "WordEncoder in .*; wanted one of diffusers' autoencoders"),
        (DiffusersAutoencoder, lambda _: None, "no config.json that can be read; wanted"),
        (TransformersText, write_autoencoder, "nothing of transformers' in .*; wanted CLIP's text encoder, or T5's"),
        (TransformersText, lambda _: None, "no config.json that can be read; wanted"),
    ],
)
def test_a_folder_of_something_else_is_refused_in_a_sentence(kind, write, sentence, tmp_path):
    write(tmp_path)
    with pytest.raises(CheckpointError, match=sentence):
        kind.from_pretrained(tmp_path)


@pytest.mark.parametrize(
    ("kind", "write", "file"),
    [
        (DiffusersAutoencoder, write_autoencoder, "diffusion_pytorch_model.safetensors"),
        (TransformersText, write_clip_text, "model.safetensors"),
    ],
)
def test_a_weight_that_is_missing_is_named(kind, write, file, tmp_path):
    path = write(tmp_path / "folder") / file
    weights = load_file(path)
    gone = sorted(weights)[0]
    del weights[gone]
    save_file(weights, path, metadata={"format": "pt"})
    with pytest.raises(CheckpointError, match=f"missing keys, '{gone}' among 1; wanted none"):
        kind.from_pretrained(tmp_path / "folder")


def test_without_transformers_its_encoders_are_refused_in_a_sentence(tmp_path, monkeypatch):
    write_t5(tmp_path)
    monkeypatch.setitem(sys.modules, "transformers", None)
    with pytest.raises(CheckpointError, match="wanted that package installed too"):
        TransformersText.from_pretrained(tmp_path)


@pytest.fixture
def theirs(tmp_path):
    """A pipeline whose autoencoder and text encoder others have made."""
    codec = DiffusersAutoencoder.from_pretrained(write_autoencoder(tmp_path / "vae"))
    text = TransformersText.from_pretrained(write_clip_text(tmp_path / "clip"))
    transformer = WorldTransformer(**size("tiny") | {"latent_channels": codec.latent_channels, "text_dim": text.dim}).eval()
    torch.nn.init.normal_(transformer.correct.weight, std=0.05)
    return WorldPipeline(transformer, codec, text, FrameFlowScheduler())


def drawn(pipe):
    return pipe(clip(), Sampling(num_steps=2)).pictures


def test_a_pipeline_draws_with_them_and_draws_the_same_once_saved_and_loaded(theirs, tmp_path):
    pictures, what = drawn(theirs), clip()
    assert (pictures[~what.drafts.dirty] == what.drafts.pictures[~what.drafts.dirty]).all()
    assert (pictures[what.drafts.dirty] != what.drafts.pictures[what.drafts.dirty]).any()
    dry = replace(what, asked=replace(what.asked, text=what.asked.recorded_text))
    assert (theirs(dry, Sampling(num_steps=2)).pictures != pictures).any()  # the text is read
    theirs.save_pretrained(tmp_path / "pipe")
    assert (drawn(WorldPipeline.from_pretrained(tmp_path / "pipe")) == pictures).all()


def test_a_checkpoint_with_them_is_whole(theirs, tmp_path):
    card = Card("tiny", recipe="none", data="none", seed=0, steps=0, hours=0.0)
    parts = theirs.transformer, theirs.autoencoder, theirs.text_encoder, theirs.scheduler
    save(Checkpoint(*parts, card), tmp_path / "weights")
    pictures = drawn(theirs)
    (tmp_path / "vae").rename(tmp_path / "gone")
    (tmp_path / "clip").rename(tmp_path / "gone too")
    found = load(tmp_path / "weights")
    assert isinstance(found.autoencoder, DiffusersAutoencoder)
    assert isinstance(found.text_encoder, TransformersText)
    loaded = WorldPipeline(found.transformer, found.autoencoder, found.text_encoder, found.scheduler)
    assert (drawn(loaded) == pictures).all()


def test_an_autoencoder_whose_latents_make_no_tokens_is_refused(tmp_path):
    ours, codec = pipeline(), DiffusersAutoencoder.from_pretrained(write_autoencoder(tmp_path, blocks=3))
    with pytest.raises(ValueError, match="4 pixels a latent for a transformer of 2 a token; wanted 16 pixels"):
        WorldPipeline(ours.transformer, codec, ours.text_encoder, ours.scheduler)
