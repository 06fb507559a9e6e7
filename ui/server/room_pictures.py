"""The private picture of a room: what its presenter shows of their own, for its followers only.

A browser makes it a small JPEG file. The server keeps it in the process's memory as long as the room is open, does not
decode it, and gives it to whoever names the room and its tag, which is in the room's scene.
"""

from __future__ import annotations

import hashlib

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ui.server.room_answers import NOT_CACHED, RoomError, answered, in_a_sentence, key_of
from ui.server.rooms import Rooms

MOST_BYTES = 100_000
_JPEG = b"\xff\xd8\xff"


def tag_of(picture: bytes) -> str:
    """Return the name of a picture in the scene of its room."""
    return hashlib.sha256(picture).hexdigest()[:16]


def put(rooms: Rooms, name: str, key: str, picture: bytes) -> str:
    """Let a room show a picture, which replaces the one before; returns its tag. Raises RoomError."""
    room = rooms.own(name, key)
    room.pay(rooms.clock())
    if len(picture) > MOST_BYTES:
        raise RoomError(413, f"That is more than a room's picture may have, {MOST_BYTES // 1000} kB.")
    if not picture.startswith(_JPEG):
        raise RoomError(415, "A room's picture is a JPEG file.")
    room.picture = picture
    return tag_of(picture)


def find(rooms: Rooms, name: str, tag: str) -> bytes:
    """Return the picture that a room shows; raises RoomError."""
    picture = rooms.find(name).picture
    if not picture or tag_of(picture) != tag:
        raise RoomError(404, "The room does not show this picture.")
    return picture


def routes(rooms: Rooms) -> list[Route]:
    """Return the routes: POST /rooms/NAME/picture shows a picture, GET /rooms/NAME/picture/TAG returns it.

    As for the other routes of rooms, a custom header keeps other sites out.
    """

    async def write(request: Request) -> Response:
        if request.headers.get("content-type", "") != "image/jpeg":
            raise RoomError(415, "A room's picture is a JPEG file.")
        name, key = request.path_params["name"], key_of(request)
        await rooms.fetch(name)
        rooms.own(name, key)  # before a body is read
        data = b""
        async for chunk in request.stream():
            data += chunk
            if len(data) > MOST_BYTES:
                break
        tag = put(rooms, name, key, data)
        await rooms.share_picture(rooms.find(name))
        return answered({"tag": tag})

    async def read(request: Request) -> Response:
        name, tag = request.path_params["name"], request.path_params["tag"]
        await rooms.fetch(name)
        if tag_of(rooms.find(name).picture) != tag:
            await rooms.fetch_picture(name)
        picture = find(rooms, name, tag)
        headers = {**NOT_CACHED, "X-Content-Type-Options": "nosniff"}
        return Response(picture, media_type="image/jpeg", headers=headers)

    return [
        Route("/rooms/{name}/picture", in_a_sentence(write), methods=["POST"]),
        Route("/rooms/{name}/picture/{tag}", in_a_sentence(read), methods=["GET"]),
    ]
