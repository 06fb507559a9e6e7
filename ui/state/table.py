"""Actions on the visitor's digit, model and latent ("the table"): draw, choose a sample, encode, move the sliders."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

import aecore
from aecore.core import pretrained
from aecore.core.latents import quantise
from aecore.data.strokes import sample_image
from ui.services import model_store, sample_drawings
from ui.services.canvas_image import picture_on_canvas, rasterize
from ui.state.schema import read_latent
from ui.state.visitor import Visitor, current, is_known, replace

FIRST_SAMPLE = 3
MOST_OWN = 6  # models, and also trainings, of one visitor
EMPTY = "The canvas is empty: draw a digit, or pick a sample."


def announce(visitor: Visitor, reason: str) -> None:
    """Count a change by Python in `seq`, so that the browser takes the new values."""
    visitor.seq += 1
    visitor.chosen += reason != "drawing"
    visitor.reason = reason
    visitor.at_rest = False


def choose_sample(digit: int) -> None:
    """Put a sample digit on the current visitor's canvas."""
    place_sample(current(), digit)


def place_sample(visitor: Visitor, digit: int) -> None:
    """Put a sample digit on a visitor's canvas."""
    visitor.drawing, visitor.image, visitor.encoded = sample(visitor.model, digit)
    visitor.latent, visitor.sample, visitor.hint = visitor.encoded, digit, ""
    _new_canvas(visitor)
    announce(visitor, "canvas")


@lru_cache(maxsize=256)
def sample(model: str, digit: int) -> tuple[dict[str, Any], np.ndarray, np.ndarray]:
    """Return a sample digit's drawing, image and latent; all visitors share the same objects."""
    drawing, image = sample_drawings.drawing(digit), sample_image(digit)
    latent = quantise(model_store.load(model).encode(image[None])[0])
    for array in (image, latent):
        array.setflags(write=False)
    return drawing, image, latent


def clear_canvas() -> None:
    """Clear the canvas; the sliders keep their positions."""
    _place(current(), {"objects": []})


def undo_stroke() -> None:
    """Remove the last stroke from the canvas."""
    visitor = current()
    strokes = visitor.drawing.get("objects")
    _place(visitor, {**visitor.drawing, "objects": strokes[:-1] if isinstance(strokes, list) else []})


def _place(visitor: Visitor, drawing: dict[str, Any]) -> None:
    visitor.drawing, visitor.sample = drawing, None
    _new_canvas(visitor)
    take_image(visitor, aecore.normalize_drawing(rasterize(drawing)), "canvas")


def _new_canvas(visitor: Visitor) -> None:
    visitor.canvas += 1
    for upload in visitor.uploads.values():  # messages about earlier files are out of date
        upload.problem = ""


def put_on_table(visitor: Visitor, image: np.ndarray | None, digit: object) -> None:
    """Put an image on the canvas; as strokes where it is the unchanged sample `digit`, else as a picture."""
    visitor.sample = None
    visitor.drawing = {"objects": []} if image is None else picture_on_canvas(image)
    if isinstance(digit, int) and 0 <= digit < 10:
        drawing = sample_drawings.drawing(digit)
        if same_image(aecore.normalize_drawing(rasterize(drawing)), image):
            visitor.drawing, visitor.sample = drawing, digit
    _new_canvas(visitor)
    take_image(visitor, image, "followed")


def same_image(a: np.ndarray | None, b: np.ndarray | None) -> bool:
    """Return whether two images (28, 28) are equal in the one byte per pixel that a room transmits."""
    if a is None or b is None:
        return a is b
    return bool(np.array_equal(np.rint(255 * a), np.rint(255 * b)))


def take_picture(image: np.ndarray) -> None:
    """Put the digit of a photo, an image (28, 28), on the canvas and encode it."""
    visitor = current()
    visitor.drawing, visitor.sample = picture_on_canvas(image), None
    visitor.canvas += 1
    take_image(visitor, image, "photo")


