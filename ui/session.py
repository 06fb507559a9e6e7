"""One visitor's state: the only place that spells session keys and query parameters."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, TypeGuard

import numpy as np
import streamlit as st

import aecore
from aecore import shipped
from aecore.latents import latent_from_text, latent_to_text, quantise
from ui import samples
from ui.ink import rasterize

_STATE = "playground"
_START = "canvas-start"
DECK = "deck"
NOISE = "noise"
MODEL_CHOICE = "model-choice"
FIRST_SAMPLE = 3
NOISE_KINDS = ("gaussian", "salt_and_pepper", "occlusion")


@dataclass
class Playground:
    """What one visitor has on the table.

    `image` is the normalised drawing (28, 28), None when the canvas is empty; `encoded` its latent; `latent` where
    the sliders stand, both (D,) in steps of 0.01. `seq` counts what Python changed, so that the browser knows when to
    take it over; `reason` says what it was.
    """

    model: str = "default"
    drawing: dict[str, Any] = field(default_factory=dict)
    canvas: int = 0  # a new number makes a new canvas
    sample: int | None = None  # the untouched sample digit on the canvas
    image: np.ndarray | None = None
    encoded: np.ndarray = field(default_factory=lambda: np.zeros(16, np.float32))
    latent: np.ndarray = field(default_factory=lambda: np.zeros(16, np.float32))
    seq: int = 0
    reason: str = "start"
    hint: str = ""
    kind: str = "gaussian"
    level: float = 0.5
    noise_seed: int = 1
    notices: list[str] = field(default_factory=list)


def canvas_key(state: Playground) -> str:
    """Return the widget key of the canvas that is on the page now."""
    return f"canvas-{state.canvas}"


def canvas_start(state: Playground, key: str) -> dict[str, Any]:
    """Return the drawing a canvas starts from; it must not change while that canvas is on the page."""
    if key not in st.session_state:  # a new canvas, or back from another page: nothing drawn is lost
        st.session_state[_START] = state.drawing
    start: dict[str, Any] = st.session_state[_START]
    return start


def current() -> Playground:
    """Return this visitor's state, made from the link on the first call."""
    if _STATE not in st.session_state:
        st.session_state[_STATE] = _from_link()
    state: Playground = st.session_state[_STATE]
    return state


def take_notices() -> list[str]:
    """Return the one-line notices that are due, once."""
    state = current()
    due, state.notices = state.notices, []
    return due


# ---- what a visitor can do -------------------------------------------------------------------------------------


def choose_sample(digit: int) -> None:
    """Put a sample digit on the canvas."""
    state = current()
    _place(state, samples.drawing(digit))
    state.sample = digit


def clear_canvas() -> None:
    """Empty the canvas; the sliders stay where they are."""
    state = current()
    _place(state, {"objects": []})


def undo_stroke() -> None:
    """Take the last stroke off the canvas."""
    state = current()
    _place(state, {**state.drawing, "objects": state.drawing.get("objects", [])[:-1]})


def _place(state: Playground, drawing: dict[str, Any]) -> None:
    state.drawing, state.sample = drawing, None
    state.canvas += 1
    take_image(state, aecore.normalize_drawing(rasterize(drawing)), "canvas")


def take_image(state: Playground, image: np.ndarray | None, reason: str) -> None:
    """Make an image (28, 28) the one on the table, None for an empty canvas, and encode it."""
    state.image = image
    state.hint = "" if image is not None else "The canvas is empty: draw a digit, or pick a sample."
    if image is not None:
        state.encoded = quantise(aecore.load(state.model).encode(image[None])[0])
        state.latent = state.encoded
    announce(state, reason)


def choose_model(name: str) -> None:
    """Switch to another shipped model; raises ModelFileError, leaving the state as it was."""
    state = current()
    model = aecore.load(name)
    state.model = name
    if state.image is not None:
        state.encoded = quantise(model.encode(state.image[None])[0])
    else:
        state.encoded = np.zeros(model.latent_dim, np.float32)
    state.latent = state.encoded
    announce(state, "model")


def take_latent(payload: object) -> None:
    """Take over where the sliders came to rest, as the browser reports it; anything else is ignored."""
    state = current()
    if not isinstance(payload, dict) or payload.get("seq") != state.seq:
        return  # about an earlier drawing
    numbers = payload.get("latent")
    if isinstance(numbers, list) and len(numbers) == len(state.latent) and all(_is_finite(n) for n in numbers):
        state.latent = quantise(np.array(numbers, np.float64))


def take_noise(payload: object) -> None:
    """Take over the Denoise page's settings, as the browser reports them; anything else is ignored."""
    if not isinstance(payload, dict):
        return
    state = current()
    kind, level, seed = payload.get("kind"), payload.get("level"), payload.get("seed")
    if not isinstance(kind, str) or not _is_finite(level) or not _is_finite(seed) or seed != int(seed):
        return
    if kind in NOISE_KINDS and 0 <= level <= 1 and seed > 0:
        state.kind, state.level, state.noise_seed = kind, round(float(level), 2), int(seed)


def announce(state: Playground, reason: str) -> None:
    """Tell the browser that Python changed the picture or the latent."""
    state.seq += 1
    state.reason = reason


def _is_finite(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and abs(value) < 1e6


# ---- the link --------------------------------------------------------------------------------------------------


def write_link(noise: bool = False) -> None:
    """Put what is on the table into the page's address; each page does, for a page switch clears it."""
    state = current()
    link = {"model": state.model, "z": latent_to_text(state.latent)}
    if state.sample is not None:
        link["digit"] = str(state.sample)
    if noise:
        link |= {"kind": state.kind, "level": f"{state.level:.2f}", "seed": str(state.noise_seed)}
    if st.query_params.to_dict() != link:
        st.query_params.from_dict(link)


def _from_link() -> Playground:
    link = st.query_params.to_dict()
    state = Playground()
    names = usable_models()
    if "model" in link and link["model"] not in names:
        state.notices.append(f"The link asks for a model that is not here; showing `{names[0]}`.")
    state.model = link["model"] if link.get("model") in names else names[0]
    digit = link.get("digit", "")
    sample = int(digit) if digit in [str(d) for d in range(10)] else FIRST_SAMPLE
    if digit and str(sample) != digit:
        state.notices.append(f"The link asks for a sample that is not here; showing {sample}.")
    _place(state, samples.drawing(sample))
    state.sample = sample
    if "z" in link:
        try:
            state.latent = latent_from_text(link["z"], len(state.latent))
        except ValueError:
            state.notices.append("The latent in the link could not be read; showing the digit's own.")
    _noise_from_link(state, link)
    return state


def _noise_from_link(state: Playground, link: dict[str, str]) -> None:
    state.kind = link.get("kind", state.kind)
    level, seed = link.get("level", "0.50"), link.get("seed", "1")
    readable = level.isascii() and level.replace(".", "", 1).isdigit() and len(level) < 8
    if state.kind not in NOISE_KINDS or not readable or not 0 <= float(level) <= 1:
        state.kind, level = "gaussian", "0.50"
        state.notices.append("The noise in the link could not be read; showing the article's.")
    state.level = float(level)
    state.noise_seed = int(seed) if seed.isascii() and seed.isdigit() and len(seed) < 7 and int(seed) > 0 else 1


def usable_models() -> list[str]:
    """List the shipped models that load, `default` first; raises ModelFileError when there is not one."""
    problems = shipped.problems()
    usable = [name for name in aecore.available() if name not in problems]
    if not usable:
        raise aecore.ModelFileError("None of the model files can be read. Restore assets/models (git checkout).")
    return usable
