"""The state of the Talk page: the current scene, and the visitor's own talk."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta

import aecore
from ui.features.talk.nodes import LARGEST, TalkError
from ui.features.talk.scenes import MOST_SCENES, parse
from ui.state.schema import NOT_IN_LINK, State
from ui.state.table import usable_models

_Script = Annotated[str, Meta(max_length=LARGEST), NOT_IN_LINK]


class Stage(State, frozen=True):
    """Whether the stage is on, and the current scene.

    `script` is the visitor's own talk, empty for the built-in one; `draft` is the last text of the editor, valid or
    not; `seq` counts the talks shown.
    """

    kept_everywhere: ClassVar[bool] = False  # up to 128 kB: too much to send with each move of a slider on other pages
    undone: ClassVar[bool] = False

    talking: bool = False
    scene: Annotated[int, Meta(ge=0, lt=MOST_SCENES)] = 0
    seq: Annotated[int, Meta(ge=0), NOT_IN_LINK] = 0
    script: _Script = ""
    draft: _Script = ""

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

    def started_over(self) -> Stage:
        """Return the state of the built-in talk, with a new `seq` so that the browser takes it."""
        return Stage(seq=self.seq + 1)
