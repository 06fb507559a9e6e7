"""Data for the live part of the Arithmetic page."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np

from ui.features.arithmetic.state import Sum
from ui.services import examples, model_store
from ui.services.examples import has_own_pictures, sample_latents
from ui.services.frontend_assets import classes_of, latent_to_list
from ui.services.naming import named
from ui.state.table import FIRST_SAMPLE
from ui.state.visitor import Visitor, current
from ui.widgets.model_picker import address_of_atlas, has_atlas, model_for_browser

_MOST_MEANS = 100  # averages among the terms


def current_sum() -> Sum:
    """Return the sum on the page, without saved latents of another model than the chosen one."""
    visitor = current()
    found = visitor.state(Sum)
    if found is None:
        visitor.put(found := _first_sum(visitor))
    elif visitor.model_of(Sum) != visitor.model:
        found = msgspec.structs.replace(found, kept=(), directions=(), direction="")
        if has_own_pictures(visitor.model):  # which may have other classes than the terms name
            known = {one["id"] for one in _choices(visitor.model, visitor.latent)}
            found = found if {found.a, found.b, found.c} <= known else _first_sum(visitor)
        visitor.put(found)
    return found


def _first_sum(visitor: Visitor) -> Sum:
    """Return the sum that a visitor starts with: from what is on the table to another class."""
    if not has_own_pictures(visitor.model):
        mine = FIRST_SAMPLE if visitor.sample is None else visitor.sample
        return Sum(b=f"mean-{mine}", c=f"mean-{8 if mine != 8 else 3}")
    found = model_store.load(visitor.model).examples
    classes = found.labels.max() + 1 if found is not None and has_atlas(visitor.model) else 0
    if found is None or classes < 2:
        return Sum(b="sample-0", c=f"sample-{len(sample_latents(visitor.model)) - 1}")
    mine = 0 if visitor.sample is None else int(found.labels[visitor.sample])
    return Sum(b=f"mean-{mine}", c=f"mean-{(mine + 1) % classes}")


def data() -> dict[str, Any]:
    """Return the model, the possible terms, and the sum, as JSON."""
    visitor = current()
    return {
        "seq": visitor.seq,
        "model": model_for_browser(visitor.model),
        "atlas": address_of_atlas(visitor.model),
        "choices": _choices(visitor.model, visitor.latent),
        "sum": current_sum().to_json(),
    }


def _choices(model: str, mine: np.ndarray) -> list[dict[str, Any]]:
    """Return the possible terms: the current digit, the average digits (where there is an atlas), the samples.

    For other pictures these are the averages of their classes, at most a hundred, and ten examples.
    """
    means = model_store.atlas(model).means[:_MOST_MEANS] if has_atlas(model) else sample_latents(model)[:0]
    classes = classes_of(model_store.load(model)) or ("of all",)
    called = [examples.class_of(model, number) for number in examples.samples(model)]
    return [
        {"id": "mine", "label": named("my digit", model), "latent": latent_to_list(mine)},
        *(
            {"id": f"mean-{d}", "label": f"average {name}", "latent": latent_to_list(mean)}
            for d, (mean, name) in enumerate(zip(means, classes, strict=False))
        ),
        *(
            {
                "id": f"sample-{d}",
                "label": f"sample {d + 1 if called else d}{_of(called, d)}",
                "latent": latent_to_list(latent),
            }
            for d, latent in enumerate(sample_latents(model))
        ),
    ]


def _of(called: list[str], place: int) -> str:
    return f", {called[place]}" if place < len(called) and called[place] else ""
