"""A Retake that serves a data set in a process of its own, as a user starts it; and a browser to look at it with."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parents[3]
OPEN = re.compile(r"Retake is open at (http://\S+)")
QUIET = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]


@dataclass(frozen=True)
class Served:
    """A running window."""

    url: str
    process: subprocess.Popen[str]

    def kill(self) -> None:
        """End it as a power cut does."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@contextmanager
def served(
    dataroot: Path, workspace: Path, password: str | None = None, port: int = 0, checkpoint: Path | None = None
) -> Iterator[Served]:
    """Serve a data set for the length of a `with`; without a checkpoint, drafts alone, whatever ships."""
    command = [sys.executable, "launch_app.py", "--dataroot", str(dataroot), "--workspace", str(workspace), "--port", str(port)]
    command += ["--drafts-only"] if checkpoint is None else ["--checkpoint", str(checkpoint)]
    environment = {name: value for name, value in os.environ.items() if name != "RETAKE_PASSWORD"}
    if password is not None:
        environment["RETAKE_PASSWORD"] = password
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    )
    try:
        yield Served(_url(process), process)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
        process.stdout.close()


def _url(process: subprocess.Popen[str]) -> str:
    said = []
    for line in process.stdout:
        said.append(line)
        if found := OPEN.search(line):
            return found[1]
    raise RuntimeError("the window did not open: " + "".join(said))


@contextmanager
def browser() -> Iterator[Browser]:
    """Chromium, as Debian packages it."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox", *QUIET])
        yield chromium
        chromium.close()
