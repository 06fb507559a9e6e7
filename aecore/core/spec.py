"""The architecture of a model, as data.

A `Spec` has named inputs and named networks of layers. From one Spec come the Keras model that is trained
(`keras_model.py`), the NumPy forward pass (`forward.py`) and the JavaScript forward pass
(`ui/frontend/engine/engine.js`).
"""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from aecore.core.layers import (
    ACTIVATIONS,
    LAYERS,
    MAX_FIELD,
    Conv2D,
    Conv2DTranspose,
    Dense,
    DepthToSpace,
    Flatten,
    Layer,
    Reshape,
    Shape,
    SpecError,
    check_fields,
    layer_from_dict,
    layer_to_dict,
)

__all__ = [
    "ACTIVATIONS",
    "IMAGE_SHAPE",
    "LAYERS",
    "Conv2D",
    "Conv2DTranspose",
    "Dense",
    "DepthToSpace",
    "Flatten",
    "Layer",
    "Network",
    "Reshape",
    "Shape",
    "Spec",
    "SpecError",
    "shapes",
]

IMAGE_SHAPE: Shape = (28, 28, 1)  # of an autoencoder that does not say otherwise

# A Spec also arrives inside model files that visitors hand in, so what it may ask for is bounded.
MAX_INPUTS = 8
MAX_NETWORKS = 32
MAX_LAYERS = 32  # of one network
MAX_LAYERS_IN_ALL = 64
MAX_STRIDE = 256  # of all networks together, where sizes are open
MAX_ACTIVATIONS = 1 << 20  # numbers in one layer's output, or in what a network reads
MAX_PARAMETERS = 16_000_000
NAME = re.compile(r"[a-z][a-z0-9_]{0,31}", re.ASCII)
_RESERVED = ("mixture",)  # the first word of other tensors' names in a model file


@dataclass(frozen=True)
class Network:
    """Layers, and what they read: inputs or earlier networks, several of them concatenated along the last axis."""

    reads: tuple[str, ...]
    layers: tuple[Layer, ...]


