"""The window as a person at the mouse and the keyboard meets it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import APIResponse, Browser, Page, Route

Point = tuple[float, float]
PATIENCE_MS = 120_000  # for whatever is waited for: the machine may be busy, and the benchmark measures the time

ACTOR_ON_MAP = """(id) => {
  const { store, bev } = retake, s = store.state, t = s.scene.frames[s.frame].t_us;
  const pose = s.take.actors.get(id).track.reduce((a, b) => (Math.abs(b[0] - t) < Math.abs(a[0] - t) ? b : a));
  return bev.camera.toScreen(pose[1], pose[2]);
}"""
TURN_HANDLE = """(id) => {
  const { store, bev } = retake, s = store.state, t = s.scene.frames[s.frame].t_us, actor = s.take.actors.get(id);
  const pose = actor.track.reduce((a, b) => (Math.abs(b[0] - t) < Math.abs(a[0] - t) ? b : a));
  return bev.turnHandle(actor, pose.slice(1));
}"""
ACTOR_IN_VIEW = """([id, view]) => {
  const tile = retake.views.tiles().find((each) => each.view.name === view);
  const through = retake.views.lens(tile.index);
  const box = retake.views.boxes(through, [retake.store.state.take.actors.get(id)])[0];
  if (!box) return null;
  const place = tile.canvas.getBoundingClientRect(), shown = through.view;
  const us = box.outline.map((p) => p[0]).map((u) => Math.min(Math.max(u, 0), shown.width));
  const vs = box.outline.map((p) => p[1]).map((v) => Math.min(Math.max(v, 0), shown.height));
  const middle = (values) => (Math.min(...values) + Math.max(...values)) / 2;
  return [place.x + (middle(us) * place.width) / shown.width, place.y + (middle(vs) * place.height) / shown.height];
}"""
AHEAD_OF_EGO = """() => {
  const s = retake.store.state, t = s.scene.frames[s.frame].t_us, { apply, inverse } = RetakeProjection;
  const ego = s.scene.frames[s.frame].pictures.find(Boolean).ego;
  const places = [...s.take.actors.values()].map((actor) => {
    const pose = actor.track.reduce((a, b) => (Math.abs(b[0] - t) < Math.abs(a[0] - t) ? b : a));
    return { id: actor.id, category: actor.category, at: apply(inverse(ego), pose.slice(1, 4)) };
  });
  return places.filter(({ at, category }) => at[0] > 4 && Math.abs(at[1]) < 1.6 && category.startsWith("vehicle"))
    .sort((a, b) => a.at[0] - b.at[0])[0].id;
}"""


class Window:
    """One tab with the window in it."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        page.set_default_timeout(PATIENCE_MS)
        self.problems: list[str] = []
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.goto(url)
        self.wait_until_ready()

    def wait_until_ready(self) -> None:
        """The scene is there and its take is open."""
        self.page.wait_for_function("globalThis.retake?.ready")
        self.page.wait_for_timeout(150)

    def begin_anew(self) -> None:
        """A new take, with everything put away."""
        self.page.mouse.move(700, 5)
        for _ in range(3):
            self.press("Escape")
        self.page.locator("#tab-findings").click()
        before = self.ask("take.id")
        self.page.locator("#take-picker").select_option("")
        self.page.wait_for_function(f"retake.store.state.take.id !== '{before}'")
        self.press("f")
        self.press("Home")
        self.page.wait_for_timeout(60)

    def ask(self, expression: str) -> object:
        """What the page knows; `s` is its state, `take` the open take."""
        return self.page.evaluate(f"(() => {{ const s = retake.store.state, take = s.take; return {expression}; }})()")

    def settle(self, gestures: int | None = None) -> None:
        """Every answer is there, and so many gestures are done."""
        counted = "" if gestures is None else f" && s.take.gestures.length === {gestures}"
        self.page.wait_for_function(
            f"(() => {{ const s = retake.store.state; return !s.waiting && s.saving === 'saved'{counted}; }})()"
        )
        self.page.wait_for_timeout(60)

    @property
    def actors(self) -> dict[str, list]:
        """Tracks by actor."""
        return self.ask("Object.fromEntries([...take.actors].map(([id, actor]) => [id, actor.track]))")

    @property
    def gestures(self) -> list[str]:
        """What the edits list says."""
        return self.ask("take.gestures.map((each) => each.sentence)")

    # ------------------------------------------------------------------------------------------ places

    def on_map(self, place: Sequence[float]) -> Point:
        """A place of the map's canvas, in the page."""
        box = self.page.locator("#map").bounding_box()
        return box["x"] + place[0], box["y"] + place[1]

    def actor_on_map(self, actor: str) -> Point:
        """Where an actor is drawn on the map."""
        return self.on_map(self.page.evaluate(ACTOR_ON_MAP, actor))

    def turn_handle(self, actor: str) -> Point:
        """Where the selected actor's turning handle is."""
        return self.on_map(self.page.evaluate(TURN_HANDLE, actor))

    def actor_in_view(self, actor: str, view: str) -> Point | None:
        """The middle of an actor's box in a picture."""
        found = self.page.evaluate(ACTOR_IN_VIEW, [actor, view])
        return tuple(found) if found else None

    def actor_ahead(self) -> str:
        """The nearest vehicle ahead of the ego in its lane."""
        return self.page.evaluate(AHEAD_OF_EGO)

    def ego_on_map(self) -> Point:
        """Where the ego is drawn on the map."""
        pose = self.ask("s.scene.frames[s.frame].pictures.find(Boolean).ego")
        return self.on_map(self.page.evaluate("([x, y]) => retake.bev.camera.toScreen(x, y)", pose[:2]))

    def bend_handles(self) -> list[Point]:
        """Where the ego's path can be taken hold of."""
        return [self.on_map(at) for at in self.page.evaluate("retake.bev.bendHandles().map(({ at }) => at)")]

    # ------------------------------------------------------------------------------------------ hands

    def drag(self, start: Point, by: Point, *, let_go: bool = True) -> None:
        """Press, move in steps, let go."""
        mouse = self.page.mouse
        mouse.move(*start)
        mouse.down()
        mouse.move(start[0] + by[0] / 2, start[1] + by[1] / 2, steps=3)
        mouse.move(start[0] + by[0], start[1] + by[1], steps=3)
        if let_go:
            mouse.up()

    def press(self, key: str) -> None:
        """One key."""
        self.page.keyboard.press(key)

    def shot(self, path: Path) -> None:
        """A picture of the page."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=path)


class Held:
    """What the page posts to a route, for the length of a `with`: the server hears of it at once or, `unheard`, only when it is
    let go; the page waits for the answer until then."""

    def __init__(self, window: Window, path: str, *, unheard: bool = False) -> None:
        self._page, self._address, self._unheard = window.page, f"**/retake/{path}", unheard
        self._held: list[tuple[Route, APIResponse | None]] = []
        self._holds = True

    def __enter__(self) -> "Held":
        self._page.route(self._address, self._hold)
        return self

    def __exit__(self, *_: object) -> None:
        self.let_go()
        self._page.unroute(self._address, self._hold)

    def _hold(self, route: Route) -> None:
        if self._holds:
            self._held.append((route, None if self._unheard else route.fetch(timeout=PATIENCE_MS)))
        else:
            route.continue_()

    def wait(self) -> None:
        """Until there is something that is held."""
        for _ in range(PATIENCE_MS // 20):
            if self._held:
                return
            self._page.wait_for_timeout(20)
        raise AssertionError(f"nothing was posted to {self._address} in {PATIENCE_MS / 1000:g} s")

    def let_go(self) -> None:
        """Whatever is held goes on; nothing is held from now on."""
        self._holds = False
        while self._held:
            route, answer = self._held.pop(0)
            if answer is None:
                route.continue_()
            else:
                route.fulfill(response=answer)


@contextmanager
def tab(browser: Browser, url: str) -> Iterator[Window]:
    """A tab with a memory of its own, on a desk's screen, for the length of a `with`."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    yield Window(context.new_page(), url)
    context.close()
