"""Making more of Town, for the command line: whole data sets, by seed. Importing it brings torch."""

from engine.town.recording import generate
from engine.town.town import TownError

__all__ = ["TownError", "generate"]
