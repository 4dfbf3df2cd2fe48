"""Tiny networks in folders as diffusers and transformers write them, with the kinds and files of the large ones."""

import json

import torch
from diffusers import AutoencoderKL
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import (
    CLIPConfig,
    CLIPModel,
    CLIPTextConfig,
    CLIPTextModel,
    CLIPTokenizer,
    PreTrainedTokenizerFast,
    T5Config,
    T5EncoderModel,
)

LETTERS = [*"abcdefghijklmnopqrstuvwxyz"]
CLIP_WORDS = [*LETTERS, *(f"{letter}</w>" for letter in LETTERS), "<|startoftext|>", "<|endoftext|>"]
BLOCKS = 4  # of an autoencoder, which halve a picture three times, as Stable Diffusion's do


def write_autoencoder(folder, blocks=BLOCKS):
    torch.manual_seed(0)
    down, up = ("DownEncoderBlock2D",) * blocks, ("UpDecoderBlock2D",) * blocks
    AutoencoderKL(
        block_out_channels=(8,) * blocks, norm_num_groups=4, layers_per_block=1, down_block_types=down, up_block_types=up,
        scaling_factor=0.5,
    ).save_pretrained(folder)  # fmt: skip
    return folder


def write_clip_text(folder, whole=False):
    """The text encoder alone, or the whole of CLIP around it."""
    torch.manual_seed(0)
    words = folder.parent / "words"
    words.mkdir(exist_ok=True)
    (words / "vocab.json").write_text(json.dumps({word: i for i, word in enumerate(CLIP_WORDS)}))
    (words / "merges.txt").write_text("#version: 0.2\n")
    CLIPTokenizer(str(words / "vocab.json"), str(words / "merges.txt")).save_pretrained(folder)
    small = {"hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
    text = {
        "vocab_size": len(CLIP_WORDS),
        "max_position_embeddings": 64,
        "bos_token_id": 52,
        "eos_token_id": 53,
        "pad_token_id": 53,
    }
    if whole:
        CLIPModel(CLIPConfig(text_config=small | text, vision_config=small | {"image_size": 32})).save_pretrained(folder)
    else:
        CLIPTextModel(CLIPTextConfig(**small, **text)).save_pretrained(folder)
    return folder


def write_t5(folder):
    torch.manual_seed(0)
    tokenizer = Tokenizer(models.WordLevel({"<pad>": 0, "<unk>": 1, "rain": 2, "night": 3}, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, pad_token="<pad>", unk_token="<unk>").save_pretrained(folder)
    T5EncoderModel(T5Config(vocab_size=4, d_model=16, d_kv=8, d_ff=16, num_layers=1, num_heads=2)).save_pretrained(folder)
    return folder
