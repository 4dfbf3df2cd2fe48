"""The service on this machine: streaming, storing, cancelling, crashing, and several users at once."""

import os
import random
import resource
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from editor.geometry import Rigid
from editor.scene import Pose
from engine.requests import RenderError, Request
from engine.service.jobs import shares
from engine.service.local import local_service
from engine.service.process import DrawingProcess
from engine.service.wire import Draw
from tests.engine.service.scenes import VIEWS, scenario

DRAWERS = "tests.engine.service.drawers:"


def ask(**changes):
    return replace(Request(Path("nowhere"), scenario(), VIEWS, (0, 1, 2, 3), size=(32, 18)), **changes)


def without_actor(request):
    return replace(request, scenario=replace(request.scenario, actors=request.scenario.actors[1:]))


def drawn_by(chunk):
    """The low three bytes of the process id that the test's drawers paint into a picture."""
    return tuple(chunk.picture[0, 2])


def test_pictures_come_in_the_order_asked_for_with_their_progress():
    with local_service(drawer=DRAWERS + "painted") as service:
        chunks = list(service.render(ask(frames=(2, 0))))
    assert [(c.frame, c.view) for c in chunks] == [(2, "CAM_FRONT"), (2, "CAM_BACK"), (0, "CAM_FRONT"), (0, "CAM_BACK")]
    assert [c.done for c in chunks] == [1, 2, 3, 4]
    assert {c.total for c in chunks} == {4}
    assert chunks[-1].seconds_left == 0
    assert chunks[0].picture[5, 5].tolist() == [2, 2, 2]


def test_pictures_are_drawn_in_another_process_of_lower_priority():
    with local_service(drawer=DRAWERS + "painted") as service:
        chunk = next(service.render(ask()))
        pid = next(p for p in service._processes if p)._process.pid
        assert drawn_by(chunk) == tuple(pid.to_bytes(4, "little")[:3])
        assert pid != os.getpid()
        assert os.getpriority(os.PRIO_PROCESS, pid) > os.getpriority(os.PRIO_PROCESS, 0)
        group = Path(f"/proc/{pid}/autogroup")
        if group.exists():  # "/autogroup-12 nice 5"
            assert int(group.read_text().split()[-1]) > 0


def test_making_ready_starts_the_processes_and_holds_up_no_picture():
    with local_service(num_processes=2, drawer=DRAWERS + "painted") as service:
        service.prepare(Path("nowhere"), scenario().scene, (32, 18))
        assert all(service._processes)
        assert len(list(service.render(ask()))) == 8


def test_the_estimate_falls_towards_nothing():
    with local_service(drawer=DRAWERS + "slow") as service:
        chunks = list(service.render(ask()))
    assert 0.35 < chunks[3].seconds_left < 1.2  # 4 pictures of 0.1 s and what the machine adds
    assert chunks[-1].seconds_left == 0


def test_what_was_drawn_once_comes_from_the_store(tmp_path):
    request = ask()
    with local_service(tmp_path, drawer=DRAWERS + "painted") as service:
        first = list(service.render(request))
        list(service.render(without_actor(request)))
    with local_service(tmp_path, drawer="no.such.module:draw") as service:  # so nothing can be drawn anew
        again = list(service.render(request))
    assert len(again) == len(first) == 8
    for a, b in zip(first, again, strict=True):
        assert (a.frame, a.view, a.origin, a.done, a.total) == (b.frame, b.view, b.origin, b.done, b.total)
        for one, other in ((a.picture, b.picture), (a.valid, b.valid), (a.dirty, b.dirty)):
            assert one.dtype == other.dtype
            assert (one == other).all()


