"""The exact pictures of any scenario of a Town scene: what its cameras would have recorded, had the drive gone that way."""

import logging
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from editor.cameras import fit, fit_picture
from editor.scene import ActorId, Scenario, View
from editor.tracks import ego_at
from engine.town.picture import Layers, draw
from engine.town.town import TownError, instant, seed_of

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class Truth:
    """A picture with its exact layers: depth along the optical axis in metres (inf for sky), and whose each pixel is: an
    index into `ids`, or -1. `view` has the intrinsics that go with them."""

    picture: NDArray[np.uint8]
    depth: NDArray[np.float32]
    instance: NDArray[np.int32]
    ids: tuple[ActorId, ...]
    view: View

    def mask(self, actor: ActorId) -> NDArray[np.bool_]:
        """The pixels of one actor."""
        return self.instance == self.ids.index(actor) if actor in self.ids else np.zeros(self.instance.shape, bool)


def render_truth(scenario: Scenario, view: str, frame: int, size: tuple[int, int] | None = None) -> Truth:
    """The picture of a view at a frame of the scene, before JPEG; an unedited scenario gives the recording itself.

    It is drawn at the recorded size and, where another `size` (width, height) is asked for, fitted to it like a recorded
    picture; layers take the nearest pixel. Hour and weather are those that the scenario asks for.
    """
    scene = scenario.scene
    seed, camera = seed_of(scene), scene.view(view)
    if not 0 <= frame < len(scene.frames):
        raise TownError(f"frame {frame} of scene {scene.name}; wanted 0 to {len(scene.frames) - 1}")
    picture = scene.frames[frame].picture(view)
    if picture is None:
        raise TownError(f"frame {frame} of scene {scene.name} has no picture of {view}; wanted a view that was recorded then")
    world, ids = instant(seed, scenario.actors, picture.t_us, scenario.time_of_day, scenario.weather)
    pixels, layers = draw(world, camera, ego_at(scenario, picture))
    truth = Truth(pixels, layers.depth, layers.instance - 1, tuple(ActorId(i) for i in ids), camera)
    return truth if size is None else _fitted(truth, size)


def _fitted(truth: Truth, size: tuple[int, int]) -> Truth:
    picture, view = fit_picture(truth.picture, truth.view, *size)
    rows, columns = _nearest(truth.view, *size)
    layers: Layers = Layers(truth.depth[rows][:, columns], truth.instance[rows][:, columns])
    return replace(truth, picture=picture, depth=layers.depth, instance=layers.instance, view=view)


def _nearest(view: View, width: int, height: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The recorded rows and columns nearest to a fitted picture's pixel centres."""
    how = fit(view, width, height)
    columns = (np.arange(width) + how.left + 0.5) * view.width / how.scaled[0]
    rows = (np.arange(height) + how.top + 0.5) * view.height / how.scaled[1]
    return np.minimum(rows.astype(np.int64), view.height - 1), np.minimum(columns.astype(np.int64), view.width - 1)
