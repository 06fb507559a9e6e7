"""The results of `aecore.evaluate`, as data."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from typing import Any


@dataclasses.dataclass(frozen=True, kw_only=True)
class Row:
    """The results of one model; None where a measure does not apply.

    Errors are squared errors per pixel against the clean images, pixels in [0, 1]; recognition and confidence are
    fractions, 0 to 1; `latent_*` are the largest deviations of the training images' latents from white ones.
    """

    name: str
    latent_dim: int
    weights: int
    bytes: int | None  # None: there is no file
    training_seconds: float | None
    encode_ms: float
    decode_ms: float
    validation_mse: float
    test_mse: float
    refined_mse: float | None = None
    psnr: float
    ssim: float
    recognition: float
    validation_denoising_mse: float | None = None  # None: not a denoiser
    test_denoising_mse: float | None = None
    midpoint_confidence: float
    slider_confidence: float
    sample_confidence: float | None = None  # None: no mixture
    gaussian_confidence: float
    latent_mean: float
    latent_variance: float
    latent_correlation: float


@dataclasses.dataclass(frozen=True)
class Drawings:
    """Recognition of digits drawn with one pen (px) at one size (fraction of the canvas), and of reconstructions."""

    pen: int
    extent: float
    recognition: float
    reconstructed: Mapping[str, float]  # by model


@dataclasses.dataclass(frozen=True, kw_only=True)
class Student:
    """How well a student replaces its teacher, on test digits.

    `psnr`: of its images against the teacher's, in dB, means over the images; of decoded test latents, of latents with
    one slider moved, with an attribute's slider moved (None: the teacher has no directions), and of reconstructions,
    each with its own encoder. `agreement`: the fraction of these images that the classifier gives the same class as the
    teacher's. `latent_difference`: mean absolute difference of the latents. Errors are squared, per pixel.
    """

    name: str
    weights: int
    encoder_bytes: int
    decoder_bytes: int
    decoded_psnr: float
    decoded_agreement: float
    slider_psnr: float
    slider_agreement: float
    attribute_psnr: float | None
    attribute_agreement: float | None
    reconstruction_psnr: float
    reconstruction_agreement: float
    latent_difference: float
    test_mse: float
    teacher_mse: float


@dataclasses.dataclass(frozen=True, kw_only=True)
class HeadRow:
    """How many digits the head of the model `name` tells from its latent, as fractions; and that model's error."""

    name: str
    weights: int
    bytes: int
    validation_accuracy: float
    test_accuracy: float
    test_mse: float


@dataclasses.dataclass(frozen=True)
class Judged:
    """The classifier's results on the original images: fractions, 0 to 1."""

    validation_recognition: float
    test_recognition: float
    test_confidence: float


@dataclasses.dataclass(frozen=True)
class Quality:
    """The quality of images against the clean ones: squared error per pixel; PSNR in dB, None if infinite; SSIM."""

    mse: float
    psnr: float | None
    ssim: float


@dataclasses.dataclass(frozen=True)
class Corrupted:
    """The arguments of `corrupt`, or the kind "clean", and the quality of the results."""

    kind: str
    level: float
    mean: float | None  # None: the kind has none
    found: Mapping[str, Quality] = dataclasses.field(default_factory=dict)  # "input", then by model

    @property
    def label(self) -> str:
        """The row's name in a table."""
        mean = "" if self.mean is None else f", mean {self.mean:g}"
        return self.kind if self.kind == "clean" else f"{self.kind} {self.level:g}{mean}"


@dataclasses.dataclass(frozen=True)
class Denoising:
    """The results of denoising the digits of one split, "validation" or "test"."""

    split: str
    digits: int
    seed: int
    rows: Sequence[Corrupted]


@dataclasses.dataclass(frozen=True)
class Report:
    """All results."""

    rows: Sequence[Row]
    drawings: Sequence[Drawings]
    classifier: Judged
    corruption: Mapping[str, Any]  # kind, level, seed
    refining_steps: int
    draws: int  # midpoints, slider moves and samples
    denoising: Denoising | None = None  # None: there is no model to denoise
    students: Sequence[Student] = ()
    heads: Sequence[HeadRow] = ()

    def json(self) -> str:
        """Return all results as JSON."""
        return json.dumps(dataclasses.asdict(self), indent=2)
