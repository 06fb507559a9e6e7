"""What a visitor without a browser does is what the app takes it for."""

from __future__ import annotations

import pytest
from websockets.exceptions import ConnectionClosed

from tests.load.client import connect_to, play, visit


def test_a_visitor_presses_commits_picks_and_shares(app: str) -> None:
    async def visits() -> None:
        async with visit(app) as visitor:
            await visitor.press("sample-5")
            assert "digit=5" in visitor.query
            told = visitor.told("draw")
            assert told["decoded"]
            await visitor.settle("draw", seq=told["seq"], latent=[0.5, *told["latent"][1:]])
            assert visitor.told("draw")["latent"] == [0.5, *told["latent"][1:]]
            assert visitor.told("draw")["decoded"] is None  # the browser shows it already
            await visitor.open("map")
            await visitor.open("")
            assert visitor.told("draw")["decoded"]
            await visitor.open("map")
            await visitor.trigger("map", "picked", {"model": "default", "latent": [0.25] * 16})
            link = visitor.query
            async with visit(app, "traversals", link) as friend:
                assert friend.told("traversals")["latent"] == [0.25] * 16
                assert friend.session != visitor.session

    play(visits())


def test_a_visitor_comes_back_to_the_same_session(app: str) -> None:
    async def visits() -> None:
        async with visit(app, "denoise") as visitor:
            await visitor.settle("denoise", **{**_noise(visitor.told("denoise")), "level": 0.8})
            assert visitor.told("denoise")["level"] == 0.8
        async with visit(app, "denoise", session=visitor.session) as again:
            assert again.session == visitor.session
            assert again.told("denoise")["level"] == 0.8

    play(visits())


def test_what_is_no_message_ends_the_connection(app: str) -> None:
    async def visits() -> None:
        async with connect_to(app) as visitor:
            await visitor.send(b"\xff\xff\xff")
            with pytest.raises(ConnectionClosed):
                await visitor.finish()

    play(visits())


def _noise(told: dict[str, object]) -> dict[str, object]:
    return {name: told[name] for name in ("kind", "level", "mean", "seed", "box", "damage")}
