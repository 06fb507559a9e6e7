"""The guided tour as a talk: a scene for each step that declares one, and the title of the others."""

from __future__ import annotations

import yaml

from ui.features.talk.scenes import TITLE
from ui.state.declaration import steps_of_tour


def tour_as_talk() -> str:
    """Return the talk as YAML, as the editor shows it."""
    scenes = [{"line": f"{step.title}.", **(step.scene or {"page": TITLE})} for _, step in steps_of_tour()]
    return yaml.safe_dump({"talk": "The tour in a minute", "scenes": scenes}, sort_keys=False, allow_unicode=True)
