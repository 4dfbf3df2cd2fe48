"""What drafts of one drive share at every size: what stands still, the sun, the air."""

from functools import cached_property
from pathlib import Path

from editor.scene import Scene
from engine.draft.backdrop import Backdrop, backdrop_of
from engine.draft.crowd import Cast
from engine.draft.fromabove import from_above, read_small
from engine.draft.haze import Haze, find_haze
from engine.draft.sources import Recording
from engine.draft.sun import find_sun
from engine.draft.sunlight import Sun

POINT_M = 0.45  # of what throws shadows and hides the ground, one point in so much space tells enough


class Standing:
    """Worked out once, when it is first needed."""

    def __init__(self, dataroot: Path, scene: Scene) -> None:
        """Nothing is read yet."""
        self.dataroot, self.scene = dataroot, scene

    @cached_property
    def backdrop(self) -> Backdrop:
        """What stands still."""
        return backdrop_of(Recording(self.dataroot, self.scene, None))

    @cached_property
    def cast(self) -> Cast:
        """Who is where at each time."""
        return Cast(self.scene.actors)

    @cached_property
    def sun(self) -> Sun | None:
        """Where the sun stands; None where it throws no shadows."""
        sparse = self.backdrop.thinned(POINT_M)
        above = from_above(read_small(Recording(self.dataroot, self.scene, None)), sparse, self.cast)
        return find_sun(above, sparse, self.scene.actors)

    @cached_property
    def haze(self) -> Haze | None:
        """What the air takes and adds; None where it is clear."""
        return find_haze(read_small(Recording(self.dataroot, self.scene, None)), self.backdrop, self.cast)