@dataclass(frozen=True)
class Spec:
    """Named inputs (their shapes), and named networks that read inputs or earlier networks; raises SpecError.

    `latent` names the network whose output is the latent. It must end, and every network that reads it must begin,
    with a dense layer: whitening folds a rotation into those. None: a model without a latent. Height and width of an
    input (height, width, channels) may both be None where no flatten, dense or reshape follows; all open inputs of a
    call have the same size.
    """

    inputs: Mapping[str, Shape]
    networks: Mapping[str, Network]
    latent: str | None = None

    @classmethod
    def autoencoder(cls, encoder: Sequence[Layer], decoder: Sequence[Layer], shape: Shape = IMAGE_SHAPE) -> Spec:
        """Build an encoder from images to the latent and a decoder back; raises SpecError when they do not fit."""
        networks = {"encoder": Network(("image",), tuple(encoder)), "decoder": Network(("encoder",), tuple(decoder))}
        spec = cls({"image": shape}, networks, "encoder")
        out = spec.shapes["decoder"]
        _require(out == spec.shapes["image"], f"the decoder must end with shape {shape}, got {out}")
        return spec

    def __post_init__(self) -> None:
        object.__setattr__(self, "inputs", dict(self.inputs))
        object.__setattr__(self, "networks", dict(self.networks))
        count = len(self.inputs), len(self.networks)
        _require(0 < count[0] <= MAX_INPUTS, f"wanted 1 to {MAX_INPUTS} inputs, got {count[0]}")
        _require(0 < count[1] <= MAX_NETWORKS, f"wanted 1 to {MAX_NETWORKS} networks, got {count[1]}")
        for name in (*self.inputs, *self.networks):
            _check_name(name)
        twice = self.inputs.keys() & self.networks.keys()
        _require(not twice, f"{min(twice, default='')} is the name of an input and of a network")
        for name, shape in self.inputs.items():
            _check_input(name, shape)
        for i, (name, network) in enumerate(self.networks.items()):
            _check_network(name, network, {*self.inputs, *list(self.networks)[:i]})
        layers = sum(len(network.layers) for network in self.networks.values())
        _require(layers <= MAX_LAYERS_IN_ALL, f"at most {MAX_LAYERS_IN_ALL} layers are allowed in all, got {layers}")
        unread = self.inputs.keys() - {name for network in self.networks.values() for name in network.reads}
        _require(not unread, f"no network reads the input {min(unread, default='')}")
        self._check_latent()
        stride = self.total_stride  # walks through all layers
        _require(stride <= MAX_STRIDE, f"open sizes must be multiples of {stride}, more than {MAX_STRIDE}")
        if self.is_open:
            self.at(1, 1)  # the smallest must not be too large
        parameters = self.parameter_count
        _require(parameters <= MAX_PARAMETERS, f"at most {MAX_PARAMETERS:,} parameters are allowed, got {parameters:,}")

    def _check_latent(self) -> None:
        if self.latent is None:
            return
        known = isinstance(self.latent, str) and self.latent in self.networks
        _require(known, f"the latent {self.latent!r:.40} is no network")
        last = self.networks[self.latent].layers[-1]
        _require(
            isinstance(last, Dense) and last.activation == "linear",
            f"the {self.latent} must end with a linear dense layer, got {layer_to_dict(last)}",
        )
        for name in self.readers(self.latent):
            first = self.networks[name].layers[0]
            _require(
                isinstance(first, Dense),
                f"the {name} must begin with a dense layer, for it reads the latent; got {layer_to_dict(first)}",
            )

    @cached_property
    def layer_shapes(self) -> dict[str, tuple[Shape, ...]]:
        """Shapes by network: first of what it reads, concatenated, then of what each of its layers puts out."""
        known = dict(self.inputs)
        out = {}
        for name, network in self.networks.items():
            read = [known[other] for other in network.reads]
            try:
                shape = _concatenated(read)
                out[name] = (shape, *shapes(network.layers, shape))
            except SpecError as error:
                raise SpecError(f"{name}, {error}") from None
            known[name] = out[name][-1]
        return out

    @cached_property
    def shapes(self) -> dict[str, Shape]:
        """Shapes of all inputs and of what all networks put out, by name."""
        return {**self.inputs, **{name: made[-1] for name, made in self.layer_shapes.items()}}

    @cached_property
    def _layer_scales(self) -> dict[str, tuple[Fraction, ...]]:
        """What height and width of open inputs are multiplied by: for a network, before its layers and after each."""
        out: dict[str, tuple[Fraction, ...]] = {name: (Fraction(1),) for name in self.inputs}
        for name, network in self.networks.items():
            if None not in self.shapes[name]:
                continue
            read = {out[other][-1] for other in network.reads}
            _require(len(read) == 1, f"{name} reads maps of different sizes: {_in_words(network.reads)}")
            scales = [*read]
            for layer in network.layers:
                scales.append(scales[-1] * layer.scale)
            out[name] = tuple(scales)
        return out

    @property
    def scales(self) -> dict[str, Fraction]:
        """How much larger than an open input everything is that has an open size itself, by name."""
        return {name: scales[-1] for name, scales in self._layer_scales.items() if None in self.shapes[name]}

    @cached_property
    def total_stride(self) -> int:
        """What open sizes are padded to a multiple of: then every layer puts out whole pixels."""
        return math.lcm(*(scale.denominator for scales in self._layer_scales.values() for scale in scales))

    @property
    def is_open(self) -> bool:
        """Whether height and width of an input are open."""
        return any(None in shape for shape in self.inputs.values())

    def at(self, height: int, width: int) -> Spec:
        """Return the Spec for one size of the open inputs, rounded up to the total stride.

        Raises SpecError where a layer would put out too much.
        """
        size = tuple(-(-n // self.total_stride) * self.total_stride for n in (height, width))
        inputs = {name: (*size, shape[-1]) if None in shape else shape for name, shape in self.inputs.items()}
        return dataclasses.replace(self, inputs=inputs)

    def readers(self, name: str) -> list[str]:
        """Return the networks that read an input or a network."""
        return [other for other, network in self.networks.items() if name in network.reads]

    def needed(self, want: str, given: Collection[str] = ()) -> list[str]:
        """Return the networks to run, in order, for what `want` puts out when the values of `given` are there.

        Raises ValueError when one of them is unknown or an input is missing.
        """
        for name in (want, *given):
            if name not in self.shapes:
                raise ValueError(f"there is no input and no network {name!r:.40}; known: {_in_words(self.shapes)}")
        wanted = {want} - set(given)
        for name in reversed(list(self.networks)):
            if name in wanted:
                wanted.update(other for other in self.networks[name].reads if other not in given)
        missing = [name for name in self.inputs if name in wanted]
        if missing:
            raise ValueError(f"{want} needs {_in_words(missing)}, which is not given")
        return [name for name in self.networks if name in wanted]

    @property
    def latent_dim(self) -> int:
        """Numbers in the latent; 0 where there is none."""
        return 0 if self.latent is None else self.shapes[self.latent][0]

    @cached_property
    def weight_shapes(self) -> dict[str, Shape]:
        """Shapes of all weights, by name: "encoder.0.kernel", "encoder.0.bias", ..."""
        return {
            f"{name}.{i}.{part}": shape
            for name, network in self.networks.items()
            for i, layer in enumerate(network.layers)
            for part, shape in layer.weight_shapes(self.layer_shapes[name][i]).items()
        }

    @property
    def parameter_count(self) -> int:
        """Trainable numbers in all networks together."""
        return sum(math.prod(shape) for shape in self.weight_shapes.values())

    def to_dict(self) -> dict[str, Any]:
        """Return the Spec as plain JSON data; of an autoencoder of 28 x 28 x 1 encoder and decoder are enough."""
        layers = {name: [layer_to_dict(layer) for layer in network.layers] for name, network in self.networks.items()}
        if self.is_autoencoder and self.shapes["image"] == IMAGE_SHAPE:
            return layers
        return {
            "inputs": {name: list(shape) for name, shape in self.inputs.items()},
            "latent": self.latent,
            "networks": {
                name: {"reads": list(network.reads), "layers": layers[name]} for name, network in self.networks.items()
            },
        }

    @property
    def is_autoencoder(self) -> bool:
        """Whether it is what `autoencoder` builds: an image, its encoder, and a decoder back to such an image."""
        reads = [(name, network.reads) for name, network in self.networks.items()]
        return (
            list(self.inputs) == ["image"]
            and self.latent == "encoder"
            and reads == [("encoder", ("image",)), ("decoder", ("encoder",))]
            and self.shapes["decoder"] == self.shapes["image"]
        )

    @classmethod
    def from_dict(cls, data: Any) -> Spec:
        """Build a Spec from `to_dict` data; raises SpecError on anything else."""
        _require(isinstance(data, Mapping), f"a Spec must be a mapping, got {type(data).__name__}")
        if set(data) == {"encoder", "decoder"}:
            return cls.autoencoder(*(_layers_from(side, data[side]) for side in ("encoder", "decoder")))
        _require(
            set(data) == {"inputs", "latent", "networks"},
            "expected an encoder and a decoder, or inputs, a latent and networks",
        )
        inputs, networks = data["inputs"], data["networks"]
        for what, rows, most in (("inputs", inputs, MAX_INPUTS), ("networks", networks, MAX_NETWORKS)):
            _require(isinstance(rows, Mapping), f"the {what} must be a mapping of names")
            _require(0 < len(rows) <= most, f"wanted 1 to {most} {what}, got {len(rows)}")
        read = {}
        for name, shape in inputs.items():
            _require(isinstance(shape, list), f"the shape of the input {name!r:.40} must be a list")
            read[name] = tuple(shape)
        return cls(read, {name: _network_from(name, row) for name, row in networks.items()}, data["latent"])


def shapes(layers: Sequence[Layer], shape: Shape) -> list[Shape]:
    """Return the output shape of every layer for an input of `shape`; raises SpecError when a layer does not fit."""
    out = []
    for i, layer in enumerate(layers):
        try:
            shape = layer.output_shape(shape)
        except SpecError as error:
            raise SpecError(f"layer {i + 1}: {error}") from None
        size = _size(shape)
        _require(size <= MAX_ACTIVATIONS, f"layer {i + 1} would output {size:,} numbers, more than {MAX_ACTIVATIONS:,}")
        out.append(shape)
    return out


def _concatenated(read: list[Shape]) -> Shape:
    """Return the shape of maps or vectors side by side along the last axis; raises SpecError where they do not fit."""
    first = read[0]
    for other in read[1:]:
        _require(other[:-1] == first[:-1], f"input: cannot concatenate {first} and {other}")
    shape = (*first[:-1], sum(other[-1] for other in read))
    _require(_size(shape) <= MAX_ACTIVATIONS, f"input: {_size(shape):,} numbers, more than {MAX_ACTIVATIONS:,}")
    return shape


def _size(shape: Shape) -> int:
    """Count the numbers in a shape; per pixel, where height and width are open."""
    return math.prod(n for n in shape if n is not None)


def _check_name(name: object) -> None:
    ok = isinstance(name, str) and NAME.fullmatch(name) and name not in _RESERVED
    _require(bool(ok), f"a name must be up to 32 lowercase letters, digits and underscores, got {name!r:.40}")


def _check_input(name: str, shape: Any) -> None:
    ok = isinstance(shape, tuple) and len(shape) in (1, 3)
    ok = ok and (len(shape) == 1 or (shape[0] is None) == (shape[1] is None))
    numbers = [n for i, n in enumerate(shape) if i == len(shape) - 1 or n is not None] if ok else []
    ok = ok and all(type(n) is int and 1 <= n <= MAX_FIELD for n in numbers)
    wanted = (
        f"(numbers,) or (height, width, channels), whole numbers from 1 to {MAX_FIELD}; height and width may be None"
    )
    _require(ok, f"the shape of the input {name} must be {wanted}; got {shape!r:.60}")
    _require(_size(shape) <= MAX_ACTIVATIONS, f"the input {name} would hold more than {MAX_ACTIVATIONS:,} numbers")


def _check_network(name: str, network: Network, known: Collection[str]) -> None:
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


def _layers_from(name: str, rows: Any) -> tuple[Layer, ...]:
    _require(isinstance(rows, list), f"the {name!s:.40} must be a list of layers")
    _require(len(rows) <= MAX_LAYERS, f"the {name!s:.40} needs 1 to {MAX_LAYERS} layers, got {len(rows)}")
    return tuple(layer_from_dict(row) for row in rows)


def _network_from(name: str, row: Any) -> Network:
    ok = isinstance(row, Mapping) and set(row) == {"reads", "layers"} and isinstance(row["reads"], list)
    _require(ok, f"the network {name!r:.40} must have a list of reads and a list of layers")
    _require(len(row["reads"]) <= MAX_INPUTS, f"the network {name!r:.40} reads more than {MAX_INPUTS} others")
    return Network(tuple(row["reads"]), _layers_from(name, row["layers"]))


def _in_words(names: Collection[str]) -> str:
    return ", ".join(names)


def _require(condition: bool, message: str) -> None:
    if not condition:
        raise SpecError(message)
