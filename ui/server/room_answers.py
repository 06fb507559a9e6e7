"""The answers of the routes of rooms: JSON, or a problem in a sentence."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

NOT_CACHED = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}  # the second: nginx forwards without buffering
Endpoint = Callable[[Request], Awaitable[Response]]


class RoomError(Exception):
    """Why a room cannot be opened, followed or written, as a sentence; `status` is the HTTP status code."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


def in_a_sentence(endpoint: Endpoint) -> Endpoint:
    """Return an endpoint that answers a RoomError with its sentence."""

    @functools.wraps(endpoint)
    async def answer(request: Request) -> Response:
        try:
            return await endpoint(request)
        except RoomError as problem:
            return answered({"problem": str(problem)}, problem.status)
        except ClientDisconnect:
            return Response(status_code=400)  # the client has gone

    return answer


def key_of(request: Request) -> str:
    """Return the presenter's key in a request, "" where there is none."""
    return request.headers.get("x-room-key", "")


def answered(content: dict[str, Any], status: int = 200) -> Response:
    """Return an answer of JSON."""
    return JSONResponse(content, status, headers=NOT_CACHED)
