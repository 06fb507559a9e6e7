"""Layers that work on the latent while training, and let it pass unchanged afterwards."""

from __future__ import annotations

from collections.abc import Callable

import keras
from keras import layers as kl

from aecore.core.layers import Shape

Function = Callable[[keras.KerasTensor], keras.KerasTensor]


def on_latent(latent_noise: float = 0.0, divergence: float = 0.0) -> list[kl.Layer]:
    """Return the layers that work on the latent while training.

    Gaussian noise of standard deviation `latent_noise` is added, or, where `divergence` is not 0, the latent is drawn
    as a variational autoencoder does, its divergence weighted by that much.
    """
    if divergence:
        return [Sampling(divergence)]
    return [kl.GaussianNoise(latent_noise)] if latent_noise else []


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
