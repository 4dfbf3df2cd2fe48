"""The window as a web application: one Gradio page that carries the editor, our own routes beside it, and the door to both."""

import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import gradio as gr
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from app.disk import DiskError, in_words
from app.exports import Exports
from app.guard import Guard, logged_in, password_check
from app.pictures import Pictures
from app.routes import routes
from app.routes.office import STATIC, Office
from app.routes.posted import refusal
from app.session import Desk, StaleError
from app.settings import Settings
from app.takes import SaveError, Takes
from editor.datasets.nuscenes import open_data_set
from editor.datasets.records import DataSetError
from editor.edits import EditError
from editor.files import TakeFileError
from editor.scene import SceneError
from editor.take import TakeError
from editor.variations import VariationError
from engine.requests import RenderError
from engine.service.local import NUM_PROCESSES, LocalService
from engine.service.store import REFUSED

SAID_IN_A_SENTENCE = (EditError, VariationError, TakeFileError, TakeError, SceneError, DataSetError, RenderError)
STATUS = {StaleError: 409, SaveError: 507}  # the others are 422
SYSTEM_FONTS = ["system-ui", "sans-serif"]  # fonts by name are fetched from another host
SWITCH_S = 0.001  # an edit's answer waits for no longer stretch of another thread's work
LAST_S = 3.0  # for an export to take away what it has half made, once the server ends
MOUNT = "import(new URL('retake/static/window.js', document.baseURI).href).then((page) => page.mount(element));"
LOGIN = "Any user name, and the password that Retake was started with."


def create_app(settings: Settings) -> FastAPI:
    """The window, ready to be served; DataSetError where the data set cannot be opened, DiskError where the workspace takes
    nothing."""
    data_set = open_data_set(settings.dataroot, settings.version)
    if settings.scene is not None:
        data_set.scene(settings.scene)
    cache = settings.workspace / "cache"
    try:
        service = LocalService(cache / "drafts", num_processes=NUM_PROCESSES)
        pictures = Pictures(settings.dataroot, cache / "pictures")
    except REFUSED as error:
        raise DiskError(f"the window has no place for its pictures: {in_words(error, cache)}") from error
    desk = Desk(data_set, Takes(settings.workspace / "takes"))
    exports = Exports(service)
    office = Office(settings, desk, pictures, service, exports)
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, lifespan=_lifespan(service, exports))
    app.include_router(routes(office))
    _say_in_sentences(app)
    _mount(app, settings)
    return app


def _lifespan(service: LocalService, exports: Exports) -> Callable[[FastAPI], object]:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        sys.setswitchinterval(SWITCH_S)
        service.warm()
        yield
        exports.end()
        service.close()
        exports.wait(LAST_S)

    return lifespan


def _say_in_sentences(app: FastAPI) -> None:
    """Errors that are fit for a user become the answer's sentence."""

    def refused(_: Request, error: Exception) -> JSONResponse:
        return JSONResponse({"detail": str(error)}, STATUS.get(type(error), 422))

    def not_taken(_: Request, error: RequestValidationError) -> JSONResponse:
        return JSONResponse({"detail": refusal(error.errors())}, 422)

    for kind in (*SAID_IN_A_SENTENCE, *STATUS):
        app.add_exception_handler(kind, refused)
    app.add_exception_handler(RequestValidationError, not_taken)


def _mount(app: FastAPI, settings: Settings) -> None:
    """Gradio's page at the root, and the guard before everything."""
    auth = password_check(settings.password) if settings.password is not None else None
    gr.mount_gradio_app(
        app,
        page(),
        path="/",
        auth=auth,
        auth_message=LOGIN if auth else None,
        footer_links=[],
        run_history=False,
        theme=_theme(),
        head=f"<style>{(STATIC / 'window.css').read_text()}</style>",
        favicon_path=STATIC / "icon.svg",
        enable_monitoring=False,
        mcp_server=False,
        pwa=False,
    )
    gradio_app = app.routes[-1].app
    is_local = settings.is_local and auth is None
    app.add_middleware(Guard, may_enter=lambda request: auth is None or logged_in(gradio_app, request), is_local=is_local)


def _theme() -> gr.themes.Base:
    """The page's colours for what is Gradio's own: the login."""
    plain = gr.themes.Base(font=SYSTEM_FONTS, font_mono=["ui-monospace", "monospace"])
    return plain.set(
        body_background_fill="#0e1116",
        body_text_color="#e8ecf3",
        body_text_color_subdued="#a3adbd",
        background_fill_primary="#0e1116",
        background_fill_secondary="#151a22",
        block_background_fill="#151a22",
        block_label_text_color="#a3adbd",
        block_info_text_color="#a3adbd",
        block_border_color="#2a323f",
        border_color_primary="#2a323f",
        input_background_fill="#1e2530",
        input_background_fill_focus="#1e2530",
        input_border_color="#2a323f",
        panel_background_fill="#151a22",
        button_primary_background_fill="#2463c4",
        button_primary_background_fill_hover="#2d70d8",
        button_primary_text_color="#ffffff",
    )


def page(static: Path = STATIC) -> gr.Blocks:
    """The page: one component with a constant template, so that no text of a user's is ever read as markup."""
    with gr.Blocks(title="Retake", analytics_enabled=False, fill_height=True, fill_width=True) as blocks:
        gr.HTML(
            value="",
            html_template=(static / "window.html").read_text(),
            js_on_load=MOUNT,
            apply_default_css=False,
            elem_id="retake-component",
        )
    return blocks
