"""Adapting the world model to one drive, with the drive as its own teacher.

First the decoder, which has never seen a photograph, then the network together with it. The encoder stays as it is, so that
latents keep meaning what the network has learned of them, and so do the words.
"""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from time import monotonic

import torch
from torch import nn

from editor.datasets.nuscenes import open_data_set
from editor.scene import Scene
from engine.model.checkpoints import Card, Checkpoint, load, save
from engine.model.digest import digest
from engine.requests import SIZE
from engine.service.adapted import ADAPTED, STATEMENT, folder_of
from engine.teacher.held_out import RULE, held_out
from engine.training.batches import Batches, Shape
from engine.training.clips import VERSION as CLIP_VERSION
from engine.training.lessons import NUM_FRAMES, Lessons, lessons
from engine.training.loop import Plan, train
from engine.training.objectives import AutoencoderObjective, WorldObjective
from engine.training.recipes import Recipe, begin, check_device
from engine.training.state import RunState

VERSION = 1
WORK = Path("build/adapting")  # clips and runs, by which a broken-off adapting goes on
NUM_CLIPS, FEWEST_CLIPS = 240, 8
CLIPS_SHARE, DECODER_SHARE = 0.25, 0.4  # of a sitting's minutes after which clips, then the decoder, are left as they are
DECODER = Plan(steps=600, learning_rate=3e-4, warmup=50)
WORLD = Plan(steps=1800, learning_rate=1e-4, warmup=50)
PARTS = (Shape(clips=4, frames=2, views=1, width=160, height=128),)
PARTS_AND_WHOLES = (
    Shape(clips=3, frames=NUM_FRAMES, views=1, width=224, height=128),
    Shape(clips=1, frames=NUM_FRAMES, views=1, width=448, height=256),
)


@dataclass(frozen=True, slots=True)
class Syllabus:
    """How much is learned: clips of a size (width, height), and the two stages' plans and shapes of batches."""

    clips: int = NUM_CLIPS
    size: tuple[int, int] = SIZE
    decoder: Plan = DECODER
    world: Plan = WORLD
    parts: tuple[Shape, ...] = PARTS
    shapes: tuple[Shape, ...] = PARTS_AND_WHOLES


