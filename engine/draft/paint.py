"""Another colour for an actor: its paint is found as the colour that most of it has, and keeps its light and shade."""

import cv2
import numpy as np
from numpy.typing import NDArray

SPREAD = 26.0  # Lab units of hue by which paint may differ from itself


def repainted(colours: NDArray[np.float32], alpha: NDArray[np.float32], colour: str) -> NDArray[np.float32]:
    """Colours (h, w, 3) of an actor with its paint in "#rrggbb"; glass, tyres and lights stay."""
    body = alpha > 0.6
    if body.sum() < 12:
        return colours
    lab = cv2.cvtColor(np.clip(colours, 0, 255).astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    wanted = np.array([[[int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]]], np.float32)
    target = cv2.cvtColor(wanted, cv2.COLOR_RGB2LAB)[0, 0]
    light = lab[..., 0]
    lit = body & (light > np.percentile(light[body], 40))  # what is dark on a car is glass and rubber, whatever its paint
    paint = np.percentile(lab[lit], 60, axis=0)
    off = np.hypot(lab[..., 1] - paint[1], lab[..., 2] - paint[2])
    share = np.exp(-((off / SPREAD) ** 2)) * np.clip((light - 0.35 * paint[0]) / (0.3 * paint[0] + 1e-3), 0, 1) * alpha
    fresh = np.empty_like(lab)
    # Dark paint made bright shows its light and shade as strongly as before: more would bring out its grain.
    level = max(float(paint[0]), 5.0)
    fresh[..., 0] = np.clip(target[0] * (light / level) ** min(0.7, level / max(float(target[0]), 1.0)), 0, 100)
    fresh[..., 1:] = target[1:] + 0.3 * (lab[..., 1:] - paint[1:])
    mixed = lab + (fresh - lab) * cv2.GaussianBlur(share.astype(np.float32), (0, 0), 0.7)[..., None]
    return cv2.cvtColor(mixed.astype(np.float32), cv2.COLOR_LAB2RGB) * 255
