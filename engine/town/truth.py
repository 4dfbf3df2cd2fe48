"""The exact pictures of any scenario of a Town scene: what its cameras would have recorded, had the drive gone that way."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from editor.cameras import fit_picture
from editor.identity import Same
from editor.scene import Actor, ActorId, Scenario, View
from editor.tracks import ego_at
from engine.town.flow import Flow, flow
from engine.town.layers import Layer
from engine.town.picture import Shot, draw, draw_batch, look
from engine.town.town import TownError, instant, seed_of


@dataclass(frozen=True, slots=True, eq=False)
class Truth:
    """A picture with its layers, exact at pixel centres: depth along the optical axis in metres (inf for sky), and whose each
    pixel is: an index into `ids`, or -1. `view` has the intrinsics that go with them.

    On request: indices into `engine.town.layers.CATEGORIES`, unit normals in the camera's frame, and the flow to a frame."""

    picture: NDArray[np.uint8]
    depth: NDArray[np.float32]
    instance: NDArray[np.int32]
    ids: tuple[ActorId, ...]
    view: View
    category: NDArray[np.uint8] | None = None
    normal: NDArray[np.float32] | None = None
    flow: Flow | None = None

    def mask(self, actor: ActorId) -> NDArray[np.bool_]:
        """The pixels of one actor."""
        return self.instance == self.ids.index(actor) if actor in self.ids else np.zeros(self.instance.shape, bool)


def render_truth(
    scenario: Scenario,
    view: str,
    frame: int,
    size: tuple[int, int] | None = None,
    layers: Collection[Layer] = (),
    flow_to: int | None = None,
) -> Truth:
    """The picture of a view at a frame of the scene, before JPEG; an unedited scenario gives the recording itself.

    It is drawn at the recorded size and, where another `size` (width, height) is asked for, fitted to it like a recorded
    picture. Hour and weather are those that the scenario asks for. `flow_to` is the frame that optical flow goes to, before
    this one or after it.
    """
    shot = _shot(scenario, view, frame)
    pixels, exact = draw(shot.world, shot.view, shot.T_world_ego, layers if size is None else ())
    if size is not None:
        pixels, fitted = fit_picture(pixels, shot.view, *size)
        shot = Shot(shot.world, fitted, shot.T_world_ego)
        exact = look(shot.world, shot.view, shot.T_world_ego, layers)
    moved = None
    if flow_to is not None:
        then = _shot(scenario, view, flow_to)
        moved = flow(shot, Shot(then.world, shot.view, then.T_world_ego))
    ids = tuple(ActorId(i) for i in shot.world.ids)
    return Truth(pixels, exact.depth, exact.instance - 1, ids, shot.view, exact.category, exact.normal, moved)


def render_pictures(scenario: Scenario, views: Collection[str], frame: int) -> dict[str, NDArray[np.uint8]]:
    """The pictures of several views at a frame, the very ones that `render_truth` gives, drawn together, which is faster."""
    shots = {view: _shot(scenario, view, frame) for view in views}
    worlds = {shot.world.t_us: shot.world for shot in shots.values()}
    out = {}
    for size in sorted({(shot.view.width, shot.view.height) for shot in shots.values()}):
        some = {name: shot for name, shot in shots.items() if (shot.view.width, shot.view.height) == size}
        pictures, _ = draw_batch([replace(shot, world=worlds[shot.world.t_us]) for shot in some.values()])
        out |= dict(zip(some, pictures.numpy(), strict=True))
    return out


def _shot(scenario: Scenario, view: str, frame: int) -> Shot:
    """What a frame's camera stands before."""
    scene = scenario.scene
    seed, camera = seed_of(scene), scene.view(view)
    if not 0 <= frame < len(scene.frames):
        raise TownError(f"frame {frame} of scene {scene.name}; wanted 0 to {len(scene.frames) - 1}")
    picture = scene.frames[frame].picture(view)
    if picture is None:
        raise TownError(f"frame {frame} of scene {scene.name} has no picture of {view}; wanted a view that was recorded then")
    world, _ = instant(seed, _as_drawn(scenario), picture.t_us, scenario.time_of_day, scenario.weather)
    return Shot(world, camera, ego_at(scenario, picture))


def _as_drawn(scenario: Scenario) -> tuple[Actor, ...]:
    """The actors; who looks like one that was recorded, as what that was recorded as."""
    categories = {f"actor:{actor.id}": actor.category for actor in scenario.scene.actors}
    return tuple(_shown_as(Same(a), categories.get(a.look.source or "", a.category)) for a in scenario.actors)


@lru_cache(maxsize=4096)
def _shown_as(actor: Same[Actor], category: str) -> Actor:
    """The same object each time, since worlds are remembered by their actors."""
    return actor.value if actor.value.category == category else replace(actor.value, category=category)
