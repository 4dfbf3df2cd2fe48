"""Air that is not clear: who is drawn nearer or farther than it was recorded has less or more of it before it.

Of a thing's light a share of exp(-distance / reach) gets through the air, and the air adds its own (Koschmieder 1924). How
far the air reaches is told from the recording: in clear air the darkest of what is seen (the dark channel of He, Sun and Tang
2009) is as dark far away as it is near, in haze it fades into the colour of the horizon. Which pictures are asked, and when
air counts as clear, is ours.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.draft.backdrop import FAR_M, Backdrop
from engine.draft.crowd import Cast
from engine.draft.gather import Source
from engine.draft.light import linear, shown
from engine.draft.sources import Camera, Picture8, Recording, coarser
from engine.draft.surfaces import Block, surfaces

Light = NDArray[np.float32]  # (..., 3), linear

STEP = 4  # pixels of a picture 448 across for one ray
EVERY_S = 2.0  # of the recording, one frame in so long is asked
HORIZON = 0.15  # rays that rise by less, and hit nothing, see the air
LEAST_AIR = 30  # rays of them in a picture that shows its air
NEAR_M, FAR_ENOUGH_M, NUM_BINS, LEAST_IN_BIN = 3.0, 80.0, 10, 200
DARK_PERCENTILE = 15
CLEAR_M = 250.0  # air that reaches farther changes no actor enough to be seen
THINNED = 3.0  # at most, so that a far actor's noise is not made a near one's


@dataclass(frozen=True, slots=True, eq=False)
class Haze:
    """`reach_m` of air leave a share of 1/e; `air` (3,) is its own light where no picture shows it better."""

    reach_m: float
    air: Light

    def brought(self, colours: NDArray, from_m: float, to_m: float, there: Light, here: Light) -> NDArray[np.float32]:
        """Colours (..., 3), 0 to 255, as they are seen from so far in a picture whose air has one light, brought to another
        distance in a picture whose air has another."""
        thinner, left = min(float(np.exp((from_m - to_m) / self.reach_m)), THINNED), float(np.exp(-to_m / self.reach_m))
        light = linear(np.clip(colours, 0, 255).astype(np.float32) / 255)
        return 255 * shown(thinner * (light - there) + left * there + (1 - left) * here)


def find_haze(recording: Recording, backdrop: Backdrop, cast: Cast) -> Haze | None:
    """The haze of a drive; None where the air is clear, or nothing tells."""
    airs, darks, distances = [], [], []
    for frame in _asked(recording):
        for view in recording.scene.views:
            picture, camera = recording.picture(frame, view.name), recording.camera(frame, view.name)
            seen = None if picture is None else _seen(backdrop, cast, camera, picture)
            if seen is not None:
                airs.append(seen[0])
                darks.append(seen[1])
                distances.append(seen[2])
    reach_m = _reach_m(np.concatenate(darks), np.concatenate(distances)) if airs else np.inf
    return Haze(reach_m, np.median(airs, axis=0)) if reach_m < CLEAR_M else None


class Air:
    """The air of a drive in each of its pictures, which is as light as their horizon; looked at once."""

    def __init__(self, haze: Haze, recording: Recording, backdrop: Backdrop, cast: Cast) -> None:
        """Nothing is looked at yet."""
        self.haze, self._recording, self._backdrop, self._cast = haze, recording, backdrop, cast
        self._lights: dict[Source, Light] = {}

    def light(self, source: Source) -> Light:
        """Of the air (3,) in a picture; where that shows too little of the horizon, what most pictures show."""
        if source not in self._lights:
            place = source.frame, source.view
            picture, camera = self._recording.glance(*place), self._recording.camera(*place)
            seen = None if picture is None else _seen(self._backdrop, self._cast, camera, picture)
            self._lights[source] = self.haze.air if seen is None else seen[0]
        return self._lights[source]

    def carried(self, colours: NDArray, there: Source, from_m: float, here: Source, to_m: float) -> NDArray[np.float32]:
        """Colours lifted from one picture, as they are at another distance in another."""
        return self.haze.brought(colours, from_m, to_m, self.light(there), self.light(here))


def _asked(recording: Recording) -> list[int]:
    """One frame in so long."""
    last, out = -np.inf, []
    for number, frame in enumerate(recording.scene.frames):
        if (frame.t_us - last) * 1e-6 >= EVERY_S:
            last = frame.t_us
            out.append(number)
    return out


def _seen(backdrop: Backdrop, cast: Cast, camera: Camera, picture: Picture8) -> tuple[Light, NDArray, NDArray] | None:
    """The air's light (3,); and of what is near enough to tell, how light its darkest colour is beside the air's, and how far
    away it is, (n,) both."""
    small, pixels = coarser(camera, STEP * max(1, round(camera.view.width / 448)))
    seen = surfaces(backdrop, small, cast.at(camera.t_us), Block(0, 0, small.view.width, small.view.height))
    light = linear(cv2.resize(picture, pixels.shape[1::-1], interpolation=cv2.INTER_AREA).astype(np.float32) / 255)
    length = np.linalg.norm(seen.rays, axis=-1)
    rise, distance, is_far = seen.rays[..., 2] / length, seen.depth * length, seen.depth >= FAR_M
    horizon = is_far & (rise > 0) & (rise < HORIZON)
    if horizon.sum() < LEAST_AIR:
        return None
    air = np.median(light[horizon], axis=0)
    tells = ~is_far & (distance > NEAR_M) & (distance < FAR_ENOUGH_M)
    return air, (light[tells] / np.maximum(air, 1e-3)).min(axis=-1), distance[tells]


def _reach_m(dark: NDArray, distance: NDArray) -> float:
    """How far air reaches in which the darkest fades so: the line through its logarithms over the distance."""
    edges = np.geomspace(NEAR_M, FAR_ENOUGH_M, NUM_BINS + 1)
    at, left = [], []
    for low, high in zip(edges, edges[1:], strict=False):
        inside = (distance >= low) & (distance < high)
        if inside.sum() >= LEAST_IN_BIN:
            at.append(float(distance[inside].mean()))
            left.append(1 - float(np.percentile(dark[inside], DARK_PERCENTILE)))
    if len(at) < NUM_BINS // 2:
        return np.inf
    slope = float(np.polyfit(at, -np.log(np.maximum(left, 0.02)), 1)[0])
    return 1 / slope if slope > 1 / CLEAR_M else np.inf
