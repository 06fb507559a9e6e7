"""The kinds of layers: fields, shapes, weights, and the Keras layers that each kind consists of.

A new kind is described here and computed in `forward.py` and `ui/frontend/engine/engine.js`. Checks, JSON, text
(`export/layer_text.py`), Keras models and Keras code follow from its fields. Every convolution pads "same"; shapes have
no batch axis, and channels last; an open height or width is None.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import MISSING, dataclass
from fractions import Fraction
from typing import Any, ClassVar, NamedTuple

Shape = tuple[Any, ...]  # of whole numbers; None where a height or a width is open
Activation = str

ACTIVATIONS = ("linear", "relu", "silu", "sigmoid", "tanh", "softmax")  # softmax: over the last axis

# Layers are also read from model files that visitors upload, so their sizes are bounded.
MAX_FIELD = 8192
MAX_WINDOW = 31  # kernel, stride and block: work grows with their square


class SpecError(ValueError):
    """An architecture cannot be built; the message says which layer and why."""


class KerasCall(NamedTuple):
    """One built-in Keras layer, `keras.layers.<kind>(*arguments, **options)`, and the shape of its output."""

    kind: str
    arguments: tuple[Any, ...]
    options: dict[str, Any]
    shape: Shape


def _window(default: Any = MISSING) -> Any:
    return dataclasses.field(default=default, metadata={"most": MAX_WINDOW})


class Layer:
    """The base class of all kinds. Each is a frozen dataclass whose fields are numbers, a Shape or an Activation."""

    name: ClassVar[str]  # in JSON, and in layers as text
    example: ClassVar[tuple[Any, ...]] = ()  # values of the fields, for an example of the text
    label: ClassVar[str]  # a few letters for the layer in a picture; may contain fields
    title: ClassVar[str]  # the layer's name for display; may contain fields

    @property
    def scale(self) -> Fraction:
        """The factor from the input's to the output's height and width."""
        return Fraction(1)

    def output_shape(self, shape: Shape) -> Shape:
        """Return the output shape for an input of `shape`; raises SpecError where that does not fit."""
        raise NotImplementedError

    def weight_shapes(self, shape: Shape) -> dict[str, Shape]:
        """Return the shapes of the weights, by name, for an input of `shape`."""
        return {}

    def multiplications(self, shape: Shape) -> int:
        """Return the number of multiplications for an input of `shape`."""
        return 0

    def keras_calls(self, shape: Shape) -> tuple[KerasCall, ...]:
        """Return the Keras layers that it consists of, for an input of `shape`."""
        raise NotImplementedError

    def _resized(self, shape: Shape) -> Shape:
        _require(len(shape) == 3, f"{self.name} needs (height, width, channels), got shape {shape}")
        return tuple(n if n is None else math.ceil(n * self.scale) for n in shape[:2])


@dataclass(frozen=True)
class Dense(Layer):
    """Multiply by a matrix: (n,) -> (units,)."""

    name: ClassVar[str] = "dense"
    example: ClassVar[tuple[Any, ...]] = (256, "silu")
    label: ClassVar[str] = "dense {units}"
    title: ClassVar[str] = "Dense"
    units: int
    activation: Activation = "linear"

    def output_shape(self, shape: Shape) -> Shape:
        _require(len(shape) == 1, f"dense needs a vector, got shape {shape}")
        return (self.units,)

    def weight_shapes(self, shape: Shape) -> dict[str, Shape]:
        return {"kernel": (shape[0], self.units), "bias": (self.units,)}

    def multiplications(self, shape: Shape) -> int:
        return shape[0] * self.units

    def keras_calls(self, shape: Shape) -> tuple[KerasCall, ...]:
        return (KerasCall("Dense", (self.units,), _options(activation=self.activation), self.output_shape(shape)),)


@dataclass(frozen=True)
class _Convolution(Layer):
    example: ClassVar[tuple[Any, ...]] = (16, 3, 2, "relu")
    filters: int
    kernel: int = _window()
    stride: int = _window(1)
    activation: Activation = "linear"

    def output_shape(self, shape: Shape) -> Shape:
        return (*self._resized(shape), self.filters)

    def keras_calls(self, shape: Shape) -> tuple[KerasCall, ...]:
        options = _options(strides=self.stride, padding="same", activation=self.activation)
        return (KerasCall(type(self).__name__, (self.filters, self.kernel), options, self.output_shape(shape)),)


@dataclass(frozen=True)
class Conv2D(_Convolution):
    """Convolve: (h, w, c) -> (ceil(h / stride), ceil(w / stride), filters)."""

    name: ClassVar[str] = "conv2d"
    label: ClassVar[str] = "conv {kernel}×{kernel}"
    title: ClassVar[str] = "Convolution {kernel} × {kernel}"

    @property
    def scale(self) -> Fraction:
        return Fraction(1, self.stride)

    def weight_shapes(self, shape: Shape) -> dict[str, Shape]:
        return {"kernel": (self.kernel, self.kernel, shape[2], self.filters), "bias": (self.filters,)}

    def multiplications(self, shape: Shape) -> int:
        return self.kernel**2 * shape[2] * math.prod(self.output_shape(shape))


@dataclass(frozen=True)
class Conv2DTranspose(_Convolution):
    """Transposed convolution: (h, w, c) -> (h * stride, w * stride, filters)."""

    name: ClassVar[str] = "conv2d_transpose"
    label: ClassVar[str] = "conv ᵀ {kernel}×{kernel}"
    title: ClassVar[str] = "Transposed convolution {kernel} × {kernel}"

    @property
    def scale(self) -> Fraction:
        return Fraction(self.stride)

    def weight_shapes(self, shape: Shape) -> dict[str, Shape]:
        return {"kernel": (self.kernel, self.kernel, self.filters, shape[2]), "bias": (self.filters,)}

    def multiplications(self, shape: Shape) -> int:
        return self.kernel**2 * self.filters * math.prod(shape)


@dataclass(frozen=True)
class DepthToSpace(Layer):
    """Rearrange channels into pixels: (h, w, block * block * c) -> (h * block, w * block, c)."""

    name: ClassVar[str] = "depth_to_space"
    example: ClassVar[tuple[Any, ...]] = (2,)
    label: ClassVar[str] = "depth to space"
    title: ClassVar[str] = "Depth to space, {block} × {block}"
    block: int = _window(2)

    @property
    def scale(self) -> Fraction:
        return Fraction(self.block)

    def output_shape(self, shape: Shape) -> Shape:
        height, width = self._resized(shape)
        _require(
            shape[2] % self.block**2 == 0,
            f"depth_to_space by {self.block} needs channels in multiples of {self.block**2}, got {shape[2]}",
        )
        return (height, width, shape[2] // self.block**2)

    def keras_calls(self, shape: Shape) -> tuple[KerasCall, ...]:
        after, block = self.output_shape(shape), self.block
        h, w, _ = shape
        if h is None:  # a Reshape can leave one size open, not two
            return (KerasCall("DepthToSpace", (block,), {}, after),)
        split, woven = (h, w, block, block, after[2]), (h, block, w, block, after[2])
        return (
            KerasCall("Reshape", (split,), {}, split),
            KerasCall("Permute", ((1, 3, 2, 4, 5),), {}, woven),
            KerasCall("Reshape", (after,), {}, after),
        )


@dataclass(frozen=True)
class Flatten(Layer):
    """Reshape an image to a vector: (h, w, c) -> (h * w * c,)."""

    name: ClassVar[str] = "flatten"
    label: ClassVar[str] = "flatten"
    title: ClassVar[str] = "Flatten"

    def output_shape(self, shape: Shape) -> Shape:
        return (math.prod(_closed(self, shape)),)

    def keras_calls(self, shape: Shape) -> tuple[KerasCall, ...]:
        return (KerasCall("Flatten", (), {}, self.output_shape(shape)),)


@dataclass(frozen=True)
class Reshape(Layer):
    """Reshape a vector to an image: (n,) -> shape."""

    name: ClassVar[str] = "reshape"
    example: ClassVar[tuple[Any, ...]] = ((7, 7, 32),)
    label: ClassVar[str] = "reshape"
    title: ClassVar[str] = "Reshape"
    shape: Shape

    def output_shape(self, shape: Shape) -> Shape:
        _require(math.prod(_closed(self, shape)) == math.prod(self.shape), f"cannot reshape {shape} to {self.shape}")
        return self.shape

    def keras_calls(self, shape: Shape) -> tuple[KerasCall, ...]:
        return (KerasCall("Reshape", (self.shape,), {}, self.shape),)


LAYERS: dict[str, type[Any]] = {
    kind.name: kind for kind in (Dense, Conv2D, Conv2DTranspose, DepthToSpace, Flatten, Reshape)
}


def layer_to_dict(layer: Layer) -> dict[str, Any]:
    """Return a layer as plain JSON data, {"layer": name, field: value, ...}."""
    return {"layer": layer.name, **{k: list(v) if isinstance(v, tuple) else v for k, v in vars(layer).items()}}


def layer_from_dict(row: Any) -> Layer:
    """Build a layer from `layer_to_dict` data; raises SpecError on anything else."""
    _require(isinstance(row, Mapping), f"a layer must be a mapping, got {type(row).__name__}")
    fields: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in row.items() if key != "layer"
    }
    name = row.get("layer")
    _require(isinstance(name, str) and name in LAYERS, f"unknown layer {name!r:.40}; known: {', '.join(LAYERS)}")
    try:
        layer: Layer = LAYERS[name](**fields)
    except TypeError:
        raise SpecError(f"{name} does not take the fields {sorted(map(str, fields))!s:.200}") from None
    return layer


def fields_of(kind: type[Any] | Layer) -> list[tuple[str, str, Any]]:
    """Return name, type ("int", "Shape" or "Activation") and default (MISSING without one) of a kind's fields."""
    return [(field.name, str(field.type), field.default) for field in dataclasses.fields(kind)]  # type: ignore[arg-type]


