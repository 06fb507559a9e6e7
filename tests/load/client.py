"""A visitor without a browser, which uses Streamlit's protocol over a WebSocket, with Streamlit's own messages.

    async with visit("http://localhost:8501", "map") as visitor:
        await visitor.press("Clear")
        await visitor.settle("map", view="umap", shown="0123456789")

Widgets are named by the key that the app gave them, or by their label, live parts by their feature. Every call waits
until the script has run, returns how many seconds that took, and raises `ScriptError` where a browser would show an
exception. `send` takes raw bytes as well.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any, TypeVar
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

T = TypeVar("T")
PATIENCE = 60.0  # seconds, for one run of the script

_ENDS = (ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY)


class ScriptError(Exception):
    """The page shows an exception, or its script could not be run."""


class Visitor:
    """One session: the elements on the page, and the widgets' values. `visit` makes one."""

    def __init__(self, socket: ClientConnection, address: str) -> None:
        self.socket = socket
        self.address = address
        self.session = ""  # its id, which resumes it
        self.query = ""  # the query of the page's address
        self.elements: dict[tuple[int, ...], Element] = {}  # by their place on the page
        self.pages: dict[str, str] = {}  # the hash of each page's script, by the page's address
        self.page = ""  # the hash of the one that is shown
        self.received = 0  # bytes
        self.runs = 0  # of the script, including those that were restarted
        self.joined = 0.0  # seconds from the start of the connection to the first page
        self._widgets: dict[str, WidgetState] = {}
        self._fragments: dict[tuple[int, ...], str] = {}  # the part of the page that runs alone, by place
        self._known: dict[str, Element] = {}  # messages that the server need not send again, by hash

    # ---- what is on the page ----

    def widgets(self) -> Iterator[tuple[str, Any]]:
        """Yield every widget on the page with its id."""
        for element in self.elements.values():
            if id_ := _id_in(element):
                yield id_, getattr(element, element.WhichOneof("type") or "")

    def id_of(self, name: str) -> str:
        """Return the id of the widget with this key or label, or of this feature's live part; raises KeyError."""
        for id_, widget in self.widgets():
            if key_in(id_) in (name, f"{name}-part") or getattr(widget, "label", None) == name:
                return id_
        raise KeyError(f"no {name!r} among {[key_in(id_) for id_, _ in self.widgets()]}")

    def data_of(self, name: str) -> Any:
        """Return the data that Python sent to a component."""
        return json.loads(dict(self.widgets())[self.id_of(name)].json)

    def texts(self) -> list[str]:
        """Return the texts on the page."""
        return [element.markdown.body for element in self.elements.values() if element.HasField("markdown")]

    def alerts(self) -> list[str]:
        """Return the texts of the boxes that warn and inform."""
        return [element.alert.body for element in self.elements.values() if element.HasField("alert")]

    def _fragment_of(self, name: str) -> str:
        place = next(place for place, element in self.elements.items() if _id_in(element) == self.id_of(name))
        return self._fragments.get(place, "")

    # ---- a visitor's actions ----

    async def press(self, name: str) -> float:
        """Press a button."""
        return await self.run(WidgetState(id=self.id_of(name), trigger_value=True), of=name)

    async def settle(self, name: str, /, **state: Any) -> float:
        """Report a component's settled state, like `setStateValue("settled", state)`."""
        return await self.put(name, settled=state)

    async def put(self, name: str, /, **values: Any) -> float:
        """Set values of a component's state, each like `setStateValue`; the others stay."""
        id_ = self.id_of(name)
        before = self._widgets.get(id_)
        after = {**(json.loads(before.json_value) if before else {}), **values}
        self._widgets[id_] = WidgetState(id=id_, json_value=json.dumps(after))
        return await self.run(of=name)

    async def slide(self, name: str, value: float) -> float:
        """Move a slider of Streamlit's own to a value."""
        id_ = self.id_of(name)
        self._widgets[id_] = WidgetState(id=id_)
        self._widgets[id_].double_array_value.data.append(value)
        return await self.run(of=name)

    async def trigger(self, name: str, event: str, value: Any) -> float:
        """Report a component's one-time event, like `setTriggerValue(event, value)`."""
        return await self.run(trigger_state(self.id_of(name), event, value), of=name)

    async def open(self, page: str, query: str = "") -> float:
        """Go to another page, like a click on its link; the first page is ''."""
        self.page, self.query = self.pages[page], query
        return await self.run()

    async def run(self, *events: WidgetState, of: str = "") -> float:
        """Run the script with the widgets' values and these events; `of` is the name of the events' widget."""
        message = BackMsg(rerun_script=self.client_state())
        message.rerun_script.fragment_id = self._fragment_of(of) if of else ""
        message.rerun_script.widget_states.widgets.extend(events)
        return await self.ask(message)

    # ---- the protocol itself ----

    def client_state(self, page_name: str = "") -> Any:
        """Return the body of a request to run the script: a new ClientState, which may be changed."""
        state = BackMsg().rerun_script
        state.query_string, state.page_script_hash, state.page_name = self.query, self.page, page_name
        state.context_info.url = f"{self.address}/{page_name}"
        state.context_info.timezone, state.context_info.locale = "Europe/Berlin", "en-GB"
        state.widget_states.widgets.extend(self._widgets.values())
        state.cached_message_hashes.extend(self._known)
        return state

    async def send(self, frame: bytes | BackMsg) -> None:
        """Send a frame, of any content."""
        await self.socket.send(frame if isinstance(frame, bytes) else frame.SerializeToString())

    async def receive(self) -> ForwardMsg:
        """Process the next message, and return it; raises ConnectionClosed."""
        frame = await self.socket.recv()
        self.received += len(frame)
        message = ForwardMsg()
        message.ParseFromString(frame if isinstance(frame, bytes) else frame.encode())
        self._take(message)
        return message

    async def finish(self) -> None:
        """Process messages until the script has run; raises ScriptError, TimeoutError, ConnectionClosed."""
        await asyncio.wait_for(self._until_finished(), PATIENCE)
        wrong = [element.exception for element in self.elements.values() if element.HasField("exception")]
        if wrong:
            raise ScriptError("; ".join(f"{one.type}: {one.message}" for one in wrong))

    async def ask(self, message: BackMsg) -> float:
        """Send a request to run the script, and wait until it has run; returns the seconds that it took."""
        start = time.perf_counter()
        await self.send(message)
        await self.finish()
        on_page = {id_ for id_, _ in self.widgets()}
        self._widgets = {id_: state for id_, state in self._widgets.items() if id_ in on_page}
        return time.perf_counter() - start

    async def _until_finished(self) -> None:
        end = ForwardMsg.FINISHED_EARLY_FOR_RERUN
        while end == ForwardMsg.FINISHED_EARLY_FOR_RERUN:
            message = await self.receive()
            if message.WhichOneof("type") == "script_finished":
                end = message.script_finished
                self.runs += 1
        if end not in _ENDS:
            raise ScriptError(f"the script ended with {end}")

    def _take(self, message: ForwardMsg) -> None:
        kind = message.WhichOneof("type")
        if kind == "new_session":
            self.session = message.new_session.initialize.session_id
            if not _fragments(message):  # else the rest of the page stays
                self.elements = {}
        elif kind == "navigation":
            self.page = message.navigation.page_script_hash
            self.pages = {
                "" if page.is_default else page.url_pathname: page.page_script_hash
                for page in message.navigation.app_pages
            }
        elif kind == "page_info_changed":
            self.query = message.page_info_changed.query_string
        elif kind == "ref_hash":
            self.elements[tuple(message.metadata.delta_path)] = self._known[message.ref_hash]
        elif kind == "delta" and message.delta.HasField("new_element"):
            self.elements[tuple(message.metadata.delta_path)] = message.delta.new_element
            self._fragments[tuple(message.metadata.delta_path)] = message.delta.fragment_id
            if message.metadata.cacheable:
                self._known[message.hash] = message.delta.new_element


