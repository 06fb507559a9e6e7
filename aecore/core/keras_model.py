"""Build the Keras model of a Spec, and carry weights in and out of it. Only training and its tests import this."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import keras
import numpy as np
from keras import layers as kl

from aecore.core.spec import Layer, Shape, Spec, shapes

Function = Callable[[keras.KerasTensor], keras.KerasTensor]


class Sampling(kl.Layer):
    """Draw the latent from a Gaussian around it while training, and charge its divergence from N(0, I) to the loss.

    The variational autoencoder of Kingma and Welling, "Auto-Encoding Variational Bayes", 2013: `weight` times
    KL = sum (mean^2 + variance - log variance - 1) / 2. The variance is read off the mean by one dense layer.
    """

    def __init__(self, weight: float) -> None:
        super().__init__()
        self.weight = weight
        self.seed = keras.random.SeedGenerator(0)

    def build(self, shape: Shape) -> None:
        self.log_variance = kl.Dense(
            shape[-1], kernel_initializer="zeros", bias_initializer=keras.initializers.Constant(-3)
        )
        self.log_variance.build(shape)

    def call(self, mean: keras.KerasTensor, training: bool = False) -> keras.KerasTensor:
        if not training:
            return mean
        log_variance = keras.ops.clip(self.log_variance(mean), -12, 2)
        divergence = (mean**2 + keras.ops.exp(log_variance) - log_variance - 1) / 2
        self.add_loss(self.weight * keras.ops.mean(keras.ops.sum(divergence, axis=-1)))
        noise = keras.random.normal(keras.ops.shape(mean), seed=self.seed)
        return mean + keras.ops.exp(log_variance / 2) * noise


class Midpoints(kl.Layer):
    """Charge to the loss, while training, what lies half-way between two digits and is decoded to no digit at all.

    Per midpoint `weight` times -max log p, p being what `classify` makes of an image: logits (N, classes). Latents pass
    unchanged. The critic of Berthelot et al., "Understanding and Improving Interpolation in Autoencoders via an
    Adversarial Regularizer", 2018, with a classifier trained beforehand in its place.
    """

    def __init__(self, weight: float, decode: Function, classify: Function) -> None:
        super().__init__()
        self.weight = weight
        self.draw_and_judge = lambda latents: classify(decode(latents))  # a function: its weights are not this layer's

    def call(self, latents: keras.KerasTensor, training: bool = False) -> keras.KerasTensor:
        if training:
            half = (keras.ops.shape(latents)[0] + 1) // 2  # the first with the last, and so on
            midpoints = (latents[:half] + keras.ops.flip(latents, axis=0)[:half]) / 2
            sureness = keras.ops.max(keras.ops.log_softmax(self.draw_and_judge(midpoints)), axis=-1)
            self.add_loss(-self.weight * keras.ops.mean(sureness))
        return latents


class DepthToSpace(kl.Layer):
    """Turn channels into pixels where height and width are open: (N, h, w, block * block * c) -> (N, ..., c)."""

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


_KINDS: dict[str, Any] = {"DepthToSpace": DepthToSpace}  # what is not built in


def build(
    spec: Spec, latent_noise: float = 0.0, divergence: float = 0.0
) -> tuple[keras.Model, keras.Model, keras.Model]:
    """Build (autoencoder, encoder, decoder) with shared weights; images (N, 28, 28, 1), latents (N, latent_dim).

    While training, Gaussian noise of standard deviation `latent_noise` is added to the latent, or, where `divergence`
    is not 0, the latent is drawn as a variational autoencoder does, its divergence weighted by that much.
    """
    built = networks(spec)
    encoder, decoder = built["encoder"], built["decoder"]
    return join(encoder, *between(latent_noise, divergence), decoder), encoder, decoder


def between(latent_noise: float = 0.0, divergence: float = 0.0) -> list[kl.Layer]:
    """Return the layers that work on the latent while training: none, or one; `build` says which."""
    if divergence:
        return [Sampling(divergence)]
    return [kl.GaussianNoise(latent_noise)] if latent_noise else []


def join(*parts: kl.Layer) -> keras.Model:
    """Build an autoencoder of an encoder, layers that work on the latent while training, and a decoder."""
    return keras.Sequential([kl.Input(parts[0].input_shape[1:]), *parts])


def networks(spec: Spec) -> dict[str, keras.Model]:
    """Build the Keras model of every network by name; each takes what the network reads, concatenated."""
    return {
        name: sequential(name, network.layers, spec.layer_shapes[name][0]) for name, network in spec.networks.items()
    }


def connect(
    spec: Spec, built: Mapping[str, keras.Model], want: str | Sequence[str], between: Sequence[kl.Layer] = ()
) -> keras.Model:
    """Build a model from a Spec's inputs, by name, to what the networks `want` put out: by name, or of one alone.

    `built` are the Spec's `networks`; the layers `between` work on the latent before anything reads it. Open sizes must
    be multiples of the Spec's total stride.
    """
    wanted = [want] if isinstance(want, str) else list(want)
    needed = [name for name in spec.networks if any(name in spec.needed(one, spec.inputs) for one in wanted)]
    reads = {other for name in needed for other in spec.networks[name].reads}
    inputs = {name: kl.Input(shape, name=name) for name, shape in spec.inputs.items() if name in reads}
    known, put_out = dict(inputs), {}
    for name in needed:
        read = [known[other] for other in spec.networks[name].reads]
        known[name] = put_out[name] = built[name](read[0] if len(read) == 1 else kl.Concatenate()(read))
        for layer in between if name == spec.latent else ():
            known[name] = layer(known[name])
    return keras.Model(inputs, put_out[want] if isinstance(want, str) else {name: put_out[name] for name in wanted})


def sequential(name: str, layers: Sequence[Layer], shape: Shape) -> keras.Model:
    """Build the Keras model of one network, `layers` called `name`, for inputs (N, *shape)."""
    inputs = (shape, *shapes(layers, shape))
    built: list[kl.Layer] = [kl.Input(shape)]
    for i, layer in enumerate(layers):
        built += _keras_layers(str(i), layer, inputs[i])
    return keras.Sequential(built, name=name)


def get_weights(*sides: keras.Model) -> dict[str, np.ndarray]:
    """Return all weights of what `sequential` built by the Spec's names, float32."""
    return {name: np.asarray(variable) for name, variable in _named(*sides).items()}


def set_weights(weights: Mapping[str, np.ndarray], *sides: keras.Model) -> None:
    """Write weights, by the Spec's names, into what `sequential` built; raises KeyError when one is missing."""
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
