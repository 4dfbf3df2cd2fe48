"""What a measurement is: one row of the table and of build/bench.json, or the reason why it could not be taken."""

from dataclasses import dataclass

from engine.metrics.intervals import Mean


@dataclass(frozen=True, slots=True)
class Row:
    """One measured number. `name` is dotted, `samples` how many cases it was taken over; a mean may have its 95 % interval."""

    name: str  # for example "real.removal_psnr_db"
    value: float
    unit: str  # "dB", "ms", "s", "px", "1/s", "" for a bare number
    samples: int
    low: float | None = None
    high: float | None = None

    @classmethod
    def of(cls, name: str, mean: Mean, unit: str = "") -> "Row":
        """A mean with its interval."""
        return cls(name, mean.value, unit, mean.cases, mean.low, mean.high)


@dataclass(frozen=True, slots=True)
class Missing:
    """A row that cannot be measured here; the reason is printed and nothing is written for it."""

    name: str
    reason: str
