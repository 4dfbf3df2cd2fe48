"""`python -m engine.benchmark`: judges an engine by Town's truth; what was judged before is not judged again."""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

from editor.datasets.records import DataSetError
from editor.files import TakeFileError
from engine.benchmark.beside import gains, geometric_gain_db, pairs
from engine.benchmark.beside import markdown as beside_markdown
from engine.benchmark.cases import KINDS, LISTS, BenchmarkError, Listing
from engine.benchmark.judge import Verdict
from engine.benchmark.page import write_page
from engine.benchmark.report import as_values, markdown, rows
from engine.benchmark.run import Progress, Run, run
from engine.requests import RenderError
from engine.town.town import TownError

BAD_INPUT, BROKEN_OFF = 2, 130


def parser() -> argparse.ArgumentParser:
    """Everything that can be typed."""
    p = argparse.ArgumentParser(prog="python -m engine.benchmark", description=__doc__)
    about = "small: 4 worlds, front views, minutes; full: 24 worlds, six views; quick: for `make bench QUICK=1`"
    p.add_argument("--list", dest="listing", choices=LISTS, default="small", help=about)
    p.add_argument("--engine", default="draft", metavar="NAME", help="draft, model, or package.module:attribute, an Engine")
    about = "the model's weights; those in assets/checkpoint without it"
    p.add_argument("--checkpoint", type=Path, metavar="FOLDER", help=about)
    p.add_argument("--out", type=Path, default=Path("build/benchmark"), metavar="FOLDER", help="for worlds and results")
    p.add_argument("--kinds", type=_kinds, default=KINDS, metavar="A,B", help="kinds of edit, comma-separated; all without it")
    p.add_argument("--processes", type=int, default=os.cpu_count() or 1, metavar="N", help="how many work at a time")
    p.add_argument("--page", type=Path, metavar="FILE", help="a Markdown page whose section on this engine is written anew")
    about = "train the network that judges silhouettes, unless that is done, and nothing else"
    p.add_argument("--train-segmenter", action="store_true", help=about)
    p.add_argument("--json", action="store_true", help="print one JSON value instead of a table")
    return p


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a list; the exit code."""
    options = parser().parse_args(arguments)
    if options.processes < 1:
        return _refused(f"{options.processes} processes; wanted 1 or more")
    listing: Listing = replace(LISTS[options.listing], kinds=options.kinds)
    what = Run(options.engine, listing, options.out, options.checkpoint)
    try:
        if options.train_segmenter:
            from engine.benchmark.segmenter import segmenter  # here, since judging does without

            segmenter(options.out)
            return 0
        verdicts = _verdicts(what, options.processes)
        drafts = _verdicts(replace(what, engine="draft"), options.processes) if options.engine == "model" else []
        if options.page is not None:
            write_page(options.page, what, verdicts, drafts)
    except (BenchmarkError, DataSetError, RenderError, TakeFileError, TownError) as error:
        return _refused(str(error))
    except OSError as error:
        return _refused(f"{error.filename or options.out}: {error.strerror}")
    except KeyboardInterrupt:
        print("\nstopped; what was judged is kept", file=sys.stderr)
        return BROKEN_OFF
    _print(what, verdicts, drafts, options.json)
    return 0


def _verdicts(what: Run, processes: int) -> list[Verdict]:
    return [step.verdict for step in map(_told, run(what, processes)) if step.verdict is not None]


def _print(what: Run, verdicts: list[Verdict], drafts: list[Verdict], as_json: bool) -> None:
    table, both = rows(verdicts), pairs(verdicts, drafts)
    if as_json:
        value = {"engine": what.engine, "list": what.listing.name, "rows": as_values(table)}
        if both:
            whole = geometric_gain_db(both)
            value |= {"beside_draft": as_values(gains(both)), "geometric_gain_db": whole and asdict(whole)}
        print(json.dumps(value, indent=1, allow_nan=False))
        return
    print(markdown(table), end="")
    if both:
        print(f"\nThe draft → the model, on the same clips:\n\n{beside_markdown(both)}", end="")


def _kinds(text: str) -> tuple[str, ...]:
    wanted = {kind.strip() for kind in text.split(",")}
    if not wanted <= set(KINDS):
        raise argparse.ArgumentTypeError(f"{', '.join(sorted(wanted - set(KINDS)))}; wanted some of {', '.join(KINDS)}")
    return tuple(kind for kind in KINDS if kind in wanted)


def _refused(sentence: str) -> int:
    print(f"python -m engine.benchmark: {sentence}", file=sys.stderr)
    return BAD_INPUT


def _told(step: Progress) -> Progress:
    if sys.stderr.isatty():
        bar = "#" * (40 * step.done // max(step.total, 1))
        left = "" if step.seconds_left is None else f", {_minutes(step.seconds_left)} left"
        end = "\n" if step.done == step.total else ""
        print(f"\r\x1b[K[{bar:<40}] {step.done} of {step.total} {step.what}{left}", end=end, file=sys.stderr, flush=True)
    return step


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds >= 90 else f"{seconds:.0f} s"


if __name__ == "__main__":
    sys.exit(main())
