"""What the sun does to the ground of a drive: how light it makes it, where it reaches it, what its shade leaves."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from editor.geometry import Array, Rigid
from engine.draft.fromabove import FromAbove, Map, Mask

Light = NDArray[np.float32]  # (..., 3) logarithms, as `FromAbove` has them

IS_LIT, NOT_LIT = 0.3, 0.7  # of the shade: what ground in the sun has at most, what ground in shade has at least
MIXED = 0.3  # of a neighbourhood, which less of the other does not change
NEAR_CELLS, LIT_CELLS, FAINT = 1.0, 5.0, 0.02  # over which cells are told by cells; how little they count where others are near
ALL_CELLS = 5  # across
KNOWN = 0.3  # of a cell's neighbourhood
HUES, HUE_STEP, LIGHTEST, NEVER = 31, 0.12, 0.95, -9.0
FEW_CELLS = 12


@dataclass(frozen=True, eq=False)
class Lightest:
    """How light ground gets, by its hue: the logarithm's mean over the channels, `by_hue` [blue over green, red over green]."""

    by_hue: Map

    @classmethod
    def of(cls, above: FromAbove) -> "Lightest":
        """As a drive's ground shows it; of a hue that hardly occurs, no ground is light at all."""
        light = above.brightest[above.seen]
        column, row = (np.round(x).astype(np.intp) for x in _hue(light))
        by_hue = np.full((HUES, HUES), NEVER, np.float32)
        for k in np.unique(row * HUES + column):
            found = light[row * HUES + column == k].mean(axis=-1)
            if len(found) >= FEW_CELLS:
                by_hue.flat[k] = np.quantile(found, LIGHTEST)
        return cls(cv2.dilate(by_hue, np.ones((3, 3), np.uint8)))

    def at(self, light: Light) -> Map:
        """How light (h, w) ground of the hue of each pixel (h, w, 3) gets."""
        return cv2.remap(self.by_hue, *_hue(light), cv2.INTER_NEAREST, borderMode=cv2.BORDER_REPLICATE)


def _hue(light: Light) -> list[NDArray[np.float32]]:
    """Where in a table of hues: red over green, blue over green."""
    return [np.clip((light[..., k] - light[..., 1]) / HUE_STEP + HUES // 2, 0, HUES - 1).astype(np.float32) for k in (0, 2)]


@dataclass(frozen=True, eq=False)
class Sun:
    """The unit vector to the sun in the world, and the logarithm of what share of its light (r, g, b) ground keeps in shade.

    `lit` (h, w, 3) is how light the ground of the map `above` is in the sun, or would be; `open` (h, w) how surely, from 0 to
    1, the sun was seen to shine on it; `lightest` how light ground of a hue gets.
    """

    towards: tuple[float, float, float]
    shade: Light
    above: FromAbove
    lit: Map
    open: Map
    lightest: Lightest

    def at(self, values: Map, xy: Array) -> Map:
        """Values of the map's cells (h, w) or (h, w, 3) at places (a, b, 2) in the world."""
        where = self.above.where(xy)
        return cv2.remap(values, where[..., 0], where[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)

    def over_sky(self, T_world_box: Rigid) -> NDArray[np.float32]:
        """How many times the light of the sky (r, g, b) the sun gives to what is turned to it where a box stands."""
        x, y, _ = T_world_box.translation
        reaches = float(self.at(self.open, np.array([[[x, y]]]))[0, 0])
        return reaches * np.expm1(-self.shade) / np.float32(self.towards[2])

    def share(self, light: Light) -> Map:
        """How many times the shade lies in differences (..., 3) of logarithms: about 1 where one is shaded and one lit."""
        return _share(light, self.shade)


def sun_over(above: FromAbove, towards: tuple[float, float, float], shade: Light, level: Light, but: Mask) -> Sun:
    """A sun and what it does; ground of the light `level` (3,) lies in it, and the cells `but` (h, w) tell nothing of where it
    reaches the ground, since they lie in the shade of those who may be taken away."""
    in_sun = above.seen & (_share(above.light - level, shade) < 0.5)
    mass = _smooth(in_sun.astype(np.float32), LIT_CELLS)
    lit = np.stack([_smooth(above.light[..., k] * in_sun, LIT_CELLS) + FAINT * level[k] for k in range(3)], axis=-1)
    lit = (lit / (mass + FAINT)[..., None]).astype(np.float32)
    is_open = _open(_share(above.brightest - lit, shade), (above.seen & ~but).astype(np.float32))
    return Sun(towards, shade, above, lit, is_open, Lightest.of(above))


def _open(share: Map, told: Map) -> Map:
    """Where the sun reaches the ground, by how many times its shade is seen to lie on it, where that is `told`."""
    near, wide = _smooth(told, NEAR_CELLS), _smooth(told, LIT_CELLS)
    share = np.where(near > KNOWN, _smooth(share * told, NEAR_CELLS) / np.maximum(near, FAINT), 0).astype(np.float32)
    # Markings in shade are as light as tarmac in the sun, but not all of a neighbourhood is.
    share = cv2.dilate(share, np.ones((ALL_CELLS, ALL_CELLS), np.uint8))
    through = np.clip((NOT_LIT - share) / (NOT_LIT - IS_LIT), 0, 1)
    around = np.where(wide > FAINT, _smooth(through * told, LIT_CELLS) / np.maximum(wide, FAINT), 0)
    return np.clip((np.where(near > KNOWN, through, around) - MIXED) / (1 - 2 * MIXED), 0, 1).astype(np.float32)


def _share(light: Light, shade: Light) -> Map:
    return (light @ shade / np.float32(shade @ shade)).astype(np.float32)


def _smooth(values: Map, sigma: float) -> Map:
    return cv2.GaussianBlur(values, (0, 0), sigma, borderType=cv2.BORDER_CONSTANT)
