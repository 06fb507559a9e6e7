"""The list of a talk's scenes, in which they are moved, doubled and removed; their YAML stays as it was written."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import yaml

import aecore
from ui.features.talk import scenes
from ui.features.talk.editor import take_script
from ui.features.talk.nodes import compose, fields_of
from ui.features.talk.scenes import MOST_SCENES
from ui.features.talk.view import current_talk
from ui.state.table import usable_models
from ui.state.visitor import current

_MOST_STEPS = 20


@dataclass
class _Past:
    """The talk's texts before each change of the list; kept for the session."""

    texts: list[str] = field(default_factory=list)


def data() -> dict[str, Any] | None:
    """Return the scenes as JSON; None where they are not written one below the other."""
    text = _text()
    try:
        talk = scenes.parse(text, usable_models())
        _slices(text)
    except (ValueError, aecore.ModelFileError):  # a TalkError, too
        return None
    return {
        "seq": current_talk().seq,
        "scenes": [{"line": one["line"], "page": one["page"]} for one in talk.scenes],
        "most": MOST_SCENES,
        "can_undo": bool(current().memo(_Past).texts),
    }


def take_order(report: object) -> None:
    """Take the scenes in another order from the browser's report, in which some may be missing, and some come twice."""
    found = report if isinstance(report, dict) else {}
    order = found.get("order")
    if not isinstance(order, list) or found.get("seq") != current_talk().seq:
        return
    text = _text()
    try:
        changed = rearranged(text, order)
    except ValueError:
        return
    past = current().memo(_Past)
    past.texts = [*past.texts, text][-_MOST_STEPS:]
    take_script(changed)


def take_undo(report: object) -> None:
    """Take back the last change of the list."""
    texts = current().memo(_Past).texts
    if report and texts:
        take_script(texts.pop())


def rearranged(text: str, order: list[object]) -> str:
    """Return a talk with its scenes in the order of these indices; raises ValueError where that is impossible."""
    head, parts, tail = _slices(text)
    if not 1 <= len(order) <= MOST_SCENES:
        raise ValueError(f"a talk has 1 to {MOST_SCENES} scenes")
    if not all(type(index) is int and 0 <= index < len(parts) for index in order):
        raise ValueError("no scene has this number")
    return head + "".join(parts[index] for index in order if isinstance(index, int)) + tail


def _slices(text: str) -> tuple[str, list[str], str]:
    """Return what stands before the scenes, each scene with the comments above it, and what stands after them."""
    node = fields_of(compose(text), ("talk", "scenes"), "a talk")["scenes"]
    lines = text.splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    starts = [one.start_mark.line for one in node.value]
    if not isinstance(node, yaml.SequenceNode) or node.flow_style or len(set(starts)) < len(starts):
        raise ValueError("the scenes do not stand one below the other")
    for i in range(len(starts)):
        while lines[starts[i] - 1].lstrip().startswith("#"):
            starts[i] -= 1
    ends = [*starts[1:], node.end_mark.line + bool(node.end_mark.column)]
    parts = [_apart("".join(lines[start:end])) for start, end in zip(starts, ends, strict=True)]
    return "".join(lines[: starts[0]]), parts, "".join(lines[ends[-1] :])


def _apart(part: str) -> str:
    return part.rstrip() + "\n\n"


def _text() -> str:
    return current_talk().script or scenes.BUILT_IN.read_text(encoding="utf-8")
