"""Pictures that the browser sends over the session's connection, as base64 in a report. Does not use Streamlit."""

from __future__ import annotations

import base64
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta

LONGEST_REPORT = 15_000_000  # characters
_LONGEST_PICTURE = 14_000_000  # characters of base64: ten megabytes


class SentPicture(msgspec.Struct, kw_only=True):
    """A picture from the browser: its file as base64, and how to read it.

    `turns` are right angles clockwise; `longest` is the longer side of the picture that the browser made smaller.
    """

    data: Annotated[str, Meta(max_length=_LONGEST_PICTURE)]
    turns: Annotated[int, Meta(ge=0, le=3)] = 0
    longest: Annotated[int, Meta(ge=1, le=1_000_000)] | None = None


P = TypeVar("P", bound=SentPicture)


def read_report(report: object, kind: type[P]) -> tuple[bytes, P] | None:
    """Return the file of the picture in a report, and how to read it; None for an invalid report."""
    try:
        sent = msgspec.convert(report, kind)
        return base64.b64decode(sent.data, validate=True), sent
    except (msgspec.ValidationError, ValueError, RecursionError):
        return None
