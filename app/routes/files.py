"""The page's own files."""

from pathlib import Path

import plotly
from fastapi import APIRouter, HTTPException
from fastapi.responses import FileResponse

from app.routes.office import ASK_AGAIN, STATIC
from engine.service.bank import bank_entries

PLOTLY = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"


def add_files(router: APIRouter) -> None:
    """The page's own script and style, and Plotly's from its package."""
    files = {path.name: path for path in STATIC.iterdir() if path.suffix in {".js", ".css", ".svg"}} | {"plotly.min.js": PLOTLY}

    @router.get("/static/{name}")
    def static(name: str) -> FileResponse:
        """One file."""
        if name not in files:
            raise HTTPException(404, f"There is no file {name[:80]!r}.")
        return FileResponse(files[name], headers=ASK_AGAIN)

    shipped = {entry.name: entry.picture for entry in bank_entries()}

    @router.get("/bank/{name}")
    def bank(name: str) -> FileResponse:
        """A shipped actor's picture."""
        if name not in shipped:
            raise HTTPException(404, f"The bank has no {name[:80]!r}.")
        return FileResponse(shipped[name], media_type="image/webp", headers=ASK_AGAIN)
