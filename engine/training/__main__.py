"""`python -m engine.training`: harvest clips, train by a recipe, ship. Every command goes on where it was broken off, but for
what relights drafts: that is minutes, and begins anew."""

import argparse
import logging
import multiprocessing
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from pathlib import Path

import torch
from diffusers.utils.logging import disable_progress_bar

from editor.datasets.records import DataSetError
from editor.scene import SceneError
from engine.model.autoencoder import PictureAutoencoder
from engine.model.checkpoints import RELIGHT, load_part
from engine.model.digest import digest
from engine.model.pretrained import DiffusersAutoencoder, TransformersText
from engine.model.relight import Relight
from engine.service.shipped import SHIPPED
from engine.training.batches import Batches
from engine.training.clips import ClipError
from engine.training.loop import Report, train
from engine.training.recipes import RECIPES, RELIT, Codec, Recipe, begin, recipe
from engine.training.relighting import RelightPlan, relight_trained, relit_by, relit_clips
from engine.training.second_stage import begun_after, with_teacher
from engine.training.state import RunState

BAD_INPUT, BROKEN_OFF = 2, 130
BUILD = Path("build/training")
BROKEN_POOL = (
    "a process that makes clips was killed; what is done is kept, so run it again, with fewer --processes if memory is short"
)


def parser() -> argparse.ArgumentParser:
    """Everything that can be typed."""
    p = argparse.ArgumentParser(prog="python -m engine.training", description=__doc__)
    commands = p.add_subparsers(dest="command", required=True)
    h = commands.add_parser("harvest", help="training clips from Town's worlds")
    h.add_argument("--worlds", type=int, default=50, metavar="N", help="how many")
    h.add_argument("--seed", type=int, default=1000, metavar="N", help="of the first")
    h.add_argument("--lights", action="store_true", help="other hours and weathers of short drives, not edits of every kind")
    h.add_argument("--processes", type=int, default=os.cpu_count() or 1, metavar="N", help="how many work at a time")
    r = commands.add_parser("run", help="train by a recipe")
    r.add_argument("recipe", choices=tuple(RECIPES), help="which")
    r.add_argument("--minutes", type=float, metavar="N", help="stop after so long; a later call goes on")
    r.add_argument("--autoencoder", metavar="RUN", help="whose autoencoder a network is trained on; or a folder of diffusers'")
    r.add_argument("--text-encoder", type=Path, metavar="FOLDER", help="CLIP or T5 of transformers' in the place of ours")
    r.add_argument("--after", metavar="RUN", help="the finished run that this one begins with; or a checkpoint's folder")
    r.add_argument("--ship", type=Path, metavar="FOLDER", help="write a checkpoint there when the plan's end is reached")
    t = commands.add_parser("relight", help="train what relights drafts, and relight those of all clips with it")
    t.add_argument("--after", type=Path, metavar="FOLDER", help="relight with a checkpoint's own weights, and train none")
    t.add_argument("--steps", type=int, metavar="N", help=f"how many; {RelightPlan().steps} where nothing is said")
    a = commands.add_parser("adapt", help="fine-tune a checkpoint on a recorded drive")
    a.add_argument("--dataroot", type=Path, required=True, metavar="FOLDER", help="the data set, in nuScenes format")
    a.add_argument("--version", metavar="NAME", help="which of its versions, where it has several")
    a.add_argument("--scene", required=True, metavar="NAME", help="which drive")
    a.add_argument("--checkpoint", type=Path, default=SHIPPED, metavar="FOLDER", help="what to begin from")
    a.add_argument("--minutes", type=float, metavar="N", help="stop after so long; a later call goes on")
    a.add_argument("--everything", action="store_true", help="hold nothing out: better weights, which nothing can judge")
    a.add_argument("--processes", type=int, default=os.cpu_count() or 1, metavar="N", help="how many draw clips at a time")
    a.add_argument("--device", default="cpu", help="cpu or cuda")
    for command in (h, r, t):
        command.add_argument("--out", type=Path, default=BUILD, metavar="FOLDER", help="for clips and runs")
    r.add_argument("--device", default="cpu", help="cpu or cuda")
    return p