@dataclass(frozen=True, slots=True)
class Adapting:
    """Of which checkpoint to which drive; `everything` holds nothing out, so that nothing is left to judge by."""

    dataroot: Path
    version: str | None
    scene: str
    checkpoint: Path
    everything: bool = False
    device: str = "cpu"
    seed: int = 0
    out: Path = ADAPTED
    work: Path = WORK
    syllabus: Syllabus = Syllabus()

    def opened(self) -> Scene:
        """The drive; DataSetError where it is not there."""
        return open_data_set(self.dataroot, self.version).scene(self.scene)

    @property
    def folder(self) -> Path:
        """Where the adapted checkpoint goes."""
        return folder_of(self.opened(), self.out)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one part of the work is: "clips", "decoder" or "network". `loss` is that of the last steps."""

    what: str
    done: int
    total: int
    seconds_left: float
    loss: float | None = None


def adapt(what: Adapting, minutes: float | None = None, processes: int = 1) -> Iterator[Progress]:
    """Go on from where an earlier call ended, for so many minutes or to the end, and write the adapted checkpoint.

    Closing the iterator stops the work and keeps what is done. ValueErrors, each of one sentence, for a drive, a checkpoint or
    a device that is not there.
    """
    if minutes is not None and minutes <= 0:
        raise ValueError(f"{minutes:g} minutes; wanted more than 0")
    check_device(what.device)
    scene, base = what.opened(), load(what.checkpoint)
    work = what.work / f"{folder_of(scene).name}-{_key(what)}"
    until = _deadlines(minutes)
    yield from _lessons(what, work / "clips", until(CLIPS_SHARE), processes)
    state, before = None, ()
    for stage in _stages(what, base, work):
        batches = Batches(work / "clips", stage.recipe.shapes, what.seed)
        state = begin(stage.recipe, None, what.device)
        state.before = before
        state.resume(stage.file)
        yield from _trained(stage, state, batches, until(stage.share))
        before = (*state.before, (stage.name, state.step, state.seconds))
        state.averaged()
    _write(what, scene, base, state, len(batches.files), sum(seconds for _, _, seconds in before))


def _key(what: Adapting) -> str:
    """A hash of all that clips and runs depend on beside the drive."""
    parts = (digest(what.checkpoint), what.everything, what.seed, RULE, VERSION, CLIP_VERSION, what.syllabus)
    return sha256(repr(parts).encode()).hexdigest()[:8]


def _deadlines(minutes: float | None) -> Callable[[float], float]:
    begun = monotonic()
    return lambda share: float("inf") if minutes is None else begun + 60 * minutes * share


def _lessons(what: Adapting, folder: Path, until: float, processes: int) -> Iterator[Progress]:
    taught = Lessons(what.dataroot, what.version, what.scene, folder, what.everything, what.syllabus.size, what.seed)
    total, begun = what.syllabus.clips, monotonic()
    before = sum(taught.file(number).is_file() for number in range(total))
    for new, _ in enumerate(made := lessons(taught, total, processes), 1):
        yield Progress("clips", before + new, total, (monotonic() - begun) / new * (total - before - new))
        if monotonic() > until and before + new >= min(FEWEST_CLIPS, total):
            made.close()


# ------------------------------------------------------------------------------------------------------- stages


@dataclass(frozen=True, slots=True)
class _Stage:
    name: str
    recipe: Recipe
    file: Path
    share: float


def _stages(what: Adapting, base: Checkpoint, work: Path) -> Iterator[_Stage]:
    """The decoder's stage is over once the network's has begun. Both train the same decoder."""
    codec = base.autoencoder.float()
    codec.freeze_encoder()
    last = work / "runs" / "network.pt"
    if not last.is_file():
        networks = nn.ModuleDict({"autoencoder": codec})
        yield _stage("decoder", networks, work, what, DECODER_SHARE)
    whole = {"transformer": base.transformer.float(), "text_encoder": base.text_encoder.float(), "autoencoder": codec}
    whole["text_encoder"].requires_grad_(False)
    yield _stage("network", nn.ModuleDict(whole), work, what, 1.0)


def _stage(name: str, networks: nn.ModuleDict, work: Path, what: Adapting, share: float) -> _Stage:
    s, is_decoder = what.syllabus, name == "decoder"
    recipe = Recipe(
        f"adapt-{name}",
        lambda *_: networks,
        ("autoencoder",) if is_decoder else ("transformer", "autoencoder"),
        AutoencoderObjective() if is_decoder else WorldObjective(num_seen=1),
        s.parts if is_decoder else s.shapes,
        s.decoder if is_decoder else s.world,
        seed=what.seed,
        decay=0.998,
    )
    return _Stage(name, recipe, work / "runs" / f"{name}.pt", share)


def _trained(stage: _Stage, state: RunState, batches: Batches, until: float) -> Iterator[Progress]:
    recent: list[float] = []
    first, begun = state.step, monotonic()
    reports = train(state, stage.recipe.objective, batches, stage.recipe.plan, stage.file)
    try:
        for report in reports:
            recent = [*recent[-49:], report.loss]
            rate = (monotonic() - begun) / (report.step - first)
            left = min(rate * (report.total - report.step), until - monotonic())
            yield Progress(stage.name, report.step, report.total, max(left, 0.0), sum(recent) / len(recent))
            if monotonic() > until:
                return
    finally:
        reports.close()


# ------------------------------------------------------------------------------------------------------- result


def _write(what: Adapting, scene: Scene, base: Checkpoint, state: RunState, num_clips: int, seconds: float) -> None:
    """The adapted checkpoint, whole or not at all."""
    left_out = None if what.everything else held_out(scene)
    kept = "nothing of it held out" if left_out is None else f"frames from {left_out.first} on and a sector held out"
    data = f"{base.card.data}; then {num_clips} clips of {scene.name} of {scene.fingerprint.version}, {kept}"
    hours = round(seconds / 3600, 2)
    card = Card(f"{base.card.name}, adapted to {scene.name}", "adapt", data, what.seed, state.step, hours)
    networks = {name: network.eval().cpu().to(torch.bfloat16) for name, network in state.networks.items()}
    folder = folder_of(scene, what.out)
    fresh, old = (folder.with_name(f"{folder.name}.{ending}") for ending in ("part", "old"))
    for leftover in (fresh, old):
        shutil.rmtree(leftover, ignore_errors=True)
    fresh.mkdir(parents=True)
    save(Checkpoint(**networks, scheduler=base.scheduler, card=card, relight=base.relight), fresh)
    statement = {
        "version": VERSION,
        "scene": asdict(scene.fingerprint),
        "base": digest(what.checkpoint),
        "held_out": None if left_out is None else {"rule": RULE, **asdict(left_out)},
        "clips": num_clips,
        "steps": state.step,
        "hours": hours,
    }
    (fresh / STATEMENT).write_text(json.dumps(statement, indent=2) + "\n")
    if folder.exists():
        folder.rename(old)
    fresh.rename(folder)
    shutil.rmtree(old, ignore_errors=True)
