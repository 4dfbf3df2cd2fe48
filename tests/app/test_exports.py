"""Exports of the window: one that is cancelled leaves nothing and says so, one whose folder stands is finished."""

import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from app import exports as module
from app.export import bundle, staging
from app.export.order import Progress
from app.export.staging import ExportError
from app.exports import Exports
from editor.datasets.nuscenes import open_data_set
from engine.requests import RenderError, Request
from engine.service.local import local_service
from tests.app.export.test_bundle import order_of


@pytest.fixture(scope="module")
def service():
    with local_service() as service:
        yield service


@pytest.fixture
def order(small_drive, tmp_path):
    return order_of(open_data_set(small_drive), tmp_path / "out", frames=(5,), masks=False)


def ended(exports, export_id):
    end = time.monotonic() + 30
    while not exports.get(export_id).is_over:
        assert time.monotonic() < end
        time.sleep(0.01)
    return exports.get(export_id)


def cancelling(exports, real):
    """The same function, which somebody cancels the first export in."""

    def cancelled(*args):
        exports.cancel(exports.all()[0].id)
        return real(*args)

    return cancelled


def test_one_that_is_cancelled_while_its_last_file_is_written_leaves_nothing(order, service, tmp_path, monkeypatch):
    exports = Exports(service)
    monkeypatch.setattr(bundle, "write_report", cancelling(exports, bundle.write_report))
    found = ended(exports, exports.start(order).id)
    assert (found.is_cancelled, found.problem) == (True, None)
    assert os.listdir(tmp_path) == []


def test_one_that_is_cancelled_while_its_folder_gets_its_name_is_finished(order, service, tmp_path, monkeypatch):
    exports = Exports(service)
    monkeypatch.setattr(staging.Path, "rename", cancelling(exports, staging.Path.rename))
    found = ended(exports, exports.start(order).id)
    assert (found.is_cancelled, found.problem, found.stage) == (False, None, "done")
    assert os.listdir(tmp_path) == ["out"]
    exports.cancel(found.id)
    assert not exports.get(found.id).is_cancelled


def test_one_that_ends_while_it_is_cancelled_is_over(order, monkeypatch):
    exports, goes_on, real = Exports(None), threading.Event(), module.replace

    def steps(order, service):
        yield Progress("pictures", 0, 1)
        goes_on.wait(10)

    def slow(export, **changes):
        if "is_cancelled" in changes and threading.current_thread() is threading.main_thread():
            goes_on.set()
            time.sleep(0.3)
        return real(export, **changes)

    monkeypatch.setattr(module, "export", steps)
    monkeypatch.setattr(module, "replace", slow)
    export_id = exports.start(order).id
    while exports.get(export_id).stage != "pictures":
        time.sleep(0.01)
    exports.cancel(export_id)
    assert ended(exports, export_id).is_over


def test_exports_follow_one_another_and_one_that_waits_is_cancelled_at_once(order, tmp_path, monkeypatch):
    exports, goes_on, targets = Exports(None), threading.Event(), []

    def steps(order, service):
        targets.append(order.target.name)
        yield Progress("pictures", 0, 1)
        goes_on.wait(30)
        yield Progress("done", 1, 1)

    monkeypatch.setattr(module, "export", steps)
    first, unwanted, last = (exports.start(replace(order, target=tmp_path / name)).id for name in ("one", "two", "three"))
    while exports.get(first).stage != "pictures":
        time.sleep(0.01)
    assert [exports.get(each).stage for each in (unwanted, last)] == ["waiting", "waiting"]
    exports.cancel(unwanted)
    assert (exports.get(unwanted).is_over, exports.get(unwanted).is_cancelled) == (True, True)
    assert exports.get(exports.start(replace(order, target=tmp_path / "one")).id).folder == tmp_path / "one-2"
    goes_on.set()
    assert ended(exports, last).stage == "done"
    assert targets[:2] == ["one", "three"]


def test_of_exports_that_are_begun_at_once_none_has_the_folder_of_another(order, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "export", lambda order, service: one_step("", order.target))
    exports = Exports(None)
    (tmp_path / "out").mkdir()
    with ThreadPoolExecutor(8) as pool:
        ids = [each.id for each in pool.map(lambda _: exports.start(replace(order, target=tmp_path / "out")), range(8))]
    exports.wait(30)
    assert {exports.get(each).folder.name for each in ids} == {f"out-{n}" for n in range(2, 10)}
    assert all(exports.get(each).problem is None for each in ids)


