"""A run's section of a Markdown page: its table, and pictures of one clip of each kind, so that both can be made again."""

import re
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.benchmark.beside import markdown as beside_markdown
from engine.benchmark.beside import pairs
from engine.benchmark.cases import KINDS, VERSION, BenchmarkError
from engine.benchmark.engines import checkpoint_of
from engine.benchmark.judge import Verdict
from engine.benchmark.report import markdown, rows
from engine.benchmark.run import Run
from engine.benchmark.worlds import code_of_worlds, keep_picture
from engine.metrics.pooled import Scores
from engine.model.digest import digest

Picture8 = NDArray[np.uint8]

TILE = (336, 192)
LABEL_PX = 104
HEADINGS = ("recorded", "truth", "drawn", "error, x3")
PAPER, INK = 252, (30, 30, 30)


def write_page(page: Path, what: Run, verdicts: Sequence[Verdict], drafts: Sequence[Verdict] = ()) -> None:
    """Replace what stands between the run's marks in a page, or put it at the page's end, and its pictures beside the page.

    With the verdicts on the draft there is a table of the two beside each other."""
    text = page.read_text() if page.is_file() else ""
    picture = page.with_name(f"{page.stem}-{what.name}.jpg")
    keep_picture(picture, _sheet(what, verdicts))
    start, end = f"<!-- {what.name} -->", f"<!-- end of {what.name} -->"
    section = f"{start}\n{_section(what, verdicts, drafts, picture.name)}{end}"
    pattern = re.compile(f"{re.escape(start)}.*?{re.escape(end)}", re.DOTALL)
    text = pattern.sub(lambda _: section, text) if pattern.search(text) else f"{text.rstrip()}\n\n{section}\n"
    page.write_text(text.lstrip())


def _section(what: Run, verdicts: Sequence[Verdict], drafts: Sequence[Verdict], picture: str) -> str:
    listing = what.listing
    seconds, pictures = sum(v.seconds for v in verdicts), sum(v.pictures for v in verdicts)
    beyond = max(v.beyond for v in verdicts)
    kinds = "" if listing.kinds == KINDS else f" --kinds {','.join(listing.kinds)}"
    weights = f" (checkpoint `{digest(checkpoint_of(what.checkpoint))[:12]}`)" if what.engine == "model" else ""
    return (
        f"`python -m engine.benchmark --list {listing.name} --engine {what.engine}{kinds}`{weights}: version {VERSION} of"
        f" the list, worlds `{code_of_worlds()[:12]}`, {len(verdicts)} clips, {pictures} pictures, {seconds / pictures:.2f} s"
        " each in one process. Where the engine says that it changed nothing, pictures differ from the recording by at most"
        f" {beyond} levels.\n\n"
        f"{markdown(rows(verdicts))}\n{_beside(verdicts, drafts)}"
        f"![Recorded, truth, drawn and error, a clip of each kind]({picture})\n\n"
        "Of each kind the clip with the median PSNR, and of it the picture with the largest dirty region.\n"
    )


def _beside(verdicts: Sequence[Verdict], drafts: Sequence[Verdict]) -> str:
    both = pairs(verdicts, drafts)
    return f"The draft → the model, on the same clips:\n\n{beside_markdown(both)}\n" if both else ""


def _sheet(what: Run, verdicts: Sequence[Verdict]) -> Picture8:
    lines = [_headings()]
    for row in rows(verdicts):
        clips = [v for v in verdicts if v.case.kind == row.kind and v.inside.pixels]
        if not clips:
            continue
        clips.sort(key=lambda v: (Scores.of(v.inside).psnr_db, v.case.seed))
        shown = clips[len(clips) // 2]
        strip = cv2.imread(str(what.results / f"{shown.case.name}.jpg"), cv2.IMREAD_COLOR)
        if strip is None:
            raise BenchmarkError(f"{what.results / shown.case.name}.jpg cannot be read; wanted the pictures of a verdict")
        lines.append(_line(shown, cv2.cvtColor(strip, cv2.COLOR_BGR2RGB)))
    return np.concatenate(lines)


def _headings() -> Picture8:
    line = np.full((26, LABEL_PX + len(HEADINGS) * TILE[0], 3), PAPER, np.uint8)
    for k, heading in enumerate(HEADINGS):
        _write(line, heading, LABEL_PX + k * TILE[0] + 6, 18)
    return line


def _line(verdict: Verdict, strip: Picture8) -> Picture8:
    label = np.full((TILE[1], LABEL_PX, 3), PAPER, np.uint8)
    scores = Scores.of(verdict.inside)
    words = verdict.case.kind, str(verdict.case.seed), f"{scores.psnr_db:.1f} dB", f"SSIM {scores.ssim:.2f}"
    for k, word in enumerate(words):
        _write(label, word, 6, 24 + 20 * k)
    tiles = cv2.resize(strip, (len(HEADINGS) * TILE[0], TILE[1]), interpolation=cv2.INTER_AREA)
    return np.concatenate([label, tiles], axis=1)


def _write(canvas: Picture8, words: str, x: int, y: int) -> None:
    cv2.putText(canvas, words, (x, y), cv2.FONT_HERSHEY_SIMPLEX, 0.45, INK, 1, cv2.LINE_AA)
