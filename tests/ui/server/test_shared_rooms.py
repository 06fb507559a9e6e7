"""Rooms in a real store: what one process opens, writes and ends, the others know."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.stores import Store, storing
from tests.visitors import install_features
from ui.server.room_answers import RoomError
from ui.server.rooms import SECONDS, Rooms
from ui.server.shared_rooms import AWAY, BACK, SharedRooms, rooms_by_setting


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    install_features()
    with storing(tmp_path) as store:
        yield store


def play(course: Coroutine[Any, Any, None]) -> None:
    with ThreadPoolExecutor(1) as thread:  # a browser's tests may have a loop in this one
        thread.submit(asyncio.run, course).result()


def scene(number: int) -> bytes:
    return json.dumps({"page": "", "latent": [number]}).encode()


async def until(happens: Callable[[], object]) -> None:
    for _ in range(400):
        if happens():
            return
        await asyncio.sleep(0.02)
    pytest.fail("it did not happen within eight seconds")


@asynccontextmanager
async def process(url: str) -> AsyncIterator[SharedRooms]:
    """The rooms of one process, which hear of the others."""
    rooms = SharedRooms(url)
    running = asyncio.create_task(rooms.run())
    await until(lambda: rooms.is_listening)
    try:
        yield rooms
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await rooms.close_store()


async def opened(rooms: Rooms) -> tuple[str, str]:
    room, key = rooms.open()
    assert await rooms.announce(room)
    return room.name, key


async def write(rooms: Rooms, name: str, key: str, number: int) -> int:
    await rooms.fetch(name)
    return await rooms.share(rooms.write(name, key, scene(number)))


def test_every_process_takes_the_presenters_next_word_and_no_forged_one(store: Store) -> None:
    async def course() -> None:
        async with process(store.url) as one, process(store.url) as two:
            name, key = await opened(one)
            assert await write(one, name, key, 1) == 0
            await two.fetch(name)
            followers = [two.enter(name), two.enter(name, is_light=True)]
            assert json.loads(followers[0].scene)["latent"] == [1]
            assert await write(one, name, key, 2) == 0
            await until(lambda: json.loads(two.find(name).scene)["latent"] == [2])
            assert await write(two, name, key, 3) == 2
            await until(lambda: json.loads(one.find(name).scene)["latent"] == [3])
            assert await write(one, name, key, 3) == 2  # those of both
            with pytest.raises(RoomError, match="Only the presenter's own link"):
                await write(two, name, "x" * 22, 4)
            one.find(name).picture = b"\xff\xd8\xff a picture"
            await one.share_picture(one.find(name))
            await two.fetch_picture(name)
            assert two.find(name).picture == b"\xff\xd8\xff a picture"
            await one.withdraw(one.end(name, key))
            await until(lambda: followers[0].ended)
            with pytest.raises(RoomError, match="has ended"):
                await write(two, name, key, 5)

    play(course())


def test_a_process_that_begins_finds_the_rooms_and_the_names_of_those_that_ended(store: Store) -> None:
    async def course() -> None:
        async with process(store.url) as before:
            name, key = await opened(before)
            await write(before, name, key, 7)
            over, its_key = await opened(before)
            await before.withdraw(before.end(over, its_key))
        async with process(store.url) as after:
            assert await after.problem_with(name) == ""
            assert "has ended" in await after.problem_with(over)
            assert "There is no room called plum-42" in await after.problem_with("plum-42")
            assert json.loads(after.find(name).scene)["latent"] == [7]
            await write(after, name, key, 8)

    play(course())


def test_a_name_is_given_away_once_and_forgotten_by_the_stores_own_clock(store: Store) -> None:
    async def course() -> None:
        from redis import asyncio as client

        async with process(store.url) as one, process(store.url) as two:
            room, key = one.open()
            assert await one.announce(room)
            two.take(room.name, b"another", "null")
            assert not await two.announce(two.find(room.name))
            await write(one, room.name, key, 1)
            async with client.from_url(store.url) as asking:
                keys = await asking.keys("aecore:*")
                assert len(keys) == 2
                for name in keys:
                    assert SECONDS - 60 < await asking.ttl(name) <= SECONDS

    play(course())


def test_what_the_store_had_a_moment_ago_takes_no_word_back(store: Store) -> None:
    async def course() -> None:
        async with process(store.url) as rooms:
            name, key = await opened(rooms)
            asking = asyncio.create_task(rooms.fetch(name, is_wanted=True))
            await asyncio.sleep(0)  # it has asked
            room = rooms.write(name, key, scene(1))
            await asking
            assert json.loads(room.scene)["latent"] == [1]
            await rooms.share(room)
            await rooms.fetch(name, is_wanted=True)
            assert json.loads(room.scene)["latent"] == [1]

    play(course())


def test_while_the_store_is_away_a_room_goes_on_in_memory_and_is_put_back(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    async def course() -> None:
        async with process(store.url) as rooms:
            name, key = await opened(rooms)
            await write(rooms, name, key, 1)
            store.kill()
            for number in range(2, 5):
                assert await write(rooms, name, key, number) == 0
            newer, its_key = await opened(rooms)
            await write(rooms, newer, its_key, 9)
            assert [record.message for record in caplog.records] == [AWAY]  # once
            store.start()  # it has lost everything
            await until(lambda: rooms.is_listening)
            assert [record.message for record in caplog.records] == [AWAY, BACK]
            async with process(store.url) as other:
                assert await other.problem_with(name) == await other.problem_with(newer) == ""
                assert json.loads(other.find(name).scene)["latent"] == [4]
                await write(other, name, key, 5)
                await until(lambda: json.loads(rooms.find(name).scene)["latent"] == [5])

    with caplog.at_level(logging.WARNING):
        play(course())


@pytest.mark.parametrize("setting", ["http://localhost:6379", "redis:6379", "memory"])
def test_a_setting_that_names_no_store_is_said_and_rooms_are_in_memory(
    setting: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("AECORE_ROOMS", setting)
    assert type(rooms_by_setting()) is Rooms
    assert "is no address of a store, such as redis://localhost:6379" in caplog.text


def test_without_the_setting_there_is_no_client_in_the_process(run_python: Callable[..., Any]) -> None:
    code = "import sys; sys.modules['redis'] = None; from ui.server import room_routes; print(type(room_routes.ROOMS))"
    assert "Rooms" in run_python("-c", code, AECORE_ROOMS="").stdout
    done = run_python("-c", code, AECORE_ROOMS="redis://localhost:1")
    assert "rooms.Rooms" in done.stdout
    assert "pip install -r requirements-hall.txt" in done.stderr