def test_only_what_is_missing_is_drawn(tmp_path):
    request = ask()
    with local_service(tmp_path, drawer=DRAWERS + "painted") as service:
        list(service.render(replace(request, frames=(1,), views=("CAM_BACK",))))
    with local_service(tmp_path, drawer=DRAWERS + "painted") as service:
        chunks = list(service.render(request))
    assert sorted((c.frame, c.view) for c in chunks) == sorted((f, v) for f in range(4) for v in VIEWS)
    assert (chunks[0].frame, chunks[0].view) == (1, "CAM_BACK")
    assert drawn_by(chunks[0]) != drawn_by(chunks[1])


def test_what_is_not_to_be_kept_is_not_stored_and_yet_taken_from_the_store(tmp_path):
    stored = ask(frames=(1,), views=("CAM_BACK",))
    with local_service(tmp_path, drawer=DRAWERS + "painted") as service:
        (known,) = service.render(stored)
    with local_service(tmp_path, drawer=DRAWERS + "painted") as service:
        passing = list(service.render(ask(kept=False)))
        assert len(passing) == 8
        assert drawn_by(passing[0]) == drawn_by(known) != drawn_by(passing[1])
        assert [(chunk.frame, chunk.view) for chunk in service.stored(ask())] == [(1, "CAM_BACK")]


def test_closing_the_iterator_frees_the_process_for_the_next_request():
    with local_service(drawer=DRAWERS + "slow") as service:
        chunks = service.render(ask(frames=(0, 1, 2, 3) * 20))
        next(chunks)
        start = time.monotonic()
        chunks.close()
        next(service.render(ask()))
        assert time.monotonic() - start < 4  # all that was asked for first would take 8 s


def test_a_picture_that_takes_forever_is_ended_soon_after_cancelling():
    with local_service(drawer=DRAWERS + "stuck_on_seed_1") as service:
        assert next(service.render(ask())).frame == 0
        pid = next(p for p in service._processes if p)._process.pid
        ended = threading.Thread(target=lambda: list(service.render(ask(seed=1, session="anna"))))
        ended.start()
        time.sleep(0.3)
        start = time.monotonic()
        service.cancel("anna")
        ended.join(0.5)
        assert not ended.is_alive()
        while Path(f"/proc/{pid}").exists():
            assert time.monotonic() - start < 5, "the process still runs"
            time.sleep(0.02)
        assert len(list(service.render(ask()))) == 8


def test_a_process_that_waits_for_the_processor_is_not_taken_for_stuck(monkeypatch):
    monkeypatch.setattr(DrawingProcess, "used", lambda _: (0.0, True))
    with local_service(drawer=DRAWERS + "stuck_on_seed_1") as service:
        next(service.render(ask()))
        pid = next(p for p in service._processes if p)._process.pid
        ended = threading.Thread(target=lambda: list(service.render(ask(seed=1, session="anna"))))
        ended.start()
        time.sleep(0.3)
        service.cancel("anna")
        ended.join(1.5)
        assert not ended.is_alive()
        assert Path(f"/proc/{pid}").exists()


def test_a_newer_request_of_the_same_session_ends_the_older_one():
    with local_service(drawer=DRAWERS + "slow") as service:
        older = service.render(ask(session="anna", frames=(0, 1, 2, 3) * 20))
        other = service.render(ask(session="bert"))
        next(older), next(other)
        newer = service.render(ask(session="anna"))
        assert next(newer).done == 1
        assert list(older) == []
        assert len(list(newer)) == 7
        assert len(list(other)) == 7


def test_an_older_turn_cannot_end_a_newer_one():
    """A browser tab asks for a clip in several requests, and asks anew while the first series still runs."""
    with local_service(drawer=DRAWERS + "slow") as service:
        first = service.render(ask(session="anna", turn=1))
        next(first)
        newer = service.render(ask(session="anna", turn=2))
        next(newer)
        assert list(first) == []
        assert list(service.render(ask(session="anna", turn=1))) == []
        service.cancel("anna", turn=1)  # the first stream is told late that its reader has gone
        assert len(list(newer)) == 7
        assert len(list(service.render(ask(session="anna", turn=2)))) == 8
        service.cancel("anna", turn=2)
        assert list(service.render(ask(session="anna", turn=2))) == []
        assert len(list(service.render(ask(session="bert", turn=1)))) == 8


