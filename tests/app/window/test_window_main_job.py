"""The main job by hand on the real drive: move the SUV, delete a parked car, bend the ego path, look, export."""

import json
from pathlib import Path

import pytest
from nuscenes.nuscenes import NuScenes

from tests.app.window.served import served
from tests.app.window.window import Window

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SHOTS = Path(__file__).resolve().parents[3] / "build" / "main-job"
FIRST_PICTURE_MS = 90_000  # generous: the machine may be busy; the benchmark measures the time
PARKED = """() => {
  const s = retake.store.state, ego = s.scene.frames[s.frame].pictures[1].ego, { apply, inverse } = RetakeProjection;
  const still = (track) => Math.hypot(track[0][1] - track.at(-1)[1], track[0][2] - track.at(-1)[2]) < 0.5;
  const places = [...s.take.actors.values()].filter((actor) => still(actor.track) && actor.category === "vehicle.car")
    .map((actor) => ({ id: actor.id, at: apply(inverse(ego), actor.track[0].slice(1, 4)) }));
  return places.filter(({ at }) => at[0] > 3 && at[1] < -2).sort((a, b) => a.at[0] - b.at[0])[0].id;
}"""
LEFT_OF_LANE = """([id, metres]) => {
  const s = retake.store.state, t = s.scene.frames[s.frame].t_us, { rotate } = RetakeProjection;
  const pose = s.take.actors.get(id).track.reduce((a, b) => (Math.abs(b[0] - t) < Math.abs(a[0] - t) ? b : a));
  const [dx, dy] = rotate(pose.slice(4), [0, metres, 0]);
  const a = retake.bev.camera.toScreen(pose[1], pose[2]), b = retake.bev.camera.toScreen(pose[1] + dx, pose[2] + dy);
  return [b[0] - a[0], b[1] - a[1]];
}"""
HERE = "s.scene.views.every((view, i) => ['draft', 'recorded'].includes(retake.pictures.source(take, s.frame, i).tier))"


@pytest.fixture(scope="module")
def drive(chromium, pandaset_root, tmp_path_factory):
    """The real drive in a tab."""
    with served(pandaset_root, tmp_path_factory.mktemp("main-job")) as running:
        context = chromium.new_context(viewport={"width": 1440, "height": 900}, accept_downloads=True)
        window = Window(context.new_page(), running.url)
        yield window
        assert window.problems == []
        context.close()


def wait_for(window, expression, timeout=FIRST_PICTURE_MS):
    window.page.wait_for_function(
        f"(() => {{ const s = retake.store.state, take = s.take; return {expression}; }})()", timeout=timeout
    )
    window.page.wait_for_timeout(300)


def test_the_suv_is_dragged_one_lane_to_the_left(drive):
    suv = drive.actor_ahead()
    drive.drag(drive.actor_on_map(suv), drive.page.evaluate(LEFT_OF_LANE, [suv, 3.5]))
    drive.settle(1)
    assert "moved 3." in drive.gestures[0]
    assert drive.ask("Object.keys(take.dirty).includes('CAM_FRONT')")
    wait_for(drive, HERE)
    assert drive.ask("retake.pictures.source(take, s.frame, 1).tier") == "draft"
    drive.shot(SHOTS / "1-suv-left.png")


def test_a_parked_car_is_deleted(drive):
    parked = drive.page.evaluate(PARKED)
    drive.page.mouse.click(*drive.actor_on_map(parked))
    drive.press("Delete")
    drive.settle(2)
    assert parked not in drive.actors
    wait_for(drive, HERE)
    drive.shot(SHOTS / "2-parked-car-gone.png")


def test_the_ego_path_is_bent_by_a_metre(drive):
    drive.page.mouse.click(*drive.ego_on_map())
    handle = drive.bend_handles()[2]
    drive.drag(handle, (-drive.ask("retake.bev.camera.scale") * 1.0, 0))
    drive.settle(3)
    assert drive.ask("Math.max(...take.ego_offsets.map((offset) => offset.left))") == pytest.approx(1.0, abs=0.15)
    wait_for(drive, HERE)
    drive.press("c")
    drive.page.wait_for_timeout(300)
    drive.shot(SHOTS / "3-ego-bent-wiped.png")
    drive.press("c")


def test_undo_brings_the_drawn_pictures_back_at_once(drive):
    drive.press("Control+z")
    drive.settle(2)
    assert drive.ask(HERE)
    drive.press("Control+Shift+z")
    drive.settle(3)
    assert drive.ask(HERE)


def test_two_frames_of_a_view_are_exported(drive):
    drive.press("Control+e")
    form = drive.page.locator("#export-dialog")
    for name, frame in (("from_frame", 40), ("to_frame", 41)):
        form.locator(f"[name={name}]").fill(str(frame))
    for view in ("Front left", "Front right", "Back left", "Back", "Back right"):
        form.get_by_label(view, exact=True).uncheck()
    form.get_by_role("button", name="Export").click()
    form.get_by_text("Export finished").wait_for(timeout=400_000)
    folder = Path(form.locator("code").inner_text())
    assert json.loads((folder / "report.json").read_text())
    assert (folder / "videos" / "CAM_FRONT.mp4").is_file()
    with drive.page.expect_download() as download:
        form.get_by_role("link", name="Download as zip").click()
    assert Path(download.value.path()).stat().st_size > 100_000
    version = next(folder.glob("v*/scene.json")).parent.name
    assert len(NuScenes(version, str(folder), verbose=False).sample) == 2
    drive.shot(SHOTS / "4-exported.png")
    drive.press("Escape")
