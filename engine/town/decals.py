"""Small pictures of what is painted on or set into a surface: a vehicle's windows, lights and seams; signs.

A picture has 8 channels, 0 to 255: red, green, blue (sRGB), paint (how much the thing's own colour shows), glass, metal,
lamp (lit by night, a little by day), signal (lit when braking or turning). All have one size, so that they lie in one array;
vehicles have four: side, front, back, top.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

WIDTH, HEIGHT, CHANNELS = 512, 224, 8
SIDE, FRONT, BACK, TOP = range(4)
Point = tuple[float, float]


@dataclass(frozen=True, eq=False)
class Canvas:
    """A decal picture with normalised coordinates: u in [-0.5, 0.5] to the right, v in [0, 1] (or -0.5 to 0.5) upwards."""

    pixels: NDArray[np.uint8]
    v_low: float = 0.0

    def _at(self, points: list[Point]) -> NDArray[np.int32]:
        """Pixels in 1/16 of points."""
        p = np.asarray(points, float)
        xy = np.column_stack([(p[:, 0] + 0.5) * WIDTH - 0.5, (1 - (p[:, 1] - self.v_low)) * HEIGHT - 0.5])
        return np.round(xy * 16).astype(np.int32)

    def fill(self, points: list[Point], colour: str = "#000000", within: list[Point] | None = None, **masks: int) -> None:
        """Fill a polygon, or what of it lies within another; masks paint, glass, metal, lamp, signal are 0 unless given."""
        mask = self._mask(points)
        self._blend(mask if within is None else np.minimum(mask, self._mask(within)), colour, masks)

    def _mask(self, points: list[Point]) -> NDArray[np.uint8]:
        mask = np.zeros((HEIGHT, WIDTH), np.uint8)
        cv2.fillPoly(mask, [self._at(points)], 255, cv2.LINE_AA, 4)
        return mask

    def line(self, points: list[Point], width: float, colour: str = "#000000", **masks: int) -> None:
        """Draw a line `width` pixels wide."""
        mask = np.zeros((HEIGHT, WIDTH), np.uint8)
        cv2.polylines(mask, [self._at(points)], False, 255, max(1, round(width)), cv2.LINE_AA, 4)
        self._blend(mask, colour, masks)

    def disc(self, centre: Point, radius_u: float, radius_v: float, colour: str = "#000000", **masks: int) -> None:
        """Fill an ellipse."""
        self.fill(ellipse(centre, radius_u, radius_v), colour, **masks)

    def _blend(self, mask: NDArray[np.uint8], colour: str, masks: dict[str, int]) -> None:
        x, y, w, h = cv2.boundingRect(mask)
        r, g, b = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
        new = np.array([r, g, b, *(masks.get(k, 0) for k in ("paint", "glass", "metal", "lamp", "signal"))], np.float32)
        part = self.pixels[y : y + h, x : x + w]
        a = mask[y : y + h, x : x + w, None].astype(np.float32) / 255
        part[:] = np.round(part * (1 - a) + new * a).astype(np.uint8)


def painted(v_low: float = 0.0) -> Canvas:
    """A canvas all in the thing's own paint."""
    pixels = np.zeros((HEIGHT, WIDTH, CHANNELS), np.uint8)
    pixels[..., 3] = 255
    return Canvas(pixels, v_low)


def mirrored(points: list[Point]) -> list[Point]:
    """The same polygon on the other side."""
    return [(-u, v) for u, v in points]


def ellipse(centre: Point, radius_u: float, radius_v: float) -> list[Point]:
    """The outline of an ellipse."""
    angle = np.linspace(0, 2 * np.pi, 40)
    points = np.column_stack([centre[0] + radius_u * np.cos(angle), centre[1] + radius_v * np.sin(angle)])
    return [(float(u), float(v)) for u, v in points]


def rectangle(u0: float, v0: float, u1: float, v1: float) -> list[Point]:
    """An upright rectangle's corners."""
    return [(u0, v0), (u1, v0), (u1, v1), (u0, v1)]
