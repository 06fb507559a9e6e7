"""Traversals: the effect of each number of the latent."""

from __future__ import annotations

from typing import Any

from ui.services.frontend_assets import latent_to_list
from ui.state.declaration import Feature, LivePart, Page
from ui.state.table import take_latent
from ui.state.visitor import current
from ui.widgets.model_picker import model_for_browser


def _data() -> dict[str, Any]:
    """Return the model, the sliders' latent and the current digit's own, as JSON."""
    visitor = current()
    return {
        "seq": visitor.seq,
        "model": model_for_browser(visitor.model),
        "home": latent_to_list(visitor.home),
        "latent": latent_to_list(visitor.latent),
    }


FEATURE = Feature(
    name="traversals",
    page=Page(
        "traversals",
        "What each number does",
        "Explore",
        sentence=(
            "One filmstrip per number: only that number changes, from its lowest to its highest value. The mark "
            "shows where it is now; click a picture to go there."
        ),
        invitation="Now change its sixteen numbers one at a time",
    ),
    parts=(LivePart(data=_data, on={"settled": take_latent}),),
)
