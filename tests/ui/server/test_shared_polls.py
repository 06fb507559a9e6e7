"""What a hall draws, in a real store: an answer sent to any process reaches the presenter, and goes with its room."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis

from tests.stores import Store, storing
from tests.ui.server.test_polls import ASKED, POLL, answer
from tests.ui.server.test_shared_rooms import opened, play, process, until
from tests.visitors import install_features
from ui.server.polls import AT_ONCE, MOST_ANSWERS, Answer, Poll, read_answer
from ui.server.room_answers import RoomError
from ui.server.rooms import SECONDS, Rooms


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    install_features()
    with storing(tmp_path) as store:
        yield store


async def ask(rooms: Rooms, name: str, key: str, **others: object) -> None:
    await rooms.fetch(name)
    data = json.dumps({"page": "", "poll": {**POLL, **others}}).encode()
    await rooms.share(rooms.write(name, key, data))


async def send(rooms: Rooms, name: str, phone: int, number: int = 7) -> None:
    await rooms.fetch(name)
    poll = Poll(**{**POLL, "number": number})  # type: ignore[arg-type]
    await rooms.keep_answer(rooms.find(name), read_answer(answer(phone, number), poll, name))


async def found(rooms: Rooms, name: str) -> list[int]:
    """Return the phones whose answers a presenter finds, all of them."""
    phones: list[int] = []
    after = ""
    while True:
        new, after, count = await rooms.answers_after(rooms.find(name), after)
        phones += [int.from_bytes(one.phone, "big") for one in new]
        if not new:
            assert len(phones) == count
            return phones


def keys(store: Store, kind: str) -> list[bytes]:
    with Redis.from_url(store.url) as asking:
        return list(asking.keys(f"aecore:{kind}:*"))  # type: ignore[arg-type]


def test_an_answer_to_either_process_reaches_the_presenter_at_either(store: Store) -> None:
    async def course() -> None:
        async with process(store.url) as one, process(store.url) as two:
            name, key = await opened(one)
            other, its_key = await opened(one)
            await ask(one, name, key)
            await ask(two, other, its_key)
            for phone in range(6):
                await send((one, two)[phone % 2], name, phone)
            await send(two, name, 2)  # again: it is the newest now
            assert await found(one, name) == await found(two, name) == [0, 1, 3, 4, 5, 2]
            assert await found(two, other) == []
            await two.remove_answer(two.find(name), (3).to_bytes(8, "big"))
            assert 3 not in await found(one, name)
            with pytest.raises(RoomError, match="has taken your digit away"):
                await send(one, name, 3)

    play(course())


def test_another_question_and_the_end_delete_them_everywhere(store: Store) -> None:
    async def course() -> None:
        async with process(store.url) as one, process(store.url) as two:
            name, key = await opened(one)
            await ask(one, name, key)
            await send(two, name, 1)
            with Redis.from_url(store.url) as asking:
                for kind in ("answers", "phones"):
                    left = asking.ttl(keys(store, kind)[0])
                    assert SECONDS - 60 < float(left) <= SECONDS  # type: ignore[arg-type]
            await ask(two, name, key, number=8)
            assert await found(two, name) == []
            assert keys(store, "answers") == []
            with pytest.raises(RoomError, match="has asked anew"):
                await send(one, name, 2)  # on its way while the question changed
            await until(lambda: one.find(name).poll == Poll(**{**POLL, "number": 8}))  # type: ignore[arg-type]
            await send(one, name, 2, number=8)
            assert await found(two, name) == [2]
            await one.withdraw(one.end(name, key))
            assert keys(store, "answers") == keys(store, "phones") == []

    play(course())


def test_a_room_holds_so_many_and_no_more(store: Store) -> None:
    async def course() -> None:
        async with process(store.url) as one, process(store.url) as two:
            name, key = await opened(one)
            await ask(one, name, key)
            await two.fetch(name)
            room, body = two.find(name), read_answer(answer(), ASKED, name).body
            for phone in range(MOST_ANSWERS):
                await two.keep_answer(room, Answer(7, phone.to_bytes(8, "big"), body))
            with pytest.raises(RoomError, match="The wall is full: 4,000 digits"):
                await send(one, name, MOST_ANSWERS)
            await send(one, name, 0)  # who is there may change their digit
            new, _, count = await one.answers_after(one.find(name), "")
            assert (len(new), count) == (AT_ONCE, MOST_ANSWERS)
            assert len(await found(one, name)) == MOST_ANSWERS

    play(course())


def test_while_the_store_is_away_answers_wait_here(store: Store) -> None:
    async def course() -> None:
        async with process(store.url) as one:
            name, key = await opened(one)
            await ask(one, name, key)
            await send(one, name, 1)
            store.kill()
            await until(lambda: not one.is_listening)
            await send(one, name, 2)
            assert await found(one, name) == [2]  # the presenter's page has the first one
            store.start()
            await until(lambda: one.is_listening)
            await send(one, name, 3)
            assert await found(one, name) == [2, 3]
            assert len(one.find(name).answers) == 0

    play(course())