def main(arguments: Sequence[str] | None = None) -> int:
    """Do it; the exit code."""
    options = parser().parse_args(arguments)
    try:
        return {"harvest": _harvest, "run": _run, "relight": _relight, "adapt": _adapt}[options.command](options)
    except (ClipError, DataSetError, SceneError, FloatingPointError, ValueError) as error:
        print(f"python -m engine.training: {error}", file=sys.stderr)
        return BAD_INPUT
    except OSError as error:
        print(f"python -m engine.training: {error.filename or options.command}: {error.strerror}", file=sys.stderr)
        return BAD_INPUT
    except BrokenProcessPool:
        print(f"python -m engine.training: {options.command}: {BROKEN_POOL}", file=sys.stderr)
        return BAD_INPUT
    except KeyboardInterrupt:
        kept = "clips that are relit; training begins anew" if options.command == "relight" else "what is done"
        print(f"\nstopped; kept: {kept}", file=sys.stderr)
        return BROKEN_OFF


def _harvest(options: argparse.Namespace) -> int:
    if options.worlds < 1 or options.processes < 1:
        raise ValueError(f"{options.worlds} worlds in {options.processes} processes; wanted 1 or more of both")
    from engine.benchmark.cases import BenchmarkError
    from engine.requests import RenderError
    from engine.training.harvest import Harvest, harvest, harvested  # these bring Town and drafts, which training does without
    from engine.training.lights import harvest_lights

    make = harvest_lights if options.lights else harvest
    what = Harvest(options.out / "worlds", options.out / "clips")
    seeds = range(options.seed, options.seed + options.worlds)
    try:
        for number, (seed, new) in enumerate(_worlds(partial(harvested, make, what), seeds, options.processes), 1):
            _say(f"{number} of {len(seeds)} worlds, {new} new clips from seed {seed}")
    except (BenchmarkError, RenderError) as error:
        raise ValueError(f"{error}; what is done is kept") from error
    return 0


def _worlds(work: Callable[[int], int], seeds: Sequence[int], processes: int) -> Iterator[tuple[int, int]]:
    """Seeds and what work on them gives, as they come; where it ends early, nobody waits for the others."""
    with ProcessPoolExecutor(processes, multiprocessing.get_context("spawn")) as pool:
        waiting = {pool.submit(work, seed): seed for seed in seeds}
        try:
            for done in as_completed(waiting):
                yield waiting[done], done.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            for child in multiprocessing.active_children():
                child.terminate()
            raise


def _run(options: argparse.Namespace) -> int:
    logging.getLogger("diffusers").setLevel(logging.ERROR)
    what = recipe(options.recipe)
    relight = _relight_of_clips(options.out) if what.clips == RELIT else None
    text = None if options.text_encoder is None else TransformersText.from_pretrained(options.text_encoder, torch.float32)
    begun = _begun(options, what, text)
    objective = with_teacher(what.objective, None if options.after is None else begun)
    state, file = begun(), options.out / "runs" / f"{what.name}.pt"
    if state.resume(file):
        _say(f"going on from step {state.step}")
    batches = Batches(options.out / what.clips, what.shapes, what.seed, what.lights_first)
    limit = None if options.minutes is None else state.seconds + 60 * options.minutes
    reports = train(state, objective, batches, what.plan, file)
    recent: list[float] = []
    for report in reports:
        recent = [*recent[-99:], report.loss]
        if report.step % 20 == 0:
            _say(_line(what, report, sum(recent) / len(recent)))
        if limit is not None and report.seconds > limit:
            reports.close()
    if options.ship is not None and state.step >= what.plan.steps:
        from engine.training.ship import ship

        ship(what, state, f"{len(batches.files)} clips of Town", options.ship, relight)
        _say(f"checkpoint in {options.ship}")
    return 0


def _begun(options: argparse.Namespace, what: Recipe, text: TransformersText | None) -> Callable[[], RunState]:
    """What makes a run's state before its first step."""
    codec, after = _autoencoder(options), options.after
    if after is None:
        return partial(begin, what, codec, options.device, text)
    if after not in RECIPES and not Path(after).is_dir():
        raise ValueError(f"a run after {after}; wanted a run, or the folder of a checkpoint")
    source = options.out / "runs" / f"{after}.pt" if after in RECIPES else Path(after)
    return partial(begun_after, what, source, codec, options.device, text)