def test_two_users_take_turns():
    with local_service(drawer=DRAWERS + "slow") as service:
        long = service.render(ask(session="anna", frames=(0, 1, 2, 3) * 5))
        next(long)
        assert len(list(service.render(ask(session="bert", frames=(0, 1))))) == 4
        waiting = service._jobs.of_session("anna", None)[0].events.qsize()
        assert waiting < 12  # a picture for each of the other's; until her turn ended, it would be the 16 that may wait
        long.close()


def test_two_users_get_their_own_takes():
    theirs = {"anna": ask(session="anna", seed=3), "bert": without_actor(ask(session="bert", seed=4))}
    got = {}

    def collect(service, name):
        got[name] = [c for _ in range(5) for c in service.render(replace(theirs[name], frames=(0, 1, 2, 3)))]

    with local_service(drawer=DRAWERS + "painted") as service:
        threads = [threading.Thread(target=collect, args=(service, name)) for name in theirs]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
    assert len(got["anna"]) == len(got["bert"]) == 40
    assert {(c.picture[0, 0, 0], c.picture[0, 1, 0]) for c in got["anna"]} == {(3, 3)}
    assert {(c.picture[0, 0, 0], c.picture[0, 1, 0]) for c in got["bert"]} == {(2, 4)}


def test_a_crash_is_one_sentence_and_the_next_request_works():
    with local_service(drawer=DRAWERS + "dies_on_seed_1") as service:
        chunks = service.render(ask(seed=1))
        assert next(chunks).done == 1
        with pytest.raises(RenderError, match=r"^The drawing process stopped: it was ended by SIGSEGV\. Ask again.*\.$"):
            list(chunks)
        assert len(list(service.render(ask()))) == 8


def test_a_process_killed_from_outside_while_idle_is_not_noticed():
    with local_service(drawer=DRAWERS + "painted") as service:
        list(service.render(ask()))
        process = next(p for p in service._processes if p)._process
        process.kill()
        process.wait()
        time.sleep(0.1)
        assert len(list(service.render(ask()))) == 8


@pytest.mark.parametrize(
    ("seed", "sentence"),
    [
        (0, r"^The picture of CAM_FRONT is missing\.$"),
        (1, r"^A picture could not be drawn \(ValueError: operands could not be broadcast\)\.$"),
    ],
)
def test_a_failure_is_one_sentence_and_the_process_goes_on(seed, sentence):
    with local_service(drawer=DRAWERS + "fails") as service:
        chunks = service.render(ask(seed=seed))
        pid = drawn_by(next(chunks))
        with pytest.raises(RenderError, match=sentence):
            next(chunks)
        assert drawn_by(next(service.render(ask()))) == pid


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"views": ("CAM_TOP",)}, "Scene scene-0001 has no view CAM_TOP"),
        ({"frames": (0, 4)}, "Frames 0 to 4 asked of scene scene-0001, which has 4"),
        ({"size": (0, 18)}, "A picture size of 0x18"),
    ],
)
def test_impossible_requests_are_refused(changes, sentence):
    with local_service(drawer=DRAWERS + "painted") as service, pytest.raises(RenderError, match=sentence):
        next(service.render(ask(**changes)))


def test_a_slow_reader_does_not_fill_the_memory():
    with local_service(drawer=DRAWERS + "painted") as service:
        chunks = service.render(ask(frames=(0, 1, 2, 3) * 20))
        next(chunks)
        time.sleep(0.5)
        (job,) = service._jobs._jobs
        assert job.events.qsize() <= 16
        assert len(list(chunks)) == 159


