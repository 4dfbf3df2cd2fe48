"""A path that is being laid, point by point, is lost to nothing that happens meanwhile."""

import pytest

from tests.app.window.window import Window

pytestmark = pytest.mark.browser

ON_GROUND = """([x, y]) => {
  const tile = retake.views.tiles()[0], through = retake.views.lens(0), { apply, project } = RetakeProjection;
  const [u, v] = project(through.view, apply(through.T_camera_world, [x, y, 0])), place = tile.canvas.getBoundingClientRect();
  return [place.x + (u * place.width) / through.view.width, place.y + (v * place.height) / through.view.height];
}"""


@pytest.fixture
def truck(window):
    return window.ask("[...take.actors.values()].find((actor) => actor.category === 'vehicle.truck').id")


def begin_path(window: Window, actor: str, tool: str = "w") -> tuple[float, float]:
    """Select an actor and take the tool by its key; where it is on the map, which has been zoomed out."""
    for _ in range(4):
        window.press("-")
    at = window.actor_on_map(actor)
    window.page.mouse.click(*at)
    window.press(tool)
    return at


def lay_two(window: Window, actor: str) -> None:
    x, y = begin_path(window, actor)
    window.page.mouse.click(x, y - 60)
    window.page.mouse.click(x - 12, y - 110)


def double_click(window: Window, x: float, y: float) -> None:
    """As hands do it: the second press is not quite where the first was."""
    mouse = window.page.mouse
    mouse.move(x, y)
    for count, to in ((1, x), (2, x + 2)):
        mouse.move(to, y)
        mouse.down(click_count=count)
        mouse.up(click_count=count)


def points(window: Window) -> int | None:
    return window.ask("s.gesture && s.gesture.points.length")


def test_a_double_click_on_the_map_ends_the_path(window, truck):
    x, y = begin_path(window, truck)
    window.page.mouse.click(x, y - 60)
    double_click(window, x - 12, y - 110)
    window.settle(1)
    assert "path through 2 points" in window.gestures[0]


def test_a_double_click_in_a_picture_ends_the_path(window, truck):
    window.page.mouse.click(*window.actor_on_map(truck))
    window.press("w")
    window.page.mouse.click(*window.page.evaluate(ON_GROUND, [22, -2]))
    double_click(window, *window.page.evaluate(ON_GROUND, [12, -3]))
    window.settle(1)
    assert "path through 2 points" in window.gestures[0]


def test_a_press_above_the_horizon_leaves_the_path_open(window, truck):
    window.page.mouse.click(*window.actor_on_map(truck))
    window.press("w")
    window.page.mouse.click(*window.page.evaluate(ON_GROUND, [22, -2]))
    x, y = window.actor_in_view(truck, "CAM_FRONT")
    horizon = window.page.evaluate(ON_GROUND, [5000, 0])[1]
    assert y > horizon
    window.drag((x, horizon - 6), (9, 0))
    assert window.ask("s.gesture.kind") == "waypoints"
    assert points(window) == 1


def test_a_path_that_is_refused_is_there_again(window, truck):
    refuse = {"status": 422, "json": {"detail": "Nobody can drive like this."}}
    window.page.route("**/retake/edit", lambda route: route.fulfill(**refuse))
    lay_two(window, truck)
    window.press("Enter")
    window.page.get_by_text("Nobody can drive like this.").wait_for()
    window.page.wait_for_function("retake.store.state.gesture !== null")
    assert points(window) == 2
    assert window.ask("[s.tool, s.selected]") == ["waypoint", truck]
    window.page.unroute_all()
    window.page.wait_for_timeout(100)
    window.press("Enter")
    window.settle(1)
    assert "path through 2 points" in window.gestures[0]


def test_keys_take_back_and_bring_back_the_points_of_an_open_path_and_leave_the_take_alone(window, truck):
    window.drag(window.actor_on_map(truck), (-20, 0))
    window.settle(1)
    lay_two(window, truck)
    for key, left in (
        ("Control+z", 1),
        ("Control+Shift+z", 2),
        ("Backspace", 1),
        ("Control+y", 2),
        ("Delete", 1),
        ("Delete", None),
    ):
        window.press(key)
        assert points(window) == left
    window.settle(1)
    assert truck in window.actors
    window.press("Control+z")
    window.settle(0)


def test_what_is_asked_of_the_take_meanwhile_leaves_the_path_open(window, truck):
    lay_two(window, truck)
    window.page.locator("#weather").select_option("fog")
    window.settle(1)
    assert points(window) == 2
    window.press("Enter")
    window.settle(2)


def test_a_path_of_an_actor_that_goes_is_dropped_and_all_goes_on(window, truck):
    window.page.mouse.click(*window.actor_on_map(truck))
    window.press("d")
    window.settle(1)
    window.page.wait_for_function("retake.store.state.selected === 'new-1'")
    window.press("w")
    x, y = window.actor_on_map(truck)
    window.page.mouse.click(x, y - 60)
    assert points(window) == 1
    window.page.locator("[data-action=undo]").click()
    window.settle(0)
    assert window.ask("[s.gesture, s.tool]") == [None, "select"]
    window.drag(window.actor_on_map(truck), (-20, 0))
    window.settle(1)


def test_one_part_that_cannot_draw_keeps_no_other_from_it(window):
    window.page.evaluate(
        """() => {
          const fails = () => { if (!globalThis.heard) throw new Error("cannot draw"); };
          retake.store.watch(["told"], fails);
          retake.store.watch(["told"], () => { globalThis.heard = true; });
          retake.store.touch("told");
        }"""
    )
    window.page.wait_for_function("globalThis.heard")
    window.page.wait_for_timeout(100)
    said, window.problems = window.problems, []
    assert said == ["cannot draw"]


def test_points_that_there_is_no_time_for_are_said(window, truck):
    x, y = begin_path(window, truck)
    for away in (40, 80, 120, 160):
        window.page.mouse.click(x, y - away)
    window.press("Enter")
    window.settle(1)
    notice = window.page.locator("#notices .notice", has_text="of the 4 points")
    notice.wait_for()
    assert "its track ends" in notice.inner_text()


def test_a_goal_that_is_refused_can_be_set_again(window, truck):
    x, y = begin_path(window, truck, tool="g")
    window.page.mouse.click(x, y - 60)
    window.page.get_by_text("is beyond a truck").wait_for()
    window.page.wait_for_function("retake.store.state.tool === 'goal'")
    window.settle(0)
    nearer = window.ask(f"take.actors.get('{truck}').track.at(-1).slice(1, 3).map((at, axis) => at - (axis ? 0 : 1))")
    window.page.mouse.click(*window.on_map(window.ask(f"retake.bev.camera.toScreen(...{nearer})")))
    window.settle(1)
    assert window.ask("s.tool") == "select"
