"""What is judged: anything that yields the pictures of a request, by name."""

import hashlib
import importlib
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from engine.benchmark.cases import BenchmarkError
from engine.model.digest import digest
from engine.requests import Chunk, Model, Request
from engine.service.content import MODEL_CODE, all_keys, code_digest
from engine.service.shipped import SHIPPED, is_checkpoint
from engine.service.store import Store
from engine.service.task import Task

NOWHERE = "benchmark"  # instead of a recording's digest, in a store that is thrown away


@dataclass(frozen=True, slots=True)
class Engine:
    """`version` changes whenever the pictures may: what was measured of another version is measured again.

    `render` may show previews before a picture. They are not judged, but one of the tier "draft" says what the picture was
    before a model corrected it."""

    name: str
    version: str
    render: Callable[[Request], Iterator[Chunk]]


def _draft(_: Path | None) -> Engine:
    from engine.draft.draft import draft  # here, since whoever judges another engine need not wait for it

    return Engine("draft", code_digest(), draft)


def _model(checkpoint: Path | None) -> Engine:
    model = Model(checkpoint_of(checkpoint))
    words = code_digest(), code_digest(MODEL_CODE), digest(model.checkpoint), repr((model.steps, model.guidance))
    return Engine("model", hashlib.sha256("\0".join(words).encode()).hexdigest(), Anchors(model))


@dataclass(frozen=True, slots=True)
class Anchors:
    """The world model as the service has it: all pictures of a request are anchors, drawn jointly from their drafts, which come
    as previews."""

    model: Model

    def __call__(self, request: Request) -> Iterator[Chunk]:
        """The drafts, then the anchors."""
        from engine.service.tiers import draw

        asked = replace(request, tier="anchor", model=self.model)
        with tempfile.TemporaryDirectory() as folder:
            store = Store(Path(folder))
            task = Task(all_keys(asked, NOWHERE), store)
            try:
                for chunk in draw(replace(request, tier="draft")):
                    task.keep(chunk)
                    yield replace(chunk, preview=True)
                yield from (chunk for chunk in draw(asked, task) if chunk is not None and not chunk.preview)
            finally:
                store.close()


BUILT_IN: dict[str, Callable[[Path | None], Engine]] = {"draft": _draft, "model": _model}


def checkpoint_of(checkpoint: Path | None) -> Path:
    """The folder of a checkpoint, by default of the one that ships; BenchmarkError where it is not there."""
    found = checkpoint or SHIPPED
    if not is_checkpoint(found):
        raise BenchmarkError(f"no checkpoint in {found}; wanted one there, or the folder of another by --checkpoint")
    return found


def engine_of(name: str, checkpoint: Path | None = None) -> Engine:
    """A built-in engine, or the `Engine` that "package.module:attribute" names; BenchmarkError for anything else. A checkpoint
    is the model's."""
    if name in BUILT_IN:
        return BUILT_IN[name](checkpoint)
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