def take_image(visitor: Visitor, image: np.ndarray | None, reason: str) -> None:
    """Make an image (28, 28) the visitor's current one and encode it; None for an empty canvas."""
    visitor.image = image
    visitor.hint = "" if image is not None else EMPTY
    if image is not None:
        visitor.encoded = quantise(model_store.load(visitor.model).encode(image[None])[0])
        visitor.latent = visitor.encoded
    announce(visitor, reason)


def choose_model(name: str) -> None:
    """Switch to another model; raises ModelFileError without a change to the visitor."""
    visitor = current()
    model = model_store.load(name)
    visitor.model, visitor.model_before = name, ""
    if model_store.is_own(name) and name not in visitor.own:
        visitor.own = [*visitor.own, name][-MOST_OWN:]
    visitor.encoded = _encoded(model, visitor.image)
    visitor.latent = visitor.encoded
    announce(visitor, "model")


def switch_to_model_of_latent(name: str) -> None:
    """Switch to the model of a latent that is taken to the sliders; pages then say so, and offer the way back.

    Raises ModelFileError without a change to the visitor.
    """
    before = current().model
    if name != before:
        choose_model(name)
        current().model_before = before


def return_to_model_before() -> None:
    """Switch back to the model that the one of a latent has replaced, where there is one that loads."""
    before = current().model_before
    if before in usable_models():
        choose_model(before)


def _encoded(model: aecore.Autoencoder, image: np.ndarray | None) -> np.ndarray:
    """Return the latent of an image, zeros where there is none."""
    if image is None:
        return np.zeros(model.latent_dim, np.float32)
    return quantise(model.encode(image[None])[0])


def take_latent(report: object) -> bool:
    """Take the sliders' positions from a browser's report; return whether it was valid and about the current digit."""
    visitor = current()
    if not isinstance(report, dict) or report.get("seq") != visitor.seq:
        return False
    latent = read_latent(report.get("latent"), len(visitor.latent))
    if latent is None:
        return False
    visitor.latent, visitor.at_rest = quantise(np.array(latent)), False
    return True


def take_picked(report: object) -> None:
    """Move the sliders to a latent, and switch to its model, as a browser reports both; ignores an invalid report."""
    if not isinstance(report, dict) or report.get("model") not in usable_models():
        return
    name = report["model"]
    latent = read_latent(report.get("latent"), model_store.load(name).latent_dim)
    if latent is not None:
        switch_to_model_of_latent(name)
        current().latent = quantise(np.array(latent))
        announce(current(), "picked")


def latent_for(name: str) -> np.ndarray:
    """Return the sliders' latent where `name` is the chosen model, else that model's latent of the current image."""
    visitor = current()
    return visitor.latent if name == visitor.model else _encoded(model_store.load(name), visitor.image)


@lru_cache(maxsize=32)
def sample_latents(name: str) -> np.ndarray:
    """Return a model's latents (10, D) of the ten sample digits."""
    images = np.stack([sample_image(digit) for digit in range(10)])
    latents: np.ndarray = quantise(model_store.load(name).encode(images))
    return latents


def usable_models() -> list[str]:
    """Return the names of the models that load: `default` first, the visitor's own last. Raises ModelFileError when
    none does.
    """
    problems = pretrained.problems()
    usable = [name for name in aecore.available() if name not in problems]
    if not usable:
        raise aecore.ModelFileError("None of the model files can be read. Restore assets/models (git checkout).")
    return usable + [name for name in (current().own if is_known() else []) if model_store.exists(name)]


def start_over(kept_key: str) -> None:
    """Reset this session to a new visitor at the first page; of the widgets only that of `kept_key` keeps its value."""
    old = current()
    fresh = Visitor(model=usable_models()[0], canvas=old.canvas, seq=old.seq, restart=True)
    for name, upload in old.uploads.items():
        fresh.upload(name).number = upload.number + 1
    for state in old.states.values():
        if (stays := state.started_over()) is not None:
            fresh.put(stays)
    replace(fresh, kept_key)
    choose_sample(FIRST_SAMPLE)
