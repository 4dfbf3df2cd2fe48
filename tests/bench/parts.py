"""The parts of the benchmark: every module beside this one that says `PART` and has `rows(quick)`."""

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.bench.row import Missing, Row


@dataclass(frozen=True, slots=True)
class Part:
    """One module's measurements. Several modules may serve one part; results are kept by module."""

    part: str  # what ONLY= names
    module: str
    rows: Callable[[bool], Iterator[Row | Missing]]
    also: Callable[[], str] = str  # a hash of what its rows depend on beside code and data


def found() -> tuple[Part, ...]:
    """Every part, by module name."""
    names = (module.name for module in pkgutil.iter_modules([str(Path(__file__).parent)]) if module.name != "__main__")
    modules = [importlib.import_module(f"tests.bench.{name}") for name in names]
    of_parts = (m for m in modules if hasattr(m, "PART"))
    return tuple(Part(m.PART, m.__name__.rpartition(".")[2], m.rows, getattr(m, "also", str)) for m in of_parts)


def chosen(parts: tuple[Part, ...], only: str) -> tuple[Part, ...]:
    """The parts that a comma-separated ONLY= names, all for an empty one; ValueError for a name that is none."""
    wanted = {name.strip() for name in only.split(",") if name.strip()}
    there_are = {p.part for p in parts}
    if wanted - there_are:
        raise ValueError(f"no part {', '.join(sorted(wanted - there_are))}; there are {', '.join(sorted(there_are))}")
    return tuple(p for p in parts if not wanted or p.part in wanted)
