"""Layers as text that people can read and edit, one line each: `conv2d 16 kernel 5 stride 2 silu`."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence

from aecore.core.spec import ACTIVATIONS, LAYERS, MAX_LAYERS, Layer, SpecError, layer_from_dict

_FIRST = {"dense": "units", "conv2d": "filters", "conv2d_transpose": "filters", "depth_to_space": "block"}
_LINE = 200  # characters


def layers_to_text(layers: Sequence[Layer]) -> str:
    """Write layers (of one side of a Spec) as text; what is as usual, a stride of 1 or no activation, is left out."""
    return "\n".join(_line(layer) for layer in layers)


def _line(layer: Layer) -> str:
    words = [layer.name]
    for field, value in dataclasses.asdict(layer).items():
        if field == "shape":
            words += [str(n) for n in value]
        elif field == "activation":
            words += [value] if value != "linear" else []
        elif field == _FIRST.get(layer.name):
            words.append(str(value))
        elif (field, value) != ("stride", 1):
            words += [field, str(value)]
    return " ".join(words)


def layers_from_text(text: str) -> tuple[Layer, ...]:
    """Read `layers_to_text` back; empty lines do not count. Raises SpecError, which names the line."""
    lines = [(i, line.strip()) for i, line in enumerate(text[: 2 * MAX_LAYERS * _LINE].splitlines(), 1)]
    lines = [(i, line) for i, line in lines if line]
    if len(lines) > MAX_LAYERS:
        raise SpecError(f"at most {MAX_LAYERS} layers are allowed")
    out = []
    for i, line in lines:
        try:
            out.append(_layer(line[:_LINE].lower().split()))
        except SpecError as error:
            raise SpecError(f"line {i}: {error}") from None
    return tuple(out)


def _layer(words: list[str]) -> Layer:
    name, *rest = words
    if name not in LAYERS:
        raise SpecError(f"unknown layer {name!r:.40}; known: {', '.join(LAYERS)}")
    if name == "reshape":
        return layer_from_dict({"layer": name, "shape": [_number(word) for word in rest]})
    row: dict[str, object] = {"layer": name}
    if rest and name in _FIRST and rest[0] not in ACTIVATIONS:
        row[_FIRST[name]] = _number(rest.pop(0))
    while rest:
        word = rest.pop(0)
        if word in ACTIVATIONS:
            row["activation"] = word
        elif word in ("kernel", "stride") and rest:
            row[word] = _number(rest.pop(0))
        else:
            raise SpecError(f"{word!r:.40} is not part of a {name} layer; write it like `{_example(name)}`")
    try:
        return layer_from_dict(row)
    except SpecError as error:
        if "does not take" in str(error):  # a number is missing, or one too many
            raise SpecError(f"a {name} layer is written like `{_example(name)}`") from None
        raise


def _example(name: str) -> str:
    return {
        "dense": "dense 256 silu",
        "conv2d": "conv2d 16 kernel 3 stride 2 relu",
        "conv2d_transpose": "conv2d_transpose 16 kernel 3 stride 2 relu",
        "depth_to_space": "depth_to_space 2",
    }.get(name, name)


def _number(word: str) -> int:
    if not re.fullmatch(r"\d{1,6}", word, re.ASCII):
        raise SpecError(f"wanted a whole number, got {word!r:.40}")
    return int(word)
