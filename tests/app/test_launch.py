"""launch_app.py as a user starts and ends it."""

import os
import re
import resource
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

import launch_app
from engine.model.digest import CARD

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def launched(*arguments: object, **environment: str) -> Iterator[tuple[subprocess.Popen, str]]:
    """The window's process, and where it is open; in a process group of its own, as a terminal would have it."""
    command = [sys.executable, "launch_app.py", "--port", "0", *map(str, arguments)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    process = subprocess.Popen(command, cwd=ROOT, env=os.environ | environment, start_new_session=True, **pipes)
    try:
        line = process.stdout.readline()
        found = re.search(r"http://\S+", line)
        assert found, line + process.stderr.read()
        yield process, found.group()
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


@pytest.fixture
def complaint(capsys, small_drive, tmp_path):
    """What is said when it does not start."""

    def said(*arguments: object) -> str:
        usual = ("--dataroot", small_drive, "--workspace", tmp_path / "takes", "--port", 0)
        try:
            code = launch_app.main([str(argument) for argument in (*usual, *arguments)])
        except SystemExit as end:
            code = end.code
        out, err = capsys.readouterr()
        assert (code, out) == (2, "")
        assert err.count("\n") == 1, err
        return err

    return said


def test_it_opens_and_ctrl_c_ends_it_with_its_drawing_process(small_drive, tmp_path):
    with launched("--dataroot", small_drive, "--workspace", tmp_path / "takes") as (process, url):
        with urllib.request.urlopen(url) as page:
            assert page.status == 200
        children = psutil.Process(process.pid).children(recursive=True)
        assert children
        os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=20)
        assert process.returncode == 0
        assert "Traceback" not in out + err
        _, alive = psutil.wait_procs(children, timeout=5)
        assert alive == []


def test_a_port_in_use_is_said(complaint):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        number = other.getsockname()[1]
        assert f"port {number} of 127.0.0.1 is in use" in complaint("--port", number)


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("--dataroot", "/nowhere"), "/nowhere"),
        (("--port", "65536"), "65536"),
        (("--host", "nosuch.invalid"), "nosuch.invalid"),
        (("--checkpoint", "/nowhere.safetensors"), "no checkpoint in /nowhere.safetensors"),
        (("--checkpoint", ROOT), f"no checkpoint in {ROOT}; wanted a folder that Retake wrote weights into"),
        (("--device", "gpu"), "device 'gpu'; wanted cpu, cuda or cuda:N"),
        (("--workspace", "/proc/takes"), "/proc/takes"),
        (("--password", "x"), "--password"),
        (("--scene", "scene-9"), "scene-9"),
        (("--version", "v9"), "v9"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(arguments, named, complaint):
    assert named in complaint(*arguments)


def test_a_password_that_nobody_can_type_is_said_in_one_sentence():
    command = [sys.executable, "launch_app.py", "--port", "0", "--ask-password"]
    asked = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, start_new_session=True)
    assert asked.returncode == launch_app.BAD_INPUT
    assert "launch_app.py: no password was typed; RETAKE_PASSWORD gives it where nobody can type" in asked.stderr
    assert "Traceback" not in asked.stderr


def test_a_workspace_that_takes_nothing_is_said_in_one_sentence(complaint, tmp_path):
    workspace = tmp_path / "takes"
    workspace.mkdir()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, limits[1]))  # SQLite meets it, as it would meet a full disk
    try:
        said = complaint()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert f"no place for its pictures: {workspace / 'cache'} cannot be written to (disk I/O error)" in said


def test_shipped_weights_are_taken_where_they_are_there_and_nothing_else_was_said(tmp_path):
    def taken(*arguments, shipped=tmp_path):
        return launch_app.checkpoint(launch_app.parser().parse_args(arguments), shipped)

    assert taken() is None
    (tmp_path / CARD).write_text("{}")
    assert taken() == tmp_path
    assert taken(shipped=tmp_path / "nowhere") is None
    assert taken("--checkpoint", "mine") == Path("mine")
    assert taken("--drafts-only") is None
    with pytest.raises(SystemExit):
        taken("--drafts-only", "--checkpoint", "mine")


def test_an_address_for_everyone_is_shown_as_this_machines():
    with launch_app.listening("0.0.0.0", 0) as door:
        assert launch_app.url("0.0.0.0", door) == f"http://localhost:{door.getsockname()[1]}"