def test_several_processes_share_a_request():
    with local_service(drawer=DRAWERS + "slow", num_processes=2) as service:
        list(service.render(ask()))
        chunks = list(service.render(ask()))
        assert len({drawn_by(chunk) for chunk in chunks}) == 2
        assert sorted((c.frame, c.view) for c in chunks) == sorted((f, v) for f in range(4) for v in VIEWS)
        assert [c.done for c in chunks] == list(range(1, 9))
        assert len({drawn_by(c) for c in chunks}) == 2


def test_when_one_of_two_processes_dies_the_request_ends_and_the_other_goes_on():
    with local_service(drawer=DRAWERS + "dies_on_seed_1", num_processes=2) as service:
        other = service.render(ask(session="bert", frames=(0, 1, 2, 3) * 10))
        next(other)
        one_share = ((0, "CAM_FRONT"), (1, "CAM_BACK"))
        with pytest.raises(RenderError, match="SIGSEGV"):
            list(service.render(ask(seed=1, only=one_share)))
        assert len(list(service.render(ask()))) == 8
        other.close()


def test_what_one_process_cannot_draw_keeps_back_no_picture_of_the_other():
    with local_service(drawer=DRAWERS + "misses_the_first", num_processes=2) as service:
        chunks, places = service.render(ask()), []
        with pytest.raises(RenderError, match=r"^The picture of CAM_FRONT is missing\.$"):
            places.extend((chunk.frame, chunk.view) for chunk in chunks)
        assert sorted(places) == [(0, "CAM_BACK"), (1, "CAM_FRONT"), (2, "CAM_BACK"), (3, "CAM_FRONT")]
        let_go_of(service)


@pytest.mark.parametrize("size", [(32, 18), (448, 256)])  # of which the store keeps one in its table, one in a file of its own
def test_on_a_full_disk_every_picture_is_drawn_all_the_same(tmp_path, size):
    with local_service(tmp_path, drawer=DRAWERS + "on_a_full_disk") as service:
        chunks = list(service.render(ask(size=size)))
        assert len(chunks) == 8
        assert drawn_by(next(service.render(ask(size=size)))) == drawn_by(chunks[0])
        assert not list(service.stored(ask(size=size)))


def test_a_process_that_starts_on_a_full_disk_draws_all_the_same(tmp_path):
    with local_service(tmp_path, drawer=DRAWERS + "painted") as service:
        limits = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, limits[1]))
        try:
            service.warm()
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        assert len(list(service.render(ask()))) == 8
        assert not list(service.stored(ask()))


def test_single_pictures_can_be_asked_for_in_any_order():
    wanted = ((3, "CAM_BACK"), (0, "CAM_BACK"), (0, "CAM_FRONT"))
    with local_service(drawer=DRAWERS + "painted") as service:
        chunks = list(service.render(ask(views=(), frames=(), only=wanted)))
    assert tuple((c.frame, c.view) for c in chunks) == wanted
    assert {c.total for c in chunks} == {3}


@pytest.mark.parametrize("num", [1, 2, 3, 5])
def test_shares_are_fair_and_whole(num):
    request = ask()
    finished = {(0, "CAM_FRONT"), (2, "CAM_BACK")}
    shared = shares(request, finished, num)
    taken = [share.places() for share in shared]
    assert sorted(sum(taken, ())) == sorted(set(request.places()) - finished)
    assert max(map(len, taken)) - min(map(len, taken)) <= 2
    assert shares(request, set(request.places()), num) == []


def let_go_of(service):
    """Wait until the service knows no job and no part of one."""
    start = time.monotonic()
    while service._jobs._jobs or service._jobs._parts:
        assert time.monotonic() - start < 5, (service._jobs._jobs, service._jobs._parts)
        time.sleep(0.02)


def test_a_storm_of_edits_leaves_nothing_behind_and_the_process_running():
    with local_service(drawer=DRAWERS + "slow") as service:
        pid = drawn_by(next(service.render(ask())))
        renderings = [service.render(ask(session="anna", seed=seed)) for seed in range(30)]
        for rendering in renderings:
            next(rendering)
        assert [len(list(rendering)) for rendering in renderings] == [0] * 29 + [7]
        assert drawn_by(next(service.render(ask()))) == pid
        del renderings
        let_go_of(service)


