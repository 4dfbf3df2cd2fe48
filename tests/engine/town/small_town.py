"""The smallest data set of Town that shows what one is: a seed and a recipe for tests."""

from engine.town.recipe import Recipe

SEED, RECIPE = 3, Recipe(size=(128, 72), duration_s=0.6, lidar_columns=60)
PICTURES = 36
