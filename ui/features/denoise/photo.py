"""Pictures of digits that visitors bring: what the browser sends, and what is said of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import streamlit as st

from ui.features.draw.state import refining
from ui.services.sent_pictures import SentPicture, read_report
from ui.state.table import take_picture
from ui.state.visitor import current
from ui.widgets.live_part import show

if TYPE_CHECKING:
    from aecore.data.photo import Photo
    from ui.state.declaration import Feature

PHOTO = "photo"  # the name of its `Upload`


class Sent(SentPicture, kw_only=True):
    """A picture of one digit; `pixels` says whether a small one is taken as it is, None to decide by its looks."""

    pixels: bool | None = None


def bring_picture(feature: Feature) -> None:
    """Show the part that brings pictures, and the problem with the last one."""
    show(feature, next(part for part in feature.parts if part.module == "photo"))
    if problem := current().upload(PHOTO).problem:
        st.warning(problem, icon=":material/image_not_supported:")


def data() -> dict[str, Any]:
    """Return how many pictures were read, and what is said of the last one while it is the current digit, as JSON."""
    visitor = current()
    upload, choice = visitor.upload(PHOTO), visitor.memo(Choice)
    shown = bool(upload.notice) and upload.mark == str(visitor.seq)
    return {
        "answers": upload.number,
        "problem": upload.problem,
        "said": upload.notice if shown else "",
        "shown": shown,
        "pixels": choice.pixels if shown else None,
    }


@dataclass
class Choice:
    """Whether the current photo's own pixels are in use, None where there is no choice."""

    pixels: bool | None = None


def take_sent(report: object) -> None:
    """Read a picture that the browser sent; ignores an invalid report."""
    if found := read_report(report, Sent):
        take_photo(*found)


def take_photo(data: bytes, sent: Sent | None = None) -> None:
    """Read a picture and make its digit the current one; what was found, or a problem, is shown on the page."""
    from aecore.data.photo import PhotoError, examine  # here: only needed when a picture is brought

    sent = sent or Sent(data="")
    visitor = current()
    upload, choice = visitor.upload(PHOTO), visitor.memo(Choice)
    upload.number += 1
    upload.problem = ""
    try:
        photo = examine(data, sent.turns)
    except PhotoError as problem:
        upload.problem = str(problem)
        return
    image = photo.chosen(sent.pixels)
    take_picture(image, refining().automatic)
    choice.pixels = image is photo.pixels if photo.has_choice else None
    upload.notice, upload.mark = describe(photo, image is photo.pixels, sent.longest), str(visitor.seq)


def describe(photo: Photo, pixels: bool, longest: int | None) -> str:
    """Return what was found in a picture, in sentences; `longest` is the longer side of the visitor's own file."""
    if pixels:
        return "Took the small picture's 28 × 28 pixels as they are."
    scale = longest / max(photo.size) if longest else 1
    width, height = (max(1, round(side * scale)) for side in (photo.width, photo.height))
    ink = "dark ink on light paper" if photo.dark else "light ink on dark paper"
    sentences = [f"Found a digit, {width} × {height} pixels, {ink}."]
    if photo.whole:
        sentences.append("The whole small picture is used.")
    if photo.edges:
        edges = f"{' and '.join(photo.edges)} {'edges' if len(photo.edges) > 1 else 'edge'}"
        sentences.append(f"It touches the {edges} of the picture: part of it may be missing.")
    if photo.faint:
        sentences.append("Kept a faint stroke." if photo.faint == 1 else f"Kept {photo.faint} faint strokes.")
    if photo.left_out:
        things = "Another mark was" if photo.left_out == 1 else f"{photo.left_out} other marks were"
        sentences.append(f"{things} left out.")
    return " ".join(sentences)
