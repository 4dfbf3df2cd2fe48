"""Who may come in, what text can do, and whom the page talks to."""

import json
import re
import urllib.error
import urllib.request
from pathlib import Path
from types import SimpleNamespace

import pytest
from fastapi.testclient import TestClient

from app.routes import routes
from app.settings import Settings
from app.window import create_app
from tests.app.window.served import served
from tests.app.window.window import Window
from tests.small_drive import SCENE, write_small_drive

pytestmark = pytest.mark.browser
EVIL = """<img src=x onerror="globalThis.hacked=1"><script>globalThis.hacked=1</script>${globalThis.hacked=1}{{hacked}}"""
ROUTES = (
    "start",
    "take?scene=a&take=b",
    f"takes/{SCENE}",
    f"map/{SCENE}",
    f"recorded/{SCENE}/x",
    "drawn/x",
    "whole?scene=a&take=b&state=c&frame=0&view=d",
    f"lidar/{SCENE}/0",
    f"raster/{SCENE}",
    "exports",
    "exports/1",
    "bundles/x/zip",
    "bank/sedan",
    "static/window.js",
    "static/plotly.min.js",
    "nothing",
)
POSTS = (
    "open",
    "edit",
    "undo",
    "redo",
    "goto",
    "describe",
    "remove",
    "takes/outcomes",
    "takes/describe",
    "takes/remove",
    "takes/put_back",
    "branch",
    "variations",
    "variations/count",
    "draft",
    "generate",
    "exports",
    "exports/takes",
    "exports/1/cancel",
)


def status(url, body=None, kind="application/json"):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": kind})
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


@pytest.fixture(scope="module")
def evil_drive(tmp_path_factory):
    """The small drive with a scene and a category whose names are markup."""
    root = write_small_drive(tmp_path_factory.mktemp("evil"))
    tables = next(root.glob("v*"))
    for name, field in (("scene", "description"), ("category", "name")):
        path = tables / f"{name}.json"
        records = json.loads(path.read_text())
        for number, record in enumerate(records):
            record[field] = f"{EVIL} {number}"
        path.write_text(json.dumps(records))
    return root


def test_without_a_login_every_route_of_ours_answers_401(chromium, small_drive, tmp_path):
    with served(small_drive, tmp_path, password="open sesame") as running:
        for path in ROUTES:
            assert status(f"{running.url}/retake/{path}") == 401, path
        for path in POSTS:
            assert status(f"{running.url}/retake/{path}", {}) == 401, path
        context = chromium.new_context()
        page = context.new_page()
        page.goto(running.url)
        page.get_by_label(re.compile("username", re.I)).fill("anyone")
        page.get_by_label(re.compile("password", re.I)).fill("wrong")
        page.get_by_role("button", name=re.compile("login", re.I)).click()
        page.get_by_text(re.compile("incorrect", re.I)).wait_for()
        page.get_by_label(re.compile("username", re.I)).fill("anyone")
        page.get_by_label(re.compile("password", re.I)).fill("open sesame")
        page.get_by_role("button", name=re.compile("login", re.I)).click()
        page.wait_for_function("globalThis.retake?.ready", timeout=30_000)
        context.close()


def test_every_route_of_ours_is_among_those_that_are_asked():
    settings = SimpleNamespace(workspace=Path("."), dataroot=Path("."), checkpoint=None)
    office = SimpleNamespace(settings=settings, desk=None, pictures=None, service=None, exports=None)
    ours = {route.path.removeprefix("/retake/").split("{")[0].rstrip("/") for route in routes(office).routes}
    asked = [path.split("?")[0] for path in (*ROUTES, *POSTS)]
    assert all(any(path.startswith(prefix) for path in asked) for prefix in ours)


def test_a_form_of_another_site_cannot_post(small_window):
    assert status(f"{small_window.url}/retake/open", {}, "text/plain") == 415


def test_no_script_of_another_site_is_allowed_to_post(small_drive, tmp_path):
    """Also where the window answers to everybody, and Gradio lets pages of other hosts in."""
    asks = {"Origin": "http://evil.example", "Access-Control-Request-Method": "POST"}
    asks["Access-Control-Request-Headers"] = "content-type"
    everybody = Settings(small_drive, workspace=tmp_path, is_local=False)
    with TestClient(create_app(everybody), base_url="http://192.168.1.5") as visitor:
        assert visitor.get("/retake/start").status_code == 200
        answer = visitor.options("/retake/takes/remove", headers=asks)
    assert (answer.status_code, "access-control-allow-origin" in answer.headers) == (405, False)


def test_text_never_becomes_markup(chromium, evil_drive, tmp_path):
    context = chromium.new_context(viewport={"width": 1280, "height": 720})
    with served(evil_drive, tmp_path) as running:
        window = Window(context.new_page(), running.url)
        window.press("n")
        window.page.locator("#tab-about").click()
        window.page.get_by_label("Notes").fill(EVIL)
        window.page.get_by_label("Tags").fill(EVIL)
        window.page.locator("#take-name").fill(EVIL)
        window.page.locator("#take-name").press("Enter")
        window.settle()
        window.page.get_by_role("button", name="Branch").click()
        window.page.get_by_text("You are now in").wait_for()
        window.press("Alt+ArrowUp")
        window.settle(1)
        window.page.reload()
        window.wait_until_ready()
        window.page.wait_for_timeout(300)
        assert window.ask("globalThis.hacked") is None
        assert window.ask("document.querySelectorAll('#retake img, #retake script').length") == 0
        assert EVIL in window.page.locator("#scene-picker").inner_text()
    context.close()


def test_no_request_leaves_for_another_host(chromium, small_window):
    context = chromium.new_context(viewport={"width": 1280, "height": 720})
    page = context.new_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    window = Window(page, small_window.url)
    window.press("t")
    window.page.wait_for_function("globalThis.Plotly")
    window.page.wait_for_timeout(500)
    context.close()
    foreign = [url for url in asked if not url.startswith((small_window.url, "data:", "blob:"))]
    assert foreign == []
