"""Talks as short YAML files: scenes for the stage, checked strictly. Knows nothing of Streamlit.

A file comes from whoever wrote it: it may be anything, and is answered by one sentence that says which line and why.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from aecore.data.corruption import KINDS
from aecore.data.strokes import STROKES
from ui.services import model_store
from ui.services.frontend_assets import describe, directions_for_browser

TALKS = Path(__file__).parents[3] / "assets" / "talks"
ATTRACT = TALKS / "attract.yaml"
SHIPPED = TALKS / "from-784-to-16.yaml"
LARGEST = 64_000  # characters of a file
MOST_SCENES = 40
LONGEST_LINE = 120  # characters: what the last row reads at a glance
PAGES = {
    "title": (),
    "draw": ("input", "latent", "output"),
    "denoise": ("clean", "corrupted", "denoised"),
    "morph": ("start", "between", "end"),
}  # what is on screen, and the parts that the camera may be on
KEYS = ("line", "page", "model", "digit", "noise", "camera", "animation")
_OPTIONS = {
    "draw": (),
    "sweep": ("slider", "from", "to"),
    "morph": ("from", "to"),
    "noise": ("from", "to"),
    "random": (),
}  # of animations, besides `seconds` and `repeat`
_SECONDS = {"draw": 3.0, "sweep": 6.0, "morph": 5.0, "noise": 5.0, "random": 8.0}
_REACH = 1.5  # standard deviations that a slider with a name goes, unless told otherwise
_DEEPEST, _MOST_EVENTS = 8, 8000  # what the longest talk needs, and what is read in a fraction of a second
_MOST_STROKES, _MOST_NUMBERS = 20, 4000
_STROKE = re.compile(r"M{n} {n}(?:\s*(?:L{n} {n}|C{n} {n} {n} {n} {n} {n}))+".format(n=r"\s*-?\d{1,3}(?:\.\d{1,3})?"))
_NUMBER = re.compile(r"[+-]?\d{1,6}(\.\d{1,6})?", re.ASCII)


class TalkError(ValueError):
    """What is wrong with a talk, and where: `line` counts from 1."""

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(f"line {line}: {problem}")
        self.line = line


@dataclass(frozen=True)
class Talk:
    """A talk: its title, and its scenes as the browser plays them (stage.js), with nothing left unsaid."""

    title: str
    scenes: tuple[dict[str, Any], ...]

    @property
    def models(self) -> list[str]:
        """List the models that its scenes need, each once."""
        return list(dict.fromkeys(scene["model"] for scene in self.scenes))


def parse(text: str, models: Sequence[str]) -> Talk:
    """Read a talk that may use these models; raises TalkError, and ModelFileError where a model cannot be read."""
    root = _compose(text)
    fields = _mapping(root, ("talk", "scenes"), "a talk")
    for key, about in (("talk", "the title"), ("scenes", "a list")):
        if key not in fields:
            raise _error(root, f"a talk needs `{key}`: {about}")
    title = _text(fields["talk"], "the title", 80)
    nodes = _list(fields["scenes"], "`scenes`", 1, MOST_SCENES)
    return Talk(title, tuple(_scene(node, models) for node in nodes))


def for_browser(talk: Talk, url: Callable[[str], str]) -> dict[str, Any]:
    """Describe a talk, its models and their directions for the live parts; `url` tells where a model's file is."""
    return {
        "title": talk.title,
        "scenes": list(talk.scenes),
        "models": {name: describe(model_store.load(name), name, url(name)) for name in talk.models},
        "directions": {name: directions_for_browser(name) or [] for name in talk.models},
    }


# ---- from text to nodes ----------------------------------------------------------------------------------------


def _compose(text: str) -> yaml.Node:
    """Read YAML to a tree of nodes, which know their lines; nothing is constructed from them."""
    if len(text) > LARGEST:
        raise TalkError(1, f"a talk has at most {LARGEST} characters, and this has {len(text)}")
    try:
        depth = 0
        for count, event in enumerate(
            yaml.parse(text, yaml.SafeLoader)
        ):  # not recursive: depth is known before anything is built
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
    except (ValueError, OverflowError) as error:  # numbers of characters that do not exist, as in "\UFFFFFFFF"
        if isinstance(error, TalkError):
            raise
        raise TalkError(1, "this is not YAML: a character that does not exist") from error
    if root is None:
        raise TalkError(1, "the file is empty: a talk needs `talk`, the title, and `scenes`")
    return root


def _error(node: yaml.Node, problem: str) -> TalkError:
    return TalkError(node.start_mark.line + 1, problem)


def _said(node: yaml.Node) -> str:
    """Return what a node says, as it can be quoted in a sentence."""
    if isinstance(node, yaml.ScalarNode):
        return f"{node.value[:30]!r}" if node.value else "nothing"
    return "a list" if isinstance(node, yaml.SequenceNode) else "a table"


