"""How the window opens: by another scene where one cannot be read, by a sentence where none can, and by this machine's names
alone where it is for this machine alone."""

import json
import shutil
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from launch_app import TOWN
from tests.app.window.served import served
from tests.app.window.window import Window

pytestmark = pytest.mark.browser
VERSION = next(TOWN.glob("v*")).name


def town_with(root: Path, broken: tuple[str, ...]) -> Path:
    """Town's two scenes, their pictures links to elsewhere; of some a picture's record says that it has no width."""
    root.mkdir()
    for found in TOWN.iterdir():
        if found.name == VERSION:
            shutil.copytree(found, root / VERSION)
        else:
            (root / found.name).symlink_to(found)
    tables = {name: json.loads((root / VERSION / f"{name}.json").read_text()) for name in ("scene", "sample", "sample_data")}
    scenes = {record["token"] for record in tables["scene"] if record["name"] in broken}
    samples = {record["token"] for record in tables["sample"] if record["scene_token"] in scenes}
    for record in tables["sample_data"]:
        if record["sample_token"] in samples and record["width"]:
            record["width"] = 0
    (root / VERSION / "sample_data.json").write_text(json.dumps(tables["sample_data"]))
    return root


def scenes_of(root: Path) -> list[str]:
    return [record["name"] for record in json.loads((root / VERSION / "scene.json").read_text())]


def test_another_scene_opens_where_the_first_cannot_be_read_and_that_is_said(chromium, tmp_path):
    first, second = scenes_of(TOWN)
    root = town_with(tmp_path / "town", (first,))
    with served(root, tmp_path / "workspace") as running:
        context = chromium.new_context()
        window = Window(context.new_page(), running.url)
        assert window.ask("s.scene.name") == second
        notice = window.page.locator(".notice[data-kind=problem]")
        notice.wait_for()
        assert "width" in notice.inner_text()
        context.close()


def test_where_no_scene_can_be_read_the_page_says_why_and_goes_on_saying_it(chromium, tmp_path):
    root = town_with(tmp_path / "town", tuple(scenes_of(TOWN)))
    with served(root, tmp_path / "workspace") as running:
        context = chromium.new_context()
        page = context.new_page()
        page.goto(running.url)
        page.locator("#opening", has_text="width").wait_for()
        context.close()


def test_recorded_pictures_that_are_links_to_other_disks_are_shown(chromium, tmp_path):
    root = town_with(tmp_path / "town", ())
    with served(root, tmp_path / "workspace") as running:
        context = chromium.new_context()
        page, answers = context.new_page(), []
        page.on("response", lambda answer: "/recorded/" in answer.url and answers.append(answer.status))
        window = Window(page, running.url)
        window.page.wait_for_timeout(500)
        assert len(answers) > 0
        assert set(answers) == {200}
        context.close()


def code_for(url: str, host: str, path: str = "/retake/start", body: bytes | None = None) -> tuple[int, str]:
    request = urllib.request.Request(url + path, body, {"Host": host})
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_a_window_for_this_machine_answers_to_no_name_that_others_can_have_lead_here(small_window):
    assert [code_for(small_window.url, host)[0] for host in ("localhost:1", "127.0.0.1:1", "[::1]:1")] == [200] * 3
    for path in ("/", "/retake/start", "/config"):
        code, sentence = code_for(small_window.url, "evil.example:7860", path)
        assert (code, "wanted localhost" in sentence) == (403, True)


def test_nothing_can_be_uploaded(small_window):
    assert code_for(small_window.url, "localhost", "/gradio_api/upload", b"")[0] == 404
