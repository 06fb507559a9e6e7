"""The private picture of a room: only its presenter puts one there, and it is small."""

from __future__ import annotations

import http.client

import pytest

from tests.ui.server.test_rooms import Clock, ask, serve
from ui.server import room_pictures
from ui.server.room_pictures import MOST_BYTES, find, put, tag_of
from ui.server.rooms import MOST_WRITES, SECONDS, RoomError, Rooms

PICTURE = b"\xff\xd8\xff\xe0 a picture"


def test_followers_get_the_newest_picture_and_no_other() -> None:
    rooms = Rooms(Clock())
    room, key = rooms.open()
    tag = put(rooms, room.name, key, PICTURE)
    assert find(rooms, room.name, tag) == PICTURE
    newer = put(rooms, room.name, key, PICTURE + b"!")
    assert newer != tag
    assert find(rooms, room.name, newer) == PICTURE + b"!"
    for name, wanted in ((room.name, tag), (room.name, ""), ("plum-42", newer)):
        with pytest.raises(RoomError) as refused:
            find(rooms, name, wanted)
        assert refused.value.status == 404


@pytest.mark.parametrize(
    ("picture", "status"),
    [
        (b"", 415),
        (b"GIF89a", 415),
        (b"<svg onload=alert(1)>", 415),
        (PICTURE + bytes(MOST_BYTES), 413),
    ],
    ids=["empty", "gif", "svg", "large"],
)
def test_what_is_no_small_jpeg_is_refused(picture: bytes, status: int) -> None:
    rooms = Rooms(Clock())
    room, key = rooms.open()
    with pytest.raises(RoomError) as refused:
        put(rooms, room.name, key, picture)
    assert refused.value.status == status
    assert room.picture == b""


def test_it_ends_with_its_room_and_counts_as_a_write() -> None:
    clock = Clock()
    rooms = Rooms(clock)
    room, key = rooms.open()
    for _ in range(MOST_WRITES):
        tag = put(rooms, room.name, key, PICTURE)
    with pytest.raises(RoomError) as refused:
        put(rooms, room.name, key, PICTURE)
    assert refused.value.status == 429
    clock.now += SECONDS
    with pytest.raises(RoomError) as refused:
        find(rooms, room.name, tag)
    assert refused.value.status == 410


def test_over_http_only_the_presenter_puts_one_there() -> None:
    rooms = Rooms(Clock())
    room, key = rooms.open()
    path = f"/rooms/{room.name}/picture"
    with serve(rooms, room_pictures.routes(rooms)) as port:
        jpeg = {"Content_Type": "image/jpeg"}
        assert ask(port, "POST", path, PICTURE, X_Room_Key="x" * 22, **jpeg)[0] == 403
        assert ask(port, "POST", path, PICTURE, X_Room_Key=key, Content_Type="text/plain")[0] == 415
        assert ask(port, "POST", path, PICTURE + bytes(3 * MOST_BYTES), X_Room_Key=key, **jpeg)[0] == 413
        assert ask(port, "POST", "/rooms/plum-42/picture", PICTURE, X_Room_Key=key, **jpeg)[0] == 404
        status, answer = ask(port, "POST", path, PICTURE, X_Room_Key=key, **jpeg)
        assert (status, answer) == (200, {"tag": tag_of(PICTURE)})
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        connection.request("GET", f"{path}/{answer['tag']}")
        got = connection.getresponse()
        assert got.read() == PICTURE
        assert got.getheader("Content-Type") == "image/jpeg"
        assert got.getheader("Cache-Control") == "no-store"
        assert got.getheader("X-Content-Type-Options") == "nosniff"
        connection.close()
        assert ask(port, "GET", f"{path}/{'0' * 16}")[0] == 404
