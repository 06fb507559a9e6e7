"""Colorizers: the colour of a grey picture as the sixteen numbers of a latent.

Networks of the luminance alone draw fields of chroma, which the latent weighs (`core/color_fields.py`), and say which
latents are likely (`core/conditional.py`). All else is closed form: decoding is a weighted sum, encoding least squares,
hints condition a mixture of Gaussians.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from aecore.core import color_fields
from aecore.core.checks import check_images, check_latents, check_rng, check_whole
from aecore.core.chroma import chroma_of, luminance_of, pictures_of, space_to_depth
from aecore.core.color_fields import CHANNELS, LATENT
from aecore.core.conditional import PARAMETERS, ConditionalMixture
from aecore.core.hints import NOISES, Hint, check_hints, observe
from aecore.core.model import Model
from aecore.core.statistics import LatentStatistics

SIDE = 32  # of the pictures
LUMINANCE, FIELDS, PRIOR = "luminance", "fields", "prior"  # the input and the two outputs of the networks
_SHAPES = {LUMINANCE: (SIDE // 2, SIDE // 2, 4), FIELDS: (SIDE // 2, SIDE // 2, CHANNELS), PRIOR: (PARAMETERS,)}
_CHUNK = 256  # pictures at once: their fields take 9 MB


@dataclass(frozen=True)
class Colorizer(Model):
    """Gives grey pictures colours, from sixteen numbers; raises ValueError where the Spec is of another kind.

    Pictures are (N, 32, 32, 3) and luminances (N, 32, 32), ITU-R BT.601, both float in [0, 1]; latents are (N, 16).
    """

    statistics: LatentStatistics = field(repr=False)

    def __post_init__(self) -> None:
        shapes = {name: self.spec.shapes.get(name) for name in _SHAPES}
        if shapes != _SHAPES or list(self.spec.inputs) != [LUMINANCE]:
            raise ValueError("its networks do not draw fields of chroma and a prior from a luminance of 32 x 32")
        if self.statistics is None or len(self.statistics.low) != LATENT:
            raise ValueError(f"it has no statistics of {LATENT} numbers")

    @property
    def latent_dim(self) -> int:
        return LATENT

    def encode(self, pictures: np.ndarray) -> np.ndarray:
        """Return the latents (N, 16) float32 of pictures (N, 32, 32, 3): the least-squares solution for their chroma.

        Raises ValueError.
        """
        pictures = check_images(pictures, (SIDE, SIDE, 3))

        def encode(some: np.ndarray) -> np.ndarray:
            return color_fields.solve(self._fields(luminance_of(some)), chroma_of(some))

        return _in_chunks(encode, (LATENT,), pictures)

    def decode(self, luminance: np.ndarray, latents: np.ndarray) -> np.ndarray:
        """Return pictures (N, 32, 32, 3) float32 with this luminance (N, 32, 32), coloured by latents (N, 16).

        Up to clipping to [0, 1], the luminance is kept exactly. Raises ValueError.
        """
        luminance, latents = _check_luminance(luminance), check_latents(latents, LATENT)
        _check_same(luminance, latents, "latents")

        def decode(grey: np.ndarray, some: np.ndarray) -> np.ndarray:
            return pictures_of(grey, color_fields.draw(self._fields(grey), some))

        return _in_chunks(decode, (SIDE, SIDE, 3), luminance, latents)

    def propose(self, luminance: np.ndarray, n: int, rng: np.random.Generator, temperature: float = 1.0) -> np.ndarray:
        """Return `n` random latents for each luminance, (N, n, 16) float32.

        Each is the mean + `temperature` x (a draw of the prior - the mean): 0 gives `most_likely`. The draws of one
        luminance are spread out over the prior, so that few of them show much of what is possible (stratified
        sampling); those of several calls are independent. Raises ValueError.
        """
        luminance, n, rng = _check_luminance(luminance), check_whole(n, "n", 0), check_rng(rng)
        temperature = _check_temperature(temperature)

        def propose(grey: np.ndarray) -> np.ndarray:
            prior = self._prior(grey)
            mean = prior.mean()[:, None]
            draws = prior.spread_sample(n, color_fields.gram(self._fields(grey)), rng)
            return mean + temperature * (draws - mean)

        return _in_chunks(propose, (n, LATENT), luminance)

    def most_likely(self, luminance: np.ndarray) -> np.ndarray:
        """Return the mean of the prior for each luminance, (N, 16) float32; raises ValueError."""
        return _in_chunks(lambda grey: self._prior(grey).mean(), (LATENT,), _check_luminance(luminance))

    def fit(self, luminance: np.ndarray, hints: Sequence[Sequence[Hint]]) -> np.ndarray:
        """Return the mean latents (N, 16) float32 given the luminance and a list of hints for each, maybe empty.

        A hint is (row, column, (red, green, blue)): the colour, in [0, 1], that the pixel is to have; only its chroma
        counts. Without hints, this is `most_likely`. Raises ValueError.
        """
        luminance = _check_luminance(luminance)
        hints = check_hints(hints, len(luminance), SIDE)
        out = np.empty((len(luminance), LATENT), np.float32)
        for rows in _chunks(len(luminance)):
            grey = luminance[rows]
            parameters, fields = self.run({LUMINANCE: space_to_depth(grey)}, PRIOR), self._fields(grey)
            for i, own in enumerate(hints[rows]):
                prior = ConditionalMixture.from_parameters(parameters[i : i + 1])
                if own:
                    prior = prior.given(*observe(fields[i], own), NOISES)
                out[rows.start + i] = prior.mean()[0]
        return out

    def _fields(self, luminance: np.ndarray) -> np.ndarray:
        """Return the fields (N, 16, 16, 34) of luminances (N, 32, 32)."""
        return self.run({LUMINANCE: space_to_depth(luminance)}, FIELDS)

    def _prior(self, luminance: np.ndarray) -> ConditionalMixture:
        return ConditionalMixture.from_parameters(self.run({LUMINANCE: space_to_depth(luminance)}, PRIOR))


def _check_luminance(luminance: Any) -> np.ndarray:
    try:
        return check_images(luminance, (SIDE, SIDE))
    except ValueError as error:
        raise ValueError(str(error).replace("wanted images", "wanted luminance")) from None


def _check_same(luminance: np.ndarray, others: np.ndarray, name: str) -> None:
    if len(luminance) != len(others):
        raise ValueError(f"wanted as many {name} as luminances; got {len(others)} and {len(luminance)}")


def _check_temperature(temperature: float) -> float:
    ok = isinstance(temperature, int | float | np.floating) and not isinstance(temperature, bool)
    if not ok or not 0 <= temperature <= 10:
        raise ValueError(f"wanted temperature, a number from 0 to 10; got {temperature!r:.40}")
    return float(temperature)


def _chunks(count: int) -> Iterator[slice]:
    for start in range(0, count, _CHUNK):
        yield slice(start, min(start + _CHUNK, count))


def _in_chunks(run: Callable[..., np.ndarray], shape: tuple[int, ...], *arrays: np.ndarray) -> np.ndarray:
    """Return the results (n, *shape) of `run` on chunks of arrays (N, ...), as (N, *shape) float32."""
    out = np.empty((len(arrays[0]), *shape), np.float32)
    for rows in _chunks(len(out)):
        out[rows] = run(*(array[rows] for array in arrays))
    return out
