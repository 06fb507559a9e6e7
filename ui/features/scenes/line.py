"""Pictures of a line of digits that visitors bring: each digit as sixteen numbers, in its place on the canvas."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ui.services import model_store
from ui.services.scene_samples import SIDE
from ui.services.sent_pictures import SentPicture, read_report
from ui.state.schema import as_latent
from ui.state.visitor import current

if TYPE_CHECKING:
    from aecore.data.digit_line import Line

LINE = "line"  # the name of its `Upload`
_BORDER = 6  # pixels of the canvas that stay free
_SMALLEST, _LARGEST = 19, 40  # pixels: heights of digits that the network reads well
_MOST_ROWS = 3
_AUTOENCODER = "default"


@dataclass
class Brought:
    """The digits of the visitor's last picture, as the live part places them."""

    digits: tuple[dict[str, Any], ...] = ()


def data() -> dict[str, Any]:
    """Return how many pictures were read, and what was found in the last one, as JSON."""
    upload = current().upload(LINE)
    digits = current().memo(Brought).digits
    return {"answers": upload.number, "problem": upload.problem, "said": upload.notice, "digits": list(digits)}


def take_sent(report: object) -> None:
    """Read a picture that the browser sent; ignores an invalid report."""
    if found := read_report(report, SentPicture):
        take_line(found[0], found[1].turns)


def take_line(picture: bytes, turns: int = 0) -> None:
    """Read a picture of a line of digits; the live part shows what was found, or the problem."""
    from aecore.data.digit_line import PhotoError, read_line  # here: only needed when a picture is brought

    upload, brought = current().upload(LINE), current().memo(Brought)
    upload.number += 1
    upload.problem, upload.notice, brought.digits = "", "", ()
    try:
        line = read_line(picture, turns)
    except PhotoError as problem:
        upload.problem = str(problem)
        return
    brought.digits = tuple(placed(line))
    upload.notice = describe(line)


def placed(line: Line) -> list[dict[str, Any]]:
    """Return the digits of a line as a scene has them, {latent, row, column, size}, in their places.

    A long line goes on in up to three rows, for digits must not become too small.
    """
    latents = model_store.load(_AUTOENCODER).encode(np.stack([one.image for one in line.digits]))
    boxes = np.array([one.box for one in line.digits])
    rows = next(
        count
        for count in range(1, _MOST_ROWS + 1)
        if count == _MOST_ROWS or _scale(boxes, count) * _height(boxes) >= _SMALLEST
    )
    scale, found = _scale(boxes, rows), []
    for place, some in enumerate(np.array_split(np.arange(len(boxes)), rows)):
        ends = boxes[some]
        down = SIDE * (place + 0.5) / rows - scale * float(ends[:, 0].min() + ends[:, 2].max()) / 2
        right = SIDE / 2 - scale * float(ends[:, 1].min() + ends[:, 3].max()) / 2
        for i in some:
            top, left, bottom, side = (boxes[i] * scale).tolist()
            found.append(
                {
                    "latent": list(as_latent(latents[i])),
                    "row": round((top + bottom) / 2 + down, 1),
                    "column": round((left + side) / 2 + right, 1),
                    "size": round(min(max(bottom - top, side - left, 4), SIDE), 1),
                }
            )
    return found


def _height(boxes: np.ndarray) -> float:
    return float(np.median(boxes[:, 2] - boxes[:, 0]))


def _scale(boxes: np.ndarray, rows: int) -> float:
    """Return how many pixels of the canvas a pixel of the picture takes, with the line in so many rows."""
    widest = max(float(np.ptp(some[:, [1, 3]])) for some in np.array_split(boxes, rows) if len(some))
    tallest = max(float(np.ptp(some[:, [0, 2]])) for some in np.array_split(boxes, rows) if len(some))
    room = SIDE - 2 * _BORDER
    return min(room / max(widest, 1), room / rows / max(tallest, 1), _LARGEST / max(_height(boxes), 1))


def describe(line: Line) -> str:
    """Return what was found in a picture, in sentences."""
    count = len(line.digits)
    ink = "dark ink on light paper" if line.dark else "light ink on dark paper"
    sentences = [f"Found {count} digits, from left to right, {ink}." if count > 1 else f"Found one digit, {ink}."]
    if line.faint:
        sentences.append("Kept a faint stroke." if line.faint == 1 else f"Kept {line.faint} faint strokes.")
    if line.left_out:
        things = "Another mark was" if line.left_out == 1 else f"{line.left_out} other marks were"
        sentences.append(f"{things} left out.")
    return " ".join(sentences)
