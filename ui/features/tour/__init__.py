"""Tour: a guided minute through the pages. Each feature declares its steps; a card shows them one after the other."""

from __future__ import annotations

from typing import Any

from ui.state.declaration import Feature, Tool, steps_of_tour


def _data() -> dict[str, Any]:
    """Return the steps in their order, as JSON."""
    return {
        "steps": [
            {
                "page": page.address,
                "of": page.title,
                "title": step.title,
                "text": step.text,
                "target": step.target,
                "watch": step.watch,
                "press": dict(step.press),
                "namesImages": step.names_images,
            }
            for page, step in steps_of_tour()
        ]
    }


FEATURE = Feature(
    name="tour",
    tool=Tool(
        "Take the tour: one minute",
        "ten steps through the pages, each beside what it is about",
        data=_data,
        opened_by="tour",
        offered=True,
    ),
)