def test_when_the_server_ends_so_do_all_and_nothing_half_made_stays(order, tmp_path, monkeypatch):
    """As its lifespan does it: what an export waits for is ended with it."""

    def steps(order, service):
        with staging.staged(order.target):
            yield Progress("pictures", 0, 1)
            list(service.render(Request(order.dataroot, order.scenario, ("CAM_FRONT",), (0,), seed=1)))

    monkeypatch.setattr(module, "export", steps)
    with local_service(drawer="tests.engine.service.drawers:stuck_on_seed_1") as service:
        exports = Exports(service)
        first, second = (exports.start(replace(order, target=tmp_path / name)).id for name in ("one", "two"))
        while exports.get(first).stage in ("waiting", "begun"):
            time.sleep(0.01)
        exports.end()
        service.close()
        exports.wait(30)
        with pytest.raises(RenderError, match="being closed"):
            service.warm()
    assert [
        (exports.get(each).is_over, exports.get(each).is_cancelled, exports.get(each).problem) for each in (first, second)
    ] == [(True, True, None)] * 2
    assert os.listdir(tmp_path) == []


def test_one_that_breaks_says_so_and_the_next_goes_on(order, tmp_path, monkeypatch):
    def steps(order, service):
        yield Progress("pictures", 0, 1)
        if order.target.name == "broken":
            raise ZeroDivisionError
        yield Progress("done", 1, 1)

    monkeypatch.setattr(module, "export", steps)
    exports = Exports(None)
    broken, sound = (exports.start(replace(order, target=tmp_path / name)).id for name in ("broken", "sound"))
    assert ended(exports, sound).stage == "done"
    assert exports.get(broken).problem == "The export failed; the server's log says more."


def one_step(name, folder):
    """An export that makes a folder, or fails."""
    if name == "broken":
        raise ExportError("the disk is full")
    folder.mkdir()
    yield Progress("done", 1, 1)


def test_what_is_joined_is_what_was_made_and_not_cancelled(order, tmp_path, monkeypatch):
    given, goes_on = [], threading.Event()

    def steps(order, service):
        goes_on.wait(30)
        yield from one_step(order.target.name, order.target)

    def joining(bundles, target):
        given.extend(bundle.name for bundle in bundles)
        yield from one_step("joined", target)

    monkeypatch.setattr(module, "export", steps)
    monkeypatch.setattr(module, "joined", joining)
    exports = Exports(None)
    ids = [exports.start(replace(order, target=tmp_path / name)).id for name in ("one", "two", "three")]
    whole = exports.start_joining(ids, tmp_path / "whole").id
    exports.cancel(ids[1])
    goes_on.set()
    assert ended(exports, whole).stage == "done"
    assert given == ["one", "three"]


def test_nothing_is_joined_where_an_export_failed(order, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "export", lambda order, service: one_step(order.target.name, order.target))
    exports = Exports(None)
    ids = [exports.start(replace(order, target=tmp_path / name)).id for name in ("sound", "broken")]
    said = "1 of 2 exports failed, so nothing was joined; python -m app join joins any that are there"
    assert ended(exports, exports.start_joining(ids, tmp_path / "whole").id).problem == said
    assert not (tmp_path / "whole").exists()


def test_joining_is_cancelled_with_all_that_it_was_to_join(order, tmp_path, monkeypatch):
    goes_on = threading.Event()

    def steps(order, service):
        goes_on.wait(30)
        yield Progress("pictures", 0, 1)
        yield from one_step(order.target.name, order.target)

    monkeypatch.setattr(module, "export", steps)
    exports = Exports(None)
    ids = [exports.start(replace(order, target=tmp_path / name)).id for name in ("one", "two")]
    whole = exports.start_joining(ids, tmp_path / "whole").id
    for export_id in ids:
        exports.cancel(export_id)
    goes_on.set()
    found = ended(exports, whole)
    assert (found.is_cancelled, found.problem) == (True, None)
