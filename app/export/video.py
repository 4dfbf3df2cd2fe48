"""H.264 films of pictures in order, and the six views side by side."""

import math
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Self

import av
import cv2
import numpy as np
from av.video.reformatter import ColorRange, Colorspace
from numpy.typing import NDArray

from editor.scene import View

Pixels = NDArray[np.uint8]  # (H, W, 3) RGB
GREY = 48
CRF = "18"  # x264's quality: about where an eye stops telling the film from its pictures


def frame_rate(times_us: Sequence[int]) -> Fraction:
    """Frames per second, to a tenth, that these times ask for; 10 for a single one."""
    if len(times_us) < 2:
        return Fraction(10)
    per_second = (len(times_us) - 1) * 1e6 / (times_us[-1] - times_us[0])
    return max(Fraction(round(per_second * 10), 10), Fraction(1, 10))


class Film:
    """An MP4 that every browser plays, written picture by picture; pictures are cut to even sizes, as H.264 wants them."""

    def __init__(self, path: Path, rate: Fraction) -> None:
        """A film of so many pictures per second; all must have the first one's size."""
        self._container = av.open(str(path), "w", options={"movflags": "faststart"})
        self._stream = self._container.add_stream("libx264", rate=rate, options={"crf": CRF, "preset": "veryfast"})
        self._stream.pix_fmt = "yuv420p"
        self._stream.codec_context.colorspace = Colorspace.ITU709  # said, since players guess it from the size otherwise
        self._stream.codec_context.color_range = ColorRange.MPEG
        self._size: tuple[int, int] | None = None

    def __enter__(self) -> Self:
        """The film, open."""
        return self

    def __exit__(self, *error: object) -> None:
        """End the film; what was broken off is closed as it is."""
        if error[0] is None and self._size is not None:
            self._container.mux(self._stream.encode())
        self._container.close()

    def add(self, picture: Pixels) -> None:
        """Put one picture at the end."""
        even = np.ascontiguousarray(picture[: picture.shape[0] // 2 * 2, : picture.shape[1] // 2 * 2])
        if self._size is None:
            self._stream.height, self._stream.width = self._size = even.shape[:2]
        if even.shape[:2] != self._size:
            raise ValueError(f"a picture of {even.shape[1]}x{even.shape[0]} in a film of {self._size[1]}x{self._size[0]}")
        frame = av.VideoFrame.from_ndarray(even, format="rgb24")
        self._container.mux(self._stream.encode(frame.reformat(format="yuv420p", dst_colorspace=Colorspace.ITU709)))


def fitted(picture: Pixels | None, width: int, height: int) -> Pixels:
    """A picture inside a tile, whole, on grey; an empty tile where there is none."""
    tile = np.full((height, width, 3), GREY, np.uint8)
    if picture is None:
        return tile
    scale = min(width / picture.shape[1], height / picture.shape[0])
    size = (max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale)))
    left, top = (width - size[0]) // 2, (height - size[1]) // 2
    tile[top : top + size[1], left : left + size[0]] = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    return tile


def mosaic_rows(views: Sequence[View]) -> tuple[tuple[str, ...], ...]:
    """View names as they look out of the car: those facing ahead above, those facing back below, left to right."""
    headings = {view.name: _heading(view) for view in views}
    ahead = sorted((name for name, yaw in headings.items() if math.cos(yaw) > 0.2), key=lambda name: -headings[name])
    back = sorted((name for name in headings if name not in ahead), key=lambda name: headings[name] % math.tau)
    return tuple(tuple(row) for row in (ahead, back) if row)


def mosaic(pictures: dict[str, Pixels], rows: tuple[tuple[str, ...], ...], width: int, height: int) -> Pixels:
    """Tiles of one size in rows; shorter rows are filled up with grey."""
    columns = max(len(row) for row in rows)
    lines = []
    for row in rows:
        tiles = [fitted(pictures.get(name), width, height) for name in row]
        tiles += [fitted(None, width, height)] * (columns - len(row))
        lines.append(np.concatenate(tiles, axis=1))
    return np.concatenate(lines, axis=0)


def _heading(view: View) -> float:
    """The direction in the ego's ground plane that a camera looks in, counter-clockwise from ahead."""
    x, y, _ = view.T_ego_camera.matrix()[:3, 2]
    return math.atan2(y, x)
