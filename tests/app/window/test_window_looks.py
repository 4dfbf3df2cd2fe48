"""What the window shows: layouts, views, wipe, 3-D, playing, findings, the keys' overlay."""

import pytest

from app.actions import ACTIONS
from tests.app.window.window import PATIENCE_MS, Window, tab

pytestmark = pytest.mark.browser
SIZES = ((1440, 900), (1280, 720), (1024, 700))
CUT_OFF = """() => {
  const shown = (element) => element.offsetParent !== null && element.getBoundingClientRect().width > 0;
  const names = "bar tools scope time transport tabs buttons row title inline triple".split(" ");
  const rows = [...document.querySelectorAll(names.map((name) => `.${name}`).join())];
  const wide = rows.filter((row) => shown(row) && row.scrollWidth > row.clientWidth + 1).map((row) => row.className);
  const buttons = [...document.querySelectorAll(".retake button, .retake select")].filter(shown);
  const out = buttons.filter((each) => {
    const box = each.getBoundingClientRect();
    return box.right > innerWidth + 1 || box.left < -1 || (box.bottom > innerHeight + 1 && !each.closest(".actor, .lists"));
  }).map((each) => each.textContent);
  const page = document.scrollingElement;
  return { wide, out, scrolls: page.scrollWidth > innerWidth || page.scrollHeight > innerHeight };
}"""

ALL_THERE = """() => {
  const { pictures, store: { state } } = retake, isFull = (view) => state.expanded === view && state.resting;
  const address = (view) => pictures.source(state.take, state.frame, view, isFull(view)).url;
  return state.scene.views.every((_, view) => pictures.image(address(view)) !== null);
}"""
PART_AND_WHOLE = """async () => {
  const displayed = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  const tiles = () => retake.views.tiles().map(({ canvas }) => canvas.toDataURL());
  // A tile that has just been given another size is drawn anew a frame after that, however long the frame takes.
  const fits = ({ canvas: c }) => c.width === c.clientWidth && c.height === c.clientHeight;
  do await displayed(); while (!retake.views.tiles().every(fits));
  const part = tiles();
  retake.store.touch("size");
  await displayed();
  return [part, tiles()];
}"""


WRITTEN = """() => {
  const { prototype } = CanvasRenderingContext2D, { fillText } = prototype, written = [];
  prototype.fillText = function note(text, ...rest) { written.push(text); return fillText.call(this, text, ...rest); };
  return new Promise((done) => {
    retake.store.touch("take");
    setTimeout(() => { prototype.fillText = fillText; done(written); }, 300);
  });
}"""


def truck(window):
    return window.ask("[...take.actors.values()].find((actor) => actor.category === 'vehicle.truck').id")


@pytest.mark.parametrize("size", SIZES)
def test_nothing_is_cut_off(chromium, small_window, size):
    context = chromium.new_context(viewport={"width": size[0], "height": size[1]})
    window = Window(context.new_page(), small_window.url)
    window.drag(window.actor_on_map(truck(window)), (-30, 0))
    window.settle(1)
    assert window.page.evaluate(CUT_OFF) == {"wide": [], "out": [], "scrolls": False}
    context.close()


def widths(window):
    return window.page.evaluate("[...document.querySelectorAll('.view')].map((each) => each.offsetWidth)")


def test_a_view_opens_large_beside_the_others_and_escape_goes_back(window):
    assert len(set(widths(window))) == 1
    window.press("1")
    window.page.wait_for_selector(".view.alone")
    assert window.ask("s.expanded") == 0
    large, small = widths(window)
    assert large >= small > 0
    window.press("Escape")
    window.page.wait_for_function("!document.querySelector('.view.alone')")
    assert len(set(widths(window))) == 1


