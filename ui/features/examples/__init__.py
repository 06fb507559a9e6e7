"""Examples: what can be put on the table instead of a drawing.

Ten sample digits; for a model of other pictures those that it learned from, by class, or by likeness.
"""

from ui.features.examples.view import data, digits, take_picked, take_remembered
from ui.state.declaration import Feature, LivePart

_PAGES = ("draw", "denoise", "arithmetic", "map", "traversals", "learn")

FEATURE = Feature(
    name="examples",
    parts=(
        LivePart(data=data, on={"picked": take_picked, "remembered": take_remembered}),
        LivePart(data=digits, on={"picked": take_picked}, module="samples", shown_on=_PAGES),
    ),
)
