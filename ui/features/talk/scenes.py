"""Talks as short YAML files: scenes for the stage, strictly checked. Does not use Streamlit.

A file is untrusted. An invalid one is refused with one sentence that names the line and the reason.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from aecore.data.corruption import KINDS
from aecore.data.strokes import STROKES
from ui.features.talk.nodes import (
    NUMBER,
    any_of,
    choice_of,
    compose,
    entries,
    error_at,
    fields_of,
    flag_of,
    number_of,
    quoted,
    text_of,
    whole_number,
)
from ui.services import examples, model_store, pictures, recordings
from ui.services.frontend_assets import describe, directions_for_browser
from ui.state.declaration import TalkScene, installed

TALKS = Path(__file__).parents[3] / "assets" / "talks"
ATTRACT = TALKS / "attract.yaml"
BUILT_IN = TALKS / "from-784-to-16.yaml"
MOST_SCENES = 40
LONGEST_LINE = 120  # characters: readable at a glance in the last row of a hall
TITLE = "title"  # the page of a scene that shows its line alone
LONGEST_NOTES = 1200  # characters
KEYS = ("line", "notes", "page", "model", "digit", "digits", "noise", "picture", "recording", "camera", "animation")
_OPTIONS = {
    "draw": (),
    "sweep": ("slider", "from", "to"),
    "morph": ("from", "to"),
    "noise": ("from", "to"),
    "random": (),
    "move": (),
}  # fields of each kind of animation, besides `seconds` and `repeat`
_SECONDS = {"draw": 3.0, "sweep": 6.0, "morph": 5.0, "noise": 5.0, "random": 8.0, "move": 8.0}
_SEVERAL = (3, 4, 5)  # the samples of a scene of several digits, unless it says others
_REACH = 1.5  # standard deviations: the default range of a named slider
_MOST_STROKES, _MOST_NUMBERS = 20, 4000
_STROKE = re.compile(r"M{n} {n}(?:\s*(?:L{n} {n}|C{n} {n} {n} {n} {n} {n}))+".format(n=r"\s*-?\d{1,3}(?:\.\d{1,3})?"))


@dataclass(frozen=True)
class Talk:
    """A talk: its title, and its scenes as the browser plays them (stage.js), with all defaults filled in."""

    title: str
    scenes: tuple[dict[str, Any], ...]

    @property
    def models(self) -> list[str]:
        """Return the names of the models that the scenes need, each once."""
        return list(dict.fromkeys(scene["model"] for scene in self.scenes))


def pages() -> dict[str, TalkScene]:
    """Return the kinds of scene by the name of their page: the title, and the features' declarations."""
    shown = {feature.name: feature.scene for feature in installed() if feature.scene}
    return {TITLE: TalkScene((), ()), **shown}


def parse(text: str, models: Sequence[str]) -> Talk:
    """Return the talk in a text, which may use these models; raises TalkError, or ModelFileError for a broken model."""
    root = compose(text)
    fields = fields_of(root, ("talk", "scenes"), "a talk")
    for key, about in (("talk", "the title"), ("scenes", "a list")):
        if key not in fields:
            raise error_at(root, f"a talk needs `{key}`: {about}")
    title = text_of(fields["talk"], "the title", 80)
    nodes = entries(fields["scenes"], "`scenes`", 1, MOST_SCENES)
    return Talk(title, tuple(_scene(node, models) for node in nodes))


def for_browser(talk: Talk, url: Callable[[str], str]) -> dict[str, Any]:
    """Return a talk, its models and their directions for the live parts; `url` returns a model's file address."""
    return {
        "title": talk.title,
        "scenes": [{**scene, "second": url(scene["second"])} if "second" in scene else scene for scene in talk.scenes],
        "models": {name: describe(model_store.load(name), name, url(name)) for name in talk.models},
        "directions": {name: directions_for_browser(name) or [] for name in talk.models},
    }