def _relight(options: argparse.Namespace) -> int:
    steps, trained = options.steps, options.out / "runs" / RELIGHT
    if options.after is not None:
        _take_relight(options.after / RELIGHT, trained, steps)
    if steps is not None and steps < 1:
        raise ValueError(f"{steps} steps; wanted 1 or more")
    if steps is not None and trained.is_dir():
        raise ValueError(f"{steps} steps for what is trained already in {trained}; wanted none, or another folder by --out")
    if not trained.is_dir():
        plan, fresh = RelightPlan() if steps is None else RelightPlan(steps), trained.with_name(f"{RELIGHT}.part")
        relight_trained(options.out / "clips", plan, partial(_say_step, plan.steps)).save_pretrained(fresh)
        fresh.rename(trained)
    clips = relit_clips(trained, options.out / "clips", options.out / RELIT)
    for number, file in enumerate(clips, 1):
        if number % 20 == 0:
            _say(f"{number} clips relit, the last {file.name}")
    return 0


def _take_relight(source: Path, trained: Path, steps: int | None) -> None:
    """Put what relights drafts in a checkpoint where a run's own would lie."""
    if steps is not None:
        raise ValueError(f"{steps} steps after {source}, which is trained already; wanted one of both")
    load_part(Relight, source)
    if trained.is_dir() and digest(trained) != digest(source):
        raise ValueError(f"other weights than those of {source} in {trained}; wanted the same, or another folder by --out")
    if not trained.is_dir():
        fresh = trained.with_name(f"{RELIGHT}.part")
        shutil.rmtree(fresh, ignore_errors=True)
        shutil.copytree(source, fresh)
        fresh.rename(trained)


def _relight_of_clips(out: Path) -> Relight:
    """What has relit the clips that a run learns from, and ships with it."""
    trained, folder = out / "runs" / RELIGHT, out / RELIT
    if not trained.is_dir():
        raise ValueError(f"nothing that relights drafts in {trained}; train it first, with relight")
    if relit_by(folder) != digest(trained):
        raise ValueError(f"clips in {folder} that other weights have relit than those in {trained}; run relight again")
    return load_part(Relight, trained)


def _autoencoder(options: argparse.Namespace) -> Codec | None:
    """That of another run, brought to unit variance once: a run that goes on has to find the latents that it began with. Or
    one of diffusers', as it is."""
    if options.autoencoder is None:
        return None
    if options.autoencoder not in RECIPES:
        if not Path(options.autoencoder).is_dir():
            raise ValueError(f"autoencoder {options.autoencoder}; wanted a run, or the folder of one of diffusers'")
        return DiffusersAutoencoder.from_pretrained(Path(options.autoencoder), torch.float32)
    from engine.training.ship import standardised

    what, runs = recipe(options.autoencoder), options.out / "runs"
    state = begin(what, None, options.device)
    if not state.resume(runs / f"{what.name}.pt"):
        raise ValueError(f"no run of {what.name} in {runs}; train it first")
    folder = runs / f"{what.name}-{state.step}"
    if not (folder / "config.json").is_file():
        state.averaged()
        batches = Batches(options.out / "clips", what.shapes, what.seed)
        standardised(state.networks["autoencoder"].eval(), batches).save_pretrained(folder)
    return PictureAutoencoder.from_pretrained(folder, low_cpu_mem_usage=False).to(options.device)


def _adapt(options: argparse.Namespace) -> int:
    logging.getLogger("diffusers").setLevel(logging.ERROR)
    disable_progress_bar()
    if options.processes < 1:
        raise ValueError(f"{options.processes} processes; wanted 1 or more")
    from engine.training.adapt import Adapting, adapt  # brings drafts, which training does without

    what = Adapting(options.dataroot, options.version, options.scene, options.checkpoint, options.everything, options.device)
    for p in adapt(what, options.minutes, options.processes):
        if p.what == "clips" or p.done % 20 == 0 or p.done == p.total:
            loss = "" if p.loss is None else f", loss {p.loss:.4f}"
            _say(f"{p.what} {p.done} of {p.total}{loss}, {p.seconds_left / 60:.0f} min left")
    _say(f"checkpoint in {what.folder}")
    return 0


def _line(what: Recipe, report: Report, loss: float) -> str:
    left = report.seconds / report.step * (report.total - report.step)
    return f"{what.name} step {report.step} of {report.total}, loss {loss:.4f}, {left / 60:.0f} min left"


def _say_step(total: int, step: int, loss: float) -> None:
    _say(f"relight step {step} of {total}, loss {loss:.4f}")


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
