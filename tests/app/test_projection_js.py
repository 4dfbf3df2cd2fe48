"""The page's own projection, run as the page runs it, against Python's over both shared data sets."""

import random
from pathlib import Path

import numpy as np
import pytest

from editor.cameras import T_camera_world, box_hull, fit, project
from editor.datasets.nuscenes import open_data_set
from editor.geometry import box_corners
from editor.tracks import actor_at

SCRIPT = Path(__file__).resolve().parents[2] / "app" / "static" / "projection.js"
NUM_PICTURES = 40
AGREED_PX = 0.5

IN_PAGE = """cases => cases.map(({view, T_world_ego, T_ego_camera, boxes}) => {
  const P = globalThis.RetakeProjection;
  const T_camera_world = P.inverse(P.compose(T_world_ego, T_ego_camera));
  return boxes.map(({T_world_box, size}) => {
    const corners = P.boxCorners(T_world_box, size).map((corner) => P.apply(T_camera_world, corner));
    const pixels = corners.map((corner) => P.project(view, corner)).map((p) => p.map((c) => (Number.isNaN(c) ? null : c)));
    return {pixels, outline: P.boxOutline(view, corners)};
  });
})"""


@pytest.fixture(scope="module")
def in_page():
    """Runs the script of `IN_PAGE` in Chromium."""
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as p:
        browser = p.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page()
        page.add_script_tag(path=str(SCRIPT))
        yield lambda cases: page.evaluate(IN_PAGE, cases)
        browser.close()


def seen(root, seed):
    """Random pictures at random sizes, with every actor that is there; in a page's terms and in ours."""
    chance, data_set = random.Random(seed), open_data_set(root)
    pages, ours = [], []
    for _ in range(NUM_PICTURES):
        scene = data_set.scene(chance.choice(data_set.summaries()).name)
        picture = chance.choice(chance.choice(scene.frames).pictures)
        view = fit(scene.view(picture.view), *chance.choice([(448, 256), (1600, 900), (321, 200)])).view
        boxes = [(T, actor.size_lwh) for actor in scene.actors if (T := actor_at(actor, picture.t_us)) is not None]
        pages.append(
            {
                "view": {"width": view.width, "height": view.height, "intrinsics": view.intrinsics},
                "T_world_ego": pose(picture.T_world_ego),
                "T_ego_camera": pose(view.T_ego_camera),
                "boxes": [{"T_world_box": pose(T), "size": size} for T, size in boxes],
            }
        )
        T_camera = T_camera_world(picture.T_world_ego, view)
        ours.append((view, [T_camera.apply(box_corners(T, size)) for T, size in boxes]))
    return pages, ours


def pose(T):
    return [*T.translation, *T.rotation]


def apart(outline, other):
    """How far the corners of one convex outline lie from the other's border, at most."""
    a, b = other, np.roll(other, -1, axis=0)
    along = b - a
    share = ((outline[:, None] - a) * along).sum(-1) / np.maximum((along**2).sum(-1), 1e-12)
    nearest = a + np.clip(share, 0, 1)[..., None] * along
    return np.linalg.norm(outline[:, None] - nearest, axis=-1).min(1).max()


@pytest.mark.browser
@pytest.mark.parametrize("data", ["pandaset_root", "nuscenes_root"])
def test_the_page_projects_as_python_does(in_page, data, request):
    pages, ours = seen(request.getfixturevalue(data), seed=1)
    num_outlines = 0
    for theirs, (view, corners) in zip(in_page(pages), ours, strict=True):
        for page_box, box in zip(theirs, corners, strict=True):
            pixels, depth = project(view, box)
            got = np.array(page_box["pixels"], dtype=float)
            assert np.abs(got[:, 2] - depth).max() < 1e-6
            assert (np.isnan(got[:, 0]) == np.isnan(pixels[:, 0])).all()
            near = (depth >= 0.1) & (np.abs(pixels) <= 10 * view.width).all(1)
            assert not near.any() or np.abs(got[near, :2] - pixels[near]).max() < AGREED_PX
            hull = box_hull(view, box)
            if hull is None or page_box["outline"] is None:
                assert hull is None
                assert page_box["outline"] is None
                continue
            outline = np.array(page_box["outline"])
            assert max(apart(outline, hull), apart(hull, outline)) < AGREED_PX
            num_outlines += 1
    assert num_outlines > NUM_PICTURES


@pytest.mark.browser
def test_a_box_beside_the_camera_keeps_its_slope(in_page):
    """A wall from behind the camera to far ahead: its upper edge must point at the vanishing point."""
    view = {"width": 448, "height": 256, "intrinsics": [300.0, 300.0, 223.5, 127.5, 0.0]}
    case = {
        "view": view,
        "T_world_ego": [0, 0, 0, 1, 0, 0, 0],
        "T_ego_camera": [0, 0, 0, 0.5, -0.5, 0.5, -0.5],
        "boxes": [{"T_world_box": [20, 1, 0, 1, 0, 0, 0], "size": [60, 0.2, 1]}],
    }
    outline = np.array(in_page([case])[0][0]["outline"])
    above = outline[outline[:, 1] < 127]
    slopes = (above[:, 1] - 127.5) / (above[:, 0] - 223.5)  # height by distance to the side, 0.5 m by 0.9 to 1.1 m
    assert slopes.min() > 0.5 / 1.1 - 1e-3
    assert slopes.max() < 0.5 / 0.9 + 1e-3
