"""Rooms over HTTP: to open, write, end and follow one."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ui.server import join, poll_routes
from ui.server.publisher import Publisher, publisher_by_setting
from ui.server.room_answers import NOT_CACHED, Endpoint, RoomError, answered, in_a_sentence, key_of
from ui.server.room_events import EventStream
from ui.server.rooms import MOST_BYTES, Rooms, as_event
from ui.server.shared_rooms import rooms_by_setting


def routes(rooms: Rooms, publisher: Publisher | None = None) -> list[Route]:
    """Return the routes: POST /rooms opens a room, and /rooms/NAME writes or ends it.

    GET /rooms/NAME says why nobody can follow it, where that is so. /rooms/NAME/events follows it from the app's own
    pages, /follow/NAME/events from those without a session; those may listen where `publisher` publishes instead.

    Another site cannot call them from a visitor's browser: JSON and a custom header need a CORS permission, which is
    never given.
    """

    published = publisher or Publisher()

    async def open_(request: Request) -> Response:
        if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
            raise RoomError(403, "A room is opened from the app's own pages.")
        await _json(request)
        room, key = rooms.open()
        while not await rooms.announce(room):
            rooms.drop(room)
            room, key = rooms.open()
        await published.publish(room)
        return answered({"name": room.name, "key": key}, 201)

    async def write(request: Request) -> Response:
        data = await _json(request)
        await rooms.fetch(request.path_params["name"])
        room = rooms.write(request.path_params["name"], key_of(request), data)
        followers = await rooms.share(room)
        return answered({"followers": followers + await published.publish(room)})

    async def end(request: Request) -> Response:
        await rooms.fetch(request.path_params["name"])
        room = rooms.end(request.path_params["name"], key_of(request))
        await rooms.withdraw(room)
        await published.end(room)
        return answered({})

    async def look(request: Request) -> Response:
        problem = await rooms.problem_with(request.path_params["name"])
        return answered({"problem": problem} if problem else {})

    def events(is_light: bool) -> Endpoint:
        async def follow(request: Request) -> Response:
            await rooms.fetch(request.path_params["name"])
            try:
                room = rooms.enter(request.path_params["name"], is_light)
            except RoomError as problem:  # a browser's EventSource hides the body of any answer other than 200
                return Response(as_event({"problem": str(problem)}), media_type="text/event-stream", headers=NOT_CACHED)
            return EventStream(room, rooms.patience, lambda: rooms.leave(room, is_light))

        return follow

    return [
        Route("/rooms", in_a_sentence(open_), methods=["POST"]),
        Route("/rooms/{name}", look, methods=["GET"]),
        Route("/rooms/{name}", in_a_sentence(write), methods=["POST"]),
        Route("/rooms/{name}", in_a_sentence(end), methods=["DELETE"]),
        Route("/rooms/{name}/events", events(is_light=False), methods=["GET"]),
        Route("/follow/{name}/events", events(is_light=True), methods=["GET"]),
    ]


def close_with_server(rooms: Rooms) -> None:
    """Disconnect the followers on SIGINT and SIGTERM: the server waits for every response, and theirs do not end.

    Call it while the server starts, from its event loop, after the server has installed its signal handlers.
    """
    if threading.current_thread() is not threading.main_thread():
        return  # only the main thread can handle signals; elsewhere the app is embedded
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        if callable(before := signal.getsignal(number)):
            signal.signal(number, _also(before, lambda: loop.call_soon_threadsafe(rooms.close)))


def _also(before: Callable[[int, FrameType | None], Any], act: Callable[[], object]) -> Callable[..., None]:
    def handle(number: int, frame: FrameType | None) -> None:
        act()
        before(number, frame)

    return handle


async def _json(request: Request) -> bytes:
    """Return a request's JSON body, at most as long as a scene may be; raises RoomError."""
    if request.headers.get("content-type", "").split(";")[0].strip() != "application/json":
        raise RoomError(415, "A room takes JSON.")
    data = b""
    async for chunk in request.stream():
        data += chunk
        if len(data) > MOST_BYTES:
            raise RoomError(413, f"That is more than a room holds, {MOST_BYTES // 1000} kB.")
    return data


ROOMS = rooms_by_setting()
ROUTES = [*routes(ROOMS, publisher_by_setting()), *poll_routes.routes(ROOMS), *join.routes(ROOMS.problem_with)]
