"""The state of the Talk page: the current scene, and the visitor's own talk."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

import msgspec
from msgspec import Meta

import aecore
from ui.features.talk.nodes import LARGEST, TalkError
from ui.features.talk.scenes import MOST_SCENES, parse
from ui.state.schema import NOT_IN_LINK, State
from ui.state.table import usable_models

_SHORT = 16_000  # characters
_Script = Annotated[str, Meta(max_length=LARGEST), NOT_IN_LINK]


class Stage(State, frozen=True):
    """Whether the stage is on, and the current scene.

    `script` is the visitor's own talk, empty for the built-in one; `draft` is the last text of the editor, valid or
    not; `seq` counts the talks shown.
    """

    undone: ClassVar[bool] = False
    for_reload: ClassVar[tuple[str, ...]] = ("script", "draft")

    talking: bool = False
    scene: Annotated[int, Meta(ge=0, lt=MOST_SCENES)] = 0
    seq: Annotated[int, Meta(ge=0), NOT_IN_LINK] = 0
    script: _Script = ""
    draft: _Script = ""

    @property
    def kept_everywhere(self) -> bool:
        """Whether the talk is short: up to 128 kB are too much to send with each move of a slider on other pages."""
        return len(self.script) + len(self.draft) <= _SHORT

    def to_link(self) -> dict[str, str]:
        """Return the query parameters, none while the stage is off."""
        return {"talk": "1", "scene": str(self.scene + 1)} if self.talking else {}

    @classmethod
    def from_link(cls, link: Mapping[str, str], latent_dim: int) -> Stage | None:
        """Return the stage in a link; the first scene where its number is invalid."""
        found = re.fullmatch(r"\d{1,2}", link.get("scene", ""), re.ASCII)
        scene = min(max(int(found[0]) - 1, 0), MOST_SCENES - 1) if found else 0
        return cls(talking=link.get("talk") == "1", scene=scene)

    def adopted(self) -> Stage:
        """Return it with the visitor's own talk where that is valid, else with the built-in one."""
        if self.script:
            try:
                parse(self.script, usable_models())
            except (TalkError, aecore.ModelFileError):
                return msgspec.structs.replace(self, script="")
        return self

    def reloaded(self, fields: Mapping[str, Any]) -> Stage | None:
        """Return the stage with the talk that a tab has kept, with a new `seq` so that the browser takes it."""
        found = super().reloaded(fields)
        return None if found is None else msgspec.structs.replace(found, seq=self.seq + 1)

    def started_over(self) -> Stage:
        """Return the state of the built-in talk, with a new `seq` so that the browser takes it."""
        return Stage(seq=self.seq + 1)
