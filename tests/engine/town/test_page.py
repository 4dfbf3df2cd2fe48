"""The page of Town's pictures: its text shows every sheet and no other, its example is a rig, sheets are laid out whole."""

import re

import numpy as np

from engine.town.page import ROUND, page, sheets
from engine.town.rig_file import read_rig
from engine.town.sheets import GAP, labelled, tiled

TEXT = page(dict.fromkeys(ROUND, "Street, noon"))


def test_the_page_shows_every_sheet_once():
    assert sorted(re.findall(r"\]\((.*?)\.jpg\)", TEXT)) == sorted(sheets())


def test_the_pages_example_is_a_rig(tmp_path):
    (tmp_path / "rig.json").write_text(re.search(r"```json\n(.*?)```", TEXT, re.DOTALL).group(1))
    assert [view.name for view in read_rig(tmp_path / "rig.json").views] == ["CAM_FRONT"]


def test_tiles_stand_in_rows_on_white():
    sheet = tiled([np.full((4, 6, 3), k, np.uint8) for k in range(5)], 3)
    assert sheet.shape == (2 * 4 + GAP, 3 * 6 + 2 * GAP, 3)
    assert (sheet[-1, 6 + GAP] == 4).all()
    assert (sheet[-1, -1] == 255).all()


def test_a_label_leaves_the_picture_itself_alone():
    picture = np.zeros((60, 200, 3), np.uint8)
    assert labelled(picture, "noon").any()
    assert not picture.any()
