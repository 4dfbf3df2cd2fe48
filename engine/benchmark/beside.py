"""An engine beside another on the same clips, the world model beside the draft: what it gains, clip by clip."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from engine.benchmark.cases import KINDS
from engine.benchmark.judge import Verdict
from engine.metrics.intervals import Mean, mean_of, mean_of_groups
from engine.metrics.pooled import Scores

GEOMETRIC = ("move", "rotate", "resize", "path", "delete", "add", "duplicate", "ego_path")


@dataclass(frozen=True, slots=True)
class Pair:
    """The verdicts on one clip: of the engine, and of what it is compared with."""

    mine: Verdict
    other: Verdict

    @property
    def gain_db(self) -> float:
        """In PSNR inside the dirty region."""
        return Scores.of(self.mine.inside).psnr_db - Scores.of(self.other.inside).psnr_db


@dataclass(frozen=True, slots=True)
class Gain:
    """One kind of edit: means of both engines' scores over the same clips, and of what is gained on each clip. `changed_share`
    of the dirty pixels are not the draft's; None where no draft was shown."""

    kind: str
    mine: dict[str, Mean]
    other: dict[str, Mean]
    gain_db: Mean
    changed_share: Mean | None


def pairs(mine: Iterable[Verdict], other: Iterable[Verdict]) -> tuple[Pair, ...]:
    """The clips that both were judged on, in which anything is dirty, world by world."""
    theirs = {verdict.case: verdict for verdict in other}
    found = [Pair(verdict, theirs[verdict.case]) for verdict in mine if verdict.case in theirs and verdict.inside.pixels]
    return tuple(sorted(found, key=lambda pair: (pair.mine.case.seed, pair.mine.case.kind)))


def gains(judged: Sequence[Pair]) -> tuple[Gain, ...]:
    """One for each kind that there are clips of, in the order of the list."""
    return tuple(_gain(kind, some) for kind in KINDS if (some := [p for p in judged if p.mine.case.kind == kind]))


def geometric_gain_db(judged: Sequence[Pair]) -> Mean | None:
    """The mean over the geometric kinds, each counting alike; None where one has no clip."""
    groups = [[pair.gain_db for pair in judged if pair.mine.case.kind == kind] for kind in GEOMETRIC]
    return mean_of_groups(groups) if all(groups) else None


def changed_share(judged: Sequence[Pair]) -> Mean | None:
    """Over all clips; None where no draft was shown."""
    shares = [p.mine.moved / p.mine.inside.pixels for p in judged if p.mine.moved is not None]
    return mean_of(shares) if shares else None


def _gain(kind: str, some: Sequence[Pair]) -> Gain:
    mine, other = (_means([getattr(pair, side) for pair in some]) for side in ("mine", "other"))
    return Gain(kind, mine, other, mean_of([pair.gain_db for pair in some]), changed_share(some))


def _means(verdicts: Sequence[Verdict]) -> dict[str, Mean]:
    scores = [Scores.of(verdict.inside) for verdict in verdicts]
    return {name: mean_of([getattr(s, name) for s in scores]) for name in Scores.__dataclass_fields__}


def markdown(judged: Sequence[Pair]) -> str:
    """A table: both engines' scores, what is gained with its interval, how much of the dirty region was changed."""
    lines = [
        "| edit | clips | PSNR, dB | gain, dB | SSIM | sharpness | ΔE | changed |",
        f"|---|{'--:|' * 7}",
    ]
    for gain in gains(judged):
        shown = [_both(gain, name, digits) for name, digits in (("ssim", 3), ("sharpness_ratio", 2), ("delta_e", 1))]
        share = "–" if gain.changed_share is None else f"{gain.changed_share.value:.0%}"
        lines.append(
            f"| `{gain.kind}` | {gain.gain_db.cases} | {_both(gain, 'psnr_db', 1)} | {_signed(gain.gain_db)} |"
            f" {' | '.join(shown)} | {share} |"
        )
    whole = geometric_gain_db(judged)
    if whole is not None:
        lines.append(f"| geometric | {whole.cases} | | {_signed(whole)} | | | | |")
    return "\n".join(lines) + "\n"


def _both(gain: Gain, name: str, digits: int) -> str:
    return f"{gain.other[name].value:.{digits}f} → {gain.mine[name].value:.{digits}f}"


def _signed(mean: Mean) -> str:
    return f"{mean.value:+.2f} ({mean.low:+.2f} to {mean.high:+.2f})"
