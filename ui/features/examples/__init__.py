"""Examples: what can be put on the table instead of a drawing.

Ten sample digits; for a model of other pictures those that it learned from, by class, or by likeness.
"""

from ui.features.examples.view import data, digits, take_digit, take_picked, take_remembered
from ui.state.declaration import Feature, LivePart

FEATURE = Feature(
    name="examples",
    parts=(
        LivePart(data=data, on={"picked": take_picked, "remembered": take_remembered}),
        LivePart(data=digits, on={"picked": take_digit}, module="samples", usual=True),
    ),
)
