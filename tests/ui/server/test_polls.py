"""What a hall draws: what is taken, by whom it is read, how much of it, and when it is gone."""

from __future__ import annotations

import base64
import json
import os
import re
import struct
from collections.abc import Awaitable, Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ui.server.test_rooms import Clock, ask, scene, serve
from tests.visitors import install_features
from ui.server import poll_routes
from ui.server.polls import AT_ONCE, MOST_ANSWERS, MOST_BYTES, MOST_KEPT, Answer, Answers, Pace, Poll, read_answer
from ui.server.room_answers import RoomError
from ui.server.rooms import SECONDS, Rooms, read_scene

BYTES = "application/octet-stream"
POLL = {"number": 7, "question": "Draw a 4.", "model": "default", "numbers": 16, "open": True}
ASKED = Poll(**POLL)  # type: ignore[arg-type]
INK = bytes([0] * 700 + [255] * 84)


def answer(phone: int = 1, number: int = 7, latent: tuple[float, ...] = (0.0,) * 16, image: bytes = INK) -> bytes:
    """Return an answer as a phone sends it."""
    steps = np.round(100 * np.array(latent)).astype("<i2").tobytes()
    return struct.pack("<I", number) + phone.to_bytes(8, "big") + steps + image


def asked(open_: Rooms, **others: object) -> tuple[str, str]:
    """Open a room whose presenter asks something; returns its name and key."""
    room, key = open_.open()
    open_.write(room.name, key, scene(poll={**POLL, **others}))
    return room.name, key


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def hall(clock: Clock) -> Iterator[tuple[Rooms, int]]:
    install_features()
    open_ = Rooms(clock)
    with serve(open_, poll_routes.routes(open_)) as port:
        yield open_, port


def send(port: int, name: str, data: bytes, **headers: str) -> tuple[int, str]:
    status, found = ask(port, "POST", f"/rooms/{name}/answers", data, **{"Content_Type": BYTES, **headers})
    return status, str(found.get("problem", ""))


def look(port: int, name: str, key: str, after: str = "") -> dict[str, object]:
    status, found = ask(port, "GET", f"/rooms/{name}/answers?after={after}", X_Room_Key=key)
    assert status == 200
    return found


def test_what_a_phone_sends_reaches_its_presenter_once_and_nobody_else(hall: tuple[Rooms, int]) -> None:
    open_, port = hall
    (name, key), (other, other_key) = asked(open_), asked(open_)
    latent = tuple(round(0.01 * i - 0.05, 2) for i in range(16))
    assert len(answer()) < MOST_BYTES == 1000
    assert send(port, name, answer(latent=latent)) == (201, "")
    found = look(port, name, key)
    assert (found["count"], found["number"]) == (1, 7)
    ((phone, text),) = found["answers"]  # type: ignore[misc,attr-defined]
    body = base64.b64decode(text)
    assert phone == f"{1:016x}"
    assert np.allclose(np.frombuffer(body[:32], "<i2") / 100, latent)
    assert body[32:] == INK
    assert look(port, name, key, str(found["after"]))["answers"] == []
    assert look(port, other, other_key)["answers"] == []
    for wrong in ("", other_key, key.swapcase()):
        assert ask(port, "GET", f"/rooms/{name}/answers", X_Room_Key=wrong)[0] == 403
        assert ask(port, "DELETE", f"/rooms/{name}/answers/{phone}", X_Room_Key=wrong)[0] == 403
    assert look(port, name, key)["count"] == 1


def test_a_phones_next_digit_takes_the_place_of_its_last_and_a_hidden_phone_is_not_taken(
    hall: tuple[Rooms, int], clock: Clock
) -> None:
    open_, port = hall
    name, key = asked(open_)
    for phone in (1, 2):
        assert send(port, name, answer(phone))[0] == 201
    first = look(port, name, key)
    assert send(port, name, answer(1, image=INK[::-1]))[0] == 201
    found = look(port, name, key, str(first["after"]))
    assert found["count"] == 2
    assert [one[0] for one in found["answers"]] == [f"{1:016x}"]  # type: ignore[attr-defined]
    assert ask(port, "DELETE", f"/rooms/{name}/answers/{1:016x}", X_Room_Key=key)[0] == 200
    assert look(port, name, key)["count"] == 1
    clock.now += 60
    assert send(port, name, answer(1)) == (403, "The presenter has taken your digit away.")
    assert ask(port, "DELETE", f"/rooms/{name}/answers/..", X_Room_Key=key)[0] == 404