def _mapping(node: yaml.Node, keys: Sequence[str], what: str) -> dict[str, yaml.Node]:
    if not isinstance(node, yaml.MappingNode):
        raise _error(node, f"{what} is written as `key: value`, not as {_said(node)}")
    found: dict[str, yaml.Node] = {}
    for key, value in node.value:
        name = key.value if isinstance(key, yaml.ScalarNode) else _said(key)
        if name not in keys:
            near = difflib.get_close_matches(name, keys, 1)
            help_ = f"did you mean `{near[0]}`?" if near else f"there is {_or(keys, 'and')}"
            raise _error(key, f"{what} has no `{name:.30}`; {help_}")
        if name in found:
            raise _error(key, f"`{name}` is said twice")
        found[name] = value
    return found


def _list(node: yaml.Node, what: str, least: int, most: int) -> list[yaml.Node]:
    if not isinstance(node, yaml.SequenceNode):
        raise _error(node, f"{what} is a list, not {_said(node)}")
    if not least <= len(node.value) <= most:
        number = f"{least}" if least == most else f"{least} to {most}"
        raise _error(node, f"{what} has {number} entries, not {len(node.value)}")
    return list(node.value)


def _text(node: yaml.Node, what: str, longest: int) -> str:
    if not isinstance(node, yaml.ScalarNode):
        raise _error(node, f"{what} is a text, not {_said(node)}")
    text = " ".join(node.value.split())
    if not 0 < len(text) <= longest:
        raise _error(node, f"{what} has 1 to {longest} characters, not {len(text)}")
    return text


def _number(node: yaml.Node, what: str, low: float, high: float) -> float:
    plain = isinstance(node, yaml.ScalarNode) and _NUMBER.fullmatch(node.value)
    if not plain or not low <= float(node.value) <= high:
        raise _error(node, f"{what} is a number from {low:g} to {high:g}, not {_said(node)}")
    return float(node.value)


def _whole(node: yaml.Node, what: str, low: int, high: int) -> int:
    number = _number(node, what, low, high)
    if number != int(number):
        raise _error(node, f"{what} is a whole number, not {_said(node)}")
    return int(number)


def _choice(node: yaml.Node, what: str, choices: Sequence[str]) -> str:
    if not isinstance(node, yaml.ScalarNode) or node.value not in choices:
        raise _error(node, f"{what} is {_or(choices)}, not {_said(node)}")
    return str(node.value)


def _flag(node: yaml.Node, what: str) -> bool:
    return _choice(node, what, ("yes", "no", "true", "false")) in ("yes", "true")


def _or(words: Sequence[str], last: str = "or") -> str:
    return f" {last} ".join(part for part in (", ".join(words[:-1]), words[-1]) if part)


# ---- from nodes to scenes --------------------------------------------------------------------------------------


def _scene(node: yaml.Node, models: Sequence[str]) -> dict[str, Any]:
    fields = _mapping(node, KEYS, "a scene")
    if "line" not in fields:
        raise _error(node, "this scene has no `line`: the one line of text that it shows")
    page = _choice(fields["page"], "`page`", list(PAGES)) if "page" in fields else "draw"
    for key in KEYS[3:] if page == "title" else ():
        if key in fields:
            raise _error(fields[key], f"a scene of the page `title` shows its line alone, and has no `{key}`")
    usual = "denoiser" if page == "denoise" and "denoiser" in models else models[0]
    model = _choice(fields["model"], "`model`", models) if "model" in fields else usual
    animation = _animation(fields["animation"], page, model) if "animation" in fields else None
    if page == "morph" and (animation is None or animation["kind"] != "morph"):
        raise _error(node, "a scene of the page `morph` needs an animation of that kind")
    return {
        "line": _text(fields["line"], "`line`", LONGEST_LINE),
        "page": page,
        "model": model,
        "digit": _digit(fields["digit"], model) if "digit" in fields else {"strokes": list(STROKES[3])},
        "noise": _noise(fields.get("noise")),
        "camera": _camera(fields.get("camera"), page),
        "animation": animation,
    }


def _digit(node: yaml.Node, model: str) -> dict[str, Any]:
    """Read a digit: the strokes of a sample, strokes as SVG paths, or a latent."""
    if isinstance(node, yaml.ScalarNode):
        return {"strokes": list(STROKES[_whole(node, "a sample digit", 0, 9)])}
    fields = _mapping(node, ("sample", "strokes", "latent"), "a digit")
    if len(fields) != 1:
        raise _error(node, "a digit is a sample, strokes or a latent: one of them")
    ((key, value),) = fields.items()
    if key == "sample":
        return {"strokes": list(STROKES[_whole(value, "a sample digit", 0, 9)])}
    if key == "latent":
        size = model_store.load(model).latent_dim
        numbers = _list(value, f"a latent of `{model}`", size, size)
        return {"latent": [_number(number, "a number of a latent", -6, 6) for number in numbers]}
    strokes = [_text(stroke, "a stroke", 4000) for stroke in _list(value, "`strokes`", 1, _MOST_STROKES)]
    for stroke, place in zip(strokes, value.value, strict=True):
        if not _STROKE.fullmatch(stroke) or len(re.findall(r"\d+", stroke)) > _MOST_NUMBERS:
            raise _error(
                place,
                "a stroke is an SVG path with pixels from 0 to 280, such as `M158 55 L122 225`: M, then L or C, "
                f"not {_said(place)}",
            )
    return {"strokes": strokes}