def _scene(node: yaml.Node, models: Sequence[str]) -> dict[str, Any]:
    fields = fields_of(node, KEYS, "a scene")
    if "line" not in fields:
        raise error_at(node, "this scene has no `line`: the one line of text that it shows")
    known = pages()
    page = choice_of(fields["page"], "`page`", list(known)) if "page" in fields else next(iter(list(known)[1:]), TITLE)
    for key in KEYS[4:] if page == TITLE else ():
        if key in fields:
            raise error_at(fields[key], f"a scene of the page `{TITLE}` shows its line alone, and has no `{key}`")
    own, shown, several = known[page].model, known[page].pictures, known[page].most_digits > 1
    heard = known[page].recordings
    unused = {
        "digit": shown or several or heard,
        "noise": shown,
        "picture": not shown,
        "recording": not heard,
        "digits": not several,
    }
    for key in (key for key, is_unused in unused.items() if is_unused and key in fields):
        raise error_at(fields[key], f"a scene of the page `{page}` has no `{key}`")
    models = (own,) if unused["digit"] and own is not None else models
    usual = own if own is not None and own in models else models[0]
    model = choice_of(fields["model"], "`model`", models) if "model" in fields else usual
    animation = _animation(fields["animation"], page, known[page], model) if "animation" in fields else None
    if known[page].moves and animation is None:
        raise error_at(node, f"a scene of the page `{page}` needs an animation of that kind")
    return {
        "line": text_of(fields["line"], "`line`", LONGEST_LINE),
        **({"notes": text_of(fields["notes"], "`notes`", LONGEST_NOTES)} if "notes" in fields else {}),
        "page": page,
        "model": model,
        "digit": _digit(fields["digit"], model) if "digit" in fields else _usual_digit(model),
        "noise": _noise(fields.get("noise")),
        **({"picture": _picture(fields.get("picture"), shown)} if shown else {}),
        **({"recording": _recording(fields.get("recording"), heard)} if heard else {}),
        **({"digits": _digits(fields.get("digits"), known[page].most_digits)} if several else {}),
        **({"second": known[page].second} if known[page].second else {}),
        **({"data": declared()} if (declared := known[page].data) else {}),
        "camera": _camera(fields.get("camera"), page, known[page].parts),
        "animation": animation,
    }


def _usual_digit(model: str) -> dict[str, Any]:
    """Return the digit of a scene that names none, or an example where the model is of other pictures."""
    known = examples.samples(model)
    return _example(model, known[0]) if known else {"strokes": list(STROKES[3])}


def _example(model: str, number: int) -> dict[str, Any]:
    return {"latent": [round(float(one), 2) for one in examples.latent(model, number)]}


def _sample(node: yaml.Node, model: str) -> dict[str, Any]:
    """Return a sample digit, or an example of a model of other pictures, by its number."""
    if count := examples.count(model):
        return _example(model, whole_number(node, f"an example of `{model}`", 0, count - 1))
    return {"strokes": list(STROKES[whole_number(node, "a sample digit", 0, 9)])}


def _digit(node: yaml.Node, model: str) -> dict[str, Any]:
    """Return a scene's digit: the strokes of a sample, strokes as SVG paths, or a latent; or an example's latent."""
    if isinstance(node, yaml.ScalarNode):
        return _sample(node, model)
    fields = fields_of(node, ("sample", "strokes", "latent"), "a digit")
    if len(fields) != 1:
        raise error_at(node, "a digit is a sample, strokes or a latent: one of them")
    ((key, value),) = fields.items()
    if key == "sample":
        return _sample(value, model)
    if key == "strokes" and examples.count(model):
        raise error_at(node, f"`{model}` is of other pictures than digits: give it a sample or a latent, no strokes")
    if key == "latent":
        size = model_store.load(model).latent_dim
        numbers = entries(value, f"a latent of `{model}`", size, size)
        return {"latent": [number_of(number, "a number of a latent", -6, 6) for number in numbers]}
    strokes = [text_of(stroke, "a stroke", 4000) for stroke in entries(value, "`strokes`", 1, _MOST_STROKES)]
    for stroke, place in zip(strokes, value.value, strict=True):
        if not _STROKE.fullmatch(stroke) or len(re.findall(r"\d+", stroke)) > _MOST_NUMBERS:
            raise error_at(
                place,
                "a stroke is an SVG path with pixels from 0 to 280, such as `M158 55 L122 225`: M, then L or C, "
                f"not {quoted(place)}",
            )
    return {"strokes": strokes}


def _digits(node: yaml.Node | None, most: int) -> list[dict[str, Any]]:
    """Return the samples of a scene of several digits, as strokes."""
    found = (
        _SEVERAL
        if node is None
        else [whole_number(one, "a sample digit", 0, 9) for one in entries(node, "`digits`", 1, most)]
    )
    return [{"strokes": list(STROKES[digit])} for digit in found]


def _picture(node: yaml.Node | None, shown: tuple[str, ...]) -> dict[str, str]:
    """Return a scene's picture, by default the first of those that it can show."""
    name = shown[0] if node is None else choice_of(node, "`picture`", shown)
    return {"name": name, "url": pictures.url(name), "title": pictures.pictures()[name]["title"]}


def _recording(node: yaml.Node | None, heard: tuple[str, ...]) -> dict[str, str]:
    """Return a scene's recording, by default the first of those that it can play."""
    name = heard[0] if node is None else choice_of(node, "`recording`", heard)
    entry = recordings.sounds()[name]
    return {"name": name, "url": recordings.url(name), "title": f"{entry['speaker']}: {' '.join(entry['digits'])}"}


