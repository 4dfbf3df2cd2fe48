"""Another colour for an actor: its paint is found, as the colour that most of it has, and keeps its light and shade."""

from dataclasses import dataclass

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
# Paint whose hue is strong, by a share of its lightness and by so many Lab units, is told by that alone, from where a share of
# it is left; and a body is of such paint from a share on.
STRONG_BY, LEAST_STRONG, PALEST, OFF_SHARE, STRONG_SHARE = 0.45, 20.0, 0.2, 0.4, 0.15
DEEP_BY, LEAST_DEEP, DEEP_SHARE, DEEP = 0.8, 12.0, 0.25, 25.0  # the same of dark bodies, and how light these are at most
WHITEST = 0.85  # of the light that falls on it, what any paint gives back at most
FEW_PX, LEAST_PX = 30, 12  # around an actor, and of it
MIDDLING, LIGHT = 60.0, 90.0  # how light paint is where it matters less where bodies of a kind have it, and where not at all
PAINTED, STRONG_OF_PAINTED = 0.6, 0.3  # a place is painted from so much on, and STRONG_SHARE of all such places


@dataclass(frozen=True, slots=True, eq=False)
class Coat:
    """The paint of somebody in a picture: how much of each pixel (h, w) is paint, the pixels that tell its colour, and whether
    that is of a strong hue."""

    share: NDArray[np.float32]
    told_by: NDArray[np.bool_]
    is_coloured: bool


def coat_of(colours: Colours, alpha: NDArray[np.float32], bodywork: NDArray[np.float32] | None = None) -> Coat | None:
    """The paint of an actor that covers `alpha` of each pixel; None where too little of it shows.

    Paint of a strong hue is told by that. Like other paint look glass, tyres and the dark below a car, so it counts where
    bodies of its kind are painted, `bodywork` (h, w), if that is known. Ours.
    """
    body = alpha > 0.6
    if body.sum() < LEAST_PX:
        return None
    lab = _lab(colours)
    if bodywork is None:
        told_by = _telling(lab, body, STRONG_SHARE)
    else:
        painted = body & (bodywork > PAINTED)
        told_by = _telling(lab, painted if painted.sum() >= LEAST_PX else body, STRONG_OF_PAINTED)
    paint = _median(lab, told_by)
    share, is_coloured = _share(lab, paint), _is_coloured(paint)
    if bodywork is not None and not is_coloured:
        share *= 1 - (1 - bodywork) * np.clip((LIGHT - paint[0]) / (LIGHT - MIDDLING), 0, 1)  # glass is darker than that
    return Coat(share, told_by, is_coloured)


def daylight(colours: Colours, alpha: NDArray[np.float32], seen: NDArray[np.bool_]) -> float:
    """How light it is where an actor stands, 1 by day: from what is `seen` around it."""
    around = linear(np.clip(colours, 0, 255).astype(np.float32) / 255)[seen & (alpha < 0.1)] @ LUMINANCE
    return float(np.clip(np.median(around) / BY_DAY, 0.02, 1.0)) if around.size >= FEW_PX else 1.0


def repainted(colours: Colours, alpha: NDArray[np.float32], coat: Coat, colour: str, day: float = 1.0) -> Colours:
    """Colours (h, w, 3) of an actor with "#rrggbb" in place of its paint; glass, tyres, plates and lights stay, but on black
    cars.

    In linear light, what the old paint gave back is taken away and what the new one gives is put in its place; what was
    mirrored stays. How light it is there is `day` (see `daylight`), and no less than the old paint shows; with 1, the new paint
    shows as "#rrggbb" in the light of its place (see `paint_of`). Ours.
    """
    paint = _median(_lab(colours), coat.told_by)
    old = linear(cv2.cvtColor(paint[None, None], cv2.COLOR_LAB2RGB)[0, 0])
    new = linear(np.array([int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)], np.float32))
    light = linear(np.clip(colours, 0, 255).astype(np.float32) / 255)
    share = cv2.GaussianBlur(coat.share * alpha, (0, 0), 0.7)[..., None]
    if coat.is_coloured:
        share = share / np.maximum(cv2.GaussianBlur(alpha, (0, 0), 0.7), 1e-3)[..., None]  # no seam of the old paint
        lit, gloss = _dichromatic(light, old)
    else:
        lit, gloss = _of_any_hue(light, old, day)
    here = np.clip(old @ LUMINANCE / WHITEST, day, 1.0)
    return as_shown(light + share * (np.clip(lit * here * new + gloss, 0, 1) - light)) * 255


def _dichromatic(light: Colours, paint: NDArray[np.float32]) -> tuple[Colours, Colours]:
    """How much of each pixel's light is the paint's, and how much is white that it mirrors (h, w, 1), by least squares. As a
    sum of these two: Shafer 1985."""
    both = np.stack([paint, np.ones_like(paint)], axis=1)
    lit, gloss = np.moveaxis(light @ np.linalg.pinv(both).T.astype(np.float32), -1, 0)[..., None]
    alone = (light @ paint / float(paint @ paint))[..., None]  # where nothing is mirrored
    return np.where(gloss > 0, np.maximum(lit, 0), alone), np.maximum(gloss, 0)


