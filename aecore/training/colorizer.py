"""Trains a colorizer: fields of chroma first, then, in three stages, the prior of their latents."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from aecore.core import color_fields
from aecore.core.chroma import chroma_of, luminance_of, space_to_depth
from aecore.core.color_fields import LATENT
from aecore.core.color_whitening import whiten_fields
from aecore.core.conditional import COMPONENTS, ConditionalMixture
from aecore.core.forward import run
from aecore.core.model_file import round_weights
from aecore.core.spec import Spec
from aecore.core.statistics import measure
from aecore.data.augment import shifted
from aecore.data.dataset import Dataset, Split, to_float
from aecore.tasks.color_stages import GuessLatents
from aecore.tasks.colorize import FIELDS, LUMINANCE, PRIOR, Colorizer
from aecore.training.color_presets import COLOR_CENTRED, COLOR_STAGES, COPIES, SAME_LAYERS, SHIFT
from aecore.training.stages import OnEpoch, Stages, Weights

_AT_ONCE = 2_000  # pictures whose fields are drawn at once: 70 MB
_SOME = 1_000  # latents at which the sliders' effect is measured
_SPREADS = np.arange(0.9, 1.31, 0.02)  # factors of the prior's standard deviations that are tried


def train_colorizer(
    data: Dataset,
    checkpoint: Path,
    seed: int = 0,
    resume: bool = False,
    epochs: int | None = None,
    on_epoch: OnEpoch = lambda stage, epochs, progress: None,
) -> Colorizer:
    """Return a colorizer trained on photos (N, 32, 32, 3): whitened, rounded as in a file, with card and metrics.

    Each stage takes `epochs`, by default those of its preset, and is stored in a checkpoint of its own, from which it
    goes on with `resume`. Raises ValueError, and KeyboardInterrupt where a stage was interrupted.
    """
    stages = Stages(COLOR_STAGES, checkpoint, seed, resume, epochs, on_epoch)
    spec = stages.presets["fields"].spec
    fields = whitened(spec, stages.train("fields", data), data.train)
    held_out = Split(luminance_of(data.validation.as_float()), labelled(spec, fields, data.validation))

    def luminances(copies: list[np.ndarray]) -> Dataset:
        """Return the data of the later stages: luminances of copies of the training photos; their latents as labels."""
        splits = [Split(images) for images in copies]
        grey = np.concatenate([luminance_of(pictures) for split in splits for pictures in _pieces(split)])
        labels = np.concatenate([labelled(spec, fields, split) for split in splits])
        return dataclasses.replace(
            data, train=Split(grey, labels), validation=held_out, test=held_out.take(slice(0)), classes=()
        )

    photos, rng = data.train.images, np.random.default_rng(seed + 1)
    same = {
        f"glance.{i}.{part}": fields[f"{layer}.{part}"]
        for i, layer in enumerate(SAME_LAYERS)
        for part in ("kernel", "bias")
    }
    once = luminances([photos, photos[:, :, ::-1]])
    latents = once.train.known_labels()[: len(photos), :LATENT]
    prior = stages.train("prior", once, same)
    moved = luminances([shifted(photos, SHIFT, rng) for _ in range(COPIES)])
    prior = stages.train("shifted", moved, prior)
    prior = stages.train("centred", moved, prior)
    of_prior = stages.presets["prior"].spec
    prior, spread = calibrated(of_prior, prior, held_out)

    card = {
        **stages.card("colorizer", data, "prior"),
        "end_weight": COLOR_CENTRED.end_weight,
        "spread": round(spread, 3),
    }
    both = Spec(spec.inputs, {**spec.networks, **of_prior.networks})
    return completed(both, {**fields, **prior}, latents, data, card)


def completed(spec: Spec, weights: Weights, latents: np.ndarray, data: Dataset, card: Mapping[str, Any]) -> Colorizer:
    """Return the colorizer of trained weights, rounded as in a file, with statistics of latents (N, 16) and metrics."""
    draft = Colorizer(spec, round_weights(weights), measure(latents, np.ones(LATENT)), card, None, "colorizer")
    model = dataclasses.replace(draft, statistics=measure(latents, _effects(draft, data.train)))
    return dataclasses.replace(model, card={**card, "metrics": _metrics(model, data)})


def whitened(spec: Spec, weights: Weights, split: Split) -> Weights:
    """Return the weights of fields whose latents are white over a split, and ordered; rounded as in a file."""
    weights = round_weights(weights)  # before: what rounding changes is then whitened, too, but for the last layer
    last = f"{FIELDS}.{len(spec.networks[FIELDS].layers) - 1}"
    latents, gram, warmth = [], np.zeros((LATENT, LATENT)), np.zeros(LATENT)
    for pictures in _pieces(split):
        fields = _fields(spec, weights, pictures)
        latents.append(color_fields.solve(fields, chroma_of(pictures)))
        _, basis = color_fields.parts(fields)
        gram += (basis @ basis.transpose(0, 2, 1)).sum(axis=0) / len(split)
        blue, red = basis.reshape(len(basis), LATENT, -1, 2).mean(axis=2).sum(axis=0).T
        warmth += (red - blue) / len(split)
    kernel, bias, _ = whiten_fields(
        weights[f"{last}.kernel"], weights[f"{last}.bias"], np.concatenate(latents), gram, warmth
    )
    return round_weights({**weights, f"{last}.kernel": kernel, f"{last}.bias": bias})


def labelled(spec: Spec, weights: Weights, split: Split) -> np.ndarray:
    """Return the labels (N, 272) of a split's pictures, of which `GuessLatents` learns; the first 16 are latents."""

    def labels(pictures: np.ndarray) -> np.ndarray:
        fields = _fields(spec, weights, pictures)
        return GuessLatents.labels(color_fields.solve(fields, chroma_of(pictures)), fields)

    return np.concatenate([labels(pictures) for pictures in _pieces(split)])


