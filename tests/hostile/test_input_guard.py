"""The input guard itself: it knows every widget of the app, and lets nothing pass that Streamlit would fail at."""

from __future__ import annotations

import json
import random
import re
from typing import Any

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

from tests.hostile.corpus import TEXTS, anything, examples, forged, many, mutated
from tests.visitors import PAGES, fresh_page, install_features, widgets_of
from ui.features import FEATURES
from ui.features.train.user_models import MODEL_NAME
from ui.server.input_guard import LARGEST_FRAME, is_valid, let_in
from ui.state.declaration import kinds_of_value


@pytest.fixture(autouse=True)
def _features() -> None:
    install_features()


@pytest.mark.parametrize("page", PAGES)
def test_the_guard_lets_in_what_each_widget_expects(page: str) -> None:
    widgets = widgets_of(fresh_page(page))
    assert widgets
    for key, kind in widgets.items():
        assert kind in kinds_of_value(key), key


def test_every_widget_that_is_declared_is_on_a_page() -> None:
    keys = {key for page in PAGES for key in widgets_of(fresh_page(page))}
    declared = [widget.keys for feature in FEATURES for widget in feature.widgets]
    missing = [pattern for pattern in declared if not any(re.fullmatch(pattern, key) for key in keys)]
    assert missing == [MODEL_NAME]  # which is there once a network has been trained


def state(key: str, **value: Any) -> WidgetState:
    return WidgetState(id=f"$$ID-0123456789abcdef-{key}", **value)


def frame(*widgets: WidgetState, **others: Any) -> bytes:
    message = BackMsg()
    message.rerun_script.widget_states.widgets.extend(widgets)
    for name, value in others.items():
        setattr(message.rerun_script, name, value)
    return message.SerializeToString()


VALID = [
    state("draw-part", json_value=json.dumps({"settled": {"seq": 3, "latent": [0.5] * 16}})),
    state(
        "denoise-photo__events",
        json_trigger_value=json.dumps([{"event": "picture", "value": {"data": "AAAA" * 3_000_000, "turns": 1}}]),
    ),
    state("drawing_canvas-part", json_value=json.dumps({"settled": {"canvas": 1, "strokes": [], "image": None}})),
    state("model-choice", string_value="book"),
    state("train-latent", int_value=7),
    state("train-rate", double_value=0.01),
    state("take-it-with-you", bool_value=False),
    state("None", trigger_value=True),
    state("script-0"),
]


@pytest.mark.parametrize("widget", VALID, ids=lambda widget: widget.id[-12:])
def test_what_pages_send_passes_as_it_is(widget: WidgetState) -> None:
    data = frame(widget, query_string="model=book")
    assert let_in(data) == data


@pytest.mark.parametrize(
    "widget",
    [
        state("draw-part", json_value="{"),
        state("draw-part", json_value='"settled"'),
        state("draw-part", json_value="[" * 100_000),
        state("draw-part", json_value='{"x":' * 200 + "1" + "}" * 200),
        state("draw-part", json_value='{"x": 1' + "0" * 5000 + "}"),
        state("draw-part", json_value='{"x": [' + "[]," * 1_000_000 + "0]}"),
        state("draw-part", json_value='{"x": "' + "x" * 3_000_000 + '"}'),
        state("draw-part", string_value="{}"),
        state("draw-part__events", json_trigger_value=json.dumps([{"event": "settled"}] * 1000)),
        state("draw-part__events", json_trigger_value="[1]"),
        state("drawing_canvas-part__events", json_trigger_value='[{"value": 1}]'),
        state("train-latent", double_value=float("nan")),
        state("train-latent", string_value="7"),
        state("model-choice", int_value=1),
        state("script-0", string_value="x" * 200_000),
        state("script-0", bytes_value=b"x"),
        state("None", string_value="x"),
        state("None", json_value="{}"),
    ],
    ids=range(18),
)
def test_what_no_page_sends_is_left_out_and_the_rest_stays(widget: WidgetState) -> None:
    valid = state("model-choice", string_value="book")
    assert let_in(frame(valid, widget, query_string="a=1")) == frame(valid, query_string="a=1")


