"""The door: with a password, every route of ours wants the login that Gradio's own routes want; without one, a window that
listens to this machine alone answers to this machine's names alone."""

import hmac
from collections.abc import Callable

from fastapi import Request
from fastapi.responses import JSONResponse, PlainTextResponse
from gradio.routes import App
from starlette.types import ASGIApp, Receive, Scope, Send

PREFIX = "/retake/"
UPLOAD = "/gradio_api/upload"  # Gradio's own, which takes files from any page; nothing is uploaded here
LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


class Guard:
    """Answers 401 to visitors who have not logged in, 415 to posts that another site's form could send, 405 to the question by
    which another site's script asks to post more than that (Gradio's own door would allow it), and 403 to whoever calls a
    window for this machine alone (`is_local`) by another name: a page that has its own name lead here (DNS rebinding) would
    read everything."""

    def __init__(self, app: ASGIApp, may_enter: Callable[[Request], bool], is_local: bool) -> None:
        self._app, self._may_enter, self._is_local = app, may_enter, is_local

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what may pass."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        request = Request(scope)
        if self._is_local and request.url.hostname not in LOCAL:
            return await PlainTextResponse(_stranger(request), 403)(scope, receive, send)
        if scope["path"].startswith(UPLOAD):
            return await JSONResponse({"detail": "Nothing is uploaded here."}, 404)(scope, receive, send)
        if scope["path"].startswith(PREFIX):
            if request.method == "OPTIONS":
                return await JSONResponse({"detail": "No other site may ask anything here."}, 405)(scope, receive, send)
            if not self._may_enter(request):
                return await JSONResponse({"detail": "Not logged in."}, 401)(scope, receive, send)
            if request.method == "POST" and not request.headers.get("content-type", "").startswith("application/json"):
                return await JSONResponse({"detail": "Wanted JSON."}, 415)(scope, receive, send)
        return await self._app(scope, receive, send)


def _stranger(request: Request) -> str:
    return (
        f"This window is for this machine alone and was called {request.url.hostname!r}; wanted localhost or 127.0.0.1. "
        "With a password (RETAKE_PASSWORD) it answers to any name."
    )


def logged_in(gradio_app: App, request: Request) -> bool:
    """Whether a request carries a login that Gradio gave out."""
    names = (f"access-token-{gradio_app.cookie_id}", f"access-token-unsecure-{gradio_app.cookie_id}")
    return any(request.cookies.get(name) in gradio_app.tokens for name in names)


def password_check(password: str) -> Callable[[str, str], bool]:
    """Gradio's question for a user and a password: any name will do."""
    return lambda _user, typed: hmac.compare_digest(typed.encode(), password.encode())
