"""The process that draws: `python -m engine.service.drawing <socket> <module:function> [<store folder>]`.

It takes its jobs in turns, one picture each, so that nobody waits for the whole of another's clip. Between pictures it looks
for messages; a thread receives them, so that the app never waits for a picture in order to be heard.
"""

import importlib
import logging
import os
import queue
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from engine.service.requests import Chunk, RenderError, Request
from engine.service.store import Store
from engine.service.wire import Cancel, Draw, Drawn, Ended, More, Reader

NICENESS = 10  # an edit in the app's process comes before a picture in this one
# Linux shares the processor among sessions first; a process's niceness counts only inside its own. So this session gives way,
# but keeps a third of what another gets: drafts are waited for.
SESSION = Path("/proc/self/autogroup")
SESSION_NICENESS = 5
Drawer = Callable[[Request], Iterator[Chunk]]
log = logging.getLogger(__name__)


@dataclass(slots=True)
class Drawing:
    """A job under way: what is still to come, where it is stored, how many pictures may yet go unconsumed."""

    job: int
    chunks: Iterator[Chunk]
    keys: dict[tuple[int, str], str]
    ahead: int


def serve(connection: Connection, draw: Drawer, store: Store | None) -> None:
    """Draw what is asked for until the app hangs up."""
    inbox: queue.SimpleQueue[Draw | More | Cancel] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(connection, inbox), daemon=True).start()
    drawings: dict[int, Drawing] = {}
    while True:
        runnable = [drawing for drawing in drawings.values() if drawing.ahead > 0]
        if not runnable:
            _heed(inbox.get(), drawings, draw, connection)
        for drawing in runnable:
            while not inbox.empty():
                _heed(inbox.get(), drawings, draw, connection)
            if drawing.job in drawings and not _step(drawing, connection, store):
                del drawings[drawing.job]


def _listen(connection: Connection, inbox: queue.SimpleQueue) -> None:
    reader = Reader()
    while True:
        try:
            message = reader.loads(connection.recv_bytes())
        except (EOFError, OSError):  # the app is gone, perhaps killed: nobody wants the picture that is being drawn
            os._exit(0)
        if message is not None:
            inbox.put(message)


def _heed(message: Draw | More | Cancel, drawings: dict[int, Drawing], draw: Drawer, connection: Connection) -> None:
    match message:
        case Draw(job, request, keys, ahead):
            drawings[job] = Drawing(job, iter(draw(request)), keys, ahead)
        case More(job):
            if job in drawings:
                drawings[job].ahead += 1
        case Cancel(job):
            if job in drawings:
                del drawings[job]
                connection.send(Ended(job))


def _step(drawing: Drawing, connection: Connection, store: Store | None) -> bool:
    """Draw, send and store one picture; False when the job is over."""
    try:
        chunk = next(drawing.chunks, None)
    except RenderError as error:
        connection.send(Ended(drawing.job, str(error)))
        return False
    except Exception as error:
        log.exception("A picture could not be drawn.")
        connection.send(Ended(drawing.job, f"A picture could not be drawn ({type(error).__name__}: {_one_line(error)})."))
        return False
    if chunk is None:
        connection.send(Ended(drawing.job))
        return False
    connection.send(Drawn(drawing.job, chunk))
    drawing.ahead -= 1
    if store is not None:
        store.put(drawing.keys[chunk.frame, chunk.view], chunk)
    return True


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]


def _named(name: str) -> Drawer:
    module, function = name.split(":")
    return getattr(importlib.import_module(module), function)


def give_way() -> None:
    """Let an edit come first: in this process's session, and this session among the others."""
    os.nice(NICENESS)
    for _ in range(20):
        try:
            SESSION.write_text(str(SESSION_NICENESS))
            return
        except BlockingIOError:  # but for root, the kernel allows only one such wish every tenth of a second
            time.sleep(0.1)
        except OSError as error:  # a kernel that knows no such groups: niceness alone decides
            log.debug("No group to be nice in: %s", error)
            return


def main(arguments: list[str]) -> None:
    """Serve one app."""
    give_way()
    logging.basicConfig(format="drawing: %(levelname)s %(message)s")
    descriptor, drawer, *folder = arguments
    serve(Connection(int(descriptor)), _named(drawer), Store(Path(folder[0])) if folder else None)


if __name__ == "__main__":
    main(sys.argv[1:])
