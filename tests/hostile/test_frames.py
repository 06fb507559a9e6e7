"""A real server under forged websocket frames: it lives, and others notice nothing."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import random

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.exceptions import ConnectionClosed

from tests.hostile.conftest import FORGED, PAGES, unharmed
from tests.hostile.corpus import TEXTS, anything, bombs, examples, forged, many, mutated, pictures, query
from tests.hostile.payloads import LINKS, REPORTS, yaml_text
from tests.load.client import connect_to, key_in, play, trigger_state, visit
from tests.server import Server
from ui.state.declaration import kinds_of_value


def forge(rng: random.Random, id_: str, seq: int) -> WidgetState:
    """Make a value for a widget that no page sends."""
    key = key_in(id_)
    if rng.random() < 0.15:  # of a foreign kind
        kind = rng.choice(
            [
                "string_value",
                "int_value",
                "double_value",
                "bool_value",
                "json_value",
                "bytes_value",
                "string_array_value",
            ]
        )
        return _of_kind(rng, id_, kind)
    kind = kinds_of_value(key)[0]
    if kind != "json_value" or not REPORTS[key]:  # a live part without handlers reports nothing
        return _of_kind(rng, id_, kind)
    event, valid = rng.choice(list(REPORTS[key].items()))
    if isinstance(valid, dict) and "seq" in valid:
        valid = {**valid, "seq": seq}
    if event == "picture" and rng.random() < 0.7:
        return trigger_state(id_, event, {"data": rng.choice(PICTURES), "turns": rng.randrange(4)})
    value = forged(rng, valid)
    if rng.random() < 0.5:
        return trigger_state(id_, event, value)
    text = json.dumps({event: value})
    return WidgetState(id=id_, json_value=text if rng.random() < 0.9 else text[: rng.randrange(len(text))])


def _of_kind(rng: random.Random, id_: str, kind: str) -> WidgetState:
    state = WidgetState(id=id_)
    if kind.endswith("array_value"):
        getattr(state, kind).data.extend(
            ["x"] if kind.startswith("string") else [rng.choice([float("nan"), 1e308, -1, 0.3])]
        )
    elif kind == "file_uploader_state_value":
        state.file_uploader_state_value.uploaded_file_info.add(file_id=rng.choice(TEXTS), name=rng.choice(TEXTS))
    else:
        value = {
            "string_value": rng.choice([*TEXTS, yaml_text(rng)]),
            "json_value": rng.choice(["{", "[1]", "[" * 9_999]),
        }
        numbers = {"int_value": rng.choice([-1, 2**62, 0]), "double_value": rng.choice([float("nan"), 1e308, -1.0])}
        setattr(state, kind, {**value, **numbers, "bytes_value": b"x"}.get(kind, True))
    return state


def _pictures() -> list[str]:
    rng = random.Random(20)
    valid = pictures()[:2]
    data = [*bombs().values(), *valid, *(mutated(rng, rng.choice(valid)) for _ in range(60))]
    return [base64.b64encode(one).decode() for one in data if len(one) < 200_000]


PICTURES = _pictures()
LEFT_ALONE = ("Start training", "Download it (11 MB)")  # what these start is not what is tested here


async def forge_frames(address: str, page: str, count: int, seed: int) -> int:
    """Send a session forged values of all its widgets, each in a run of its own; returns how many changed the page."""
    rng, seen = random.Random(seed), 0
    async with visit(address, page) as visitor:
        for _ in range(count):
            if rng.random() < 0.05:  # begin anew: what was forged before may have hidden widgets
                await visitor.open(page, query(rng, rng.choice(LINKS)))
            widgets = [id_ for id_, widget in visitor.widgets() if getattr(widget, "label", "") not in LEFT_ALONE]
            told = [json.loads(widget.json) for id_, widget in visitor.widgets() if REPORTS.get(key_in(id_))]
            live = [id_ for id_ in widgets if REPORTS.get(key_in(id_))]
            seq = next((one["seq"] for one in told if "seq" in one), 0)
            before = visitor.query
            state = visitor.client_state()
            state.widget_states.widgets.extend(
                forge(rng, rng.choice(rng.choice([widgets, live])), seq) for _ in range(rng.choice([1, 3]))
            )
            if rng.random() < 0.2:
                state.page_script_hash = visitor.page if rng.random() < 0.5 else rng.choice(TEXTS)
                state.page_name, state.fragment_id = rng.choice(["", "nobody", "../x"]), ""
                state.context_info.url = rng.choice([*TEXTS, "http://[", "http://℀/", address])
                state.context_info.timezone, state.context_info.locale = rng.choice(TEXTS), rng.choice(TEXTS)
            await visitor.ask(BackMsg(rerun_script=state))
            seen += visitor.query != before
        return seen


def test_a_thousand_forged_values_of_widgets_change_nothing_but_their_own_page(server: Server) -> None:
    each = FORGED // len(PAGES) + 1

    async def attack() -> None:
        changed = await asyncio.gather(*(forge_frames(server.address, page, each, i) for i, page in enumerate(PAGES)))
        assert sum(changed) > many(50)  # valid ones among them get in: it is the app that is spoken to

    async def warm_up() -> None:
        for i, page in enumerate(PAGES):
            await forge_frames(server.address, page, 10, 100 + i)

    play(warm_up())
    with unharmed(server) as run:
        run(attack())


def test_a_thousand_frames_that_are_none_end_only_their_own_connection(server: Server) -> None:
    def make(rng: random.Random) -> bytes | str:
        how = rng.randrange(4)
        if how == 0:
            return rng.randbytes(rng.choice([1, 10, 1000]))
        message = BackMsg()
        message.rerun_script.query_string = query(rng, rng.choice(LINKS))
        message.rerun_script.widget_states.widgets.add(id=rng.choice(TEXTS), json_value=json.dumps(anything(rng, 1)))
        if how == 1:
            wish = rng.choice(
                [
                    "clear_cache",
                    "set_run_on_save",
                    "load_git_info",
                    "debug_disconnect_websocket",
                    "debug_shutdown_runtime",
                ]
            )
            return BackMsg(**{wish: True}).SerializeToString()
        data = mutated(rng, message.SerializeToString())
        return data if rng.random() < 0.9 else data.decode("utf-8", "replace")

    async def hear(frames: list[bytes | str]) -> None:
        while frames:
            async with connect_to(server.address) as visitor:
                with contextlib.suppress(ConnectionClosed):
                    while frames and not visitor.socket.close_code:
                        await visitor.socket.send(frames.pop())
                        with contextlib.suppress(asyncio.TimeoutError):
                            await asyncio.wait_for(visitor.socket.wait_closed(), 0.03)

    async def attack() -> None:
        frames = list(examples(FORGED, 21, make))
        await asyncio.gather(*(hear(frames[i::8]) for i in range(8)))

    with unharmed(server) as run:
        run(attack())
