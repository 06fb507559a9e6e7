"""What stands before Streamlit: browsers' frames and uploads are let in as far as this app's own pages send them.

Streamlit takes a widget's value as its own front end sends it: of the right kind, JSON that is JSON. Anything else is
an exception in the middle of a run. Such values are left out here, as if the widget had not been touched, and so is
every wish that only a developer's browser has.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from typing import Any

from google.protobuf.message import DecodeError
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.state.declaration import endings_of_files, kinds_of_value, longest_report
from ui.streamlit_compat import EVENTS, UPLOAD, UPLOADS, BackMsg, WidgetState, key_of, uploads

LARGEST_FRAME = 16_000_000  # bytes: a pasted picture of ten megabytes, in base64
MOST_HELD = 3  # uploads of a session that wait to be read, or are on their way
_WISHES = ("rerun_script", "stop_script", "app_heartbeat", "file_urls_request", "backend_operation_request")
_MOST_WIDGETS, _MOST_HASHES = 200, 5_000
_MOST_EVENTS = 8  # that a component reports at once
_MOST_PARTS = 200_000  # of JSON: a canvas scribbled full has some ten thousand
_DEEPEST = 24
_LONGEST_TEXT = 100_000
_PROTOCOL_ERROR = 1002


class InputGuard:
    """ASGI middleware that passes on what this app's pages send, and nothing else of the kind."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._arriving: Counter[str] = Counter()  # uploads, by session

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await self.app(scope, *_valid_frames(receive, send))
        elif scope["type"] == "http" and scope["method"] == "PUT" and f"/{UPLOADS}" in scope["path"]:
            await self._upload(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _upload(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = UPLOAD.fullmatch(scope["path"])
        if path is None:
            await PlainTextResponse("not found", 404)(scope, receive, send)
            return
        owner = path[1]
        if self._arriving[owner] + len(uploads().get(owner, ())) >= MOST_HELD:
            await PlainTextResponse("too many files at once", 429)(scope, receive, send)
            return
        self._arriving[owner] += 1
        try:
            await self.app(scope, receive, send)
        finally:
            self._arriving[owner] -= 1
            if not self._arriving[owner]:
                del self._arriving[owner]


def _valid_frames(receive: Receive, send: Send) -> tuple[Receive, Send]:
    """Wrap a websocket: frames come as `let_in` leaves them; one that is none ends the connection."""
    closed = False

    async def receive_valid() -> Message:
        nonlocal closed
        while True:
            message = await receive()
            if message["type"] != "websocket.receive":
                return message
            frame = let_in(message.get("bytes"))
            if frame is None:
                if not closed:
                    closed = True
                    await send({"type": "websocket.close", "code": _PROTOCOL_ERROR})
                return {"type": "websocket.disconnect", "code": _PROTOCOL_ERROR}
            if frame:
                return {"type": "websocket.receive", "bytes": frame}

    async def unless_closed(message: Message) -> None:
        if not closed:
            await send(message)

    return receive_valid, unless_closed


def let_in(frame: bytes | None) -> bytes | None:
    """Leave of a frame what this app's pages send; empty when nothing is left, None when it is no frame at all."""
    if frame is None or len(frame) > LARGEST_FRAME:
        return None
    try:
        message = BackMsg.FromString(frame)
    except DecodeError:
        return None
    wish = message.WhichOneof("type")
    if wish not in _WISHES:
        return b""
    if wish == "backend_operation_request":  # a download that is made now; others write into the app's own folder
        return frame if message.backend_operation_request.WhichOneof("payload") == "deferred_file" else b""
    if wish == "file_urls_request":
        return frame if len(message.file_urls_request.file_names) <= MOST_HELD else b""
    state = message.rerun_script
    widgets, many = list(state.widget_states.widgets), len(state.cached_message_hashes) > _MOST_HASHES
    valid = [widget for widget in widgets[:_MOST_WIDGETS] if is_valid(widget)]
    if len(valid) == len(widgets) and not many:
        return frame
    if many:
        del state.cached_message_hashes[:]  # what the browser holds already is sent once more
    del state.widget_states.widgets[:]
    state.widget_states.widgets.extend(valid)
    return message.SerializeToString()


def is_valid(widget: WidgetState) -> bool:
    """Return whether a widget's value is of the kind that the widget has, and no larger than it can be."""
    kind = widget.WhichOneof("value")
    key = key_of(widget.id)
    if kind is None:
        return True  # emptied
    if kind not in kinds_of_value(key):
        return False
    value = getattr(widget, kind)
    if kind == "json_value":
        return isinstance(_read_json(value, key), dict)
    if kind == "json_trigger_value":
        return _is_events(_read_json(value, key.removesuffix(EVENTS)))
    if kind == "double_value":
        return math.isfinite(value)
    if kind == "double_array_value":
        return len(value.data) == 1 and math.isfinite(value.data[0])  # a slider with one thumb
    if kind == "string_value":
        return len(value) <= _LONGEST_TEXT
    if kind == "file_uploader_state_value":
        return _is_upload(value.uploaded_file_info, endings_of_files(key))
    return True


def _read_json(text: str, key: str) -> Any:
    """Read JSON that is no more than a component of ours has to say; None for anything else."""
    if len(text) > longest_report(key) or sum(map(text.count, "[{,")) > _MOST_PARTS:
        return None
    try:
        value = json.loads(text)
        return value if _is_flat(value, _DEEPEST) else None
    except (ValueError, RecursionError):
        return None


def _is_flat(value: Any, levels: int) -> bool:
    if isinstance(value, dict):
        value = value.values()
    elif not isinstance(value, list):
        return True
    return levels > 0 and all(_is_flat(inner, levels - 1) for inner in value if isinstance(inner, dict | list))


def _is_events(value: Any) -> bool:
    events = value if isinstance(value, list) else [value]
    return len(events) <= _MOST_EVENTS and all(
        isinstance(event, dict) and isinstance(event.get("event"), str) for event in events
    )


def _is_upload(files: Any, endings: tuple[str, ...]) -> bool:
    """Return whether these are at most one file, and of a kind that its uploader takes; one that is gone may be any."""
    held = {number: file for owned in uploads().values() for number, file in owned.items()} if files else {}
    return len(files) <= 1 and all(
        file.file_id not in held or _is_named(held[file.file_id].name, endings) for file in files
    )


def _is_named(name: str, endings: tuple[str, ...]) -> bool:
    return "\0" not in name and name.lower().endswith(endings)
