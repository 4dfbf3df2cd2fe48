"""People who sit on something: fixed trunk and arms, legs that a pedal or a footrest moves."""

import numpy as np

from engine.town.limbs import between, hanging, trunk
from engine.town.mesh import Kind, Mesh, Surface, ellipsoid, merge
from engine.town.outfits import Outfit
from engine.town.people import head


def seated(k: float, who: Outfit, hips: np.ndarray, chest: np.ndarray, hands: np.ndarray, helmet: str) -> list[Mesh]:
    """Trunk, arms and head of someone of scale k (1: 1.75 m tall) whose hands hold a bar `hands` and, mirrored, its other end;
    `helmet` is "", "open" or "full"."""
    cloth, skin = who.cloth(who.top), Surface(Kind.PLAIN, who.skin)
    lean = chest - hips
    outline = [
        (0.0, 0.115, 0.15),
        (0.25, 0.12, 0.15),
        (0.6, 0.12, 0.165),
        (0.86, 0.10, 0.18),
        (0.95, 0.085, 0.14),
        (1.02, 0.055, 0.07),
    ]
    parts = [trunk([(hips[2] + t * lean[2], d * k, w * k, hips[0] + t * lean[0]) for t, d, w in outline], cloth, 12)]
    for s in (1, -1):
        shoulder, hand = chest + np.array([-0.02, s * 0.165, -0.06]) * k, hands * (1, s, 1)
        elbow = (shoulder + hand) / 2 + np.array([-0.03, s * 0.06, -0.07]) * k
        parts += [between(shoulder, elbow, 0.056 * k, 0.043 * k, cloth), between(elbow, hand, 0.042 * k, 0.032 * k, who.sleeve),
                  ellipsoid(hand, (0.05 * k, 0.035 * k, 0.04 * k), skin, 5, 6)]  # fmt: skip
    h = 1.75 * k
    nod = chest + np.array([0.05 * k, 0.0, -0.03 * k - 0.835 * h])
    parts += [m.moved(np.eye(3), nod) for m in head(h, who, 1.0, helmet == "open")]
    if helmet == "full":
        at = nod + np.array([0.01 * h, 0.0, 0.932 * h])
        shell, visor = Surface(Kind.METAL, who.helmet), Surface(Kind.GLASS, (0.015, 0.015, 0.02))
        parts += [ellipsoid(at, (0.080 * h, 0.068 * h, 0.078 * h), shell, 9, 12),
                  ellipsoid(at + (0.022 * h, 0, 0.004 * h), (0.062 * h, 0.058 * h, 0.030 * h), visor, 6, 10)]  # fmt: skip
    return parts


def leg_limbs(k: float, who: Outfit) -> tuple[Mesh, Mesh]:
    """A thigh from the hip, and a shin with its shoe from the knee."""
    legs, shoe = who.cloth(who.legs, 3), Surface(Kind.CLOTH, who.shoes, 1.0)
    foot = between((-0.05 * k, 0, -0.42 * k), (0.14 * k, 0, -0.42 * k), 0.042 * k, 0.034 * k, shoe)
    return hanging(0.43 * k, 0.088 * k, 0.063 * k, legs), merge([hanging(0.40 * k, 0.06 * k, 0.042 * k, legs), foot])