def calibrated(spec: Spec, weights: Weights, held_out: Split) -> tuple[Weights, float]:
    """Return the weights of a prior, its standard deviations times the factor that makes latents likeliest; and it.

    The images of the split are luminances, its labels begin with their latents. A prior trained for long is too sure of
    itself. The factor is folded into the last layer.
    """
    latents = held_out.known_labels()[:, :LATENT]
    parameters = run(spec, weights, {LUMINANCE: space_to_depth(held_out.images)}, PRIOR)
    likely = [ConditionalMixture.from_parameters(parameters, s).log_density(latents).mean() for s in _SPREADS]
    spread = float(_SPREADS[int(np.argmax(likely))])
    last = f"{PRIOR}.{len(spec.networks[PRIOR].layers) - 1}"
    kernel, bias = (weights[f"{last}.{part}"].copy() for part in ("kernel", "bias"))
    diagonal = slice(COMPONENTS * (1 + LATENT), COMPONENTS * (1 + 2 * LATENT))
    bias[diagonal] -= np.log(spread)
    for part in (kernel, bias):
        part[..., diagonal.stop :] /= spread
    return {**weights, f"{last}.kernel": kernel, f"{last}.bias": bias}, spread


def _pieces(split: Split) -> Iterator[np.ndarray]:
    """Yield a split's pictures (n, 32, 32, 3) float32, some at a time."""
    for start in range(0, len(split), _AT_ONCE):
        yield split.as_float(slice(start, start + _AT_ONCE))


def _fields(spec: Spec, weights: Weights, pictures: np.ndarray) -> np.ndarray:
    return run(spec, weights, {LUMINANCE: space_to_depth(luminance_of(pictures))}, FIELDS)


def _effects(model: Colorizer, split: Split) -> np.ndarray:
    """Return the mean squared change of pictures, per number, when one dimension alone moves from -1 to +1."""
    pictures = to_float(split.images[:: max(1, len(split) // _SOME)])
    luminance, latents = luminance_of(pictures), model.encode(pictures)
    steps = np.eye(LATENT, dtype=np.float32)
    moved = [[model.decode(luminance, latents + sign * step) for sign in (1, -1)] for step in steps]
    return np.array([np.mean((after - before) ** 2) for after, before in moved])


def _metrics(model: Colorizer, data: Dataset) -> dict[str, float]:
    out: dict[str, float] = {}
    for name, split in (("validation", data.validation), ("test", data.test)):
        own = likely = 0.0
        for pictures in _pieces(split):
            luminance, part = luminance_of(pictures), len(pictures) / len(split)
            for_own, for_likely = (
                np.mean((model.decode(luminance, latents) - pictures) ** 2)
                for latents in (model.encode(pictures), model.most_likely(luminance))
            )
            own, likely = own + part * float(for_own), likely + part * float(for_likely)
        out |= {f"{name}_own_mse": round(own, 6), f"{name}_likely_mse": round(likely, 6)}
    return out
