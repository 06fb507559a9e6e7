"""The likelihood of a Gaussian decoder, which is largest where the squared error is smallest.

In the decoder's distribution of an image x, every pixel is Gaussian around the decoded one, x~, with deviation sigma.
For D pixels, log p(x | z) = -D/2 log(2 pi sigma^2) - |x - x~|^2 / (2 sigma^2) (Bishop, "Pattern Recognition and
Machine Learning", 2006, section 1.2.5). Images (N, H, W) in [0, 1], results (N,) float64; logarithms are natural.
"""

from __future__ import annotations

import math

import numpy as np


def squared_error(images: np.ndarray, drawn: np.ndarray) -> np.ndarray:
    """Return the squared error (N,) of each image, summed over pixels; raises ValueError for other shapes."""
    if images.shape != drawn.shape:
        raise ValueError(f"wanted as many drawn images as images; got {drawn.shape} and {images.shape}")
    squares = np.square(images.astype(np.float64) - drawn)
    return squares.sum(axis=tuple(range(1, squares.ndim)))


def normaliser(pixels: int, sigma: float) -> float:
    """Return -D/2 log(2 pi sigma^2), the term of the log-likelihood without the decoded image; raises ValueError."""
    if not (math.isfinite(sigma) and sigma > 0):
        raise ValueError(f"wanted a sigma above 0; got {sigma}")
    return -pixels / 2 * math.log(2 * math.pi * sigma**2)


def log_likelihood(images: np.ndarray, drawn: np.ndarray, sigma: float) -> np.ndarray:
    """Return log p(image | latent), (N,), of a Gaussian decoder whose output is `drawn`; raises ValueError."""
    return normaliser(math.prod(images.shape[1:]), sigma) - squared_error(images, drawn) / (2 * sigma**2)


def best_sigma(images: np.ndarray, drawn: np.ndarray) -> np.ndarray:
    """Return the sigma (N,) that maximises each image's likelihood: sigma^2 is its mean squared error."""
    return np.sqrt(squared_error(images, drawn) / math.prod(images.shape[1:]))
