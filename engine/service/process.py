"""The app's end of a drawing process: starting it, talking to it, noticing that it died."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing import Pipe
from pathlib import Path

from editor.scene import Scenario
from engine.service.wire import Cancel, Draw, Drawn, Ended, More, Names

THREADS = ("OPENCV_FOR_THREADS_NUM", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass(frozen=True, slots=True)
class Manner:
    """How a process draws: which function does it, as "module:function", how far it lets others come first, on how many
    threads."""

    drawer: str
    niceness: int
    num_threads: int


class DrawingProcess:
    """One running process. `on_message` and `on_end` are called from a thread of its own."""

    def __init__(
        self,
        manner: Manner,
        folder: Path | None,
        on_message: Callable[[Drawn | Ended], None],
        on_end: Callable[["DrawingProcess", str], None],
    ) -> None:
        self._connection, theirs = Pipe()
        self._names = Names()
        self._lock = threading.Lock()
        self._on_message, self._on_end = on_message, on_end
        # Not multiprocessing's spawn: that imports the program's main module anew, here Gradio and all of the window.
        self._process = subprocess.Popen(
            [
                sys.executable,
                "-P",
                "-m",
                "engine.service.drawing",
                str(theirs.fileno()),
                manner.drawer,
                str(manner.niceness),
                *([str(folder)] if folder else []),
            ],
            env=os.environ
            | dict.fromkeys(THREADS, str(manner.num_threads))
            | {"PYTHONPATH": os.pathsep.join(path or os.getcwd() for path in sys.path)},
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl+C is the app's to handle; this process ends with it
        )
        theirs.close()
        threading.Thread(target=self._listen, daemon=True).start()

    def send(self, message: Draw | More | Cancel, scenario: Scenario | None = None) -> None:
        """Send a message, and first what of its scenario is new. A process that is dead is reported by `on_end`, not here."""
        with self._lock:
            try:
                for introduction in self._names.introduce(scenario) if scenario is not None else []:
                    self._connection.send_bytes(introduction)
                self._connection.send_bytes(self._names.dumps(message))
            except (BrokenPipeError, ConnectionResetError):
                pass

    def kill(self) -> None:
        """End it now."""
        self._process.kill()

    def used(self) -> tuple[float, bool]:
        """Seconds of processor time that it has had, and whether it is waiting for more; 0 and no where that is not told."""
        try:
            state, *fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:  # it has ended, or this is no Linux
            return 0.0, False
        return (int(fields[10]) + int(fields[11])) / os.sysconf("SC_CLK_TCK"), state == "R"

    def _listen(self) -> None:
        while True:
            try:
                message = self._connection.recv()
            except (EOFError, OSError):
                break
            self._on_message(message)
        self._on_end(self, _ending(self._process.wait()))


def _ending(status: int) -> str:
    if status < 0:
        return f"it was ended by {signal.Signals(-status).name}"
    return f"it ended with status {status}"
