"""The architecture of a model, as data.

A `Spec` has named inputs and named networks of layers. From one Spec come the Keras model that is trained
(`keras_model.py`), the NumPy forward pass (`forward.py`) and the JavaScript forward pass
(`ui/frontend/engine/engine.js`).
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from aecore.core.layers import (
    ACTIVATIONS,
    LAYERS,
    Conv2D,
    Conv2DTranspose,
    Dense,
    DepthToSpace,
    Flatten,
    Layer,
    Reshape,
    Shape,
    SpecError,
    layer_to_dict,
)
from aecore.core.network import (
    MAX_INPUTS,
    Network,
    check_input,
    check_name,
    check_network,
    concatenated,
    layers_from_list,
    network_from_dict,
    shapes,
    size_of,
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

# Specs are also read from model files that visitors upload, so their sizes are bounded.
MAX_NETWORKS = 32
MAX_LAYERS_IN_ALL = 64
MAX_STRIDE = 256  # of all networks together, where sizes are open
MAX_PARAMETERS = 16_000_000


@dataclass(frozen=True)
class Spec:
    """Named inputs (their shapes), and named networks that read inputs or earlier networks; raises SpecError.

    `latent` is the name of the network whose output is the latent, None for a model without one. That network must end
    with a dense layer, and every network that reads it must begin with one: whitening changes the weights of these.
    Height and width of an input (height, width, channels) may both be None ("open") where no flatten, dense or reshape
    follows; all open inputs of a call have the same size.
    """

    inputs: Mapping[str, Shape]
    networks: Mapping[str, Network]
    latent: str | None = None

    @classmethod
    def autoencoder(cls, encoder: Sequence[Layer], decoder: Sequence[Layer], shape: Shape = IMAGE_SHAPE) -> Spec:
        """Return the Spec of an encoder and a decoder of images; raises SpecError when the layers do not fit."""
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
            check_name(name)
        twice = self.inputs.keys() & self.networks.keys()
        _require(not twice, f"{min(twice, default='')} is the name of an input and of a network")
        for name, shape in self.inputs.items():
            check_input(name, shape)
        for i, (name, network) in enumerate(self.networks.items()):
            check_network(name, network, {*self.inputs, *list(self.networks)[:i]})
        layers = sum(len(network.layers) for network in self.networks.values())
        _require(layers <= MAX_LAYERS_IN_ALL, f"at most {MAX_LAYERS_IN_ALL} layers are allowed in all, got {layers}")
        unread = self.inputs.keys() - {name for network in self.networks.values() for name in network.reads}
        _require(not unread, f"no network reads the input {min(unread, default='')}")
        self._check_latent()
        stride = self.total_stride  # walks through all layers
        _require(stride <= MAX_STRIDE, f"open sizes must be multiples of {stride}, more than {MAX_STRIDE}")
        if self.is_open:
            self.at(1, 1)  # raises if even the smallest size is too large
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
        """Shapes by network: first of its concatenated input, then of each layer's output."""
        known = dict(self.inputs)
        out = {}
        for name, network in self.networks.items():
            read = [known[other] for other in network.reads]
            try:
                shape = concatenated(read)
                out[name] = (shape, *shapes(network.layers, shape))
            except SpecError as error:
                raise SpecError(f"{name}, {error}") from None
            known[name] = out[name][-1]
        return out

    @cached_property
    def shapes(self) -> dict[str, Shape]:
        """Shapes of all inputs and of all networks' outputs, by name."""
        return {**self.inputs, **{name: made[-1] for name, made in self.layer_shapes.items()}}

    @cached_property
    def _layer_scales(self) -> dict[str, tuple[Fraction, ...]]:
        """By network, the factors of open heights and widths: before the layers, and after each of them."""
        out: dict[str, tuple[Fraction, ...]] = {name: (Fraction(1),) for name in self.inputs}
        for name, network in self.networks.items():
            if None not in self.shapes[name]:
                continue
            read = {out[other][-1] for other in network.reads}
            _require(len(read) == 1, f"{name} reads maps of different sizes: {', '.join(network.reads)}")
            scales = [*read]
            for layer in network.layers:
                scales.append(scales[-1] * layer.scale)
            out[name] = tuple(scales)
        return out

    @cached_property
    def scales(self) -> dict[str, Fraction]:
        """The factors of the open sizes of inputs and networks' outputs, relative to the open inputs, by name."""
        return {name: scales[-1] for name, scales in self._layer_scales.items() if None in self.shapes[name]}

    @cached_property
    def total_stride(self) -> int:
        """The number to whose multiple open sizes are padded, so that each layer's output has whole pixels."""
        return math.lcm(*(scale.denominator for scales in self._layer_scales.values() for scale in scales))

    @cached_property
    def largest(self) -> int:
        """The largest number of elements in a layer's output or a network's input; per pixel where sizes are open."""
        return max(size_of(shape) for made in self.layer_shapes.values() for shape in made)

    @cached_property
    def is_open(self) -> bool:
        """Whether height and width of an input are open."""
        return any(None in shape for shape in self.inputs.values())

    def at(self, height: int, width: int) -> Spec:
        """Return the Spec for one size of the open inputs, rounded up to the total stride.

        Raises SpecError where a layer's output would be too large.
        """
        size = tuple(-(-n // self.total_stride) * self.total_stride for n in (height, width))
        inputs = {name: (*size, shape[-1]) if None in shape else shape for name, shape in self.inputs.items()}
        return dataclasses.replace(self, inputs=inputs)

    def readers(self, name: str) -> list[str]:
        """Return the networks that read an input or a network."""
        return [other for other, network in self.networks.items() if name in network.reads]

    def needed(self, want: str, given: Collection[str] = ()) -> list[str]:
        """Return the networks to compute, in order, for the output of `want` from the values of `given`.

        Raises ValueError when a name is unknown or an input is missing.
        """
        for name in (want, *given):
            if name not in self.shapes:
                raise ValueError(f"there is no input and no network {name!r:.40}; known: {', '.join(self.shapes)}")
        wanted = {want} - set(given)
        for name in reversed(list(self.networks)):
            if name in wanted:
                wanted.update(other for other in self.networks[name].reads if other not in given)
        missing = [name for name in self.inputs if name in wanted]
        if missing:
            raise ValueError(f"{want} needs {', '.join(missing)}, which is not given")
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
        """Return the Spec as plain JSON data; in a short form for an autoencoder of 28 x 28 x 1."""
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
        """Whether it has the form that `autoencoder` returns: an image, its encoder, and a decoder to such an image."""
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
            return cls.autoencoder(*(layers_from_list(side, data[side]) for side in ("encoder", "decoder")))
        _require(
            set(data) == {"inputs", "latent", "networks"},
            "expected an encoder and a decoder, or inputs, a latent and networks",
        )
        inputs, networks = data["inputs"], data["networks"]
        ok = isinstance(inputs, Mapping) and all(isinstance(shape, list) for shape in inputs.values())
        _require(ok, "the inputs must be a mapping from names to shapes")
        _require(isinstance(networks, Mapping), "the networks must be a mapping from names to networks")
        return cls(
            {name: tuple(shape) for name, shape in inputs.items()},
            {name: network_from_dict(name, row) for name, row in networks.items()},
            data["latent"],
        )


def _require(condition: bool, message: str) -> None:
    if not condition:
        raise SpecError(message)
