"""What can be done with the digit on the table: drawn, chosen, encoded, changed. Python's half of the sliders."""

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
MOST_OWN = 6  # models and trainings that a visitor can have at once
EMPTY = "The canvas is empty: draw a digit, or pick a sample."


def announce(visitor: Visitor, reason: str) -> None:
    """Have the browser take over what Python changed."""
    visitor.seq += 1
    visitor.chosen += reason != "drawing"
    visitor.reason = reason
    visitor.at_rest = False


def choose_sample(digit: int) -> None:
    """Put a sample digit on the canvas."""
    place_sample(current(), digit)


def place_sample(visitor: Visitor, digit: int) -> None:
    """Put a sample digit on a visitor's canvas."""
    visitor.drawing, visitor.image, visitor.encoded = _sample(visitor.model, digit)
    visitor.latent, visitor.sample, visitor.hint = visitor.encoded, digit, ""
    _new_canvas(visitor)
    announce(visitor, "canvas")


@lru_cache(maxsize=256)
def _sample(model: str, digit: int) -> tuple[dict[str, Any], np.ndarray, np.ndarray]:
    """Return a sample digit's drawing, image and latent; all visitors share them."""
    drawing, image = sample_drawings.drawing(digit), sample_image(digit)
    latent = quantise(model_store.load(model).encode(image[None])[0])
    for array in (image, latent):
        array.setflags(write=False)
    return drawing, image, latent


def clear_canvas() -> None:
    """Empty the canvas; the sliders stay where they are."""
    _place(current(), {"objects": []})


def undo_stroke() -> None:
    """Take the last stroke off the canvas."""
    visitor = current()
    strokes = visitor.drawing.get("objects")
    _place(visitor, {**visitor.drawing, "objects": strokes[:-1] if isinstance(strokes, list) else []})


def _place(visitor: Visitor, drawing: dict[str, Any]) -> None:
    visitor.drawing, visitor.sample = drawing, None
    _new_canvas(visitor)
    take_image(visitor, aecore.normalize_drawing(rasterize(drawing)), "canvas")


def _new_canvas(visitor: Visitor) -> None:
    visitor.canvas += 1
    for upload in visitor.uploads.values():  # what was said of a file is of no interest any more
        upload.problem = ""


def put_on_table(visitor: Visitor, image: np.ndarray | None, digit: object) -> None:
    """Put an image on the canvas, and its strokes where it is a sample `digit` as it was."""
    visitor.sample = None
    visitor.drawing = {"objects": []} if image is None else picture_on_canvas(image)
    if isinstance(digit, int) and 0 <= digit < 10:
        drawing = sample_drawings.drawing(digit)
        if same_image(aecore.normalize_drawing(rasterize(drawing)), image):
            visitor.drawing, visitor.sample = drawing, digit
    _new_canvas(visitor)
    take_image(visitor, image, "followed")


def same_image(a: np.ndarray | None, b: np.ndarray | None) -> bool:
    """Return whether two images (28, 28) are the same, to the byte per pixel that a room hands on."""
    if a is None or b is None:
        return a is b
    return bool(np.array_equal(np.rint(255 * a), np.rint(255 * b)))


def take_picture(image: np.ndarray) -> None:
    """Put a picture's digit (28, 28) on the canvas and encode it."""
    visitor = current()
    visitor.drawing, visitor.sample = picture_on_canvas(image), None
    visitor.canvas += 1
    take_image(visitor, image, "photo")


def take_image(visitor: Visitor, image: np.ndarray | None, reason: str) -> None:
    """Make an image (28, 28) the one on the table, None for an empty canvas, and encode it."""
    visitor.image = image
    visitor.hint = "" if image is not None else EMPTY
    if image is not None:
        visitor.encoded = quantise(model_store.load(visitor.model).encode(image[None])[0])
        visitor.latent = visitor.encoded
    announce(visitor, reason)


def choose_model(name: str) -> None:
    """Switch to another model; raises ModelFileError, leaving the visitor as they were."""
    visitor = current()
    model = model_store.load(name)
    visitor.model = name
    if model_store.is_own(name) and name not in visitor.own:
        visitor.own = [*visitor.own, name][-MOST_OWN:]
    visitor.encoded = _encoded(model, visitor.image)
    visitor.latent = visitor.encoded
    announce(visitor, "model")


def _encoded(model: aecore.Autoencoder, image: np.ndarray | None) -> np.ndarray:
    """Return the latent of an image, the origin where there is none."""
    if image is None:
        return np.zeros(model.latent_dim, np.float32)
    return quantise(model.encode(image[None])[0])


def take_latent(report: object) -> bool:
    """Take over where sliders came to rest, as the browser reports it; returns whether it was about this digit."""
    visitor = current()
    if not isinstance(report, dict) or report.get("seq") != visitor.seq:
        return False
    latent = read_latent(report.get("latent"), len(visitor.latent))
    if latent is None:
        return False
    visitor.latent, visitor.at_rest = quantise(np.array(latent)), False
    return True


def take_picked(report: object) -> None:
    """Take a latent picked elsewhere to the sliders, with its model; anything else is ignored."""
    if not isinstance(report, dict) or report.get("model") not in usable_models():
        return
    name = report["model"]
    latent = read_latent(report.get("latent"), model_store.load(name).latent_dim)
    if latent is not None:
        if name != current().model:
            choose_model(name)
        current().latent = quantise(np.array(latent))
        announce(current(), "picked")


def latent_for(name: str) -> np.ndarray:
    """Return the latent on the table as a model has it: where the sliders stand, or what its encoder says."""
    visitor = current()
    return visitor.latent if name == visitor.model else _encoded(model_store.load(name), visitor.image)


@lru_cache(maxsize=32)
def sample_latents(name: str) -> np.ndarray:
    """Return the latents (10, D) that a model has of the ten sample digits."""
    images = np.stack([sample_image(digit) for digit in range(10)])
    latents: np.ndarray = quantise(model_store.load(name).encode(images))
    return latents


def usable_models() -> list[str]:
    """List the models that load, `default` first, the visitor's own last; raises ModelFileError when there is none."""
    problems = pretrained.problems()
    usable = [name for name in aecore.available() if name not in problems]
    if not usable:
        raise aecore.ModelFileError("None of the model files can be read. Restore assets/models (git checkout).")
    return usable + [name for name in (current().own if is_known() else []) if model_store.exists(name)]


def start_over(kept_key: str) -> None:
    """Forget everything that this visitor did but the widget of `kept_key`, and begin at the first page."""
    old = current()
    fresh = Visitor(model=usable_models()[0], canvas=old.canvas, seq=old.seq, restart=True)
    for name, upload in old.uploads.items():
        fresh.upload(name).number = upload.number + 1
    for state in old.states.values():
        if (stays := state.started_over()) is not None:
            fresh.put(stays)
    replace(fresh, kept_key)
    choose_sample(FIRST_SAMPLE)