def _noise(node: yaml.Node | None) -> dict[str, Any]:
    noise: dict[str, Any] = {"kind": "gaussian", "level": 0.0, "mean": None, "seed": 1, "box": None}
    if node is None:
        return noise
    if isinstance(node, yaml.ScalarNode):
        return {**noise, "level": _number(node, "a noise level", 0, 1)}
    fields = _mapping(node, tuple(noise), "noise")
    read: dict[str, Callable[[yaml.Node], Any]] = {
        "kind": lambda value: _choice(value, "a kind of noise", list(KINDS)),
        "level": lambda value: _number(value, "a noise level", 0, 1),
        "mean": lambda value: _number(value, "the mean of noise", -1, 1),
        "seed": lambda value: _whole(value, "a seed", 1, 999_999),
        "box": _box,
    }
    return {**noise, **{key: read[key](value) for key, value in fields.items()}}


def _box(node: yaml.Node) -> dict[str, int]:
    """Read where an occlusion lies: top and left in pixels."""
    fields = _mapping(node, ("top", "left"), "the box of an occlusion")
    return {side: _whole(fields[side], f"`{side}`", 0, 28) if side in fields else 0 for side in ("top", "left")}


def _camera(node: yaml.Node | None, page: str) -> list[str]:
    """Read which parts are on screen; all of the page's unless said otherwise."""
    parts = PAGES[page]
    if node is None or (isinstance(node, yaml.ScalarNode) and node.value == "all"):
        return list(parts)
    nodes = [node] if isinstance(node, yaml.ScalarNode) else _list(node, "`camera`", 1, len(parts))
    wanted = [_choice(one, f"the camera on the page `{page}`", (*parts, "all")) for one in nodes]
    return [part for part in parts if part in wanted or "all" in wanted]


def _animation(node: yaml.Node, page: str, model: str) -> dict[str, Any]:
    """Read an animation: its kind alone, or a table."""
    if isinstance(node, yaml.ScalarNode):
        kind, fields = _choice(node, "an animation", list(_OPTIONS)), {}
    else:
        everything = dict.fromkeys(key for keys in _OPTIONS.values() for key in keys)
        fields = _mapping(node, ("kind", *everything, "seconds", "repeat"), "an animation")
        if "kind" not in fields:
            raise _error(node, f"an animation needs its `kind`: {_or(list(_OPTIONS))}")
        kind = _choice(fields.pop("kind"), "the kind of an animation", list(_OPTIONS))
    allowed = {"draw": ("draw", "sweep", "noise", "random"), "denoise": ("draw", "noise"), "morph": ("morph",)}[page]
    if kind not in allowed:
        raise _error(node, f"the page `{page}` has the animations {_or(allowed, 'and')}, not {kind!r}")
    for key, value in fields.items():
        if key not in (*_OPTIONS[kind], "seconds", "repeat"):
            raise _error(value, f"an animation of the kind `{kind}` has no `{key}`")
    for key in ("from", "to") if kind == "morph" else ():
        if key not in fields:
            raise _error(node, f"a morph leads `from` one digit `to` another: `{key}` is missing")
    seconds = _number(fields["seconds"], "`seconds`", 0.5, 120) if "seconds" in fields else _SECONDS[kind]
    repeat = _flag(fields["repeat"], "`repeat`") if "repeat" in fields else False
    return {"kind": kind, "seconds": seconds, "repeat": repeat, **_way(kind, fields, model)}


def _way(kind: str, fields: Mapping[str, yaml.Node], model: str) -> dict[str, Any]:
    """Read from where to where an animation leads, and by which slider."""
    if kind == "morph":
        return {key: _digit(fields[key], model) for key in ("from", "to")}
    if kind == "noise":
        ends = {"from": 0.0, "to": 0.8}
        return ends | {key: _number(fields[key], f"`{key}`", 0, 1) for key in ends if key in fields}
    if kind != "sweep":
        return {}
    slider, reach, most = _slider(fields.get("slider"), model)
    ends = {"from": -reach, "to": reach}
    ends |= {key: _number(fields[key], f"`{key}`", -most, most) for key in ends if key in fields}
    return {"slider": slider, **ends}


def _slider(node: yaml.Node | None, model: str) -> tuple[int | str, float, float]:
    """Read which slider is meant, by number or by what people see; returns it, its usual reach and its largest."""
    size = model_store.load(model).latent_dim
    if node is None:
        return 1, 2.5, 6
    if not isinstance(node, yaml.ScalarNode) or _NUMBER.fullmatch(node.value):
        return _whole(node, f"a slider of `{model}`", 1, size), 2.5, 6
    known = {one["name"]: one["deviation"] for one in directions_for_browser(model) or []}
    if node.value not in known:
        names = f", or {_or(list(known))}" if known else ""
        raise _error(node, f"a slider of `{model}` is a number from 1 to {size}{names}, not {_said(node)}")
    return str(node.value), round(_REACH * known[node.value], 2), 90
