"""The networks of a Spec in Keras, and models that run them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import keras

from aecore.core.keras_model import Sampling, sequential
from aecore.core.spec import Spec


def networks_of(spec: Spec) -> dict[str, keras.Model]:
    """Build every network of a Spec, by name."""
    return {
        name: sequential(name, network.layers, spec.layer_shapes[name][0]) for name, network in spec.networks.items()
    }


def on_latent(latent_noise: float = 0.0, divergence: float = 0.0) -> list[keras.layers.Layer]:
    """Return the layers that work on the latent while training.

    Gaussian noise of standard deviation `latent_noise` is added, or, where `divergence` is not 0, the latent is drawn
    as a variational autoencoder does, its divergence weighted by that much.
    """
    if divergence:
        return [Sampling(divergence)]
    return [keras.layers.GaussianNoise(latent_noise)] if latent_noise else []


def connect(
    spec: Spec,
    networks: Mapping[str, keras.Model],
    want: Sequence[str],
    between: Sequence[keras.layers.Layer] = (),
) -> keras.Model:
    """Build the model that makes of inputs what the networks `want` put out, both by name.

    What reads the latent reads it after the layers `between`.
    """
    given = {name: keras.Input(shape, name=name) for name, shape in spec.inputs.items()}
    read, made = dict(given), {}
    for name, network in spec.networks.items():
        values = [read[other] for other in network.reads]
        value = values[0] if len(values) == 1 else keras.layers.Concatenate()(values)
        read[name] = made[name] = networks[name](value)
        if name == spec.latent:
            for layer in between:
                read[name] = layer(read[name])
    return keras.Model(given, {name: made[name] for name in want})
