"""One window on the small drive and one browser, shared by the tests; each test has a take of its own."""

import pytest
from playwright.sync_api import Browser

from tests.app.window.served import Served, browser, served
from tests.app.window.window import Window, tab


@pytest.fixture(scope="package")
def chromium():
    """The browser."""
    with browser() as found:
        yield found


@pytest.fixture(scope="package")
def small_window(small_drive, tmp_path_factory) -> Served:
    """A server on the small drive."""
    with served(small_drive, tmp_path_factory.mktemp("workspace")) as running:
        yield running


@pytest.fixture(scope="package")
def shared_tab(chromium: Browser, small_window: Served):
    """One tab for all tests that need no tab of their own."""
    with tab(chromium, small_window.url) as opened:
        yield opened


@pytest.fixture
def window(shared_tab: Window):
    """The tab with a new take of the small drive, as it is when the window has just opened. A file that needs another server
    has a `shared_tab` of its own."""
    shared_tab.begin_anew()
    yield shared_tab
    shared_tab.page.unroute_all()
    problems, shared_tab.problems = shared_tab.problems, []
    assert problems == []