def play(visits: Coroutine[Any, Any, T]) -> T:
    """Run visits in a thread of their own: a browser that a test has open occupies the event loop of this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, visits).result()


def _fragments(message: ForwardMsg) -> list[str]:
    """Return the fragments that run; Streamlit 1.65, the newest for Python 3.10, says them in another place."""
    run = getattr(message.metadata, "run", message.new_session)
    return list(getattr(run, "fragment_ids", None) or getattr(run, "fragment_ids_this_run", ()))


def _id_in(element: Element) -> str:
    id_: str = getattr(getattr(element, element.WhichOneof("type") or "empty"), "id", "")
    return id_


def key_in(id_: str) -> str:
    """Return the key in a widget's id, '$$ID-hash-key'."""
    return id_.split("-", 2)[-1]


def trigger_state(id_: str, event: str, value: Any) -> WidgetState:
    """Return a component's one-time event in the form that Streamlit's front end sends."""
    events = [{"event": event, "value": value}]
    return WidgetState(id=f"$$STREAMLIT_INTERNAL_KEY_{id_}__events", json_trigger_value=json.dumps(events))


@asynccontextmanager
async def visit(address: str, page: str = "", query: str = "", session: str = "") -> AsyncIterator[Visitor]:
    """Open a page and wait until its script has run; `session` resumes one that has lost its connection."""
    start = time.perf_counter()
    async with connect_to(address, session) as visitor:
        visitor.query = query
        await visitor.ask(BackMsg(rerun_script=visitor.client_state(page)))
        visitor.joined = time.perf_counter() - start
        yield visitor


@asynccontextmanager
async def connect_to(address: str, session: str = "") -> AsyncIterator[Visitor]:
    """Open the WebSocket with the headers of a browser, without sending anything yet."""
    socket = connect(
        f"{urlsplit(address)._replace(scheme='ws').geturl()}/_stcore/stream",
        origin=Origin(address),
        subprotocols=[Subprotocol(one) for one in ("streamlit", "PLACEHOLDER_AUTH_TOKEN", session) if one],
        max_size=None,
        max_queue=None,  # a visitor who does nothing still reads
        open_timeout=PATIENCE,
        ping_interval=None,  # browsers send no pings
        proxy=None,
    )
    async with socket as connection:
        yield Visitor(connection, address)
