"""Which weights of the world model a scene can be drawn with, and how a page's wish becomes the engine's."""

from dataclasses import dataclass
from pathlib import Path

from app.settings import Settings
from engine.service.requests import Model

SHIPPED = "shipped"


@dataclass(frozen=True, slots=True)
class Weights:
    """One choice: `name` is how the page asks for it, `label` how it is called."""

    name: str
    label: str
    folder: Path


@dataclass(frozen=True, slots=True)
class Manner:
    """How the world model draws for a page: with which weights, how strongly it follows what is asked, in how many steps."""

    weights: Weights
    guidance: float
    steps: int

    @property
    def name(self) -> str:
        """The same words as `mannerName` in static/generating.js; what the model drew is remembered by them."""
        return f"{self.weights.name} {self.guidance:g} {self.steps}"

    def model(self, device: str) -> Model:
        """As the engine wants it."""
        return Model(self.weights.folder, self.steps, self.guidance, device)


def weights_of(settings: Settings) -> tuple[Weights, ...]:
    """The choices, the usual one first; none where drafts are all there is."""
    return (Weights(SHIPPED, "Shipped", settings.checkpoint),) if settings.checkpoint is not None else ()


def usual_model(settings: Settings) -> Model | None:
    """What is drawn with unless somebody chooses otherwise."""
    weights = weights_of(settings)
    return Model(weights[0].folder, device=settings.device) if weights else None
