"""The runs behind what ships, as values: a recipe says everything that decides on a checkpoint but the clips."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import torch
from torch import nn

from editor.categories import CATEGORIES
from engine.model.asked import TOKEN
from engine.model.autoencoder import PictureAutoencoder
from engine.model.conditioning import category_words
from engine.model.pretrained import DiffusersAutoencoder, TransformersText
from engine.model.sizes import size
from engine.model.text import WordEncoder, words_of
from engine.model.told import NUM_GBUFFER
from engine.model.transformer import WorldTransformer
from engine.training.batches import Shape
from engine.training.distill import Distillation
from engine.training.loop import Plan
from engine.training.objectives import AutoencoderObjective, Objective, WorldObjective
from engine.training.semantic_alignment import SemanticAlignment
from engine.training.state import RunState

# The words of Town's scene texts, of the hours and weathers that takes ask for, and of nuScenes' own notes.
NOTED = """
a an and at with of on in to the driving scene town street junction crossing roundabout curve bend slope hill
car park parking lot busy quiet late early morning noon afternoon dusk night dawn evening day difficult
lighting low sun clear cloudy overcast rain raining rainy fog foggy mist wet dry road weather sunny dark bus
truck van pickup taxi trailer tram cyclist cyclists motorcycle motorcyclist bicycle pedestrian pedestrians
peds ped many few some several parked cars vehicles cones barriers roadworks construction worker workers zone
turn left right straight wait waiting stop intersection boulevard t stopped curved bike
light lights traffic lamps headlights trees houses towers
shops park
"""

Codec = PictureAutoencoder | DiffusersAutoencoder
Text = WordEncoder | TransformersText
Networks = Callable[[Codec | None, Text | None], nn.ModuleDict]


@dataclass(frozen=True, slots=True)
class Recipe:
    """`networks` builds what is trained, from an autoencoder that is there already (None for the autoencoder's own run) and a
    text encoder that is (None for a new one of ours, which learns with the network)."""

    name: str
    networks: Networks
    trained: tuple[str, ...]
    objective: Objective
    shapes: tuple[Shape, ...]  # of batches, by turns
    plan: Plan
    lights_first: int = 0  # steps
    paces: Mapping[str, float] = field(default_factory=dict)  # of networks that learn at a share of the plan's rate
    seed: int = 0
    clips: str = "clips"  # the folder of them
    anew: tuple[str, ...] = ()  # what another run's weights are not taken over for: beginnings of names
    decay: float = 0.999
    betas: tuple[float, float] = (0.9, 0.95)
    weight_decay: float = 0.01


def vocabulary() -> list[str]:
    """Every word of `NOTED` and of nuScenes' categories, once each, in order of the alphabet."""
    return sorted({*words_of(NOTED), *(word for c in CATEGORIES for word in words_of(category_words(c)))})


def _autoencoder(_codec: Codec | None, _text: Text | None) -> nn.ModuleDict:
    return nn.ModuleDict({"autoencoder": PictureAutoencoder()})


def _world(name: str, **more: object) -> Networks:
    def build(codec: Codec | None, text: Text | None) -> nn.ModuleDict:
        if codec is None:
            raise ValueError(f"the {name} network without an autoencoder; wanted one that was trained before")
        if TOKEN % codec.factor:
            raise ValueError(f"an autoencoder of {codec.factor} pixels a latent; wanted a factor of {TOKEN}, a token's pixels")
        fitting = {"latent_channels": codec.latent_channels, "patch": TOKEN // codec.factor, "gbuffer_channels": NUM_GBUFFER}
        reads = {} if text is None else {"text_dim": text.dim}
        net = WorldTransformer(**{"text_dim": 128, **size(name), **fitting, **reads, **more})
        text = WordEncoder(vocabulary(), dim=net.config.text_dim) if text is None else text
        codec.freeze_encoder()
        return nn.ModuleDict({"transformer": net, "text_encoder": text, "autoencoder": codec})

    return build


def _second_stage(name: str) -> Networks:
    """As LSA has it: nothing but the transformer learns."""

    def build(codec: Codec | None, text: Text | None) -> nn.ModuleDict:
        networks = _world(name)(codec, text)
        for part in ("autoencoder", "text_encoder"):
            networks[part].requires_grad_(False)
        return networks

    return build


WORLD = ("transformer", "text_encoder", "autoencoder")
RELIT = "relit"  # the folder of clips whose drafts are relit
# About 1,300 tokens each. Rectangles around what changes teach most for what they cost, and many clips more than many frames;
# whole pictures, and views beside one another, are what is asked for in the end.
RECTANGLES = Shape(clips=6, frames=2, views=1, width=224, height=128)
PARTS_AND_WHOLES = (
    RECTANGLES,
    Shape(clips=1, frames=3, views=1, width=448, height=256),
    RECTANGLES,
    Shape(clips=2, frames=3, views=2, width=224, height=128),
    RECTANGLES,
    Shape(clips=1, frames=6, views=2, width=224, height=128),
)
# Of the world recipes: hours and weathers come first (see `Batches`) for as many steps as have learning rates that add up to
# 0.18; the decoder, trained before, goes on at no more than 3e-4, since 1e-3 probably spoilt it.
RECIPES = MappingProxyType(
    {
        recipe.name: recipe
        for recipe in (
            Recipe(
                "autoencoder-cpu", _autoencoder, ("autoencoder",), AutoencoderObjective(),
                (Shape(clips=4, frames=2, views=1, width=160, height=128),), Plan(steps=3000, learning_rate=1e-3),
            ),
            Recipe(
                "world-cpu", _world("small", gbuffer_channels=0), WORLD, WorldObjective(num_seen=1),
                PARTS_AND_WHOLES, Plan(steps=5000, learning_rate=1e-3, warmup=50),
                lights_first=200, paces={"autoencoder": 0.3},
            ),
            Recipe(  # --after world-cpu, which reads no G-buffers
                "gbuffer-cpu", _world("small"), WORLD, WorldObjective(num_seen=1),
                PARTS_AND_WHOLES, Plan(steps=2400, learning_rate=6e-4, warmup=50),
                lights_first=300, paces={"autoencoder": 0.3}, seed=2,
            ),
            Recipe(  # --after gbuffer-cpu, and after `relight`: at first it answers the relit draft, as a new network would
                "relit-cpu", _world("small"), WORLD, WorldObjective(num_seen=1, sharpness=0.15),
                PARTS_AND_WHOLES, Plan(steps=1400, learning_rate=6e-4, warmup=50),
                paces={"autoencoder": 0.3}, seed=3, clips=RELIT, anew=("transformer.correct.",),
            ),
            Recipe(  # LSA's second stage, --after relit-cpu
                "aligned-cpu", _second_stage("small"), WORLD[:1], WorldObjective(alignment=SemanticAlignment()),
                PARTS_AND_WHOLES, Plan(steps=500, learning_rate=5e-5, warmup=50), clips=RELIT,
            ),
            Recipe(  # LongDWM's distillation, --after relit-cpu: key frames learn from the segments between them
                "distilled-cpu", _second_stage("small"), WORLD[:1],
                WorldObjective(num_seen=1, sharpness=0.15, structure=0.5, distillation=Distillation()),
                (Shape(clips=3, frames=7, views=1, width=224, height=128),), Plan(steps=100, learning_rate=1e-5, warmup=10),
                clips=RELIT,
            ),
            Recipe(
                "autoencoder-gpu", _autoencoder, ("autoencoder",), AutoencoderObjective(),
                (Shape(clips=16, frames=2, views=1, width=224, height=128),), Plan(steps=8000, learning_rate=1e-3),
            ),
            Recipe(  # after `relight`
                "world-gpu", _world("small"), WORLD, WorldObjective(),
                (Shape(clips=8, frames=8, views=2, width=448, height=256),), Plan(steps=12000, learning_rate=4e-4, warmup=500),
                lights_first=700, paces={"autoencoder": 0.75}, clips=RELIT,
            ),
            Recipe(  # MaskGWM's, --after world-gpu; half of the steps see everything, as sampling does
                "masked-gpu", _world("small", mask_reconstruction=True), WORLD, WorldObjective(mask_share=0.5),
                (Shape(clips=8, frames=8, views=2, width=448, height=256),), Plan(steps=4000, learning_rate=1e-4), clips=RELIT,
            ),
        )
    }
)  # fmt: skip


def recipe(name: str) -> Recipe:
    """A recipe by its name; ValueError for another."""
    if name not in RECIPES:
        raise ValueError(f"recipe {name!r}; wanted one of {', '.join(RECIPES)}")
    return RECIPES[name]


def check_device(name: str) -> None:
    """ValueError for a device that is not there."""
    if name != "cpu" and not torch.cuda.is_available():
        raise ValueError(f"device {name}; wanted cpu, since torch finds no GPU here")


def begin(what: Recipe, codec: Codec | None, device: str = "cpu", text: Text | None = None) -> RunState:
    """A run's state before its first step, from the recipe's seed. ValueError for a device that is not there."""
    check_device(device)
    torch.manual_seed(what.seed)
    networks = what.networks(codec, text).to(device)
    groups = [
        {"params": [p for p in networks[name].parameters() if p.requires_grad], "pace": what.paces.get(name, 1.0)}
        for name in what.trained
    ]
    optimizer = torch.optim.AdamW(groups, what.plan.learning_rate, betas=what.betas, weight_decay=what.weight_decay)
    return RunState(networks, optimizer, what.decay)
