"""Talk: scenes in full screen for a stage, controlled by keyboard or clicker."""

from ui.features.talk import outline
from ui.features.talk.add_view import add_view
from ui.features.talk.editor import SCRIPT
from ui.features.talk.state import Stage
from ui.features.talk.view import data, take_stage
from ui.state.declaration import Feature, LivePart, Page, text

FEATURE = Feature(
    name="talk",
    page=Page(
        "talk",
        "Talk",
        "Present",
        heading="Give a talk",
        sentence=(
            "One line of text and one picture a scene, readable from the last row. Page Up and Page Down go through "
            "them, ? shows all keys, Escape ends it."
        ),
        invitation="Now show it to an audience on the big screen",
        opened_by=("talk", "1"),
    ),
    state=Stage,
    example=Stage(talking=True, scene=4, seq=2, draft="talk: Mine\nscenes:\n  - line: one\n"),
    parts=(
        LivePart(data=data, on={"settled": take_stage}),
        LivePart(data=outline.data, on={"arranged": outline.take_order, "undo": outline.take_undo}, module="outline"),
    ),
    widgets=(text(rf"{SCRIPT}-\d+"),),
    foot=add_view,
)
