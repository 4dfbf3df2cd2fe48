"""Another colour for an actor: its paint is found as the colour that most of it has, and keeps its light and shade."""

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.draft.light import linear
from engine.draft.light import shown as as_shown

Colours = NDArray[np.float32]

# Lab units of hue by which paint may differ from itself: a share of how light it is, since dark colours all look alike.
SPREAD_SHARE, LEAST_SPREAD, MOST_SPREAD = 0.45, 7.0, 26.0
LUMINANCE = np.array([0.2126, 0.7152, 0.0722], np.float32)  # of linear sRGB
# What dark paint shows is mostly what it mirrors, and says little of the light that falls on it: as if so much more were paint,
# in the light of a street by day, whose median this is.
MIRRORED, PALE, BY_DAY = 0.1, 0.25, 0.15
DARK, DARK_FADES = 8.0, 12.0  # lightness below which glass and tyres look like the paint, and where that ends
FEW_PX = 30


def repainted(colours: Colours, alpha: NDArray[np.float32], colour: str, seen: NDArray[np.bool_]) -> Colours:
    """Colours (h, w, 3) of an actor with its paint in "#rrggbb"; glass, tyres, plates and lights stay, but on black cars.

    In linear light, what the old paint gave back is taken away and what the new one gives is put in its place; what was
    mirrored stays. What is `seen` around the actor says how light it is there. Ours.
    """
    body = alpha > 0.6
    if body.sum() < 12:
        return colours
    shown = np.clip(colours, 0, 255).astype(np.float32) / 255
    lab = cv2.cvtColor(shown, cv2.COLOR_RGB2LAB)
    paint = _paint(lab, body)
    old = linear(cv2.cvtColor(paint[None, None], cv2.COLOR_LAB2RGB)[0, 0])
    new = linear(np.array([int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)], np.float32))
    light = linear(shown)
    mirrored = MIRRORED * max(0.0, 1 - float(old @ LUMINANCE) / PALE)
    around = (light @ LUMINANCE)[seen & (alpha < 0.1)]
    day = float(np.clip(np.median(around) / BY_DAY, 0.02, 1.0)) if around.size >= FEW_PX else 1.0
    lit = (light @ LUMINANCE + mirrored * day) / (old @ LUMINANCE + mirrored + 1e-3)
    share = cv2.GaussianBlur(_share(lab, paint) * alpha, (0, 0), 0.7)[..., None]
    return as_shown(light + share * np.clip(lit[..., None] * (new - old), -light, 1 - light)) * 255


def _paint(lab: Colours, body: NDArray[np.bool_]) -> NDArray[np.float32]:
    """What most of the body has; what is dark on a car is glass and rubber, unless most of it is."""
    most = np.median(lab[body], axis=0).astype(np.float32)
    if most[0] < DARK_FADES:
        return most
    lit = body & (lab[..., 0] >= np.percentile(lab[..., 0][body], 40))
    return np.percentile(lab[lit], 60, axis=0).astype(np.float32)


def _share(lab: Colours, paint: NDArray[np.float32]) -> NDArray[np.float32]:
    """How much of each pixel (h, w) is paint: of its hue, not much darker, and not as light as only plates and lamps are."""
    level, light = float(paint[0]), lab[..., 0]
    off = np.hypot(lab[..., 1] - paint[1], lab[..., 2] - paint[2])
    spread = np.clip(SPREAD_SHARE * level, LEAST_SPREAD, MOST_SPREAD)
    dark = np.clip((DARK_FADES - level) / (DARK_FADES - DARK), 0, 1)
    not_dark = np.clip((light - 0.35 * level) / (0.3 * level + 1e-3), dark, 1)
    not_light = np.clip((2.6 * level + 14 - light) / (0.8 * level + 8), 0, 1)
    return (np.exp(-((off / spread) ** 2)) * not_dark * not_light).astype(np.float32)
