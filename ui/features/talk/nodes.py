"""Reads a talk's YAML as nodes with line numbers; errors are sentences that name the line.

The file is untrusted, so no Python objects are constructed from it.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence

import yaml

LARGEST = 64_000  # characters of a file
_DEEPEST, _MOST_EVENTS = 8, 8000  # enough for the longest talk, and read in a fraction of a second
NUMBER = re.compile(r"[+-]?\d{1,6}(\.\d{1,6})?", re.ASCII)


class TalkError(ValueError):
    """An error in a talk; `line` counts from 1."""

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(f"line {line}: {problem}")
        self.line = line


def compose(text: str) -> yaml.Node:
    """Return YAML as a tree of nodes with line numbers; raises TalkError. Constructs no Python objects."""
    if len(text) > LARGEST:
        raise TalkError(1, f"a talk has at most {LARGEST} characters, and this has {len(text)}")
    try:
        depth = 0
        for count, event in enumerate(
            yaml.parse(text, yaml.SafeLoader)
        ):  # not recursive: the depth is checked before the tree is built
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            line = event.start_mark.line + 1
            if count > _MOST_EVENTS:
                raise TalkError(line, "the talk is too long: shorten it before this line")
            if depth > _DEEPEST:
                raise TalkError(line, f"nothing in a talk is nested deeper than {_DEEPEST}")
            if isinstance(event, yaml.AliasEvent):
                raise TalkError(line, f"a talk has no references such as `*{event.anchor:.20}`: write it out")
        root = yaml.compose(text, yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = " ".join(filter(None, (error.context, error.problem)))
        raise TalkError(mark.line + 1 if mark else 1, f"this is not YAML: {problem}") from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise TalkError(line, f"a character of number {error.character} cannot stand in YAML") from error
    except (ValueError, OverflowError) as error:  # code points that do not exist, as in "\UFFFFFFFF"
        if isinstance(error, TalkError):
            raise
        raise TalkError(1, "this is not YAML: a character that does not exist") from error
    if root is None:
        raise TalkError(1, "the file is empty: a talk needs `talk`, the title, and `scenes`")
    return root


def error_at(node: yaml.Node, problem: str) -> TalkError:
    """Return a TalkError at a node's line."""
    return TalkError(node.start_mark.line + 1, problem)


def quoted(node: yaml.Node) -> str:
    """Return a node's text, shortened and quoted for a sentence."""
    if isinstance(node, yaml.ScalarNode):
        return f"{node.value[:30]!r}" if node.value else "nothing"
    return "a list" if isinstance(node, yaml.SequenceNode) else "a table"


def fields_of(node: yaml.Node, keys: Sequence[str], what: str) -> dict[str, yaml.Node]:
    """Return the values of a mapping by their keys; raises TalkError for another kind of node, or other keys."""
    if not isinstance(node, yaml.MappingNode):
        raise error_at(node, f"{what} is written as `key: value`, not as {quoted(node)}")
    found: dict[str, yaml.Node] = {}
    for key, value in node.value:
        name = key.value if isinstance(key, yaml.ScalarNode) else quoted(key)
        if name not in keys:
            near = difflib.get_close_matches(name, keys, 1)
            help_ = f"did you mean `{near[0]}`?" if near else f"there is {any_of(keys, 'and')}"
            raise error_at(key, f"{what} has no `{name:.30}`; {help_}")
        if name in found:
            raise error_at(key, f"`{name}` is said twice")
        found[name] = value
    return found


def entries(node: yaml.Node, what: str, least: int, most: int) -> list[yaml.Node]:
    """Return the entries of a list of `least` to `most` entries; raises TalkError."""
    if not isinstance(node, yaml.SequenceNode):
        raise error_at(node, f"{what} is a list, not {quoted(node)}")
    if not least <= len(node.value) <= most:
        number = f"{least}" if least == most else f"{least} to {most}"
        raise error_at(node, f"{what} has {number} entries, not {len(node.value)}")
    return list(node.value)


def text_of(node: yaml.Node, what: str, longest: int) -> str:
    """Return a text of one line and at most `longest` characters; raises TalkError."""
    if not isinstance(node, yaml.ScalarNode):
        raise error_at(node, f"{what} is a text, not {quoted(node)}")
    text = " ".join(node.value.split())
    if not 0 < len(text) <= longest:
        raise error_at(node, f"{what} has 1 to {longest} characters, not {len(text)}")
    return text


def number_of(node: yaml.Node, what: str, low: float, high: float) -> float:
    """Return a number in [low, high]; raises TalkError."""
    plain = isinstance(node, yaml.ScalarNode) and NUMBER.fullmatch(node.value)
    if not plain or not low <= float(node.value) <= high:
        raise error_at(node, f"{what} is a number from {low:g} to {high:g}, not {quoted(node)}")
    return float(node.value)


def whole_number(node: yaml.Node, what: str, low: int, high: int) -> int:
    """Return a whole number in [low, high]; raises TalkError."""
    number = number_of(node, what, low, high)
    if number != int(number):
        raise error_at(node, f"{what} is a whole number, not {quoted(node)}")
    return int(number)


def choice_of(node: yaml.Node, what: str, choices: Sequence[str]) -> str:
    """Return a text that is one of the choices; raises TalkError."""
    if not isinstance(node, yaml.ScalarNode) or node.value not in choices:
        raise error_at(node, f"{what} is {any_of(choices)}, not {quoted(node)}")
    return str(node.value)


def flag_of(node: yaml.Node, what: str) -> bool:
    """Return the value of a node that is true or false; raises TalkError."""
    return choice_of(node, what, ("yes", "no", "true", "false")) in ("yes", "true")


def any_of(words: Sequence[str], last: str = "or") -> str:
    """Return words as a list in a sentence: "a, b or c"."""
    return f" {last} ".join(part for part in (", ".join(words[:-1]), words[-1]) if part)
