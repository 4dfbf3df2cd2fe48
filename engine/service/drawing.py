"""The process that draws: `python -m engine.service.drawing <socket> <module:function> <niceness> [<store folder>]`.

It takes its jobs in turns, one picture each, so that nobody waits for the whole of another's clip. Between pictures it looks
for messages; a thread receives them, so that the app never waits for a picture in order to be heard. What takes longer than a
picture looks by itself, now and then, whether it is cancelled.
"""

import importlib
import logging
import os
import queue
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path

from editor.datasets.records import DataSetError
from engine.requests import Chunk, RenderError, Request
from engine.service.store import REFUSED, Store
from engine.service.task import Task
from engine.service.wire import Cancel, Draw, Drawn, Ended, More, Reader

# Linux shares the processor among sessions first; a process's niceness counts only inside its own. So this session gives way
# too, by half as much: at a niceness of 10 it keeps a third of what another gets.
SESSION = Path("/proc/self/autogroup")
Drawer = Callable[[Request, Task], Iterator[Chunk | None]]  # None: nothing yet, but the work may be stopped
OVER = object()
log = logging.getLogger(__name__)


@dataclass(slots=True)
class Inbox:
    """What the app has sent. Of cancelled jobs the listening thread takes note at once."""

    messages: "queue.SimpleQueue[Draw | More | Cancel]" = field(default_factory=queue.SimpleQueue)
    cancelled: set[int] = field(default_factory=set)


@dataclass(slots=True)
class Drawing:
    """A job under way: what is still to come, where it is stored, how many pictures may yet go unconsumed."""

    job: int
    chunks: Iterator[Chunk | None]
    task: Task
    ahead: int


def serve(connection: Connection, draw: Drawer, store: Store | None) -> None:
    """Draw what is asked for until the app hangs up."""
    inbox = Inbox()
    threading.Thread(target=_listen, args=(connection, inbox), daemon=True).start()
    drawings: dict[int, Drawing] = {}
    while True:
        runnable = [drawing for drawing in drawings.values() if drawing.ahead > 0]
        if not runnable:
            _heed(inbox, drawings, draw, connection, store)
        for drawing in runnable:
            while not inbox.messages.empty():
                _heed(inbox, drawings, draw, connection, store)
            if drawing.job in drawings and not _step(drawing, connection):
                del drawings[drawing.job]


def _listen(connection: Connection, inbox: Inbox) -> None:
    reader = Reader()
    while True:
        try:
            message = reader.loads(connection.recv_bytes())
        except (EOFError, OSError):  # the app is gone, perhaps killed: nobody wants the picture that is being drawn
            os._exit(0)
        except Exception:  # nobody would hear the app any more; it tells who waits, and starts another process
            log.exception("A message of the app could not be read.")
            os._exit(1)
        if isinstance(message, Cancel):
            inbox.cancelled.add(message.job)
        if message is not None:
            inbox.messages.put(message)


def _heed(inbox: Inbox, drawings: dict[int, Drawing], draw: Drawer, connection: Connection, store: Store | None) -> None:
    """Wait for a message and act upon it."""
    match inbox.messages.get():
        case Draw(job, request, keys, ahead):
            task = Task(keys, store, lambda: job in inbox.cancelled, request.kept)
            drawings[job] = Drawing(job, iter(draw(request, task)), task, ahead)
        case More(job):
            if job in drawings:
                drawings[job].ahead += 1
        case Cancel(job):
            inbox.cancelled.discard(job)
            if drawings.pop(job, None) is not None:
                connection.send(Ended(job))


def _step(drawing: Drawing, connection: Connection) -> bool:
    """Draw, send and store one picture, or do a part of the work for one; False when the job is over."""
    try:
        chunk = next(drawing.chunks, OVER)
    except (RenderError, DataSetError) as error:  # in a sentence for a user already
        connection.send(Ended(drawing.job, str(error)))
        return False
    except Exception as error:
        log.exception("A picture could not be drawn.")
        connection.send(Ended(drawing.job, f"A picture could not be drawn ({type(error).__name__}: {_one_line(error)})."))
        return False
    if chunk is OVER:
        connection.send(Ended(drawing.job))
        return False
    if chunk is not None:
        connection.send(Drawn(drawing.job, chunk))
        drawing.ahead -= 1
        drawing.task.keep(chunk)
    return True


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]


def _named(name: str) -> Drawer:
    module, function = name.split(":")
    return getattr(importlib.import_module(module), function)


def give_way(niceness: int) -> None:
    """Let others come first: in this process's session, and this session among the others."""
    os.nice(niceness)
    for _ in range(20):
        try:
            SESSION.write_text(str(niceness // 2))
            return
        except BlockingIOError:  # but for root, the kernel allows only one such wish every tenth of a second
            time.sleep(0.1)
        except OSError as error:  # a kernel that knows no such groups: niceness alone decides
            log.debug("No group to be nice in: %s", error)
            return


def _store(folder: Path) -> Store | None:
    """What is kept in a folder; None where it cannot be opened, say on a full disk, for pictures can be drawn all the same."""
    try:
        return Store(folder)
    except REFUSED as error:
        log.warning("Pictures are drawn, but cannot be kept in %s (%s: %s).", folder, type(error).__name__, error)
        return None


def main(arguments: list[str]) -> None:
    """Serve one app."""
    descriptor, drawer, niceness, *folder = arguments
    give_way(int(niceness))
    logging.basicConfig(format="drawing: %(levelname)s %(message)s")
    serve(Connection(int(descriptor)), _named(drawer), _store(Path(folder[0])) if folder else None)


if __name__ == "__main__":
    main(sys.argv[1:])
