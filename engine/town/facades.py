"""What is said of a façade: what it is made of, what its ground floor is, and where a wall's row of surfaces says so.

A wall's texture place is (metres along the wall, height above the ground floor, length of the wall). Its surface's params are
storey height, bay width, window width, window height, style, what the ground floor is, height, height of the ground floor,
an accent from 0 to 1, and the share of windows that are lit at night.
"""

from enum import IntEnum

GROUND_FLOOR_M = 4.1  # of shops and lobbies
COLOUR, SEED = slice(1, 4), 4  # columns of a wall's row
GRID = slice(5, 13)  # the params up to the height of the ground floor
STYLE, ACCENT, LIT = 9, 13, 14


class Style(IntEnum):
    """What a façade is made of."""

    PLASTER = 0
    BRICK = 1
    PANELS = 2
    CURTAIN = 3  # glass between posts
    BOARDS = 4
    SHEET = 5  # corrugated metal
    BANDS = 6  # ribbons of windows between concrete
    STONE = 7


class Front(IntEnum):
    """What a wall's ground floor is."""

    HOMES = 0
    SHOPS = 1
    LOBBY = 2
    GATES = 3
    PORCH = 4  # homes with one door, in the middle
