"""The page /follow/NAME: it follows a room without a Streamlit session, as one static page for all rooms."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from pathlib import Path
from string import Template
from typing import Any
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from aecore import ModelFileError, available
from aecore.core import pretrained
from aecore.data.strokes import PEN
from ui.server.rooms import NAME
from ui.server.routes import packed_html
from ui.services import model_store
from ui.services.bundle import bundle_url
from ui.services.examples import is_drawable
from ui.services.frontend_assets import FEATURES, FRONTEND, directions_for_browser, style
from ui.state.declaration import installed
from ui.widgets.model_picker import address_of_atlas, model_for_browser

_HERE = Path(__file__).parent
_SHEETS = (
    FRONTEND / "parts.css",
    FRONTEND / "standalone" / "standalone.css",
    FEATURES / "draw" / "page.css",
    FRONTEND / "lib" / "term.css",
    _HERE / "follow.css",
)
# Of the sliders: a picture that lies over the canvas lets the pen through; figures about another picture are not shown.
_PART = """
.pictures .input canvas { pointer-events: none; }
:host([data-foreign]) :is(.output small, .head) { visibility: hidden; }
"""
HEADERS = {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'unsafe-inline'; "
    "img-src data:; connect-src 'self'; form-action 'none'; base-uri 'self'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def page() -> bytes:
    """Return the page's HTML, the same for all rooms; raises ModelFileError where no model can be read."""
    first = next((name for name in available() if name not in pretrained.problems()), None)
    if first is None:
        raise ModelFileError("None of the model files can be read.")
    return _with(first, model_store.sha256(first), bundle_url("room", "follow"))


@lru_cache(maxsize=4)
def _with(first: str, checksum: str, bundle: str) -> bytes:
    """Return the HTML with the model of most rooms; the checksum is for the cache."""
    described = describe(first)
    model = described["model"]
    data = {
        "pages": {
            one.page.address: {"title": one.page.title, "sentence": one.page.sentence}
            for one in installed()
            if one.page
        },
        "first": described,
        "pen": PEN,
        "style": style("draw") + _PART,
    }
    decoder = (model["student"] or model["url"]).replace(".safetensors", ".decoder.safetensors")
    template = Template((_HERE / "follow.html").read_text(encoding="utf-8"))
    return template.substitute(
        style="".join(path.read_text(encoding="utf-8") for path in _SHEETS),
        preload=f'<link rel="preload" as="fetch" crossorigin href="./{decoder}">',
        data=json.dumps(data).replace("<", "\\u003c"),
        bundle=f"./{bundle}",
    ).encode()


def describe(name: str) -> dict[str, Any]:
    """Return what the page needs to know of a model, as JSON; raises ModelFileError."""
    return {
        "model": model_for_browser(name),
        "directions": directions_for_browser(name),
        "isDrawn": is_drawable(name),
        "atlas": address_of_atlas(name),
    }


async def _follow(request: Request) -> Response:
    name = request.path_params["name"]
    if not re.fullmatch(NAME, name, re.ASCII):
        return RedirectResponse(f"../join?name={quote(name[:40], safe='')}", 303, headers=HEADERS)
    try:
        html = await run_in_threadpool(page)
    except ModelFileError as problem:
        return PlainTextResponse(str(problem), 503, headers=HEADERS)
    return packed_html(request, html, HEADERS)


async def _with_slash(request: Request) -> Response:
    return RedirectResponse(f"../../follow/{quote(request.path_params['name'][:40], safe='')}", 303, headers=HEADERS)


async def _model(request: Request) -> Response:
    name = request.path_params["name"]
    try:
        known = name in available() or model_store.exists(name)
        found = await run_in_threadpool(describe, name) if known else None
    except ModelFileError:
        found = None
    if found is None:
        return PlainTextResponse("not found", 404)
    return JSONResponse(found, headers={"Cache-Control": "no-cache"})


ROUTES = (
    Route("/follow/{name}", _follow, methods=["GET"]),
    Route("/follow/{name}/", _with_slash, methods=["GET"]),
    Route("/follow/models/{name}.json", _model, methods=["GET"]),
)
