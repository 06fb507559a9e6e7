"""Routes of the trainings in the browser: pictures to learn from, and the models that come out of it."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from aecore import ModelFileError
from ui.services import lessons, model_store

_HEADERS = {"Cache-Control": "no-store"}
MNIST_URL = "lessons/mnist.safetensors"  # relative to the app's root, like all
TEST_URL = "lessons/mnist-test.safetensors"


def own_url(secret: str) -> str:
    """Return the address of a visitor's pictures to learn from."""
    return f"lessons/own/{secret}.safetensors"


async def _mnist(request: Request) -> Response:
    return _pictures(await run_in_threadpool(lessons.mnist), "private, max-age=86400")


async def _mnist_test(request: Request) -> Response:
    return _pictures(await run_in_threadpool(lessons.mnist, test=True), "private, max-age=86400")


async def _own(request: Request) -> Response:
    return _pictures(await run_in_threadpool(lessons.own, request.path_params["secret"]), "no-store")


def _pictures(data: bytes | None, kept: str) -> Response:
    if data is None:
        return PlainTextResponse("not found", 404)
    return Response(data, media_type="application/octet-stream", headers={"Cache-Control": kept})


async def _take_model(request: Request) -> Response:
    """Keep a model that a browser has trained, and answer with its name; a custom header keeps other sites out."""
    if request.headers.get("x-model") != "trained":
        return _problem("This is no model of the Train page.", 400)
    parts: list[bytes] = []
    received = 0
    try:
        async for chunk in request.stream():
            received += len(chunk)
            if received > model_store.MEGABYTES << 20:
                return _problem(f"The model is larger than {model_store.MEGABYTES} MB.", 413)
            parts.append(chunk)
        return JSONResponse(
            {"name": await run_in_threadpool(model_store.add, b"".join(parts), "The model")}, headers=_HEADERS
        )
    except ClientDisconnect:
        return Response(status_code=400)  # the client has gone
    except ModelFileError as problem:
        return _problem(str(problem), 422)


def _problem(sentence: str, status: int) -> Response:
    return JSONResponse({"problem": sentence}, status, headers=_HEADERS)


ROUTES = [
    Route(f"/{MNIST_URL}", _mnist),
    Route(f"/{TEST_URL}", _mnist_test),
    Route("/lessons/own/{secret}.safetensors", _own),
    Route("/lessons/model", _take_model, methods=["POST"]),
]
