"""Publishes what rooms show to an nginx with nchan, where those listen who follow without a session (`deploy/hall/`).

`$AECORE_PUBLISH` names its address, such as http://127.0.0.1:8081/rooms/; without it, they listen at this process.
"""

from __future__ import annotations

import json
import logging
import os
import urllib.error
import urllib.request
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool

from ui.server.rooms import Room

AWAY = "What rooms show cannot be published at %s: who follows without a session waits."
BACK = "What rooms show is published again."
_TIMEOUT = 2.0  # seconds
_REFUSED = 404  # there is no such channel


class Publisher:
    """Publishes at an address, "" for nowhere."""

    def __init__(self, address: str = "") -> None:
        self._address = address
        self._told: dict[str, int] = {}  # the version of each room that is there
        self._is_away = False

    async def publish(self, room: Room) -> int:
        """Show a room's scene, where it has changed or is not there any more; returns how many listen there."""
        if not self._address:
            return 0
        version, content = room.version, room.content
        if self._told.get(room.name) == version:
            found = await self._ask(room.name, None)
            if found is not None:
                return found
        found = await self._ask(room.name, content)
        if found is None:
            self._told.pop(room.name, None)
            return 0
        self._told[room.name] = version
        return found

    async def end(self, room: Room) -> None:
        """Tell everybody who listens that a room has ended, also those who come later."""
        if self._address:
            await self._ask(room.name, room.content)
            self._told.pop(room.name, None)

    async def _ask(self, name: str, content: str | None) -> int | None:
        """Publish a text, or ask only; returns how many listen, None where there is no such room or no answer."""
        try:
            found = await run_in_threadpool(_request, f"{self._address}{name}", content)
        except urllib.error.HTTPError as problem:
            problem.close()
            if problem.code != _REFUSED:
                self._lose()
            return None
        except (OSError, ValueError, KeyError):
            self._lose()
            return None
        if self._is_away:
            logging.getLogger(__name__).warning(BACK)
        self._is_away = False
        return found

    def _lose(self) -> None:
        if not self._is_away:
            logging.getLogger(__name__).warning(AWAY, self._address)
        self._is_away = True


def _request(address: str, content: str | None) -> int:
    data = None if content is None else content.encode()
    headers = {"Accept": "application/json", "Content-Type": "application/json"}
    request = urllib.request.Request(address, data, headers)  # noqa: S310  # the operator's own address
    with urllib.request.urlopen(request, timeout=_TIMEOUT) as answer:  # noqa: S310
        return int(json.loads(answer.read())["subscribers"])


def publisher_by_setting() -> Publisher:
    """Return the publisher for `$AECORE_PUBLISH`; one that publishes nowhere without it."""
    wanted = os.environ.get("AECORE_PUBLISH", "")
    if wanted and (urlsplit(wanted).scheme not in ("http", "https") or not wanted.endswith("/")):
        logging.getLogger(__name__).warning("AECORE_PUBLISH is no address such as http://127.0.0.1:8081/rooms/.")
        wanted = ""
    return Publisher(wanted)
