"""Which lenses of a town's traffic lights are lit at an instant: rows of the still part's table, nothing of its triangles."""

from dataclasses import dataclass, replace
from functools import lru_cache

from engine.town.furniture import DIM, LIT
from engine.town.mesh import Kind, Surface
from engine.town.signals import Phase, phase
from engine.town.stage import Part
from engine.town.streets import Plan

NAMES = ("green", "amber", "red", "walk", "wait")
STRENGTH = 5  # where a row has how strongly it glows


class TrafficLights:
    """Numbers lenses while a town is built; a number stands in the seed of a lens's surface."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._known: list[tuple[int, str, str]] = []  # junction, street, which lens

    def numbers(self, junction: int, street: str) -> dict[str, float]:
        """Numbers, from 1, for the lenses of one more signal."""
        first = len(self._known) + 1
        self._known += [(junction, street, name) for name in NAMES]
        return {name: float(first + k) for k, name in enumerate(NAMES)}

    def lenses(self, surfaces: tuple[Surface, ...]) -> "Lenses":
        """The lenses among the surfaces of the whole setting."""
        rows = [(k, *self._known[round(s.seed) - 1]) for k, s in enumerate(surfaces) if s.kind == Kind.GLOW and s.seed > 0]
        return Lenses(self.plan, tuple(rows))


@dataclass(frozen=True, eq=False)
class Lenses:
    """Rows of the still part's table: row, junction, street, which lens."""

    plan: Plan
    rows: tuple[tuple[int, int, str, str], ...]

    def lit(self, part: Part, t_us: int) -> Part:
        """The part with the lenses lit as they are at a time."""
        if not self.rows:
            return part
        shown = [phase(self.plan, j, t_us) if j.control == "signals" else None for j in self.plan.junctions]
        return _lit(self, part, tuple(shown))


@lru_cache(maxsize=8)
def _lit(lenses: Lenses, part: Part, shown: tuple[Phase | None, ...]) -> Part:
    table = part.table.clone()
    for row, number, street, name in lenses.rows:
        now, junction = shown[number], lenses.plan.junctions[number]
        assert now is not None
        other = junction.b if street == junction.a else junction.a
        walk = now.walk(junction, other)  # people beside a street cross the other one
        on = now.of(junction, street) == name if name in ("green", "amber", "red") else walk == (name == "walk")
        table[row, STRENGTH] = LIT if on else DIM
    return replace(part, table=table)
