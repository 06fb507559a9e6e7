"""Train here: a network learns in the visitor's own browser, before their eyes, without a server."""

from ui.features.train_here.view import data, take_model
from ui.services.browser_training import for_stage
from ui.state.declaration import Feature, LivePart, TalkScene

FEATURE = Feature(
    name="train_here",
    parts=(LivePart(data=data, on={"trained": take_model}, shown_on=("train",)),),
    scene=TalkScene(parts=("redrawn", "errors"), animations=(), model="default", data=for_stage),
)
