"""Data for the live part of the Morph page."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np

from aecore.core.latents import quantise
from ui.features.morph.state import Path
from ui.services import examples, model_store
from ui.services.examples import has_own_pictures, sample_latents
from ui.services.frontend_assets import latent_to_list
from ui.state.schema import as_latent
from ui.state.table import are_alike
from ui.state.visitor import current
from ui.widgets.model_picker import address_of_atlas, model_for_browser


def current_path() -> Path:
    """Return the path in the latent space of the chosen model; at first from a 3 to an 8."""
    visitor = current()
    found, name = visitor.state(Path), visitor.model_of(Path)
    if (
        found is None
        or name is None
        or (name != visitor.model and not are_alike(model_store.load(name), model_store.load(visitor.model)))
    ):
        visitor.put(found := _first_path(visitor.model))
    elif name != visitor.model:  # the same digits, encoded by the other model
        before = model_store.load(name).decode(np.array(found.stops, np.float32))
        stops = tuple(map(as_latent, quantise(model_store.load(visitor.model).encode(before))))
        visitor.put(found := msgspec.structs.replace(found, stops=stops))
    return found


def _called(model: str) -> list[str]:
    """Return what the samples are called."""
    if has_own_pictures(model):
        return [examples.class_of(model, number) or f"example {number + 1}" for number in examples.samples(model)]
    return list("0123456789")


def _first_path(model: str) -> Path:
    """Return the path that a model starts with: from a 3 to an 8, or between two of its examples."""
    latents = sample_latents(model)
    two = [0, min(1, len(latents) - 1)] if has_own_pictures(model) else [3, 8]
    return Path(stops=tuple(map(as_latent, latents[two])))


def data() -> dict[str, Any]:
    """Return the model, the path, and the digits that can become stops, as JSON."""
    visitor = current()
    return {
        "seq": visitor.seq,
        "model": model_for_browser(visitor.model),
        "atlas": address_of_atlas(visitor.model),
        **current_path().to_json(),
        "table": latent_to_list(visitor.latent),
        "samples": [latent_to_list(latent) for latent in sample_latents(visitor.model)],
        "called": _called(visitor.model),
    }


def scene_fields() -> dict[str, Any]:
    """Return the path as the fields of a talk's scene: from its first stop to its last."""
    first, *_, last = current_path().stops
    return {
        "model": current().model,
        "animation": {"kind": "morph", "from": {"latent": list(first)}, "to": {"latent": list(last)}, "repeat": True},
    }