def check_fields(layer: Layer) -> None:
    """Raise SpecError unless all fields of a layer are of their type and within their limits."""
    for field in dataclasses.fields(layer):  # type: ignore[arg-type]  # every kind is a dataclass
        name, value = f"{layer.name}: {field.name}", getattr(layer, field.name)
        if field.type == "Activation":
            known = isinstance(value, str) and value in ACTIVATIONS
            _require(known, f"{layer.name}: unknown activation {value!r:.40}; known: {', '.join(ACTIVATIONS)}")
            continue
        numbers = value if field.type == "Shape" else (value,)
        _require(isinstance(numbers, tuple) and not isinstance(value, list), f"{name} cannot be {value!r:.40}")
        if field.type == "Shape":
            _require(len(numbers) in (1, 3), f"{name} needs one or three numbers, got {len(numbers)}")
        most = field.metadata.get("most", MAX_FIELD)
        for n in numbers:
            ok = type(n) is int and 1 <= n <= most
            _require(ok, f"{name} must be a whole number from 1 to {most}, got {n!r:.40}")


def _options(**options: Any) -> dict[str, Any]:
    usual = {"activation": "linear", "strides": 1}
    return {name: value for name, value in options.items() if usual.get(name) != value}


def _closed(layer: Layer, shape: Shape) -> Shape:
    _require(None not in shape, f"{layer.name} needs a known height and width, got shape {shape}")
    return shape


def _require(condition: bool, message: str) -> None:
    if not condition:
        raise SpecError(message)
