"""Exporting a take: every part of a bundle in turn, in a folder that appears only when all of it is there."""

import time
from collections.abc import Iterator
from pathlib import Path

from app.export.films import write_films
from app.export.generated import draw_generated, forget
from app.export.masks import mask_values, write_masks
from app.export.order import Exported, Order, Progress, Stage
from app.export.pictures import missing_pictures, write_pictures
from app.export.report import REPORT, report_of, write_report
from app.export.staging import staged
from editor.checks import findings
from editor.datasets.bundle import write_tables_of
from editor.files import save_take
from engine.service.protocol import Service

ExportedByPlace = dict[tuple[int, str], Exported]


def export(order: Order, service: Service) -> Iterator[Progress]:
    """Make the bundle, saying how far it is. Closing the iterator gives up and leaves nothing; ExportError says why."""
    with staged(order.target) as folder:
        if order.model is not None:
            yield from draw_generated(order, service, folder)
        pictures: ExportedByPlace = {(p.frame, p.view): p for p in missing_pictures(order)}
        yield from _pictures(order, service, pictures, folder)
        forget(folder)
        existing = [picture for picture in pictures.values() if picture.file is not None]
        if order.masks:
            yield from _counted("masks", write_masks(order, existing, folder), len(existing))
        yield from _counted("films", write_films(order, pictures, folder), len(order.frames))
        yield Progress("tables", 0, 1)
        _write_tables(order, existing, folder)
        found = findings(order.scenario, order.street_map)
        save_take(folder / f"{order.take.id}.take.json", order.take)
        write_report(folder / REPORT, report_of(order, pictures.values(), found, mask_values(order) if order.masks else {}))
        yield Progress("tables", 1, 1)  # the last moment to give up: what follows is the folder's name
    yield Progress("done", 1, 1)


def _pictures(order: Order, service: Service, pictures: ExportedByPlace, folder: Path) -> Iterator[Progress]:
    total = len(order.frames) * len(order.views) - len(pictures)
    for exported, chunk in write_pictures(order, service, folder):
        pictures[exported.frame, exported.view] = exported
        yield Progress("pictures", chunk.done, total, chunk.seconds_left)


def _write_tables(order: Order, pictures: list[Exported], folder: Path) -> None:
    files = {(picture.frame, picture.view): picture.file for picture in pictures}
    origins = {(picture.frame, picture.view): picture.origin for picture in pictures}
    write_tables_of(folder, order.scenario, order.dataroot, order.frames, files, origins=origins, views=order.views)


def _counted(stage: Stage, steps: Iterator[int], total: int) -> Iterator[Progress]:
    start = time.monotonic()
    yield Progress(stage, 0, total)
    for done in steps:
        yield Progress(stage, done, total, (time.monotonic() - start) / done * (total - done))
