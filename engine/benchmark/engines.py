"""What is judged: anything that yields the pictures of a request, by name."""

import importlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from engine.benchmark.cases import BenchmarkError
from engine.service.content import code_digest
from engine.service.requests import Chunk, Request


@dataclass(frozen=True, slots=True)
class Engine:
    """`version` changes whenever the pictures may: what was measured of another version is measured again."""

    name: str
    version: str
    render: Callable[[Request], Iterator[Chunk]]


def _draft() -> Engine:
    from engine.draft.draft import draft  # here, since whoever judges another engine need not wait for it

    return Engine("draft", code_digest(), draft)


BUILT_IN: dict[str, Callable[[], Engine]] = {"draft": _draft}


def engine_of(name: str) -> Engine:
    """A built-in engine, or the `Engine` that "package.module:attribute" names; BenchmarkError for anything else."""
    if name in BUILT_IN:
        return BUILT_IN[name]()
    module, colon, attribute = name.partition(":")
    if not colon:
        raise BenchmarkError(f"engine {name!r}; wanted {', '.join(BUILT_IN)}, or package.module:attribute")
    try:
        found = getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError, ValueError) as error:
        raise BenchmarkError(f"engine {name!r}: {error}") from error
    if not isinstance(found, Engine):
        raise BenchmarkError(f"engine {name!r} is a {type(found).__name__}; wanted an engine.benchmark.engines.Engine")
    return found
