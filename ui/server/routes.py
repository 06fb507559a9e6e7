"""HTTP routes besides Streamlit's own: modules, models, atlases, pictures and sounds, cached for ever by their hash."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from functools import lru_cache

from plotly.offline import get_plotlyjs, get_plotlyjs_version
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from aecore import ModelFileError
from aecore.core import pretrained
from aecore.core.model_file import part, read_checked
from aecore.latent import shape
from ui.server import lessons, own_data, room_pictures, room_routes
from ui.server.compression import best_encoding, compress
from ui.server.index_page import index_page
from ui.services import examples, model_store, pictures, recordings, training_queue
from ui.services.bundle import bundle, live_part
from ui.services.frontend_assets import modules, style, version
from ui.services.previews import preview, preview_url
from ui.state.declaration import Feature, installed

_FOR_GOOD = {"Cache-Control": "public, max-age=31536000, immutable"}
_HOST = re.compile(r"[\w.-]{1,253}(:\d{1,5})?|\[[0-9a-fA-F:]{2,45}\](:\d{1,5})?", re.ASCII)
_NEVER = {"Cache-Control": "no-store"}
_ICON = pretrained.MODELS.parent / "icon.png"
PLOTLY_URL = f"plotly/{get_plotlyjs_version()}/plotly.min.js"  # the package's JavaScript, relative to the app's root


def _page(feature: Feature, base: str) -> Callable[[Request], Awaitable[Response]]:
    async def page(request: Request) -> Response:
        return packed_html(request, index_page(feature.name, root_of(request, base)), {"Cache-Control": "no-cache"})

    return page


def packed_html(request: Request, page: bytes, headers: Mapping[str, str]) -> Response:
    """Return an answer of HTML with these headers, compressed as well as its browser takes it."""
    encoding = best_encoding(request.headers.get("accept-encoding", ""))
    known = {**headers, "Vary": "Accept-Encoding", **({"Content-Encoding": encoding} if encoding else {})}
    return Response(_packed(page, encoding), media_type="text/html", headers=known)


def root_of(request: Request, base: str = "") -> str:
    """Return the app's address as its visitor reaches it, also through a proxy; "" where the request names none."""
    said, headers = request.url, request.headers
    scheme = headers.get("x-forwarded-proto", said.scheme).split(",")[0].strip()
    host = headers.get("x-forwarded-host", headers.get("host", "")).split(",")[0].strip()
    known = scheme in ("http", "https") and _HOST.fullmatch(host)
    return f"{scheme}://{host}{base}/" if known else ""


@lru_cache(maxsize=64)
def _packed(page: bytes, encoding: str) -> bytes:
    return compress(page, encoding)


async def _module(request: Request) -> Response:
    path = modules().get(request.path_params["name"])
    if path is None:
        return PlainTextResponse("not found", 404)
    return Response(path.read_bytes(), media_type="text/javascript", headers=_FOR_GOOD)


async def _bundle(request: Request) -> Response:
    name = f"features/{request.path_params['name']}"
    if name not in modules():
        return PlainTextResponse("not found", 404)
    parts = ((one.name, part.module) for one in installed() for part in one.parts)
    shown = next((part for part in parts if name == "features/{}/{}.js".format(*part)), None)
    source = live_part(name, style(*shown)) if shown else bundle(name)
    return Response(source, media_type="text/javascript", headers=_FOR_GOOD)


async def _model_part(request: Request) -> Response:
    name, side = request.path_params["name"], request.path_params["side"]
    try:
        checksum = model_store.sha256(name)
        asked = side in ("encoder", "decoder") and request.path_params["version"] == checksum[:16]
        data = await run_in_threadpool(lambda: part(model_store.read(name), side)) if asked else None
    except ModelFileError:
        data = None
    return _bytes(data)


async def _student_part(request: Request) -> Response:
    name, side = request.path_params["name"], request.path_params["side"]
    file = pretrained.student(name)
    asked = file is not None and side in ("encoder", "decoder") and request.path_params["version"] == _version(name)
    return _bytes(part(file.read_bytes(), side) if file is not None and asked else None)


async def _shape_network(request: Request) -> Response:
    name = request.path_params["name"]
    file = shape.file_of(name)
    asked = file is not None and request.path_params["version"] == shape.sha256(name)[:16]
    return _bytes(file.read_bytes() if file is not None and asked else None)


def _version(name: str) -> str:
    return pretrained.student_sha256(name)[:16]


async def _atlas(request: Request) -> Response:
    name = request.path_params["name"]
    try:
        asked = request.path_params["version"] == _atlas_version(name)
        data = await run_in_threadpool(_atlas_file, name) if asked else None
    except ModelFileError:
        data = None
    return _bytes(data)


def _bytes(data: bytes | None, kind: str = "application/octet-stream") -> Response:
    if data is None:
        return PlainTextResponse("not found", 404)
    return Response(data, media_type=kind, headers=_FOR_GOOD)


def _atlas_version(name: str) -> str:
    # The atlas of a visitor's model is computed from the model alone.
    return (model_store.sha256(name) if model_store.is_own(name) else pretrained.atlas_sha256(name))[:16]


def _atlas_file(name: str) -> bytes:
    if model_store.is_own(name):
        return model_store.atlas_file(name)
    return read_checked(pretrained.atlases() / f"{name}.safetensors", pretrained.atlas_sha256(name))


async def _picture(request: Request) -> Response:
    return _shipped(request, pictures.version, pictures.read, "image/webp")