def test_a_pause_another_question_and_an_end_are_said_and_old_digits_are_gone(
    hall: tuple[Rooms, int], clock: Clock
) -> None:
    open_, port = hall
    room, key = open_.open()
    name = room.name
    assert send(port, name, answer()) == (409, f"The presenter of {name} asks for no digit just now.")
    for poll, refusal in (
        ({**POLL, "open": False}, f"The presenter of {name} takes no digits just now."),
        ({**POLL, "number": 8}, f"The presenter of {name} has asked anew: look at the question again."),
    ):
        open_.write(name, key, scene(poll=POLL))
        assert send(port, name, answer())[0] == 201
        open_.write(name, key, scene(poll=poll))
        assert send(port, name, answer()) == (409, refusal)
        clock.now += 10
    assert look(port, name, key)["count"] == 0  # those to the poll before are gone
    assert send(port, name, answer(number=8))[0] == 201
    open_.write(name, key, scene())  # a page on which nothing is asked
    assert len(room.answers) == 1
    open_.end(name, key)
    assert len(room.answers) == 0
    assert send(port, name, answer(number=8))[0] == 410


def test_nothing_outlives_the_rooms_hour(hall: tuple[Rooms, int], clock: Clock) -> None:
    open_, port = hall
    name, _ = asked(open_)
    room = open_.find(name)
    assert send(port, name, answer())[0] == 201
    clock.now += SECONDS
    assert send(port, name, answer(2))[0] == 410
    assert len(room.answers) == 0


