"""Small architectures that together use every layer in every way, on which all engines must agree."""

from __future__ import annotations

import itertools
import math

import numpy as np

import aecore
from aecore.core.spec import (
    ACTIVATIONS,
    Conv2D,
    Conv2DTranspose,
    Dense,
    DepthToSpace,
    Flatten,
    Layer,
    Network,
    Reshape,
    Spec,
)
from tests.random_specs import random_spec

# Kernels smaller than, equal to and larger than the stride and the image, even and odd.
KERNELS, STRIDES = (1, 2, 3, 4, 5, 7), (1, 2, 3, 4)
SIZES = ((5, 8), (7, 7), (1, 2), (6, 3))


def around(layer: Layer, size: tuple[int, int], channels: int = 4) -> Spec:
    """Return a plain Spec that contains a layer, for images of this size."""
    shape = (*size, channels)
    return Spec.autoencoder(
        encoder=(Flatten(), Dense(math.prod(shape), "tanh"), Reshape(shape), layer, Flatten(), Dense(3)),
        decoder=(Dense(784, "sigmoid"), Reshape((28, 28, 1))),
    )


LAYERS: dict[str, Spec] = {
    f"{kind.name}-kernel{kernel}-stride{stride}-{size[0]}x{size[1]}": around(kind(3, kernel, stride), size)
    for kind in (Conv2D, Conv2DTranspose)
    for kernel, stride, size in itertools.product(KERNELS, STRIDES, SIZES)
    if (kernel + stride + size[0]) % 2 or size == (5, 8)  # every kernel with every stride; other sizes with half
}
LAYERS |= {
    f"{layer.name}-{layer.activation}": around(layer, (4, 6))
    for activation in ACTIVATIONS
    for layer in (Conv2D(3, 3, 1, activation), Conv2DTranspose(3, 3, 2, activation))
}
LAYERS |= {
    f"dense-{activation}": Spec.autoencoder(
        encoder=(Flatten(), Dense(9, activation), Dense(5)),
        decoder=(Dense(7, activation), Dense(784, activation), Reshape((28, 28, 1))),
    )
    for activation in ACTIVATIONS
}
LAYERS |= {
    "depth_to_space-2": around(DepthToSpace(2), (3, 5), 12),
    "depth_to_space-3": around(DepthToSpace(3), (4, 2), 9),
    "depth_to_space-1": around(DepthToSpace(1), (4, 2), 3),
    "reshape": around(Reshape((2, 3, 6)), (4, 3), 3),
    "flatten": around(Flatten(), (4, 3), 3),
    "odd-image": Spec.autoencoder(
        encoder=(Conv2D(2, 5, 3, "relu"), Conv2D(3, 4, 3, "silu"), Flatten(), Dense(3)),
        decoder=(
            Dense(7 * 7 * 4, "silu"),
            Reshape((7, 7, 4)),
            DepthToSpace(2),
            Conv2DTranspose(2, 5, 2, "relu"),
            Conv2D(1, 4, 1, "sigmoid"),
        ),
    ),
}
# A skip connection, and a latent spread over a map beside it.
COLOUR = Spec(
    inputs={"luminance": (8, 8, 1), "chroma": (8, 8, 2)},
    latent="encoder",
    networks={
        "encoder": Network(("luminance", "chroma"), (Conv2D(2, 3, 2, "relu"), Flatten(), Dense(4))),
        "fine": Network(("luminance",), (Conv2D(3, 3, 1, "tanh"),)),
        "spread": Network(("encoder",), (Dense(64, "relu"), Reshape((8, 8, 1)))),
        "decoder": Network(("fine", "spread"), (Conv2D(2, 3, 1, "softmax"),)),
    },
)

# Nowhere a whole number of strides: down to a sixth, and up again beside the canvas itself.
OPEN = Spec(
    inputs={"photo": (None, None, 3), "mask": (None, None, 1)},
    networks={
        "down": Network(("photo", "mask"), (Conv2D(6, 3, 3, "silu"), Conv2D(8, 4, 2, "relu"))),
        "up": Network(("down",), (Conv2DTranspose(12, 5, 3, "tanh"), DepthToSpace(2))),
        "out": Network(("up", "mask"), (Conv2D(4, 3, 1, "softmax"),)),
    },
)

MODELS = aecore.available()
SPATIAL = aecore.available("spatial_denoiser")  # shipped, and with a map of numbers in place of a latent
RANDOM = [f"random-{i}" for i in range(200)]
WATCHED = 3  # images and latents whose outputs are compared layer by layer


def random_spec_of(name: str) -> Spec:
    """Return the Spec of one of RANDOM."""
    return random_spec(np.random.default_rng(RANDOM.index(name)))


def latent_dim_of(name: str) -> int:
    """Return the size of the latent, from a model's or a preset's name."""
    if name.startswith("dim"):
        return int(name.removeprefix("dim"))
    return 2 if name == "plane" else 16


def random_weights(spec: Spec, seed: int = 0) -> dict[str, np.ndarray]:
    """Return random weights for a Spec, scaled as at the start of a training: activations stay near 1."""
    rng = np.random.default_rng(seed)
    return {
        name: (rng.standard_normal(shape) / math.sqrt(math.prod(shape[:-1]))).astype(np.float32)
        for name, shape in spec.weight_shapes.items()
    }


def latent_tolerance(name: str) -> float:
    """Return the tolerance between the engines' latents of a model.

    The last of 64 numbers have hardly any effect on the picture: whitening scales them up, with their rounding errors.
    """
    return 3e-5 if name == "dim64" else 1e-5


def layer_tolerance(wanted: np.ndarray) -> float:
    """Return the tolerance between the engines' outputs of one layer: 1e-5, more where its numbers are large.

    float32 has 24 bits: near 100, which occurs inside some decoders, two neighbouring numbers differ by 8e-6, so a sum
    of many terms is not exact to 1e-5. There the tolerance is 2e-6 of the layer's largest number.
    """
    return max(1e-5, 2e-6 * float(np.abs(wanted).max()))
