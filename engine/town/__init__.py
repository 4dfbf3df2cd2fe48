"""Town: a procedural world with exact pictures of any scenario in it, and so the truth for every edit."""

from engine.town.recording import Recipe, generate
from engine.town.town import TownError, build, seed_of
from engine.town.truth import Truth, render_truth

__all__ = ["Recipe", "TownError", "Truth", "build", "generate", "render_truth", "seed_of"]