def test_a_cancelling_that_overtakes_what_it_cancels_ends_it(monkeypatch):
    real, cancelled = DrawingProcess.send, threading.Event()

    def late(self, message, *more):
        if isinstance(message, Draw):
            cancelled.wait(10)
        real(self, message, *more)

    with local_service(drawer=DRAWERS + "slow") as service:
        pid = drawn_by(next(service.render(ask())))
        let_go_of(service)
        monkeypatch.setattr(DrawingProcess, "send", late)
        asked = threading.Thread(target=lambda: list(service.render(ask(session="anna", frames=(0, 1, 2, 3) * 20))))
        asked.start()
        while not service._jobs._parts:
            time.sleep(0.01)
        service.cancel("anna")
        cancelled.set()
        asked.join(10)
        let_go_of(service)
        assert drawn_by(next(service.render(ask()))) == pid


@pytest.mark.parametrize("num_processes", [1, 2])
def test_many_people_doing_anything_at_once(num_processes, tmp_path):
    """Seeded chaos: streams that are read, left half read, closed, cancelled and replaced, from six threads."""

    def behave(service, seed):
        chance = random.Random(seed)
        name = f"user {seed % 3}"
        for turn in range(1, 15):
            size = 32, 16 + chance.randrange(4)
            request = ask(session=chance.choice([name, ""]), turn=chance.choice([0, turn]), size=size)
            chunks = service.render(without_actor(request) if seed % 2 else request)
            for chunk, _ in zip(chunks, range(chance.randrange(10)), strict=False):
                wanted = (2 if seed % 2 else 3, size[::-1])
                wrong.extend([chunk] if (chunk.picture[0, 0, 0], chunk.picture.shape[:2]) != wanted else [])
            match chance.randrange(3):
                case 0:
                    chunks.close()
                case 1:
                    service.cancel(name)
        done.append(seed)

    wrong, done = [], []
    with local_service(tmp_path, drawer=DRAWERS + "painted", num_processes=num_processes) as service:
        threads = [threading.Thread(target=behave, args=(service, seed)) for seed in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert sorted(done) == list(range(6))
        assert not wrong
        let_go_of(service)
        assert len(list(service.render(ask(seed=9)))) == 8


def test_scenes_travel_once_and_edits_arrive():
    """More scenes than a process remembers, in turns, each with another edit."""
    scenarios = [scenario(num_actors=i + 1) for i in range(10)]
    moved = (Pose(0, Rigid((1.0, 2.0, 3.0), (1.0, 0.0, 0.0, 0.0))),)
    with local_service(drawer=DRAWERS + "painted") as service:
        for original in [*scenarios, *scenarios]:
            edited = original.with_actor(replace(original.actors[0], track=moved))
            chunk = next(service.render(ask(scenario=edited)))
            assert chunk.picture[0, 0, 0] == len(original.actors)


def test_the_process_ends_with_the_app():
    code = (
        "import os\nfrom engine.service.local import LocalService\nfrom tests.engine.service.test_local import DRAWERS, ask\n"
        "service = LocalService(drawer=DRAWERS + 'stuck_on_seed_1')\nchunks = service.render(ask())\nnext(chunks)\n"
        "print(service._processes[0]._process.pid, flush=True)\nnext(service.render(ask(seed=1)))\n"
    )
    app = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    pid = int(app.stdout.readline())
    time.sleep(0.2)
    app.kill()
    app.wait()
    start = time.monotonic()
    while Path(f"/proc/{pid}").exists() and "Z" not in Path(f"/proc/{pid}/stat").read_text().split()[2]:
        assert time.monotonic() - start < 2, "the drawing process outlives the app"
        time.sleep(0.02)
