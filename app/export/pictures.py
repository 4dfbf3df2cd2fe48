"""The bundle's pictures: the recorded file copied where nothing was touched, otherwise drawn at the recorded size."""

import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, PngImagePlugin

from app.export.order import Exported, Order, PictureFormat
from engine.service.requests import Chunk, Request, Service

JPEG_QUALITY = 95
SUFFIX: dict[PictureFormat, str] = {"jpeg": ".jpg", "png": ".png"}
MARK = "Retake: edited, not recorded"  # inside every changed file


def write_pictures(order: Order, service: Service, folder: Path) -> Iterator[tuple[Exported, Chunk]]:
    """Write each picture as it is drawn; those that the recording lacks are not asked for."""
    recording = order.scenario.scene
    for view in order.views:
        (folder / "samples" / view).mkdir(parents=True, exist_ok=True)
    for frames, views in _askable(order):
        request = Request(order.dataroot, order.scenario, views, frames, size=None, seed=order.take.seed)
        with closing(service.render(request)) as chunks:
            for chunk in chunks:
                picture = recording.frames[chunk.frame].picture(chunk.view)
                file = f"samples/{chunk.view}/{recording.name}__{chunk.view}__{picture.t_us}"
                if chunk.origin == "recorded":
                    file += Path(picture.file).suffix
                    shutil.copyfile(order.dataroot / picture.file, folder / file)
                else:
                    file += SUFFIX[order.picture_format]
                    save(folder / file, chunk.picture)
                shares = round(1 - float(chunk.valid.mean()), 6), round(float(chunk.dirty.mean()), 6)
                yield Exported(chunk.frame, chunk.view, picture.t_us, file, chunk.origin, *shares), chunk


def missing_pictures(order: Order) -> list[Exported]:
    """What the recording has no picture of."""
    frames = order.scenario.scene.frames
    return [
        Exported(index, view, frames[index].t_us, None, None)
        for index in order.frames
        for view in order.views
        if not _exists(order, index, view)
    ]


def save(path: Path, picture: np.ndarray) -> None:
    """Write a changed picture, marked as such inside the file, as JPEG of quality 95 or PNG by the name's ending."""
    image = Image.fromarray(picture)
    if path.suffix == ".png":
        info = PngImagePlugin.PngInfo()
        info.add_text("Comment", MARK)
        image.save(path, pnginfo=info, compress_level=4)
    else:
        image.save(path, quality=JPEG_QUALITY, subsampling=0, comment=MARK)


def write_png(path: Path, pixels: np.ndarray) -> None:
    """Write 8- or 16-bit pixels, RGB or grey; OSError where the disk refuses (OpenCV's own writer would say nothing)."""
    ordered = cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR) if pixels.ndim == 3 else pixels
    path.write_bytes(cv2.imencode(".png", ordered)[1].tobytes())


def _exists(order: Order, index: int, view: str) -> bool:
    picture = order.scenario.scene.frames[index].picture(view)
    return picture is not None and picture.can_be_drawn


def _askable(order: Order) -> list[tuple[tuple[int, ...], tuple[str, ...]]]:
    """Runs of frames that have the same views, so that one request fits each."""
    runs: list[tuple[list[int], tuple[str, ...]]] = []
    for index in order.frames:
        views = tuple(view for view in order.views if _exists(order, index, view))
        if runs and runs[-1][1] == views:
            runs[-1][0].append(index)
        elif views:
            runs.append(([index], views))
    return [(tuple(frames), views) for frames, views in runs]
