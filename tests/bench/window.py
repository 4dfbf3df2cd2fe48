"""How long an edit takes: from letting go of an actor in Chromium to the applied answer, while a draft renders."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from tests.app.window.served import browser, served
from tests.app.window.window import Window
from tests.bench.busy_drive import NUM_ACTORS, write_busy_drive
from tests.bench.row import Row

PART = "latency"
NUM_EDITS, NUM_QUICK = 200, 40
# The page is asked when it has applied the answer, not Playwright, which hears of it a round trip later.
STOPWATCH = """() => {
  const { store } = retake, set = store.set;
  let up = null;
  globalThis.commits = [];
  addEventListener("pointerup", (event) => { up = event.timeStamp; }, true);
  store.set = (fields) => {
    set.call(store, fields);
    if (fields.take && up !== null) {
      commits.push({ ms: performance.now() - up, drawing: store.state.draft !== null });
      up = null;
    }
  };
}"""
NEXT_ACTOR = """(n) => {
  const s = retake.store.state, ids = [...s.take.actors.keys()], pose = s.take.actors.get(ids[n]).track[20];
  return retake.bev.camera.toScreen(pose[1], pose[2]);
}"""


def rows(quick: bool) -> Iterator[Row]:
    """Real drags of every actor in turn."""
    number = NUM_QUICK if quick else NUM_EDITS
    with tempfile.TemporaryDirectory() as folder:
        root = write_busy_drive(Path(folder) / "drive")
        with served(root, Path(folder) / "workspace") as running, browser() as chromium:
            taken = milliseconds(Window(chromium.new_page(viewport={"width": 1440, "height": 900}), running.url), number)
    yield Row("edit.commit_p95_ms", float(np.percentile(taken, 95)), "ms", len(taken))
    yield Row("edit.commit_median_ms", float(np.median(taken)), "ms", len(taken))


def milliseconds(window: Window, number: int) -> list[float]:
    """Drag actors one after the other; how long each edit took."""
    window.ask("s.layers.lidar")
    for _ in range(4):
        window.press("-")
    window.page.evaluate(STOPWATCH)
    for edit in range(number):
        at = window.on_map(window.page.evaluate(NEXT_ACTOR, (edit * 37) % NUM_ACTORS))
        window.drag(at, (6 if edit % 2 else -6, 0))
        window.settle(edit + 1)
    return [commit["ms"] for commit in window.page.evaluate("commits")]