def test_six_pictures_fill_the_panel_without_overlapping(window):
    module = window.page.evaluate("new URL('retake/static/views_layout.js', document.baseURI).href")
    for width, height in ((780, 710), (640, 532), (469, 512), (1600, 700), (300, 900)):
        for expanded in (None, 1):
            boxes = window.page.evaluate(
                """async ([module, expanded, width, height]) => {
                  const { layout } = await import(module);
                  const names = ["FRONT_LEFT", "FRONT", "FRONT_RIGHT", "BACK_LEFT", "BACK", "BACK_RIGHT"];
                  const view = (name) => ({ name: `CAM_${name}`, small: { width: 448, height: 256 } });
                  const tiles = names.map((name, index) => ({ index, view: view(name) }));
                  return layout(tiles, expanded, width, height).map((box) => [box.left, box.top, box.width, box.height]);
                }""",
                [module, expanded, width, height],
            )
            assert len(boxes) == 6
            assert all(x >= 0 and y >= 0 and x + w <= width and y + h <= height for x, y, w, h in boxes)
            apart = ((a, b) for i, a in enumerate(boxes) for b in boxes[:i])
            assert all(
                a[0] + a[2] <= b[0] or b[0] + b[2] <= a[0] or a[1] + a[3] <= b[1] or b[1] + b[3] <= a[1] for a, b in apart
            )


def test_the_line_between_map_and_pictures_is_dragged_and_reset(window):
    width = "document.querySelector('.map-panel').clientWidth"
    chosen = window.page.evaluate(width)
    line = window.page.locator("#split").bounding_box()
    window.drag((line["x"], line["y"] + 200), (80, 0))
    assert window.page.evaluate(width) == pytest.approx(chosen + 80, abs=2)
    window.page.locator("#split").focus()
    window.press("ArrowLeft")
    assert window.page.evaluate(width) == pytest.approx(chosen + 56, abs=2)
    window.press("Home")
    assert window.page.evaluate(width) == chosen


def test_the_wipe_shows_the_recording_or_another_take(window):
    window.drag(window.actor_on_map(truck(window)), (-30, 0))
    window.settle(1)
    parent = window.ask("take.id")
    window.press("b")
    window.page.wait_for_function(f"retake.store.state.take.id !== '{parent}'")
    window.press("Delete")
    window.settle(2)
    window.press("c")
    assert window.ask("s.wipe.on")
    window.page.locator("#compare").select_option(parent)
    window.page.wait_for_function("retake.store.state.compared !== null")
    assert window.ask("s.compared.actors.size") == 4
    box = window.page.locator(".view-canvas").first.bounding_box()
    window.drag((box["x"] + box["width"] / 2, box["y"] + box["height"] * 0.9), (60, 0))
    assert window.ask("s.wipe.at") > 0.55
    badge = window.page.locator(".view .tier").first
    window.page.wait_for_function("document.querySelector('.view .tier').textContent === 'draft'")
    for at, words in ((1, "recorded"), (0.5, "recorded | draft")):
        window.page.locator("#compare").select_option("")
        window.ask(f"retake.store.set({{ wipe: {{ ...s.wipe, at: {at} }} }}) ?? 0")
        window.page.wait_for_function(f"document.querySelector('.view .tier').textContent === '{words}'")
    assert badge.get_attribute("data-tier") == "draft"
    window.press("c")


def test_playing_goes_through_the_frames(window):
    window.press("Home")
    window.press(" ")
    window.page.wait_for_function("retake.store.state.frame >= 3")
    window.press(" ")
    assert not window.ask("s.playing")
    at = window.ask("s.frame")
    window.press("ArrowLeft")
    assert window.ask("s.frame") == at - 1
    window.press("Shift+ArrowRight")
    assert window.ask("s.scene.frames[s.frame].is_keyframe")


def test_scrubbing_the_timeline(window):
    box = window.page.locator("#timeline").bounding_box()
    window.drag((box["x"] + 20, box["y"] + 26), (box["width"] - 40, 0))
    assert window.ask("s.frame") == window.ask("s.scene.frames.length - 1")


def test_a_finding_leads_to_its_place_and_time(window):
    walker = window.ask("[...take.actors.values()].find((actor) => actor.category.startsWith('human')).id")
    on, to = window.actor_on_map(walker), window.actor_on_map(truck(window))
    window.drag(on, (to[0] - on[0], to[1] - on[1]))
    window.settle(1)
    assert window.ask("take.findings.some((finding) => finding.kind === 'overlap')")
    window.press("End")
    window.page.locator("#findings button").first.click()
    assert window.ask("take.findings[0].actors.includes(s.selected)")
    assert window.ask("s.scene.frames[s.frame].t_us >= take.findings[0].span[0]")


