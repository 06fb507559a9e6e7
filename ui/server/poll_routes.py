"""Polls over HTTP: a phone answers, the presenter gets what is new."""

from __future__ import annotations

import base64
import re

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ui.server.polls import MOST_BYTES, Paces, read_answer
from ui.server.room_answers import RoomError, answered, in_a_sentence, key_of
from ui.server.rooms import Rooms

_BYTES = "application/octet-stream"


def routes(rooms: Rooms) -> list[Route]:
    """Return the routes: POST /rooms/NAME/answers sends an answer, bytes as `polls.py` says.

    With the presenter's key, GET /rooms/NAME/answers?after=CURSOR returns the new ones, and DELETE
    /rooms/NAME/answers/PHONE takes one away. As for the other routes of rooms, a custom header or content type keeps
    other sites out.
    """
    paces = Paces()

    async def send(request: Request) -> Response:
        if request.headers.get("content-type", "") != _BYTES:
            raise RoomError(415, f"An answer is bytes: {_BYTES}.")
        paces.pay_address(request.client.host if request.client else "", rooms.clock())
        name = request.path_params["name"]
        await rooms.fetch(name)
        room = rooms.find(name)  # before a body is read
        data = b""
        async for chunk in request.stream():
            data += chunk
            if len(data) > MOST_BYTES:
                raise RoomError(413, f"An answer has at most {MOST_BYTES:,} bytes.")
        answer = read_answer(data, room.poll, name)
        paces.pay_phone(name, answer.phone, rooms.clock())
        await rooms.keep_answer(room, answer)
        return answered({}, 201)

    async def read(request: Request) -> Response:
        name = request.path_params["name"]
        await rooms.fetch(name)
        room = rooms.own(name, key_of(request))
        room.pay(rooms.clock())
        found, after, count = await rooms.answers_after(room, request.query_params.get("after", "")[:40])
        new = [[one.phone.hex(), base64.b64encode(one.body).decode()] for one in found]
        number = room.poll.number if room.poll else 0
        return answered({"answers": new, "after": after, "count": count, "number": number})

    async def remove(request: Request) -> Response:
        name, phone = request.path_params["name"], request.path_params["phone"]
        await rooms.fetch(name)
        room = rooms.own(name, key_of(request))
        room.pay(rooms.clock())
        if not re.fullmatch("[0-9a-f]{16}", phone, re.ASCII):
            raise RoomError(404, "No digit came from there.")
        await rooms.remove_answer(room, bytes.fromhex(phone))
        return answered({})

    return [
        Route("/rooms/{name}/answers", in_a_sentence(send), methods=["POST"]),
        Route("/rooms/{name}/answers", in_a_sentence(read), methods=["GET"]),
        Route("/rooms/{name}/answers/{phone}", in_a_sentence(remove), methods=["DELETE"]),
    ]
