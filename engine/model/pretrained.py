"""Networks that others have trained in the place of ours: CLIP or T5 for texts, any autoencoder of pictures of diffusers'.

Both are read from a local folder as their library writes it, with nothing fetched, and written as such a folder again. So a
checkpoint with one of them is whole, and what lies in its folder says what it is.
"""

from pathlib import Path

import diffusers
import torch
from diffusers.models.modeling_utils import ModelMixin

from engine.model.strict import CheckpointError, check, config_of, strictly, unreadable
from engine.model.text import Encoded

KINDS = {"clip": "CLIPTextModel", "clip_text_model": "CLIPTextModel", "t5": "T5EncoderModel"}  # by transformers' model types
MEASURED = 64  # pixels of the picture that tells how an autoencoder's latents lie, each way


class DiffusersAutoencoder(ModelMixin):
    """Any image autoencoder of diffusers as a `PictureCodec`.

    What it loses of the draft is given back where the draft is valid: decode(z) + draft - decode(encode(draft)); ours."""

    def __init__(self, model: ModelMixin) -> None:
        """`model` has encode and decode as diffusers' image autoencoders have."""
        super().__init__()
        self.model = model
        self._scale = float(getattr(model.config, "scaling_factor", None) or 1.0)
        self._shift = float(getattr(model.config, "shift_factor", None) or 0.0)
        with torch.no_grad():
            z = self.latents(torch.zeros((1, 3, MEASURED, MEASURED), device=model.device, dtype=model.dtype))
            self._decoded(z)  # or one that only decodes films would be found out later
        self.latent_channels, self.factor = z.shape[1], MEASURED // z.shape[2]

    @classmethod
    def from_pretrained(cls, folder: Path | str, torch_dtype: torch.dtype | None = None, **_: object) -> "DiffusersAutoencoder":
        """From a local folder, strictly. CheckpointError where there is no autoencoder of pictures."""
        name = config_of(Path(folder)).get("_class_name", "nothing of diffusers'")
        kind = getattr(diffusers, name, None)
        if not (isinstance(kind, type) and issubclass(kind, ModelMixin) and hasattr(kind, "decode")):
            raise CheckpointError(f"{name} in {folder}; wanted one of diffusers' autoencoders of pictures")
        model = strictly(kind, Path(folder))
        try:
            return cls(model if torch_dtype is None else model.to(torch_dtype)).eval()
        except (RuntimeError, ValueError, TypeError, AttributeError) as error:  # of films, or of sounds
            raise CheckpointError(f"{name} in {folder} codes no single pictures; wanted an autoencoder of pictures") from error

    def save_pretrained(self, folder: Path | str, max_shard_size: int | str = "10GB") -> None:
        """As diffusers writes it."""
        self.model.save_pretrained(folder, max_shard_size=max_shard_size)

    def freeze_encoder(self) -> None:
        """Let the decoder learn, and nothing else."""
        self.model.requires_grad_(False)
        self.model.decoder.requires_grad_(True)

    def latents(self, pictures: torch.Tensor) -> torch.Tensor:
        """See `PictureCodec`; of a distribution, its mode."""
        encoded = self.model.encode(pictures)
        raw = encoded.latent_dist.mode() if hasattr(encoded, "latent_dist") else encoded[0]
        return (raw - self._shift) * self._scale

    def pictures(
        self,
        latents: torch.Tensor,
        draft: torch.Tensor | None = None,
        valid: torch.Tensor | None = None,
        draft_latents: torch.Tensor | None = None,
    ) -> torch.Tensor:
        """See `PictureCodec`."""
        out = self._decoded(latents)
        if draft is None or valid is None:
            return out
        return out + valid * (draft - self._decoded(self.latents(draft) if draft_latents is None else draft_latents))

    def _decoded(self, latents: torch.Tensor) -> torch.Tensor:
        return self.model.decode(latents / self._scale + self._shift).sample


class TransformersText(ModelMixin):
    """CLIP's or T5's text encoder as a `TextEncoder`. It never learns, and stays in evaluation mode among what does."""

    def __init__(self, model: torch.nn.Module, tokenizer: object) -> None:
        """As transformers has them."""
        super().__init__()
        self.model = model.eval().requires_grad_(False)
        self.dim = int(model.config.hidden_size)
        self._tokenizer = tokenizer

    @classmethod
    def from_pretrained(cls, folder: Path | str, torch_dtype: torch.dtype | None = None, **_: object) -> "TransformersText":
        """From a local folder, strictly, but for the parts of a whole CLIP or T5 that read no text. CheckpointError where there
        is no such encoder, or no transformers; that is the extra "text" of pyproject.toml."""
        kind = config_of(Path(folder)).get("model_type", "nothing of transformers'")
        if kind not in KINDS:
            raise CheckpointError(f"{kind} in {folder}; wanted CLIP's text encoder, or T5's")
        try:
            import transformers
        except ImportError as error:
            raise CheckpointError(f"a text encoder of transformers' in {folder}; wanted that package installed too") from error
        try:
            tokenizer = transformers.AutoTokenizer.from_pretrained(folder, local_files_only=True)
            model, found = getattr(transformers, KINDS[kind]).from_pretrained(
                folder, dtype=torch_dtype or "auto", local_files_only=True, use_safetensors=True, output_loading_info=True
            )
        except (OSError, ValueError, RuntimeError) as error:
            raise unreadable(Path(folder), error) from error
        check(found, Path(folder), left_over=True)
        return cls(model, tokenizer)

    def save_pretrained(self, folder: Path | str, max_shard_size: int | str = "10GB") -> None:
        """As transformers writes it, with the tokenizer."""
        self.model.save_pretrained(folder, max_shard_size=max_shard_size)
        self._tokenizer.save_pretrained(folder)

    def train(self, mode: bool = True) -> "TransformersText":
        """Never, whatever is asked for: dropout would be noise in a text that nobody learns to read."""
        return super().train(False)

    @torch.no_grad()
    def encoded(self, texts: list[str]) -> Encoded:
        """See `TextEncoder`; the whole is CLIP's pooled vector, or the mean of T5's, and so is the bag."""
        asked = self._tokenizer(texts, padding=True, truncation=True, return_tensors="pt").to(self.model.device)
        out = self.model(**asked)
        mask = asked["attention_mask"].bool()
        mean = (out.last_hidden_state * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
        whole = getattr(out, "pooler_output", None)
        whole = mean if whole is None else whole
        return Encoded(out.last_hidden_state, mask, whole, whole)