def _of_any_hue(light: Colours, paint: NDArray[np.float32], day: float) -> tuple[Colours, Colours]:
    """The same of paint whose hue tells nothing: as light as a pixel is, but for what dark paint mirrors."""
    level, own = (light @ LUMINANCE)[..., None], float(paint @ LUMINANCE)
    mirrored = MIRRORED * max(0.0, 1 - own / PALE) * day
    lit = (level + mirrored) / (own + mirrored + 1e-3)
    return lit, np.maximum(level - lit * own, 0)


def paint_of(colours: Colours, alpha: NDArray[np.float32]) -> str | None:
    """The colour of an actor's paint as it shows, "#rrggbb"; None where too little of it does to tell."""
    body = alpha > 0.6
    if body.sum() < LEAST_PX:
        return None
    lab = _lab(colours)
    rgb = cv2.cvtColor(_median(lab, _telling(lab, body, STRONG_SHARE))[None, None], cv2.COLOR_LAB2RGB)[0, 0]
    return "#" + "".join(f"{round(255 * float(c)):02x}" for c in np.clip(rgb, 0, 1))


def colours_apart(one: str, other: str) -> float:
    """How far one "#rrggbb" is from another in CIE L*a*b* (1976)."""
    rgb = np.array([[[int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)] for colour in (one, other)]], np.float32)
    return float(np.linalg.norm(np.subtract(*cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB)[0])))


def _lab(colours: Colours) -> Colours:
    return cv2.cvtColor(np.clip(colours, 0, 255).astype(np.float32) / 255, cv2.COLOR_RGB2LAB)


def _median(lab: Colours, where: NDArray[np.bool_]) -> NDArray[np.float32]:
    return np.median(lab[where], axis=0).astype(np.float32)


def _telling(lab: Colours, body: NDArray[np.bool_], strong_share: float) -> NDArray[np.bool_]:
    """Of a body those pixels whose median is its paint: what is dark on a car is glass and rubber, unless most of it is, and
    what is strong in hue is paint, if there is much of it; dark blue is, too, where there is no window, which mirrors the
    sky."""
    strong, dark_blue = body & _is_strong(lab), _is_deep(lab) & (lab[..., 0] < DEEP) & (lab[..., 2] < -np.abs(lab[..., 1]))
    if (strong & ~dark_blue).sum() > strong_share * body.sum():
        return strong
    lightness = float(np.median(lab[..., 0][body]))
    low = body & (np.arange(len(body)) > np.nonzero(body)[0].mean())[:, None]
    if lightness < DEEP and (low & dark_blue).sum() > DEEP_SHARE * low.sum():
        return low & dark_blue
    return body if lightness < DARK_FADES else body & (lab[..., 0] >= lightness)


def _is_strong(lab: Colours) -> NDArray[np.bool_]:
    return np.hypot(lab[..., 1], lab[..., 2]) > np.maximum(STRONG_BY * lab[..., 0], LEAST_STRONG)


def _is_deep(lab: Colours) -> NDArray[np.bool_]:
    """As dark paint of a strong hue is, and glass that mirrors the sky."""
    return np.hypot(lab[..., 1], lab[..., 2]) > np.maximum(DEEP_BY * lab[..., 0], LEAST_DEEP)


def _is_coloured(paint: NDArray[np.float32]) -> bool:
    return bool(_is_strong(paint) or _is_deep(paint))


def _share(lab: Colours, paint: NDArray[np.float32]) -> NDArray[np.float32]:
    """How much of each pixel (h, w) is paint: of its hue and, unless that tells enough, not much darker, and not as light as
    only plates and lamps are."""
    level, light, hue, own = float(paint[0]), lab[..., 0], lab[..., 1:], paint[1:]
    strength = float(np.linalg.norm(own))
    if _is_coloured(paint):
        along = hue @ own / strength**2
        off = np.linalg.norm(hue - along[..., None] * own, axis=-1)
        return (np.exp(-((off / (OFF_SHARE * strength)) ** 2)) * np.clip((along - PALEST) / PALEST, 0, 1)).astype(np.float32)
    off = np.linalg.norm(hue - own, axis=-1)
    spread = np.clip(SPREAD_SHARE * level, LEAST_SPREAD, MOST_SPREAD)
    dark = np.clip((DARK_FADES - level) / (DARK_FADES - DARK), 0, 1)
    not_dark = np.clip((light - 0.35 * level) / (0.3 * level + 1e-3), dark, 1)
    not_light = np.clip((2.6 * level + 14 - light) / (0.8 * level + 8), 0, 1)
    return (np.exp(-((off / spread) ** 2)) * not_dark * not_light).astype(np.float32)
