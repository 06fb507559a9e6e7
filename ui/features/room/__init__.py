"""Room: an audience follows a presenter's page live. It is on every page."""

from __future__ import annotations

from ui.features.room.audience import leave_room, take_room, take_scene
from ui.features.room.follow_page import ROUTES
from ui.features.room.state import Place
from ui.features.room.view import data
from ui.state.declaration import Feature, LivePart
from ui.state.reconnect import take_reloaded

FEATURE = Feature(
    name="room",
    state=Place,
    example=Place(room="apple-42", host="A" * 22),
    routes=ROUTES,
    parts=(
        LivePart(
            data=data,
            shown_on="everywhere",
            on={
                "opened": take_room,
                "followed": take_scene,
                "left": lambda report: leave_room(),
                "reloaded": take_reloaded,
                "back": lambda report: None,  # read in `view.room`, before the page runs
            },
        ),
    ),
)
