"""What the browser loads besides Streamlit's own files: our modules and the models, cached for good by their hash."""

from __future__ import annotations

import contextlib
import gc
import gzip
import importlib
from collections.abc import AsyncIterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import threadpoolctl
from plotly.offline import get_plotlyjs, get_plotlyjs_version
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route
from streamlit.runtime.pages_manager import PagesManager

from aecore import ModelFileError, load, shipped
from aecore.model_file import part, read_checked
from ui import rooms
from ui.parts import MODULES, VERSION

_FOR_GOOD = {"Cache-Control": "public, max-age=31536000, immutable"}
_CONNECTIONS = 16_384
PLOTLY_URL = f"plotly/{get_plotlyjs_version()}/plotly.min.js"  # the browser's half of the package, relative to the root


async def _module(request: Request) -> Response:
    return _file(MODULES.get(request.path_params["name"]), "text/javascript")


async def _model_part(request: Request) -> Response:
    name, side = request.path_params["name"], request.path_params["side"]
    try:
        checksum = shipped.sha256(name)
        asked = side in ("encoder", "decoder") and request.path_params["version"] == checksum[:16]
        data = _part(name, side, checksum) if asked else None
    except ModelFileError:
        data = None
    if data is None:
        return PlainTextResponse("not found", 404)
    return Response(data, media_type="application/octet-stream", headers=_FOR_GOOD)


async def _atlas(request: Request) -> Response:
    name = request.path_params["name"]
    try:
        checksum = shipped.atlas_sha256(name)
        asked = request.path_params["version"] == checksum[:16]
        data = read_checked(shipped.atlases() / f"{name}.safetensors", checksum) if asked else None
    except ModelFileError:
        data = None
    if data is None:
        return PlainTextResponse("not found", 404)
    return Response(data, media_type="application/octet-stream", headers=_FOR_GOOD)


@lru_cache(maxsize=8)
def _part(name: str, side: str, checksum: str) -> bytes:
    return part(read_checked(shipped.MODELS / f"{name}.safetensors", checksum), side)


async def _plotly(request: Request) -> Response:
    return Response(_plotly_gzipped(), media_type="text/javascript", headers={**_FOR_GOOD, "Content-Encoding": "gzip"})


@lru_cache(maxsize=1)
def _plotly_gzipped() -> bytes:
    return gzip.compress(get_plotlyjs().encode())


def _file(path: Path | None, media_type: str) -> Response:
    if path is None:
        return PlainTextResponse("not found", 404)
    return FileResponse(path, media_type=media_type, headers=_FOR_GOOD)


ROUTES = [
    Route("/frontend/{version}/{name}", _module),
    Route(f"/{PLOTLY_URL}", _plotly),
    Route("/atlas/{version}/{name}.safetensors", _atlas),
    Route("/models/{version}/{name}.{side}.safetensors", _model_part),
    *rooms.ROUTES,
]


def module_url(name: str) -> str:
    """Return the address of a module of ours, relative to the app's root."""
    return f"frontend/{VERSION}/{name}"


def model_url(name: str, sha256: str) -> str:
    """Return the address of a shipped model's file, relative to the app's root; the browser asks for its parts."""
    return f"models/{sha256[:16]}/{name}.safetensors"


def atlas_url(name: str) -> str:
    """Return the address of a shipped model's atlas, relative to the app's root; raises ModelFileError."""
    return f"atlas/{shipped.atlas_sha256(name)[:16]}/{name}.safetensors"


def _allow_connections() -> None:
    """Allow more connections than the 1,024 that many systems start with: each follower of a room holds two."""
    with contextlib.suppress(ImportError, OSError, ValueError):  # not on Windows, which counts them otherwise
        resource = importlib.import_module("resource")
        now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = _CONNECTIONS if most == resource.RLIM_INFINITY else min(_CONNECTIONS, most)
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(now, wanted), most))


@contextlib.asynccontextmanager
async def lifespan(app: Any) -> AsyncIterator[None]:
    """Prepare the serving process once, before the first visitor."""
    # With a folder named pages/, Streamlit would run the first deep-linked page without app.py, hence without our
    # navigation (its older way of doing multi-page apps). Saying so up front is what st.navigation itself does.
    PagesManager.uses_pages_directory = False
    # One thread per decode: two threads of BLAS on two busy cores wait for each other (0.9 ms become 16 ms).
    threadpoolctl.threadpool_limits(1, "blas")
    # Streamlit collects all garbage after every script run. What is loaded by now stays for good: freezing it takes
    # it out of these collections (114 -> 29 ms per interaction). The first visit would load these two anyway.
    importlib.import_module("pandas")  # by way of the canvas
    with contextlib.suppress(ModelFileError):  # the page says what is wrong
        load()
    _allow_connections()
    gc.collect()
    gc.freeze()
    rooms.close_with_server(rooms.ROOMS)
    yield
