"""A world so small that making it is a matter of seconds: two judged pictures a view, each 112 pixels across."""

from engine.benchmark.cases import FRONTS, Listing
from engine.town.recipe import Recipe

RECIPE = Recipe((112, 64), 3.5, jpeg_quality=95, lidar_columns=60, rate_hz=2)
TINY = Listing("tiny", (3,), FRONTS, every_s=3.0, recipe=RECIPE)
