"""Data for the examples, and the handlers of their reports."""

from __future__ import annotations

from typing import Any

from ui.features.train.view import take_remembered as take_trainings
from ui.services import examples
from ui.services.frontend_assets import latent_to_list
from ui.state import table
from ui.state.visitor import current
from ui.widgets.live_part import show
from ui.widgets.model_picker import address_of_atlas, model_for_browser


def samples() -> None:
    """Show what can be put on the table: the sample digits, or the examples of a model of other pictures."""
    from ui.features.examples import FEATURE  # here, because it imports this module

    for part in FEATURE.parts:  # one of them has data
        show(FEATURE, part)


def digits() -> dict[str, Any] | None:
    """Return which sample digit is on the table; None for a model of other pictures."""
    visitor = current()
    return None if examples.has_own_pictures(visitor.model) else {"sample": visitor.sample}


def data() -> dict[str, Any] | None:
    """Return the model with its atlas, what is on the sliders, and the example on the table; None without examples."""
    visitor = current()
    if not examples.count(visitor.model):
        return None
    return {
        "seq": visitor.seq,
        "model": model_for_browser(visitor.model),
        "atlas": address_of_atlas(visitor.model),
        "latent": latent_to_list(visitor.latent),
        "sample": visitor.sample,
    }


def take_picked(report: object) -> None:
    """Put a sample digit or an example on the table, by its number in a report; ignores an invalid report."""
    visitor = current()
    number = report.get("number") if isinstance(report, dict) else None
    if isinstance(number, int) and not isinstance(number, bool) and 0 <= number < table.count_of_samples(visitor.model):
        table.place_sample(visitor, number)


def take_remembered(report: object) -> None:
    """Restore the trainings that the browser remembers, and show the example's own pixels where they are in one."""
    visitor = current()
    take_trainings(report)
    if (
        visitor.source == "example"
        and visitor.sample is not None
        and examples.secret_of(visitor.model, visitor.secrets)
    ):
        latent, bent = visitor.latent, table.is_bent(visitor)
        table.place_sample(visitor, visitor.sample)
        if bent:
            visitor.latent = latent