async def _preview_of_page(request: Request) -> Response:
    """Return the picture that others see with a link to a page."""
    name = request.path_params["name"]
    asked = preview_url(name) == f"previews/{request.path_params['version']}/{name}.png"
    return _bytes(preview(name) if asked else None, "image/png")


async def _sound(request: Request) -> Response:
    return _shipped(request, recordings.version, recordings.read, "audio/wav")


async def _sound_map(request: Request) -> Response:
    return _shipped(request, recordings.map_version, recordings.read_map)


def _shipped(request: Request, version: Callable[..., str], read: Callable[..., bytes], *kind: str) -> Response:
    """Answer with a shipped file, `read` by the name in the address if it has one, in the version that is asked for."""
    names = [request.path_params["name"]] if "name" in request.path_params else []
    try:
        data = read(*names) if request.path_params["version"] == version(*names) else None
    except ModelFileError:
        data = None
    return _bytes(data, *kind)


async def _progress(request: Request) -> Response:
    found = await run_in_threadpool(training_queue.look, request.path_params["secret"])  # may wait for a lock
    return JSONResponse(found, headers=_NEVER) if found is not None else PlainTextResponse("not found", 404)


async def _preview(request: Request) -> Response:
    found = await run_in_threadpool(training_queue.preview, request.path_params["secret"])
    if found is None:
        return PlainTextResponse("not found", 404)
    return Response(found, media_type="application/json", headers=_NEVER)


async def _examples(request: Request) -> Response:
    """Return the pixels of examples of a training, one after the other: ?which=0,5,7."""
    asked = request.query_params.get("which", "")
    if not re.fullmatch(r"\d{1,4}(,\d{1,4}){0,63}", asked, re.ASCII):
        return PlainTextResponse("not found", 404)
    which = [int(one) for one in asked.split(",")]
    found = await run_in_threadpool(examples.read, request.path_params["secret"], which)
    if found is None:
        return PlainTextResponse("not found", 404)
    return Response(found.tobytes(), media_type="application/octet-stream", headers=_NEVER)


async def _plotly(request: Request) -> Response:
    return Response(get_plotlyjs().encode(), media_type="text/javascript", headers=_FOR_GOOD)


async def _icon(_: Request) -> Response:
    return Response(_ICON.read_bytes(), media_type="image/png", headers={"Cache-Control": "public, max-age=86400"})


async def _robots(_: Request) -> Response:
    return PlainTextResponse("User-agent: *\nDisallow: /rooms/\nDisallow: /follow/\n")


_ROUTES = (
    Route("/favicon.png", _icon),  # the page's HTML names it, and Streamlit too: its own lies there
    Route("/robots.txt", _robots),
    Route("/modules/{version}/bundle/{name:path}", _bundle),  # as deep as the modules, whose paths to others it keeps
    Route("/modules/{version}/{name:path}", _module),
    Route(f"/{PLOTLY_URL}", _plotly),
    Route("/atlas/{version}/{name}.safetensors", _atlas),
    Route("/pictures/{version}/{name}.webp", _picture),
    Route("/previews/{version}/{name}.png", _preview_of_page),
    Route("/sounds/{version}/{name}.wav", _sound),
    Route("/sounds/{version}/map.safetensors", _sound_map),
    Route("/students/{version}/{name}.{side}.safetensors", _student_part),
    Route("/shapes/{version}/{name}.safetensors", _shape_network),
    Route("/models/{version}/{name}.{side}.safetensors", _model_part),
    Route("/runs/{secret}/progress.json", _progress),
    Route("/runs/{secret}/preview.json", _preview),
    Route("/runs/{secret}/examples", _examples),
    *lessons.ROUTES,
    *own_data.ROUTES,
    *room_routes.ROUTES,
    *room_pictures.routes(room_routes.ROOMS),
)


def routes(base_path: str = "") -> list[Route]:
    """Return the routes below a base path, which is written as in `server.baseUrlPath`: "demo" or ""."""
    base = "".join(f"/{name}" for name in base_path.split("/") if name)
    pages = [Route(f"/{feature.page.address}", _page(feature, base)) for feature in installed() if feature.page]
    own = [route for feature in installed() for route in feature.routes]
    return [Route(base + one.path, one.endpoint, methods=list(one.methods or ())) for one in (*pages, *_ROUTES, *own)]


def module_url(name: str) -> str:
    """Return the address of a JavaScript module, relative to the app's root."""
    return f"modules/{version()}/{name}"


def model_url(name: str, sha256: str) -> str:
    """Return the address of a model's file, relative to the root; the browser inserts ".encoder" or ".decoder"."""
    return f"models/{sha256[:16]}/{name}.safetensors"


def url_of_model(name: str) -> str:
    """Return the address of the file of a model that is here, like `model_url`."""
    return model_url(name, model_store.sha256(name))


def student_url(name: str) -> str | None:
    """Return the address of the file of a model's student, like `model_url`; None where it has none."""
    return f"students/{_version(name)}/{name}.safetensors" if pretrained.student(name) else None


def shape_network_url(name: str) -> str | None:
    """Return the address of a model's shape network, relative to the app's root; None where it has none."""
    return f"shapes/{shape.sha256(name)[:16]}/{name}.safetensors" if shape.file_of(name) else None


def atlas_url(name: str) -> str:
    """Return the address of a model's atlas, relative to the app's root; raises ModelFileError."""
    return f"atlas/{_atlas_version(name)}/{name}.safetensors"
