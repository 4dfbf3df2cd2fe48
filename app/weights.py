"""Which weights of the world model a scene can be drawn with, and how a page's wish becomes the engine's."""

from dataclasses import dataclass
from pathlib import Path

from app.settings import Settings
from editor.scene import Scene
from engine.requests import Model
from engine.service.adapted import adapted_to
from engine.service.shipped import weights_sha256

SHIPPED, ADAPTED = "shipped", "adapted"
LABELS = {SHIPPED: "For any drive", ADAPTED: "Adapted to this drive"}


@dataclass(frozen=True, slots=True)
class Weights:
    """One choice: `name` is how the page asks for it, `label` how it is called. Weights that have learned more since have
    another name, so that nothing drawn before is taken for theirs."""

    name: str
    label: str
    folder: Path


@dataclass(frozen=True, slots=True)
class Manner:
    """How the world model draws for a page: with which weights, how strongly it follows what is asked, in how many steps. What
    it drew is remembered by this value, and told with it."""

    weights: Weights
    guidance: float
    steps: int

    def as_asked(self) -> dict[str, object]:
        """In the page's own terms, so that it knows its wish again."""
        return {"weights": self.weights.name, "guidance": self.guidance, "steps": self.steps}

    def model(self, device: str) -> Model:
        """As the engine wants it."""
        return Model(self.weights.folder, self.steps, self.guidance, device)


def weights_of(settings: Settings, scene: Scene) -> tuple[Weights, ...]:
    """The choices for a scene, the usual one first: those adapted to the drive, where somebody made them. None where drafts are
    all there is."""
    folders = _folders(settings, scene)
    return tuple(Weights(f"{kind}-{weights_sha256(folder)[:8]}", LABELS[kind], folder) for kind, folder in folders.items())


def usual_model(settings: Settings, scene: Scene) -> Model | None:
    """What a scene is drawn with unless somebody chooses otherwise."""
    folder = next(iter(_folders(settings, scene).values()), None)
    return Model(folder, device=settings.device) if folder is not None else None


def _folders(settings: Settings, scene: Scene) -> dict[str, Path]:
    if settings.checkpoint is None:
        return {}
    shipped, adapted = {SHIPPED: settings.checkpoint}, adapted_to(scene, settings.adapted)
    return shipped if adapted is None else {ADAPTED: adapted} | shipped
