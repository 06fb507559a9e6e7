"""One network of a Spec: the inputs and networks it reads, its layers, and the shapes between them."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aecore.core.layers import MAX_FIELD, Layer, Shape, SpecError, check_fields, layer_from_dict

# Specs are also read from model files that visitors upload, so their sizes are bounded.
MAX_INPUTS = 8  # of a Spec, and of what one network reads
MAX_LAYERS = 32  # of one network
MAX_ACTIVATIONS = 1 << 20  # numbers in one layer's output, or in what a network reads
NAME = re.compile(r"[a-z][a-z0-9_]{0,31}", re.ASCII)
_RESERVED = ("mixture",)  # the first word of other tensors' names in a model file


@dataclass(frozen=True)
class Network:
    """Layers, and the inputs or earlier networks that they read; several are concatenated along the last axis."""

    reads: tuple[str, ...]
    layers: tuple[Layer, ...]


def shapes(layers: Sequence[Layer], shape: Shape) -> list[Shape]:
    """Return the output shape of every layer for an input of `shape`; raises SpecError when a layer does not fit."""
    out = []
    for i, layer in enumerate(layers):
        try:
            shape = layer.output_shape(shape)
        except SpecError as error:
            raise SpecError(f"layer {i + 1}: {error}") from None
        size = size_of(shape)
        _require(size <= MAX_ACTIVATIONS, f"layer {i + 1} would output {size:,} numbers, more than {MAX_ACTIVATIONS:,}")
        out.append(shape)
    return out


def concatenated(read: list[Shape]) -> Shape:
    """Return the shape of maps or vectors concatenated along the last axis; raises SpecError where they do not fit."""
    first = read[0]
    for other in read[1:]:
        _require(other[:-1] == first[:-1], f"input: cannot concatenate {first} and {other}")
    shape = (*first[:-1], sum(other[-1] for other in read))
    _require(size_of(shape) <= MAX_ACTIVATIONS, f"input: {size_of(shape):,} numbers, more than {MAX_ACTIVATIONS:,}")
    return shape


def size_of(shape: Shape) -> int:
    """Return the number of elements of a shape; per pixel where height and width are open."""
    return math.prod(n for n in shape if n is not None)


def check_name(name: object) -> None:
    """Raise SpecError unless an input or a network may have this name."""
    ok = isinstance(name, str) and NAME.fullmatch(name) and name not in _RESERVED
    _require(bool(ok), f"a name must be up to 32 lowercase letters, digits and underscores, got {name!r:.40}")


def check_input(name: str, shape: Any) -> None:
    """Raise SpecError unless an input may have this shape."""
    ok = isinstance(shape, tuple) and len(shape) in (1, 3)
    ok = ok and (len(shape) == 1 or (shape[0] is None) == (shape[1] is None))
    numbers = [n for i, n in enumerate(shape) if i == len(shape) - 1 or n is not None] if ok else []
    ok = ok and all(type(n) is int and 1 <= n <= MAX_FIELD for n in numbers)
    wanted = (
        f"(numbers,) or (height, width, channels), whole numbers from 1 to {MAX_FIELD}; height and width may be None"
    )
    _require(ok, f"the shape of the input {name} must be {wanted}; got {shape!r:.60}")


def check_network(name: str, network: Network, known: Collection[str]) -> None:
    """Raise SpecError unless a network reads only `known` names, and its layers are within their limits."""
    count = len(network.layers)
    _require(0 < count <= MAX_LAYERS, f"the {name} needs 1 to {MAX_LAYERS} layers, got {count}")
    reads = network.reads
    _require(0 < len(reads) <= MAX_INPUTS, f"the {name} must read 1 to {MAX_INPUTS} others, got {len(reads)}")
    for other in reads:
        ok = isinstance(other, str) and other in known
        _require(ok, f"the {name} cannot read {other!r:.40}: it is no input and no earlier network")
    _require(len(set(reads)) == len(reads), f"the {name} reads the same twice")
    for layer in network.layers:
        check_fields(layer)


def layers_from_list(name: str, rows: Any) -> tuple[Layer, ...]:
    """Build the layers of the network `name` from JSON data; raises SpecError."""
    _require(isinstance(rows, list), f"the {name!s:.40} must be a list of layers")
    return tuple(layer_from_dict(row) for row in rows)


def network_from_dict(name: str, row: Any) -> Network:
    """Build the network `name` from JSON data, {"reads": [...], "layers": [...]}; raises SpecError."""
    ok = isinstance(row, Mapping) and set(row) == {"reads", "layers"} and isinstance(row["reads"], list)
    _require(ok, f"the network {name!r:.40} must have a list of reads and a list of layers")
    return Network(tuple(row["reads"]), layers_from_list(name, row["layers"]))


def _require(condition: bool, message: str) -> None:
    if not condition:
        raise SpecError(message)