REFUSED = {
    "empty": (b"", 400),
    "short": (answer()[:-1], 400),
    "long": (answer() + b"x", 400),
    "far too long": (bytes(MOST_BYTES + 1), 413),
    "too few numbers": (answer(latent=(0.0,) * 15), 400),
    "a number out of range": (answer(latent=(10.01,) + (0.0,) * 15), 400),
    "the lowest number": (answer(latent=(-327.68,) + (0.0,) * 15), 400),
    "no ink": (answer(image=bytes(784)), 400),
    "hardly any ink": (answer(image=bytes([63] * 784)), 400),
    "another poll": (answer(number=2**32 - 1), 409),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_answer_is_refused_in_a_sentence(hall: tuple[Rooms, int], case: str) -> None:
    open_, port = hall
    name, key = asked(open_)
    data, status = REFUSED[case]
    found = send(port, name, data)
    assert found[0] == status
    assert re.fullmatch(r"[A-Z].*\.", found[1])
    assert look(port, name, key)["count"] == 0


def test_another_site_cannot_answer_from_a_visitors_browser(hall: tuple[Rooms, int]) -> None:
    open_, port = hall
    name, _ = asked(open_)
    for kind in ("text/plain", "multipart/form-data", "application/x-www-form-urlencoded", ""):
        assert send(port, name, answer(), Content_Type=kind)[0] == 415


def test_phones_and_addresses_have_their_pace(hall: tuple[Rooms, int], clock: Clock) -> None:
    open_, port = hall
    name, key = asked(open_)
    assert [send(port, name, answer(1))[0] for _ in range(5)] == [201, 201, 201, 429, 429]
    assert send(port, name, answer(2))[0] == 201  # one phone's haste is nobody else's
    clock.now += 2
    assert send(port, name, answer(1))[0] == 201
    assert look(port, name, key)["count"] == 2

    pace = Pace(rate=10, burst=5)
    assert [pace.pay("a", 0.0) for _ in range(6)] == [True] * 5 + [False]
    assert pace.pay("b", 0.0)
    assert [pace.pay("a", 0.2) for _ in range(3)] == [True, True, False]
    for other in range(50_000):  # who comes with ever new names leaves nothing behind that grows
        pace.pay(other, 1.0)
    assert pace.pay("a", 1.0)


def test_a_thousand_digits_come_in_pieces_each_once(hall: tuple[Rooms, int]) -> None:
    open_, port = hall
    name, key = asked(open_)
    room = open_.find(name)
    for phone in range(1000):
        room.answers.add(read_answer(answer(phone), ASKED, name), MOST_ANSWERS)
    after, seen, sizes = "", [], []
    while (found := look(port, name, key, after))["answers"]:
        after = str(found["after"])
        new = [one[0] for one in found["answers"]]  # type: ignore[attr-defined]
        seen += new
        sizes.append(len(new))
    assert sizes == [AT_ONCE] * 4
    assert seen == [f"{phone:016x}" for phone in range(1000)]
    assert len(look(port, name, key, "%F0%9F%98%80")["answers"]) == AT_ONCE  # type: ignore[arg-type]  # from the start


def test_a_wall_and_all_walls_have_room_for_so_many() -> None:
    install_features()
    open_ = Rooms(Clock())

    async def is_refused(keeping: Awaitable[None], why: str) -> bool:
        try:
            await keeping
        except RoomError as problem:
            return why in str(problem)
        return False

    async def fill(name: str, count: int) -> int:
        room = open_.find(name)
        for phone in range(count):
            if await is_refused(open_.keep_answer(room, Answer(7, phone.to_bytes(8, "big"), INK)), "The wall is full"):
                return phone
        return count

    def play(name: str) -> int:
        filling = fill(name, MOST_ANSWERS + 1)
        with pytest.raises(StopIteration) as done:
            filling.send(None)  # it never waits
        return int(done.value.value)

    names = [asked(open_)[0] for _ in range(6)]
    assert [play(name) for name in names] == [MOST_ANSWERS] * 5 + [0]
    assert MOST_KEPT == 5 * MOST_ANSWERS


@given(st.binary(max_size=MOST_BYTES) | st.binary(min_size=828, max_size=828))
def test_whatever_is_taken_has_the_form_of_a_digit(data: bytes) -> None:
    try:
        found = read_answer(struct.pack("<I", 7) + data[4:], ASKED, "plum-42")
    except RoomError:
        return
    assert len(found.body) == 816
    assert np.abs(np.frombuffer(found.body[:32], "<i2")).max() <= 1000


@pytest.mark.parametrize(
    "poll",
    [
        None,
        [],
        {},
        "Draw a 4.",
        {**POLL, "question": ""},
        {**POLL, "question": "x" * 81},
        {**POLL, "number": 0},
        {**POLL, "number": 7.5},
        {**POLL, "number": True},
        {**POLL, "numbers": 65},
        {**POLL, "model": "../x"},
        {**POLL, "model": "default\n"},
        {**POLL, "open": 1},
        {**POLL, "secret": 1},
        {key: value for key, value in POLL.items() if key != "open"},
    ],
    ids=range(15),
)
def test_a_forged_question_is_refused(poll: object) -> None:
    with pytest.raises(RoomError, match="A poll has a question of 1 to 80 characters"):
        read_scene(scene(poll=poll))


def test_a_question_may_be_any_text() -> None:
    install_features()
    open_ = Rooms(Clock())
    for question in ('"poll":{', "<script>alert(1)</script>", "😀" * 80, "\ud800", "x" * 80):
        room = open_.find(asked(open_, question=question)[0])
        assert room.poll is not None
        assert room.poll.question == question
    room, key = open_.open()
    open_.write(room.name, key, scene(other={"poll": {"number": 1}}))
    assert room.poll is None


def test_answers_are_kept_in_the_order_in_which_they_came() -> None:
    answers = Answers()
    for phone in (b"a", b"b", b"a", b"c"):
        answers.add(Answer(1, phone, os.urandom(4)), 9)
    found, after = answers.after("")
    assert [one.phone for one in found] == [b"b", b"a", b"c"]
    assert answers.after(after)[0] == []
    assert json.dumps(after) == '"4"'