def test_the_draft_replaces_the_recorded_picture(window):
    window.drag(window.actor_on_map(truck(window)), (-30, 0))
    window.settle(1)
    window.page.wait_for_function(
        "retake.pictures.source(retake.store.state.take, retake.store.state.frame, 0).tier === 'draft'"
    )
    window.page.get_by_text("draft", exact=True).first.wait_for()


def test_pictures_that_were_drawn_while_nobody_heard_of_them_are_shown(window):
    def deaf(route):
        route.fetch(timeout=PATIENCE_MS)  # the server has drawn all of it
        route.abort()

    window.page.route("**/retake/draft", deaf)
    window.drag(window.actor_on_map(truck(window)), (-31, 6))  # which no other test draws
    window.settle(1)
    window.page.get_by_text("The draft was interrupted").wait_for()
    window.page.unroute("**/retake/draft")
    window.page.get_by_role("button", name="Continue").click()
    window.page.wait_for_function("retake.pictures.missing(retake.store.state.take, retake.store.state.scene).length === 0")


def test_what_is_drawn_in_part_looks_as_if_all_had_been_drawn(window):
    def drawn():
        window.page.wait_for_function(ALL_THERE)
        part, whole = window.page.evaluate(PART_AND_WHOLE)
        assert part == whole
        return part

    window.page.wait_for_function("retake.store.state.resting")
    before = drawn()
    window.drag(window.actor_on_map(truck(window)), (-20, -10), let_go=False)
    during = drawn()
    assert during != before
    sizes = "retake.views.tiles().map(({ canvas: c }) => [c.width - c.clientWidth, c.height - c.clientHeight])"
    for _ in ("large", "all alike"):
        window.press("2")
        drawn()
        assert {tuple(apart) for apart in window.ask(sizes)} == {(0, 0)}
    window.press("Escape")
    window.page.mouse.up()
    drawn()
    window.drag(window.actor_on_map(truck(window)), (-20, -10))
    window.settle(1)
    window.page.wait_for_function("!retake.store.state.draft")
    window.page.wait_for_timeout(300)
    drawn()


def test_pictures_that_wait_for_their_turn_are_shown_when_they_have_come(chromium, small_window):
    """Two are fetched at a time; by then the frame is another, whose pictures wait for these."""
    held = []
    with tab(chromium, small_window.url) as window:
        window.page.wait_for_function(ALL_THERE)
        window.page.route("**/retake/recorded/**", lambda route: held.append(route))
        window.press("End")
        window.page.wait_for_function("retake.store.state.resting")
        window.press("ArrowLeft")
        window.page.wait_for_function("retake.store.state.resting")
        there = "s.scene.views.map((_, view) => retake.pictures.isThere(retake.pictures.source(take, s.frame, view).url))"
        assert window.ask(there) == [False, False]
        for route in held:
            route.continue_()
        window.page.unroute("**/retake/recorded/**")
        window.page.wait_for_function(ALL_THERE)
        part, whole = window.page.evaluate(PART_AND_WHOLE)
        assert part == whole
        assert window.problems == []


def test_a_small_picture_does_not_wait_for_one_in_full_size(chromium, small_window):
    held = []
    with tab(chromium, small_window.url) as window:
        window.page.route("**/retake/whole*", lambda route: held.append(route))
        window.drag(window.actor_on_map(truck(window)), (-30, 0))
        window.settle(1)
        window.page.wait_for_function("!retake.store.state.draft")
        window.press(str(1 + window.ask("s.scene.views.findIndex(({ name }) => name === 'CAM_FRONT')")))
        for key in ("ArrowRight", "ArrowRight", "ArrowRight"):
            window.page.wait_for_function("retake.store.state.resting")
            window.press(key)
        window.page.wait_for_function(
            """() => {
              const { pictures, store: { state } } = retake, at = [state.take, state.frame, state.expanded, true];
              return pictures.image(pictures.source(...at).small) !== null;
            }"""
        )
        assert held
        for route in held:
            route.abort()


