"""What is to be exported, how far it has come, and where each picture ends up: plain values."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from editor.map import StreetMap
from editor.scene import Scenario
from editor.take import Take
from engine.requests import Model, Origin

PictureFormat = Literal["jpeg", "png"]
Stage = Literal["generated", "pictures", "masks", "films", "tables", "joined", "done"]


@dataclass(frozen=True, slots=True)
class Order:
    """A take to be exported: which views, which frames (indices into the scene's, rising), and to where."""

    dataroot: Path
    take: Take
    scenario: Scenario
    street_map: StreetMap
    target: Path
    views: tuple[str, ...]
    frames: tuple[int, ...]
    picture_format: PictureFormat = "jpeg"  # of changed pictures; an untouched one is the recorded file
    masks: bool = True
    model: Model | None = None  # that draws what the take changes; drafts alone without one

    @property
    def stages(self) -> tuple[Stage, ...]:
        """Those that it goes through, before it is done."""
        drawn: tuple[Stage, ...] = () if self.model is None else ("generated",)
        beside: tuple[Stage, ...] = ("masks",) if self.masks else ()
        return (*drawn, "pictures", *beside, "films", "tables")


@dataclass(frozen=True, slots=True)
class Progress:
    """How much of a stage is done. The last one is of the stage "done"."""

    stage: Stage
    done: int
    total: int
    seconds_left: float | None = None  # for this stage; None before there is a rate


@dataclass(frozen=True, slots=True)
class Exported:
    """One picture in the bundle: `file` is below the bundle's root; None where the recording has no picture either."""

    frame: int
    view: str
    t_us: int
    file: str | None
    origin: Origin | None
    unseen_share: float = 0.0  # of its pixels, those that nobody saw and that are a guess
    changed_share: float = 0.0  # of its pixels, those that may differ from the recording's
