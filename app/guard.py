"""The door: with a password, every route of ours wants the login that Gradio's own routes want."""

import hmac
from collections.abc import Callable

from fastapi import Request
from fastapi.responses import JSONResponse
from gradio.routes import App
from starlette.types import ASGIApp, Receive, Scope, Send

PREFIX = "/retake/"


class Guard:
    """Answers 401 to visitors who have not logged in, and 415 to posts that another site's form could send."""

    def __init__(self, app: ASGIApp, may_enter: Callable[[Request], bool]) -> None:
        self._app, self._may_enter = app, may_enter

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what may pass."""
        if scope["type"] == "http" and scope["path"].startswith(PREFIX):
            request = Request(scope)
            if not self._may_enter(request):
                return await JSONResponse({"detail": "Not logged in."}, 401)(scope, receive, send)
            if request.method == "POST" and not request.headers.get("content-type", "").startswith("application/json"):
                return await JSONResponse({"detail": "Wanted JSON."}, 415)(scope, receive, send)
        return await self._app(scope, receive, send)


def logged_in(gradio_app: App, request: Request) -> bool:
    """Whether a request carries a login that Gradio gave out."""
    names = (f"access-token-{gradio_app.cookie_id}", f"access-token-unsecure-{gradio_app.cookie_id}")
    return any(request.cookies.get(name) in gradio_app.tokens for name in names)


def password_check(password: str) -> Callable[[str, str], bool]:
    """Gradio's question for a user and a password: any name will do."""
    return lambda _user, typed: hmac.compare_digest(typed.encode(), password.encode())
