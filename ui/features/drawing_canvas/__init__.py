"""Drawing canvas: the drawing canvas of the pages Draw and How it works, around that of streamlit-drawable-canvas."""

from ui.features.drawing_canvas.view import data
from ui.state.declaration import Feature, LivePart
from ui.state.table import take_drawing

FEATURE = Feature(
    name="drawing_canvas", parts=(LivePart(data=data, on={"settled": take_drawing}, shown_on=("draw", "learn")),)
)
