"""The page /join, where somebody types the name of a room: plain HTML, without a Streamlit session or JavaScript.

It lies beside the app's pages, so its addresses are relative: it works below any path, also behind a proxy.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from functools import lru_cache
from html import escape
from pathlib import Path
from string import Template

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

_PAGE = Path(__file__).parents[1] / "frontend" / "join.html"
_LONGEST = 200  # characters; a pasted link is longer than a name
# What is typed on a phone: "Plum 42", "plum42", "plum–42"; or the whole link that the name ends.
_TYPED = re.compile(r"([a-z]{3,8})[\W_]{0,3}([1-9][0-9])\W*", re.ASCII)
_HOW = "A room's name is a word and a number, such as plum-42."
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
}


def name_in(typed: str) -> str | None:
    """Return the name of a room as it is written in links, "plum-42" for "Plum 42"; None where there is none."""
    text = re.split("room=|follow/", typed[:_LONGEST].strip().lower())[-1]
    found = _TYPED.fullmatch(text)
    return f"{found[1]}-{found[2]}" if found else None


def page(typed: str = "", problem: str = "") -> str:
    """Return the page as HTML, with what was typed and the problem with it."""
    return _template().substitute(
        typed=escape(typed[:_LONGEST], quote=True), problem=escape(problem), invalid="true" if problem else "false"
    )


@lru_cache(maxsize=1)
def _template() -> Template:
    return Template(_PAGE.read_text(encoding="utf-8"))


def routes(problem_with: Callable[[str], Awaitable[str]]) -> list[Route]:
    """Return the routes: /join shows the page, and with ?name=NAME leads into that room, or says why it cannot.

    `problem_with(name)` tells why nobody can follow the room of this name, "" where everybody can.
    """

    async def join(request: Request) -> Response:
        typed = request.query_params.get("name")
        if typed is None:
            return HTMLResponse(page(), headers=_HEADERS)
        name = name_in(typed)
        if problem := await problem_with(name) if name else _HOW:
            return HTMLResponse(page(typed, problem), headers=_HEADERS)
        return RedirectResponse(f"./follow/{name}", 303, headers=_HEADERS)

    async def with_slash(request: Request) -> Response:
        return RedirectResponse("../join", 303, headers=_HEADERS)

    return [Route("/join", join, methods=["GET"]), Route("/join/", with_slash, methods=["GET"])]