def _noise(node: yaml.Node | None) -> dict[str, Any]:
    noise: dict[str, Any] = {"kind": "gaussian", "level": 0.0, "mean": None, "seed": 1, "box": None}
    if node is None:
        return noise
    if isinstance(node, yaml.ScalarNode):
        return {**noise, "level": number_of(node, "a noise level", 0, 1)}
    fields = fields_of(node, tuple(noise), "noise")
    read: dict[str, Callable[[yaml.Node], Any]] = {
        "kind": lambda value: choice_of(value, "a kind of noise", list(KINDS)),
        "level": lambda value: number_of(value, "a noise level", 0, 1),
        "mean": lambda value: number_of(value, "the mean of noise", -1, 1),
        "seed": lambda value: whole_number(value, "a seed", 1, 999_999),
        "box": _box,
    }
    return {**noise, **{key: read[key](value) for key, value in fields.items()}}


def _box(node: yaml.Node) -> dict[str, int]:
    """Return the top left corner of an occlusion, in pixels."""
    fields = fields_of(node, ("top", "left"), "the box of an occlusion")
    return {side: whole_number(fields[side], f"`{side}`", 0, 28) if side in fields else 0 for side in ("top", "left")}


def _camera(node: yaml.Node | None, page: str, parts: tuple[str, ...]) -> list[str]:
    """Return the parts that are on screen, by default all parts of the page."""
    if node is None or (isinstance(node, yaml.ScalarNode) and node.value == "all"):
        return list(parts)
    nodes = [node] if isinstance(node, yaml.ScalarNode) else entries(node, "`camera`", 1, len(parts))
    wanted = [choice_of(one, f"the camera on the page `{page}`", (*parts, "all")) for one in nodes]
    return [part for part in parts if part in wanted or "all" in wanted]


def _animation(node: yaml.Node, page: str, scene: TalkScene, model: str) -> dict[str, Any]:
    """Return an animation, which is written as its kind alone or as a mapping."""
    if isinstance(node, yaml.ScalarNode):
        kind, fields = choice_of(node, "an animation", list(_OPTIONS)), {}
    else:
        everything = dict.fromkeys(key for keys in _OPTIONS.values() for key in keys)
        fields = fields_of(node, ("kind", *everything, "seconds", "repeat"), "an animation")
        if "kind" not in fields:
            raise error_at(node, f"an animation needs its `kind`: {any_of(list(_OPTIONS))}")
        kind = choice_of(fields.pop("kind"), "the kind of an animation", list(_OPTIONS))
    allowed = scene.animations
    if kind not in allowed:
        raise error_at(node, f"the page `{page}` has the animations {any_of(allowed, 'and')}, not {kind!r}")
    for key, value in fields.items():
        if key not in (*_OPTIONS[kind], "seconds", "repeat"):
            raise error_at(value, f"an animation of the kind `{kind}` has no `{key}`")
    for key in ("from", "to") if kind == "morph" else ():
        if key not in fields:
            raise error_at(node, f"a morph leads `from` one digit `to` another: `{key}` is missing")
    seconds = number_of(fields["seconds"], "`seconds`", 0.5, 120) if "seconds" in fields else _SECONDS[kind]
    repeat = flag_of(fields["repeat"], "`repeat`") if "repeat" in fields else False
    return {"kind": kind, "seconds": seconds, "repeat": repeat, **_way(kind, fields, model)}


def _way(kind: str, fields: Mapping[str, yaml.Node], model: str) -> dict[str, Any]:
    """Return the start and end of an animation, and its slider."""
    if kind == "morph":
        return {key: _digit(fields[key], model) for key in ("from", "to")}
    if kind == "noise":
        ends = {"from": 0.0, "to": 0.8}
        return ends | {key: number_of(fields[key], f"`{key}`", 0, 1) for key in ends if key in fields}
    if kind != "sweep":
        return {}
    slider, reach, most = _slider(fields.get("slider"), model)
    ends = {"from": -reach, "to": reach}
    ends |= {key: number_of(fields[key], f"`{key}`", -most, most) for key in ends if key in fields}
    return {"slider": slider, **ends}


def _slider(node: yaml.Node | None, model: str) -> tuple[int | str, float, float]:
    """Return the slider that a number or a direction's name means, with its default and its maximum range."""
    size = model_store.load(model).latent_dim
    if node is None:
        return 1, 2.5, 6
    if not isinstance(node, yaml.ScalarNode) or NUMBER.fullmatch(node.value):
        return whole_number(node, f"a slider of `{model}`", 1, size), 2.5, 6
    known = {one["name"]: one["deviation"] for one in directions_for_browser(model) or []}
    if node.value not in known:
        names = f", or {any_of(list(known))}" if known else ""
        raise error_at(node, f"a slider of `{model}` is a number from 1 to {size}{names}, not {quoted(node)}")
    return str(node.value), round(_REACH * known[node.value], 2), 90
