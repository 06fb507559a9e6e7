"""Examples: pictures that a visitor's model learned from, in place of the sample digits; by class, or by likeness."""

from ui.features.examples.view import data, take_picked, take_remembered
from ui.state.declaration import Feature, LivePart

FEATURE = Feature(
    name="examples",
    parts=(LivePart(data=data, on={"picked": take_picked, "remembered": take_remembered}),),
)
