"""From finished runs to a checkpoint that ships: averaged weights in bf16, with latents brought to unit variance."""

from pathlib import Path

import torch

from engine.diffusion.scheduler import FrameFlowScheduler
from engine.model.autoencoder import PictureAutoencoder
from engine.model.checkpoints import Card, Checkpoint, save
from engine.model.relight import Relight
from engine.training.batches import Batches
from engine.training.collate import pictures
from engine.training.recipes import Recipe
from engine.training.state import RunState

MEASURED_STEPS = 20


@torch.no_grad()
def standardised(codec: PictureAutoencoder, batches: Batches) -> PictureAutoencoder:
    """The same autoencoder, its latents of mean 0 and deviation 1 over some training pictures."""
    raw = []
    for step in range(MEASURED_STEPS):
        shown = pictures(batches.batch(step)).truth.flatten(0, 2)
        raw.append(codec.latents(shown.to(codec.device, codec.dtype)).float().flatten())
    values = torch.cat(raw) * codec.config.deviation + codec.config.mean
    codec.register_to_config(mean=float(values.mean()), deviation=float(values.std()))
    return codec


def ship(recipe: Recipe, state: RunState, data: str, folder: Path, relight: Relight | None = None) -> None:
    """Write the averages of a run as a checkpoint in bf16, and what relit its drafts as it is, which draws pixels without a
    decoder after it; the card names the runs that this one went on from too."""
    state.averaged()
    networks = {name: network.eval().to(torch.bfloat16) for name, network in state.networks.items()}
    runs = (*state.before, (recipe.name, state.step, state.seconds))
    recipes = ", ".join(f"{name} ({steps} steps)" for name, steps, _ in runs)
    hours = sum(seconds for *_, seconds in runs) / 3600
    card = Card(recipe.name, recipes, data, recipe.seed, sum(steps for _, steps, _ in runs), round(hours, 2))
    save(Checkpoint(**networks, scheduler=FrameFlowScheduler(), card=card, relight=relight), folder)
