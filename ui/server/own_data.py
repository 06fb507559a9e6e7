"""Routes on which the pictures arrive that visitors bring to train on; they are streamed into a folder of their own."""

from __future__ import annotations

import asyncio
import shutil
from urllib.parse import unquote
from weakref import WeakKeyDictionary

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from aecore.data.own.raw import MEGABYTES, DataError
from ui.services import own_data

_AT_ONCE = 2  # files that arrive or are read; others wait
_HEADERS = {"Cache-Control": "no-store"}
_places: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()


async def _take(request: Request) -> Response:
    """Take a file: POST /own-data begins, POST /own-data/SECRET adds the second; the last one's answer says how many.

    With ?more, another file follows, and nothing is read yet. A custom header keeps other sites out: browsers ask
    before they send it across sites.
    """
    name = "".join(c for c in unquote(request.headers.get("x-file-name", "")) if c.isprintable())[-60:]
    if not name:
        return _problem("The name of the file is missing.", 400)
    loop = asyncio.get_running_loop()  # tests have several
    async with _places.setdefault(loop, asyncio.Semaphore(_AT_ONCE)):
        try:
            secret = str(request.path_params.get("secret") or await run_in_threadpool(own_data.begin))
            if own_data.find(secret) is None:
                return _problem("Your pictures are no longer on this server: bring them once more.", 404)
            return await _keep(request, secret, name)
        except OSError as error:
            return _problem(f"The server cannot keep pictures now: {error.strerror}.", 507)


async def _keep(request: Request, secret: str, name: str) -> Response:
    place = own_data.place_for_file(secret, name)
    if place is None:
        return _problem("Bring at most two files: pictures and their labels.", 400)
    received = 0
    try:
        with place.open("wb") as file:
            async for chunk in request.stream():
                received += len(chunk)
                if received > MEGABYTES * 1_000_000:
                    raise DataError(f"The file {name} is larger than {MEGABYTES} MB.")
                file.write(chunk)
        if "more" in request.query_params:
            return JSONResponse({"secret": secret}, headers=_HEADERS)
        found = await run_in_threadpool(own_data.read, secret, name)
    except ClientDisconnect:
        shutil.rmtree(place.parent.parent, ignore_errors=True)
        return Response(status_code=400)  # the client has gone
    except DataError as error:
        if received > MEGABYTES * 1_000_000:
            shutil.rmtree(place.parent.parent, ignore_errors=True)
        return _problem(str(error), 422)
    return JSONResponse({"secret": secret, "count": found["count"]}, headers=_HEADERS)


def _problem(sentence: str, status: int) -> Response:
    return JSONResponse({"problem": sentence}, status, headers=_HEADERS)


ROUTES = [
    Route("/own-data", _take, methods=["POST"]),
    Route("/own-data/{secret}", _take, methods=["POST"]),
]
