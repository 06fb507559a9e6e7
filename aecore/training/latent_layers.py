"""Layers that act on the latent during training, and return it unchanged afterwards."""

from __future__ import annotations

from collections.abc import Callable

import keras
from keras import layers as kl

from aecore.core.layers import Shape

Function = Callable[[keras.KerasTensor], keras.KerasTensor]


def on_latent(latent_noise: float = 0.0, divergence: float = 0.0) -> list[kl.Layer]:
    """Return the layers that act on the latent during training.

    They add Gaussian noise of standard deviation `latent_noise`, or, where `divergence` is not 0, sample the latent as
    in a variational autoencoder, with the weight `divergence` of the Kullback-Leibler term.
    """
    if divergence:
        return [Sampling(divergence)]
    return [kl.GaussianNoise(latent_noise)] if latent_noise else []


class Sampling(kl.Layer):
    """Sample the latent from a Gaussian around it in training, and add its divergence from N(0, I) to the loss.

    The variational autoencoder of Kingma and Welling, "Auto-Encoding Variational Bayes", 2013: `weight` times
    KL = sum (mean^2 + variance - log variance - 1) / 2. One dense layer computes the variance from the mean.
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
    """Add to the loss, in training, a penalty for midpoints of two latents that do not decode to a digit.

    The penalty per midpoint is `weight` times -max log p, with p from the logits (N, classes) of `classify`. Latents
    are returned unchanged. After the critic of Berthelot et al., "Understanding and Improving Interpolation in
    Autoencoders via an Adversarial Regularizer", 2018, with a classifier trained beforehand in its place.
    """

    def __init__(self, weight: float, decode: Function, classify: Function) -> None:
        super().__init__()
        self.weight = weight
        self.draw_and_judge = lambda latents: classify(decode(latents))  # a function: its weights are not this layer's

    def call(self, latents: keras.KerasTensor, training: bool = False) -> keras.KerasTensor:
        if training:
            half = (keras.ops.shape(latents)[0] + 1) // 2  # pairs: the first with the last, and so on
            midpoints = (latents[:half] + keras.ops.flip(latents, axis=0)[:half]) / 2
            sureness = keras.ops.max(keras.ops.log_softmax(self.draw_and_judge(midpoints)), axis=-1)
            self.add_loss(-self.weight * keras.ops.mean(sureness))
        return latents
