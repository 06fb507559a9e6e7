"""Data for the live part of the Arithmetic page."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np

from ui.features.arithmetic.state import Sum
from ui.services import model_store
from ui.services.frontend_assets import latent_to_list
from ui.state.table import FIRST_SAMPLE, sample_latents
from ui.state.visitor import current
from ui.widgets.model_picker import address_of_atlas, has_atlas, model_for_browser


def current_sum() -> Sum:
    """Return the sum on the page, without saved latents of another model than the chosen one."""
    visitor = current()
    found = visitor.state(Sum)
    if found is None:
        mine = FIRST_SAMPLE if visitor.sample is None else visitor.sample
        visitor.put(found := Sum(b=f"mean-{mine}", c=f"mean-{8 if mine != 8 else 3}"))
    elif visitor.model_of(Sum) != visitor.model:
        visitor.put(found := msgspec.structs.replace(found, kept=(), directions=(), direction=""))
    return found


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
    """Return the possible terms: the current digit, the average digits (where there is an atlas), the samples."""
    means = model_store.atlas(model).means if has_atlas(model) else sample_latents(model)[:0]
    return [
        {"id": "mine", "label": "my digit", "latent": latent_to_list(mine)},
        *({"id": f"mean-{d}", "label": f"average {d}", "latent": latent_to_list(mean)} for d, mean in enumerate(means)),
        *(
            {"id": f"sample-{d}", "label": f"sample {d}", "latent": latent_to_list(latent)}
            for d, latent in enumerate(sample_latents(model))
        ),
    ]
