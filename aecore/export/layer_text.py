"""Layers as text that people can read and edit, one line each: `conv2d 16 kernel 5 stride 2 silu`."""

from __future__ import annotations

import re
from collections.abc import Sequence

from aecore.core.layers import ACTIVATIONS, LAYERS, Layer, SpecError, fields_of, layer_from_dict
from aecore.core.network import MAX_LAYERS

_LINE = 200  # characters


def layers_to_text(layers: Sequence[Layer]) -> str:
    """Return a network's layers as text, without fields at their default, such as a stride of 1."""
    return "\n".join(_line(layer) for layer in layers)


def _line(layer: Layer) -> str:
    words = [layer.name]
    for i, (name, type_, default) in enumerate(fields_of(layer)):
        value = getattr(layer, name)
        if type_ == "Shape":
            words += [str(n) for n in value]
        elif i == 0:
            words.append(str(value))
        elif value != default:
            words += [value] if type_ == "Activation" else [name, str(value)]
    return " ".join(words)


def layers_from_text(text: str) -> tuple[Layer, ...]:
    """Return the layers in a text like that of `layers_to_text`; ignores empty lines. SpecError names the line."""
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
    """Return the layer in a line: its kind, the first number, other numbers after their names, an activation."""
    name, *rest = words
    if name not in LAYERS:
        raise SpecError(f"unknown layer {name!r:.40}; known: {', '.join(LAYERS)}")
    types = {field: type_ for field, type_, _ in fields_of(LAYERS[name])}
    row: dict[str, object] = {"layer": name}
    first = next(iter(types), None)
    if first and types[first] == "Shape":
        row[first] = [_number(word) for word in rest]
        rest = []
    elif first and rest and rest[0] not in ACTIVATIONS:
        row[first] = _number(rest.pop(0))
    while rest:
        word = rest.pop(0)
        if word in ACTIVATIONS and "activation" in types:
            row["activation"] = word
        elif types.get(word) == "int" and word != first and rest:
            row[word] = _number(rest.pop(0))
        else:
            raise SpecError(f"{word!r:.40} is not part of a {name} layer; write it like `{example(name)}`")
    try:
        return layer_from_dict(row)
    except SpecError:  # a number is missing
        raise SpecError(f"a {name} layer is written like `{example(name)}`") from None


def example(name: str) -> str:
    """Return how a layer of this kind may be written."""
    return _line(LAYERS[name](*LAYERS[name].example))


def _number(word: str) -> int:
    if not re.fullmatch(r"\d{1,6}", word, re.ASCII):
        raise SpecError(f"wanted a whole number, got {word!r:.40}")
    return int(word)
