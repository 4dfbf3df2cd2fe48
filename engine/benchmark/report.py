"""What a run's verdicts say of an engine: per kind of edit, means over the clips with their bootstrap intervals."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from typing import Any

from engine.benchmark.cases import KINDS
from engine.benchmark.judge import Verdict
from engine.metrics.intervals import Mean, mean_of
from engine.metrics.pooled import Scores, Sums


@dataclass(frozen=True, slots=True)
class Row:
    """One kind: the `Scores` by name, inside the dirty region and outside it; None where no clip has any of it."""

    kind: str
    inside: dict[str, Mean] | None
    outside: dict[str, Mean] | None
    beyond: int  # the largest change where the engine says that it changed nothing
    pictures: int


def rows(verdicts: Iterable[Verdict]) -> tuple[Row, ...]:
    """A row for every kind that there is a verdict of, in the order of the list."""
    by_kind: dict[str, list[Verdict]] = {}
    for verdict in sorted(verdicts, key=lambda v: v.case.seed):
        by_kind.setdefault(verdict.case.kind, []).append(verdict)
    return tuple(
        Row(
            kind,
            _means(v.inside for v in by_kind[kind]),
            _means(v.outside for v in by_kind[kind]),
            max(v.beyond for v in by_kind[kind]),
            sum(v.pictures for v in by_kind[kind]),
        )
        for kind in KINDS
        if kind in by_kind
    )


def _means(clips: Iterable[Sums]) -> dict[str, Mean] | None:
    scores = [Scores.of(sums) for sums in clips if sums.pixels]
    return {f.name: mean_of([getattr(s, f.name) for s in scores]) for f in fields(Scores)} if scores else None


def as_values(table: Iterable[Any]) -> list[dict]:
    """Rows of any table, dataclasses, as plain values for a program."""
    return [asdict(row) for row in table]


COLUMNS = {"psnr_db": ("PSNR, dB", 1), "ssim": ("SSIM", 3), "sharpness_ratio": ("sharpness", 2), "delta_e": ("ΔE", 1)}


def markdown(table: Iterable[Row]) -> str:
    """The rows as a table: inside the dirty region each mean with its interval, outside it the means alone."""
    lines = [
        f"| edit | clips | {' | '.join(name for name, _ in COLUMNS.values())} | outside: PSNR, dB | SSIM | ΔE |",
        f"|---|{'--:|' * (1 + len(COLUMNS) + 3)}",
    ]
    for row in table:
        inside = [_shown(row.inside, name, digits, True) for name, (_, digits) in COLUMNS.items()]
        outside = [_shown(row.outside, name, COLUMNS[name][1], False) for name in ("psnr_db", "ssim", "delta_e")]
        clips = row.inside["psnr_db"].cases if row.inside else 0
        lines.append(f"| `{row.kind}` | {clips} | {' | '.join((*inside, *outside))} |")
    return "\n".join(lines) + "\n"


def _shown(means: dict[str, Mean] | None, name: str, digits: int, interval: bool) -> str:
    if means is None:
        return "–"
    mean = means[name]
    around = f" ({mean.low:.{digits}f}–{mean.high:.{digits}f})" if interval else ""
    return f"{mean.value:.{digits}f}{around}"
