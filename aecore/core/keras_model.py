"""Builds the Keras model of a Spec, and reads and writes its weights. Only training and its tests import this."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import keras
import numpy as np
from keras import layers as kl

from aecore.core.spec import Layer, Shape, Spec, shapes


class DepthToSpace(kl.Layer):
    """Rearrange channels into pixels where height and width are open: (N, h, w, block * block * c) -> (N, ..., c)."""

    def __init__(self, block: int, name: str | None = None) -> None:
        super().__init__(name=name)
        self.block = block

    def call(self, x: keras.KerasTensor) -> keras.KerasTensor:
        n, h, w, c = keras.ops.shape(x)
        block, depth = self.block, c // self.block**2
        x = keras.ops.transpose(keras.ops.reshape(x, (n, h, w, block, block, depth)), (0, 1, 3, 2, 4, 5))
        return keras.ops.reshape(x, (n, h * block, w * block, depth))

    def compute_output_shape(self, shape: Shape) -> Shape:
        height, width = (n and n * self.block for n in shape[1:3])
        return (shape[0], height, width, shape[3] // self.block**2)


_KINDS: dict[str, Any] = {"DepthToSpace": DepthToSpace}  # layers that Keras does not have


def networks_of(spec: Spec) -> dict[str, keras.Model]:
    """Return every network of a Spec as a Keras model, by name; its input is what the network reads, concatenated."""
    return {
        name: sequential(name, network.layers, spec.layer_shapes[name][0]) for name, network in spec.networks.items()
    }


def connect(
    spec: Spec,
    networks: Mapping[str, keras.Model],
    want: Sequence[str],
    after: Mapping[str, Sequence[kl.Layer]] | None = None,
) -> keras.Model:
    """Return a model from a Spec's inputs to the outputs of the networks `want`, both by name.

    What reads a network reads it through the layers `after` it, by the network's name. Open sizes must be multiples of
    the total stride.
    """
    given = {name: kl.Input(shape, name=name) for name, shape in spec.inputs.items()}
    read, made = dict(given), {}
    for name, network in spec.networks.items():
        values = [read[other] for other in network.reads]
        read[name] = made[name] = networks[name](values[0] if len(values) == 1 else kl.Concatenate()(values))
        for layer in (after or {}).get(name, ()):
            read[name] = layer(read[name])
    return keras.Model(given, {name: made[name] for name in want})


def sequential(name: str, layers: Sequence[Layer], shape: Shape) -> keras.Model:
    """Return the Keras model of one network with these layers and this name, for inputs (N, *shape)."""
    inputs = (shape, *shapes(layers, shape))
    built: list[kl.Layer] = [kl.Input(shape)]
    for i, layer in enumerate(layers):
        built += _keras_layers(str(i), layer, inputs[i])
    return keras.Sequential(built, name=name)


def get_weights(*sides: keras.Model) -> dict[str, np.ndarray]:
    """Return all weights of networks by the Spec's names, float32."""
    return {name: np.asarray(variable) for name, variable in _named(*sides).items()}


def set_weights(weights: Mapping[str, np.ndarray], *sides: keras.Model) -> None:
    """Write weights, by the Spec's names, into networks; raises KeyError when one is missing."""
    for name, variable in _named(*sides).items():
        variable.assign(weights[name])


def _named(*sides: keras.Model) -> dict[str, keras.Variable]:
    # Keras layers carry the Spec's index in their name: "3" or, for the parts of a depth_to_space, "3_0".
    return {
        f"{side.name}.{layer.name.split('_')[0]}.{variable.name}": variable
        for side in sides
        for layer in side.layers
        for variable in layer.weights
    }


def _keras_layers(name: str, layer: Layer, shape: Shape) -> list[kl.Layer]:
    calls = layer.keras_calls(shape)
    names = [name] if len(calls) == 1 else [f"{name}_{i}" for i in range(len(calls))]
    kinds: list[Any] = [_KINDS.get(call.kind) or getattr(kl, call.kind) for call in calls]
    return [
        kind(*call.arguments, **call.options, name=own) for kind, call, own in zip(kinds, calls, names, strict=True)
    ]