def test_of_too_many_the_first_are_taken() -> None:
    valid = state("model-choice", string_value="book")
    assert let_in(frame(*[valid] * 1_000)) == frame(*[valid] * 200)
    message = BackMsg()
    message.rerun_script.cached_message_hashes.extend(map(str, range(100_000)))
    assert let_in(message.SerializeToString()) == frame()


@pytest.mark.parametrize(
    "wish", ["clear_cache", "set_run_on_save", "load_git_info", "debug_disconnect_websocket", "debug_shutdown_runtime"]
)
def test_the_wishes_of_a_developers_browser_are_ignored(wish: str) -> None:
    assert let_in(BackMsg(**{wish: True}).SerializeToString()) == b""


@pytest.mark.parametrize("operation", ["install_skills", "dismiss_skills_nudge", "dataframe_chunk"])
def test_nobody_installs_anything_through_the_websocket(operation: str) -> None:
    message = BackMsg()
    getattr(message.backend_operation_request, operation).SetInParent()
    assert let_in(message.SerializeToString()) == b""


def test_a_download_is_made_when_it_is_asked_for() -> None:
    message = BackMsg()
    message.backend_operation_request.deferred_file.file_id = "a file"
    assert let_in(message.SerializeToString()) == message.SerializeToString()


@pytest.mark.parametrize("data", [None, bytes(LARGEST_FRAME + 1), b"\xff", b"\x2a\xff\xff\xff\xff\x0f"])
def test_what_is_no_frame_ends_the_connection(data: bytes | None) -> None:
    assert let_in(data) is None


def any_widget(rng: random.Random) -> WidgetState:
    widget = copied(rng.choice(VALID[:1] + VALID[2:]))
    kind = rng.choice(
        [
            "json_value",
            "json_trigger_value",
            "string_value",
            "double_value",
            "bool_value",
            widget.WhichOneof("value") or "string_value",
        ]
    )
    if kind.startswith("json"):
        text = widget.json_value or '{"settled": {"seq": 1, "latent": [1, 2, 3]}}'
        value: Any = json.dumps(rng.choice([anything, lambda r: forged(r, json.loads(text))])(rng))
        if rng.random() < 0.3:
            value = mutated(rng, value.encode()).decode("utf-8", "replace")
    else:
        value = {"string_value": rng.choice(TEXTS), "double_value": float("nan"), "bool_value": True}.get(
            kind, rng.choice(TEXTS)
        )
        value = {"trigger_value": True, "int_value": 2**62}.get(kind, value)
    setattr(widget, kind, value)
    return widget


def copied(widget: WidgetState) -> WidgetState:
    out = WidgetState()
    out.CopyFrom(widget)
    return out


def test_a_thousand_forged_frames_leave_only_valid_values() -> None:
    def make(rng: random.Random) -> bytes:
        data = frame(*(any_widget(rng) for _ in range(rng.choice([1, 1, 3]))), page_script_hash=rng.choice(TEXTS))
        return mutated(rng, data) if rng.random() < 0.5 else data

    outcomes = {"left out": 0, "changed": 0, "as it was": 0}
    for data in examples(many(2_000), 1, make):
        passed = let_in(data)
        outcomes["left out" if not passed else "as it was" if passed == data else "changed"] += 1
        if passed:
            widgets = BackMsg.FromString(passed).rerun_script.widget_states.widgets
            assert all(is_valid(widget) for widget in widgets)
            for text in (widget.json_value for widget in widgets if widget.WhichOneof("value") == "json_value"):
                assert isinstance(json.loads(text), dict)
    assert min(outcomes.values()) > many(50)  # each of them is tried in earnest
