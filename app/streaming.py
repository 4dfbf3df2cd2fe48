"""A generator that runs in a thread, sent to the browser line by line; when the browser goes away, the work ends."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import orjson
from fastapi.responses import StreamingResponse

Message = dict[str, Any]
_END = object()


def streamed(work: Iterator[Message], cancel: Callable[[], None]) -> StreamingResponse:
    """An answer of one JSON message per line. `cancel` must make the work's next step come soon; it is called at every end."""
    return StreamingResponse(_lines(work, cancel), media_type="application/x-ndjson", headers={"Cache-Control": "no-store"})


async def _lines(work: Iterator[Message], cancel: Callable[[], None]) -> AsyncIterator[bytes]:
    loop, messages, stop = asyncio.get_running_loop(), asyncio.Queue(), threading.Event()

    def hand_over(message: object) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(messages.put_nowait, message)

    def run() -> None:
        try:
            for message in work:
                if stop.is_set():
                    break
                hand_over(message)
        finally:
            work.close()
            hand_over(_END)

    threading.Thread(target=run, daemon=True).start()
    try:
        while (message := await messages.get()) is not _END:
            yield orjson.dumps(message) + b"\n"
    finally:
        stop.set()
        cancel()
