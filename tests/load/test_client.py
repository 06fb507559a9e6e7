"""What a visitor without a browser does is what the app takes it for."""

from __future__ import annotations

import pytest
from websockets.exceptions import ConnectionClosed

from tests.load.client import connect_to, play, visit


def test_a_visitor_presses_commits_picks_and_shares(app: str) -> None:
    async def visits() -> None:
        async with visit(app) as visitor:
            await visitor.trigger("examples-samples", "picked", {"number": 5})
            assert "digit=5" in visitor.query
            data = visitor.data_of("draw")
            assert data["decoded"]
            await visitor.settle("draw", seq=data["seq"], latent=[0.5, *data["latent"][1:]])
            assert visitor.data_of("draw")["latent"] == [0.5, *data["latent"][1:]]
            assert visitor.data_of("draw")["decoded"] is None  # the browser shows it already
            await visitor.open("map")
            await visitor.open("")
            assert visitor.data_of("draw")["decoded"]
            await visitor.open("map")
            await visitor.trigger("map", "picked", {"model": "default", "latent": [0.25] * 16})
            link = visitor.query
            async with visit(app, "traversals", link) as friend:
                assert friend.data_of("traversals")["latent"] == [0.25] * 16
                assert friend.session != visitor.session

    play(visits())


def test_a_visitor_comes_back_to_the_same_session(app: str) -> None:
    async def visits() -> None:
        async with visit(app, "denoise") as visitor:
            await visitor.settle("denoise", **{**_noise(visitor.data_of("denoise")), "level": 0.8})
            assert visitor.data_of("denoise")["level"] == 0.8
        async with visit(app, "denoise", session=visitor.session) as again:
            assert again.session == visitor.session
            assert again.data_of("denoise")["level"] == 0.8

    play(visits())


def test_what_is_no_message_ends_the_connection(app: str) -> None:
    async def visits() -> None:
        async with connect_to(app) as visitor:
            await visitor.send(b"\xff\xff\xff")
            with pytest.raises(ConnectionClosed):
                await visitor.finish()

    play(visits())


def _noise(data: dict[str, object]) -> dict[str, object]:
    return {name: data[name] for name in ("kind", "level", "mean", "seed", "box", "damage")}
