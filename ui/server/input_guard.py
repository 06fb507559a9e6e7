"""ASGI middleware that checks WebSocket frames and uploads before Streamlit reads them.

Streamlit expects the values that its own front end sends: of the widget's type, and valid JSON. Anything else raises an
exception in the middle of a script run. The guard removes such values, as if the widget had not been touched, and
ignores every kind of message that only developer tools send.
"""

from __future__ import annotations

import asyncio
import json
import math
from collections import Counter
from typing import Any

from google.protobuf.message import DecodeError
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.server.fair_queue import FAIR_QUEUE
from ui.state.declaration import endings_of_files, kinds_of_value, longest_report
from ui.streamlit_compat import EVENTS, UPLOAD, UPLOADS, BackMsg, WidgetState, key_of, uploads

LARGEST_FRAME = 16_000_000  # bytes: a pasted picture of ten megabytes, in base64
MOST_HELD = 3  # uploads of one session that arrive, or that wait to be read
_MESSAGE_TYPES = ("rerun_script", "stop_script", "app_heartbeat", "file_urls_request", "backend_operation_request")
_MOST_WIDGETS, _MOST_HASHES = 200, 5_000
_MOST_EVENTS = 8  # in one report of a component
_MOST_PARTS = 200_000  # values in a JSON text: a canvas full of strokes has about ten thousand
_DEEPEST = 24
_LONGEST_TEXT = 100_000
_PROTOCOL_ERROR, _GONE = 1002, 1006
_LONGEST_WAIT = 2.0  # seconds


class InputGuard:
    """ASGI middleware that passes on the frames and uploads that this app's pages can send, and refuses others."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._arriving: Counter[str] = Counter()  # uploads in progress, by session

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


async def _until_few_runs_wait() -> None:
    """Let a frame wait before the script run it asks for would: under a flood, starting threads is all that is done."""
    await asyncio.sleep(0)  # else a connection that has sent many frames is served before all others
    await FAIR_QUEUE.short(_LONGEST_WAIT)


def _valid_frames(receive: Receive, send: Send) -> tuple[Receive, Send]:
    """Wrap a WebSocket so that each frame passes through `let_in`; an unreadable frame closes the connection."""
    closed = gone = False

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
                await _until_few_runs_wait()
                if gone:
                    return {"type": "websocket.disconnect", "code": _GONE}
                return {"type": "websocket.receive", "bytes": frame}

    async def unless_closed(message: Message) -> None:
        nonlocal gone
        if closed:
            return
        try:
            await send(message)
        except OSError:
            gone = True
            raise

    return receive_valid, unless_closed


def let_in(frame: bytes | None) -> bytes | None:
    """Return a frame without the values that this app's pages cannot send.

    Returns b"" when nothing is left, and None when the frame is too large or cannot be parsed.
    """
    if frame is None or len(frame) > LARGEST_FRAME:
        return None
    try:
        message = BackMsg.FromString(frame)
    except DecodeError:
        return None
    kind = message.WhichOneof("type")
    if kind not in _MESSAGE_TYPES:
        return b""
    if kind == "backend_operation_request":  # deferred downloads only; other operations write into the app's folder
        return frame if message.backend_operation_request.WhichOneof("payload") == "deferred_file" else b""
    if kind == "file_urls_request":
        return frame if len(message.file_urls_request.file_names) <= MOST_HELD else b""
    state = message.rerun_script
    widgets, many = list(state.widget_states.widgets), len(state.cached_message_hashes) > _MOST_HASHES
    valid = [widget for widget in widgets[:_MOST_WIDGETS] if is_valid(widget)]
    if len(valid) == len(widgets) and not many:
        return frame
    if many:
        del state.cached_message_hashes[:]  # the only cost: messages that the browser has cached are sent again
    del state.widget_states.widgets[:]
    state.widget_states.widgets.extend(valid)
    return message.SerializeToString()


def is_valid(widget: WidgetState) -> bool:
    """Return whether a widget's value has the type that the widget declares, and a size that it can have."""
    kind = widget.WhichOneof("value")
    key = key_of(widget.id)
    if kind is None:
        return True  # the widget was cleared
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
    """Parse JSON within the size and depth of our components' reports; return None for anything else."""
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
    """Return whether there is at most one file, with a name that its uploader accepts; a removed file passes."""
    held = {number: file for owned in uploads().values() for number, file in owned.items()} if files else {}
    return len(files) <= 1 and all(
        file.file_id not in held or _is_named(held[file.file_id].name, endings) for file in files
    )


def _is_named(name: str, endings: tuple[str, ...]) -> bool:
    return "\0" not in name and name.lower().endswith(endings)
