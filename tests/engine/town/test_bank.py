"""The bank is drawn whole, fits its boxes, and says when it cannot be written."""

import json

import cv2
import numpy as np
import pytest
from open3d import t

from editor.cameras import box_hull
from editor.categories import CATEGORIES
from editor.geometry import IDENTITY, Rigid, box_corners
from editor.scene import View
from engine.town import bank
from engine.town.town import TownError


def test_everything_that_detection_asks_for_is_in_the_bank():
    assert {CATEGORIES[category].detection for _, category, _ in bank.ENTRIES} >= {
        c.detection for c in CATEGORIES.values() if c.detection
    }
    assert len({name for name, _, _ in bank.ENTRIES}) == len(bank.ENTRIES)


def test_the_bank_is_written_and_its_pictures_fit_their_boxes(tmp_path, monkeypatch):
    wanted = [e for e in bank.ENTRIES if e[0] in ("cone", "excavator")]
    monkeypatch.setattr(bank, "ENTRIES", tuple(wanted))
    monkeypatch.setattr(bank, "AZIMUTHS", 2)
    monkeypatch.setattr(bank, "LONG_PX", 48)
    told = []
    bank.write_bank(tmp_path, lambda done, total: told.append((done, total)))
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]
    entries = json.loads((tmp_path / "index.json").read_text())["entries"]
    assert [e["name"] for e in entries] == [name for name, _, _ in wanted]
    for entry in entries:
        shape = t.io.read_triangle_mesh(str(tmp_path / entry["mesh"])).vertex.positions.numpy()
        assert np.ptp(shape, axis=0) == pytest.approx(entry["size_lwh"], rel=0.12)
        for picture in entry["pictures"]:
            rgba = cv2.imread(str(tmp_path / picture["file"]), cv2.IMREAD_UNCHANGED)
            view = View("bank", picture["width"], picture["height"], tuple(picture["intrinsics"]), IDENTITY)
            T = Rigid(tuple(picture["T_camera_box"]["translation"]), tuple(picture["T_camera_box"]["rotation"]))
            hull = box_hull(view, box_corners(T, tuple(entry["size_lwh"])))
            inside = [cv2.pointPolygonTest(hull, (float(x), float(y)), True) for y, x in np.argwhere(rgba[..., 3] > 250)]
            assert len(inside) > 50
            assert min(inside) > -0.8


def test_a_folder_that_cannot_be_written_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(bank, "ENTRIES", bank.ENTRIES[:1])
    monkeypatch.setattr(bank, "LONG_PX", 16)
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(TownError, match="wanted room and leave"):
        bank.write_bank(blocked)