def test_a_full_size_picture_that_fails_says_why(window):
    sentence = "The picture of CAM_FRONT is missing."
    window.page.route("**/retake/whole*", lambda route: route.fulfill(status=422, json={"detail": sentence}))
    window.drag(window.actor_on_map(truck(window)), (-30, 0))
    window.settle(1)
    window.page.wait_for_function("!retake.store.state.draft")
    window.press(str(1 + window.ask("s.scene.views.findIndex(({ name }) => name === 'CAM_FRONT')")))
    window.page.get_by_text(f"could not be drawn in full size: {sentence}").wait_for()
    window.page.get_by_text("draft, small", exact=True).wait_for()


def test_space_shows_boxes_and_lidar(window):
    window.press("t")
    window.page.wait_for_function("document.querySelector('#space .gl-container canvas')")
    traces = window.page.evaluate("document.querySelector('#space').data.map((trace) => trace.mode)")
    assert "markers" in traces
    assert traces.count("lines") >= 4
    window.press("t")


def test_weather_is_stored_and_said_to_be_left_out_of_the_draft(window):
    window.page.locator("#weather").select_option("rain")
    window.settle(1)
    window.page.get_by_text("leaves light and weather as recorded").wait_for()


def test_without_a_checkpoint_one_line_says_so_and_nothing_is_offered(window):
    window.page.locator("#no-model").get_by_text("there is no world model here").wait_for()
    assert not window.page.locator("#model").is_visible()
    assert not window.page.locator("#more").is_visible()
    window.press("e")
    window.page.locator(".notice").get_by_text("--checkpoint").first.wait_for()


def test_the_overlay_names_every_key_of_the_table(window):
    window.press("?")
    told = window.page.locator("#help-dialog").inner_text()
    window.page.locator("#help-dialog").get_by_role("button", name="Close").click()
    assert all(action.label in told for action in ACTIONS if action.keys)


def test_the_page_performs_every_action_of_the_table(window):
    assert set(window.ask("retake.actions")) == {action.name for action in ACTIONS}


def test_no_two_actions_share_a_key():
    keys = [key for action in ACTIONS for key in action.keys]
    assert len(keys) == len(set(keys))


def test_everything_that_can_be_pressed_has_a_name(window):
    nameless = window.page.evaluate(
        """[...document.querySelectorAll('.retake button, .retake select, .retake input, .retake canvas, .retake textarea')]
          .filter((each) => each.offsetParent !== null)
          .filter((each) => !each.textContent.trim() && !each.getAttribute('aria-label') && !each.labels?.length)
          .map((each) => each.outerHTML.slice(0, 80))"""
    )
    assert nameless == []


def test_the_draft_can_be_stopped_and_gone_on_with(window):
    window.drag(window.actor_on_map(truck(window)), (-25, 0))
    window.settle(1)
    window.page.evaluate("document.querySelector('[data-action=cancel]').click()")
    assert window.ask("s.draft === null")
    num_missing = "retake.pictures.missing(retake.store.state.take, retake.store.state.scene).length"
    stopped = window.page.get_by_text("Draft stopped")
    if window.ask(num_missing):  # unless all was drawn before it could be stopped
        stopped.wait_for()
        window.page.get_by_role("button", name="Continue").click()
    window.page.wait_for_function(f"{num_missing} === 0")
    stopped.wait_for(state="hidden")


def test_the_chart_gives_the_speed_as_the_field_does(window):
    far = "([a, b]) => Math.hypot(b[1] - a[1], b[2] - a[2]) > 0.5"
    mover = window.ask(f"[...take.actors.values()].find(({{ track }}) => ({far})(track)).id")
    window.page.mouse.click(*window.actor_on_map(mover))
    kmh = window.page.get_by_label("Speed from here on").input_value()
    assert float(kmh) > 1
    assert f"{kmh} km/h" in window.page.evaluate(WRITTEN)


def test_each_caption_begins_with_the_key_that_shows_its_view_large(window):
    shown = "[...document.querySelectorAll('.view figcaption b')].map((each) => getComputedStyle(each, '::before').content)"
    assert window.page.evaluate(shown) == [f'"{number}"' for number in range(1, window.ask("s.scene.views.length") + 1)]
    for key in window.ask("s.scene.views.map((_, i) => String(i + 1))"):
        window.press(key)
        window.page.locator(f".view.alone:nth-child({key})").wait_for()
        window.press("Escape")
