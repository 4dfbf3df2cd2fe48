"""Several bundles as one folder, whole or not there at all."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from app.export.order import Progress
from app.export.report import REPORT, write_report
from app.export.staging import ExportError, staged
from app.version import VERSION
from editor.datasets.joined import BUNDLES, join

NOTICE = "Bundles of Retake as one nuScenes data set; each has its own report, which says what in it is not as recorded."


def joined(bundles: Sequence[Path], target: Path) -> Iterator[Progress]:
    """Join bundles, saying how far it is. Closing the iterator gives up and leaves nothing. ExportError and DataSetError."""
    names = [bundle.resolve().name for bundle in bundles]
    twice = [name for name, times in Counter(names).items() if times > 1]
    if twice:
        raise ExportError(
            f"{twice[0]} is the name of more than one bundle; wanted folders of different names, which scenes get"
        )
    with staged(target) as folder:
        yield Progress("joined", 0, len(names))
        for done, _ in enumerate(join(dict(zip(names, bundles, strict=True)), folder), 1):
            yield Progress("joined", done, len(names))
        reports = {name: f"{BUNDLES}/{name}/{REPORT}" for name in names}
        write_report(folder / REPORT, {"schema_version": 1, "notice": NOTICE, "retake": VERSION, "bundles": reports})
        yield Progress("joined", len(names), len(names))  # the last moment to give up
    yield Progress("done", 1, 1)
