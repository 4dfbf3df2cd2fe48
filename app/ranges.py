"""Several values as a person types them: with commas between them, and FROM:TO:STEP for those in between."""

import re
from decimal import Decimal

from editor.variations import MOST, VariationError

NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)"
FROM_TO_STEP = re.compile(rf"({NUMBER}):({NUMBER}):({NUMBER})")


def listed(text: str) -> list[str]:
    """The values, each once, in the order of typing; VariationError where a range leads nowhere."""
    found: list[str] = []
    for part in text.split(","):
        span = FROM_TO_STEP.fullmatch(part.strip())
        found.extend([part.strip()] if span is None else _steps(*map(Decimal, span.groups())))
    return list(dict.fromkeys(found))


def metres(text: str) -> list[float]:
    """Lengths; VariationError for what is none."""
    for value in listed(text):
        if not re.fullmatch(NUMBER, value):
            raise VariationError(f"{value[:80]!r} metres; wanted a number")
    return [float(value) for value in listed(text)]


def seeds(text: str) -> list[int]:
    """Seeds; VariationError for what is none."""
    for value in listed(text):
        if not value.isdecimal():
            raise VariationError(f"seed {value[:80]!r}; wanted a whole number from 0")
    return [int(value) for value in listed(text)]


def _steps(start: Decimal, end: Decimal, step: Decimal) -> list[str]:
    count = (end - start) / step if step else Decimal(-1)
    if not 0 <= count < MOST:
        raise VariationError(f"{start:f}:{end:f}:{step:f}; wanted FROM:TO:STEP, such as -1:1:0.5")
    return [f"{(start + k * step).normalize():f}" for k in range(int(count) + 1)]
