"""Several values as a person types them: with commas between them, and FROM:TO:STEP for those in between."""

import re
from decimal import Decimal

from editor.take import LARGEST_SEED
from editor.variations import MOST, VariationError

NUMBER = r"[-+]?(?:[0-9]{1,9}(?:\.[0-9]{0,9})?|\.[0-9]{1,9})"
FROM_TO_STEP = re.compile(rf"({NUMBER}):({NUMBER}):({NUMBER})")
SEED = r"[0-9]{1,19}"
WANTED = "{} with commas between them, or FROM:TO:STEP, such as 0:4:2 for 0, 2, 4"


def listed(text: str) -> list[str]:
    """The values in the order of typing; VariationError where a range leads nowhere."""
    found: list[str] = []
    for part in text.split(","):
        span = FROM_TO_STEP.fullmatch(part.strip())
        found.extend([part.strip()] if span is None else _steps(*map(Decimal, span.groups())))
    return found


def numbers(text: str, unit: str) -> list[float]:
    """Lengths or speeds, each once; VariationError for what is none."""
    values = listed(text)
    for value in values:
        if not re.fullmatch(NUMBER, value):
            raise VariationError(f"{value[:80]!r} {unit}; wanted {WANTED.format('numbers')}")
    return list(dict.fromkeys(float(value) for value in values))


def seeds(text: str) -> list[int]:
    """Seeds, each once; VariationError for what is none."""
    values = listed(text)
    for value in values:
        if not re.fullmatch(SEED, value) or int(value) > LARGEST_SEED:
            raise VariationError(f"seed {value[:80]!r}; wanted {WANTED.format(f'whole numbers from 0 to {LARGEST_SEED}')}")
    return list(dict.fromkeys(int(value) for value in values))


def _steps(start: Decimal, end: Decimal, step: Decimal) -> list[str]:
    typed = f"{start:f}:{end:f}:{step:f}"
    count = (end - start) / step if step else Decimal(-1)
    if count < 0:
        raise VariationError(f"{typed} leads nowhere; wanted FROM:TO:STEP with a step from the one to the other")
    if count >= MOST:
        raise VariationError(f"{typed} is {int(count) + 1} values; wanted at most {MOST}")
    return [f"{(start + k * step).normalize():f}" for k in range(int(count) + 1)]
