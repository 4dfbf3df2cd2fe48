"""The bundle's films and contact sheet, made from its own pictures, every frame labelled with where it comes from."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from app.export.contact_sheet import TILE, contact_sheet, rows_to_show
from app.export.label import WORDS, labelled
from app.export.order import Exported, Order
from app.export.pixels import read_pixels
from app.export.video import GREY, Film, fitted, frame_rate, mosaic, mosaic_rows

MOSAIC_TILE = (640, 360)


def write_films(order: Order, pictures: dict[tuple[int, str], Exported], folder: Path) -> Iterator[int]:
    """One film per view, a mosaic of all, and the contact sheet; yields the number of frames done."""
    scene = order.scenario.scene
    rate = frame_rate([scene.frames[index].t_us for index in order.frames])
    layout = mosaic_rows([scene.view(name) for name in order.views])
    sheet, wanted = [], {order.frames[i] for i in rows_to_show(len(order.frames))}
    (folder / "videos").mkdir()
    with ExitStack() as stack:
        films = {view: stack.enter_context(Film(folder / "videos" / f"{view}.mp4", rate)) for view in order.views}
        together = stack.enter_context(Film(folder / "videos" / "mosaic.mp4", rate))
        for done, index in enumerate(order.frames, start=1):
            shown = {view: _picture(order, pictures[index, view], folder) for view in order.views}
            for view, picture in shown.items():
                films[view].add(labelled(picture, view, pictures[index, view].origin))
            tiles = {v: labelled(fitted(p, *MOSAIC_TILE), v, pictures[index, v].origin) for v, p in shown.items()}
            together.add(mosaic(tiles, layout, *MOSAIC_TILE))
            if index in wanted:
                sheet.append([labelled(fitted(shown[v], *TILE), v, pictures[index, v].origin) for row in layout for v in row])
            yield done
    _write_sheet(order, pictures, folder, sheet)


def _picture(order: Order, exported: Exported, folder: Path) -> NDArray[np.uint8]:
    view = order.scenario.scene.view(exported.view)
    if exported.file is None:
        return np.full((view.height, view.width, 3), GREY, np.uint8)
    return read_pixels(folder / exported.file)


def _write_sheet(order: Order, pictures: dict[tuple[int, str], Exported], folder: Path, rows: list) -> None:
    origins = [exported.origin for exported in pictures.values()]
    counts = ", ".join(f"{origins.count(origin)} {words}" for origin, words in WORDS.items() if origin in origins)
    title = f"{order.take.name} of scene {order.scenario.scene.name}"
    subtitle = f"{len(order.frames)} frames of {len(order.views)} views: {counts}"
    Image.fromarray(contact_sheet(title, subtitle, rows)).save(folder / "contact_sheet.jpg", quality=90)
