"""The architecture of an autoencoder, as data.

A `Spec` lists the layers of the encoder and of the decoder. From one Spec come the Keras model that is trained
(`keras_model.py`), the NumPy forward pass (`forward.py`) and the JavaScript forward pass (`ui/frontend/engine.js`).
Every convolution pads "same"; shapes are written without the batch axis, channels last.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

Shape = tuple[int, ...]

IMAGE_SHAPE: Shape = (28, 28, 1)
ACTIVATIONS = ("linear", "relu", "silu", "sigmoid", "tanh")

# A Spec also arrives inside model files that visitors hand in, so what it may ask for is bounded.
MAX_LAYERS = 32
MAX_FIELD = 8192
MAX_WINDOW = 31  # kernel, stride and block: work grows with their square
MAX_ACTIVATIONS = 1 << 18  # numbers in one layer's output
MAX_PARAMETERS = 16_000_000


class SpecError(ValueError):
    """An architecture that cannot be built; the message says which layer and why."""


@dataclass(frozen=True)
class Dense:
    """Multiply by a matrix: (n,) -> (units,)."""

    name: ClassVar[str] = "dense"
    units: int
    activation: str = "linear"

    def output_shape(self, shape: Shape) -> Shape:
        _require(len(shape) == 1, f"dense needs a vector, got shape {shape}")
        return (self.units,)

    def weight_shapes(self, shape: Shape) -> dict[str, Shape]:
        return {"kernel": (shape[0], self.units), "bias": (self.units,)}


@dataclass(frozen=True)
class Conv2D:
    """Convolve: (h, w, c) -> (ceil(h / stride), ceil(w / stride), filters)."""

    name: ClassVar[str] = "conv2d"
    filters: int
    kernel: int
    stride: int = 1
    activation: str = "linear"

    def output_shape(self, shape: Shape) -> Shape:
        _require(len(shape) == 3, f"conv2d needs (height, width, channels), got shape {shape}")
        return (-(-shape[0] // self.stride), -(-shape[1] // self.stride), self.filters)

    def weight_shapes(self, shape: Shape) -> dict[str, Shape]:
        return {"kernel": (self.kernel, self.kernel, shape[2], self.filters), "bias": (self.filters,)}


@dataclass(frozen=True)
class Conv2DTranspose:
    """Convolve backwards: (h, w, c) -> (h * stride, w * stride, filters)."""

    name: ClassVar[str] = "conv2d_transpose"
    filters: int
    kernel: int
    stride: int = 1
    activation: str = "linear"

    def output_shape(self, shape: Shape) -> Shape:
        _require(len(shape) == 3, f"conv2d_transpose needs (height, width, channels), got shape {shape}")
        return (shape[0] * self.stride, shape[1] * self.stride, self.filters)

    def weight_shapes(self, shape: Shape) -> dict[str, Shape]:
        return {"kernel": (self.kernel, self.kernel, self.filters, shape[2]), "bias": (self.filters,)}


@dataclass(frozen=True)
class DepthToSpace:
    """Turn channels into pixels: (h, w, block * block * c) -> (h * block, w * block, c)."""

    name: ClassVar[str] = "depth_to_space"
    block: int = 2

    def output_shape(self, shape: Shape) -> Shape:
        _require(len(shape) == 3, f"depth_to_space needs (height, width, channels), got shape {shape}")
        _require(
            shape[2] % self.block**2 == 0,
            f"depth_to_space by {self.block} needs channels in multiples of {self.block**2}, got {shape[2]}",
        )
        return (shape[0] * self.block, shape[1] * self.block, shape[2] // self.block**2)

    def weight_shapes(self, shape: Shape) -> dict[str, Shape]:
        return {}


@dataclass(frozen=True)
class Flatten:
    """Lay an image out as a vector: (h, w, c) -> (h * w * c,)."""

    name: ClassVar[str] = "flatten"

    def output_shape(self, shape: Shape) -> Shape:
        return (math.prod(shape),)

    def weight_shapes(self, shape: Shape) -> dict[str, Shape]:
        return {}


@dataclass(frozen=True)
class Reshape:
    """Fold a vector into an image: (n,) -> shape."""

    name: ClassVar[str] = "reshape"
    shape: Shape

    def output_shape(self, shape: Shape) -> Shape:
        _require(math.prod(shape) == math.prod(self.shape), f"cannot reshape {shape} to {self.shape}")
        return self.shape

    def weight_shapes(self, shape: Shape) -> dict[str, Shape]:
        return {}


Layer = Dense | Conv2D | Conv2DTranspose | DepthToSpace | Flatten | Reshape
LAYERS: dict[str, Callable[..., Layer]] = {
    cls.name: cls for cls in (Dense, Conv2D, Conv2DTranspose, DepthToSpace, Flatten, Reshape)
}


@dataclass(frozen=True)
class Spec:
    """An encoder from images (28, 28, 1) to the latent and a decoder back; raises SpecError when they do not fit.

    The encoder must end, and the decoder begin, with a dense layer: whitening folds a rotation into those two.
    """

    encoder: tuple[Layer, ...]
    decoder: tuple[Layer, ...]

    def __post_init__(self) -> None:
        for side, layers in (("encoder", self.encoder), ("decoder", self.decoder)):
            _require(0 < len(layers) <= MAX_LAYERS, f"the {side} needs 1 to {MAX_LAYERS} layers, got {len(layers)}")
        for layer in (*self.encoder, *self.decoder):
            _check_fields(layer)
        last, first = self.encoder[-1], self.decoder[0]
        _require(
            isinstance(last, Dense) and last.activation == "linear",
            f"the encoder must end with a linear dense layer, got {layer_to_dict(last)}",
        )
        _require(isinstance(first, Dense), f"the decoder must begin with a dense layer, got {layer_to_dict(first)}")
        shapes(self.encoder, IMAGE_SHAPE)
        out = shapes(self.decoder, (self.latent_dim,))[-1]
        _require(out == IMAGE_SHAPE, f"the decoder must end with shape {IMAGE_SHAPE}, got {out}")
        count = self.parameter_count
        _require(count <= MAX_PARAMETERS, f"at most {MAX_PARAMETERS:,} parameters are allowed, got {count:,}")

    @property
    def latent_dim(self) -> int:
        """Numbers in the latent."""
        return self.encoder[-1].units  # type: ignore[union-attr]  # __post_init__ made sure it is Dense

    @property
    def weight_shapes(self) -> dict[str, Shape]:
        """Shapes of all weights, by name: "encoder.0.kernel", "encoder.0.bias", ..."""
        named: dict[str, Shape] = {}
        for side, layers, shape in (
            ("encoder", self.encoder, IMAGE_SHAPE),
            ("decoder", self.decoder, (self.latent_dim,)),
        ):
            inputs = (shape, *shapes(layers, shape))
            for i, layer in enumerate(layers):
                named |= {f"{side}.{i}.{part}": s for part, s in layer.weight_shapes(inputs[i]).items()}
        return named

    @property
    def parameter_count(self) -> int:
        """Trainable numbers in encoder and decoder together."""
        return sum(math.prod(shape) for shape in self.weight_shapes.values())

    def to_dict(self) -> dict[str, Any]:
        """Return the Spec as plain JSON data."""
        return {side: [layer_to_dict(layer) for layer in getattr(self, side)] for side in ("encoder", "decoder")}

    @classmethod
    def from_dict(cls, data: Any) -> Spec:
        """Build a Spec from `to_dict` data; raises SpecError on anything else."""
        _require(isinstance(data, Mapping) and set(data) == {"encoder", "decoder"}, "expected an encoder and a decoder")
        sides = []
        for side in ("encoder", "decoder"):
            rows = data[side]
            _require(isinstance(rows, list), f"the {side} must be a list of layers")
            _require(len(rows) <= MAX_LAYERS, f"the {side} needs 1 to {MAX_LAYERS} layers, got {len(rows)}")
            sides.append(tuple(layer_from_dict(row) for row in rows))
        return cls(*sides)


def shapes(layers: Sequence[Layer], shape: Shape) -> list[Shape]:
    """Return the output shape of every layer for an input of `shape`; raises SpecError when a layer does not fit."""
    out = []
    for i, layer in enumerate(layers):
        try:
            shape = layer.output_shape(shape)
        except SpecError as error:
            raise SpecError(f"layer {i + 1}: {error}") from None
        size = math.prod(shape)
        _require(size <= MAX_ACTIVATIONS, f"layer {i + 1} would output {size:,} numbers, more than {MAX_ACTIVATIONS:,}")
        out.append(shape)
    return out


def layer_to_dict(layer: Layer) -> dict[str, Any]:
    """Return a layer as plain JSON data, {"layer": name, field: value, ...}."""
    fields = {k: list(v) if isinstance(v, tuple) else v for k, v in dataclasses.asdict(layer).items()}
    return {"layer": layer.name, **fields}


def layer_from_dict(row: Any) -> Layer:
    """Build a layer from `layer_to_dict` data; raises SpecError on anything else."""
    _require(isinstance(row, Mapping), f"a layer must be a mapping, got {type(row).__name__}")
    fields = dict(row)
    name = fields.pop("layer", None)
    _require(isinstance(name, str) and name in LAYERS, f"unknown layer {name!r:.40}; known: {', '.join(LAYERS)}")
    if isinstance(fields.get("shape"), list):
        fields["shape"] = tuple(fields["shape"])
    try:
        return LAYERS[name](**fields)
    except TypeError:
        raise SpecError(f"{name} does not take the fields {sorted(map(str, fields))}") from None


def _check_fields(layer: Layer) -> None:
    for field, value in dataclasses.asdict(layer).items():
        if field == "activation":
            known = ", ".join(ACTIVATIONS)
            _require(value in ACTIVATIONS, f"{layer.name}: unknown activation {value!r:.40}; known: {known}")
            continue
        _require(isinstance(value, tuple) == (field == "shape"), f"{layer.name}: {field} cannot be {value!r:.40}")
        numbers = value if isinstance(value, tuple) else (value,)
        _require(len(numbers) in (1, 3), f"{layer.name}: shape needs one or three numbers, got {len(numbers)}")
        largest = MAX_WINDOW if field in ("kernel", "stride", "block") else MAX_FIELD
        for n in numbers:
            ok = type(n) is int and 1 <= n <= largest
            _require(ok, f"{layer.name}: {field} must be a whole number from 1 to {largest}, got {n!r:.40}")


def _require(condition: bool, message: str) -> None:
    if not condition:
        raise SpecError(message)
