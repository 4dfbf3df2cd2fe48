"""What the small picture changed, the large one changes; detail keeps its place and takes the new light; the rest stays."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from editor.cameras import fit_picture
from editor.geometry import Rigid
from editor.scene import View
from engine.service.enlarge import enlarged

SMALL = 112, 64
VIEW = View("CAM_FRONT", 400, 225, (300.0, 300.0, 199.5, 112.0, 0.0), Rigid((0.0, 0.0, 1.5), (1.0, 0.0, 0.0, 0.0)))


def street(seed: int) -> np.ndarray:
    """A picture with detail of every size."""
    dice = np.random.default_rng(seed)
    sizes = ((8, 5), (40, 22), (200, 112), (400, 225))
    layers = [cv2.resize(dice.uniform(-1, 1, (h, w, 3)), (400, 225), interpolation=cv2.INTER_CUBIC) for w, h in sizes]
    return (120 + 25 * sum(layers)).clip(20, 235).astype(np.uint8)


def small(picture: np.ndarray) -> np.ndarray:
    return fit_picture(picture, VIEW, *SMALL)[0]


def off(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.abs(a.astype(float) - b).mean())


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 99))
def test_where_nothing_was_changed_the_draft_stays_to_the_last_level(seed):
    draft = street(seed)
    assert (enlarged(draft, VIEW, small(draft), small(draft)) == draft).all()
    drawn = small(draft).copy()
    drawn[20:30, 40:60] //= 2
    found = enlarged(draft, VIEW, small(draft), drawn)
    changed = np.argwhere((found != draft).any(axis=-1))
    scale = 225 / 64
    assert changed[:, 0].min() >= 18 * scale
    assert changed[:, 0].max() <= 32 * scale
    assert changed[:, 1].min() >= 38 * scale
    assert changed[:, 1].max() <= 62 * scale


@pytest.mark.parametrize("light", [0.25, 0.6, 1.3])
def test_another_light_reaches_detail_that_the_small_picture_lacks(light):
    draft = street(3)
    true = np.clip(draft * light, 0, 255).astype(np.uint8)
    found = enlarged(draft, VIEW, small(draft), small(true))
    plain = cv2.resize(small(true), (400, 225), interpolation=cv2.INTER_CUBIC)
    inside = np.s_[8:-8, 8:-8]
    assert off(found[inside], true[inside]) < 0.5 * off(plain[inside], true[inside])


def test_what_appears_without_a_trace_in_the_draft_is_enlarged_as_it_is():
    draft = np.full((225, 400, 3), 40, np.uint8)
    drawn = small(draft).copy()
    drawn[30:40, 50:60] = (250, 240, 160)  # a window that was lit
    found = enlarged(draft, VIEW, small(draft), drawn)
    assert off(small(found), drawn) < 1.0
    assert tuple(found[122, 194]) == (250, 240, 160)


def test_pictures_that_do_not_fit_are_refused():
    draft = street(0)
    with pytest.raises(ValueError, match=r"\(225, 400, 3\) and two small pictures of one size"):
        enlarged(draft[:-1], VIEW, small(draft), small(draft))
    with pytest.raises(ValueError, match="of one size"):
        enlarged(draft, VIEW, small(draft), small(draft)[:-1])
