"""Every public function of images, latents or a seed: an empty batch gives an empty result, or else a sentence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import aecore
from aecore.core import statistics
from aecore.core.latents import latent_to_text, quantise
from aecore.core.mixture import fit_mixture
from aecore.data import augment, catalogue, dataset
from aecore.data.corruption import KINDS
from aecore.data.dataset import Dataset, Split, check_labels
from aecore.data.synthetic import synthetic_digits
from aecore.evaluation import likelihood, measures, picture
from aecore.export import images as pictures
from aecore.export import latent_files
from aecore.latent import attributes
from aecore.latent.atlas_file import load_atlas
from aecore.latent.directions import load_directions
from aecore.latent.interpolation import interpolate
from aecore.latent.pca import fit_pca, load_pca
from aecore.training import flat_map

NONE, SOME = np.zeros((0, 28, 28), np.float32), np.zeros((2, 28, 28), np.float32)
NO_LATENT, LATENTS = np.zeros((0, 16), np.float32), np.zeros((2, 16), np.float32)
RNG = np.random.default_rng(0)
SEED: Any = 0
WORD: Any = "far"
NOTHING: Any = None
LIST: Any = ["blur"]
HALF: Any = 0.5


def model() -> Any:
    return aecore.load("book")


def mixture() -> Any:
    return model().mixture


EMPTY: dict[str, tuple[Callable[[], np.ndarray], tuple[int, ...]]] = {
    "encode": (lambda: model().encode(NONE), (0, 16)),
    "decode": (lambda: model().decode(NO_LATENT), (0, 28, 28)),
    "reconstruct": (lambda: model().reconstruct(NONE), (0, 28, 28)),
    "refine": (lambda: model().refine(NONE, NO_LATENT), (0, 16)),
    "run": (lambda: model().run({"encoder": NO_LATENT}, "decoder"), (0, 28, 28, 1)),
    "sample": (lambda: mixture().sample(0, RNG), (0, 16)),
    **{f"corrupt, {kind}": (lambda kind=kind: aecore.corrupt(NONE, kind, 0.5, RNG), (0, 28, 28)) for kind in KINDS},
    "corrupt, a level each": (lambda: aecore.corrupt(NONE, "blur", np.zeros(0), RNG), (0, 28, 28)),
    "corrupt in colour": (lambda: aecore.corrupt(np.zeros((0, 8, 9, 3)), "scratches", 0.5, RNG), (0, 8, 9, 3)),
    "interpolate": (lambda: interpolate(LATENTS, np.zeros(0)), (0, 16)),
    "PCA, encode": (lambda: load_pca().encode(NONE), (0, 64)),
    "PCA, decode": (lambda: load_pca().decode(np.zeros((0, 64))), (0, 28, 28)),
    "attributes": (lambda: attributes.measure(NONE), (0, 5)),
    "estimate": (lambda: load_directions("book10").estimate(NO_LATENT), (0, 5)),
    "move": (lambda: load_directions("book10").move(NO_LATENT, "slant", 1), (0, 16)),
    "squared error": (lambda: likelihood.squared_error(NONE, NONE), (0,)),
    "log likelihood": (lambda: likelihood.log_likelihood(NONE, NONE, 0.1), (0,)),
    "best sigma": (lambda: likelihood.best_sigma(NONE, NONE), (0,)),
    "warps": (lambda: augment.warp_pool(NONE, 2, 0), (2, 0, 28, 28)),
    "no warps": (lambda: augment.warp_pool(SOME, 0, 0), (0, 2, 28, 28)),
    "no drawings": (lambda: augment.ink_pool(SOME, 0, 0), (0, 28, 28)),
    "to bytes": (lambda: dataset.to_bytes(NONE), (0, 28, 28)),
    "to float": (lambda: dataset.to_float(NONE), (0, 28, 28)),
    "labels": (lambda: check_labels(np.zeros(0, int), 0, 10), (0,)),
    "quantise": (lambda: quantise(NO_LATENT), (0, 16)),
    "flat map": (lambda: flat_map.flat(np.zeros((0, 2)), None, 10), (0, 2)),
}


@pytest.mark.parametrize("name", EMPTY)
def test_an_empty_batch_gives_an_empty_result(name: str) -> None:
    call, shape = EMPTY[name]
    assert call().shape == shape


def test_an_empty_batch_lies_on_a_map_as_well() -> None:
    real = load_atlas()
    assert real.project(NO_LATENT).shape == (0, 2)
    assert real.lift(np.zeros((0, 2)), NO_LATENT).shape == (0, 16)


REFUSED: dict[str, tuple[Callable[[], object], str]] = {
    # bytes, a NaN, a wrong shape, a wrong range, no array
    "bytes": (lambda: model().encode(np.zeros((1, 28, 28), np.uint8)), "got dtype uint8"),
    "NaN": (lambda: model().encode(np.full((1, 28, 28), np.nan)), "NaN or infinite"),
    "one image": (lambda: model().encode(np.zeros((28, 28))), r"wanted images \(N, 28, 28\).* got shape"),
    "beyond 1": (lambda: model().encode(np.full((1, 28, 28), 255.0)), "values from 255 to 255"),
    "a list": (lambda: model().encode([[0.0]]), "got list, not a NumPy array"),
    "an infinite latent": (lambda: model().decode(np.full((1, 16), np.inf)), "NaN or infinite"),
    "a short latent": (lambda: model().decode(np.zeros((1, 15))), r"wanted latents \(N, 16\)"),
    "whole latents": (lambda: model().decode(np.zeros((1, 16), int)), "got dtype int64"),
    "no latent for an image": (lambda: model().refine(SOME, NO_LATENT), "one latent per image"),
    "half a step": (lambda: model().refine(SOME, LATENTS, 0.5), "wanted steps, a whole number from 0 to 100"),
    "nothing given": (lambda: model().run({}, "decoder"), "wanted|needs|missing"),
    # a seed where a generator is wanted
    "corrupt, a seed": (
        lambda: aecore.corrupt(SOME, "blur", 0.5, SEED),
        r"wanted rng, such as np\.random\.default_rng",
    ),
    "corrupt, no generator": (lambda: aecore.corrupt(SOME, "blur", 0.5, NOTHING), "wanted rng"),
    "sample, a seed": (lambda: mixture().sample(2, 0), "wanted rng"),
    "sample, a negative count": (lambda: mixture().sample(-1, RNG), "wanted count, a whole number at least 0"),
    "sample, half": (lambda: mixture().sample(0.5, RNG), "wanted count"),
    # corruptions
    "an unknown kind": (lambda: aecore.corrupt(SOME, "snow", 0.5, RNG), "unknown corruption 'snow'"),
    "no kind": (lambda: aecore.corrupt(SOME, LIST, 0.5, RNG), "unknown corruption"),
    "level above 1": (lambda: aecore.corrupt(SOME, "blur", 1.5, RNG), "level must be one number"),
    "level NaN": (lambda: aecore.corrupt(SOME, "blur", float("nan"), RNG), "level must be one number"),
    "level in words": (lambda: aecore.corrupt(SOME, "blur", WORD, RNG), "level must be one number"),
    "levels of others": (lambda: aecore.corrupt(SOME, "blur", np.zeros(3), RNG), "level must be one number"),
    "mean of blur": (lambda: aecore.corrupt(SOME, "blur", 0.5, RNG, 0.1), "only gaussian noise has a mean"),
    "without pixels": (lambda: aecore.corrupt(np.zeros((2, 0, 28)), "blur", 0.5, RNG), "without a pixel"),
    # drawings
    "a drawing of floats": (lambda: aecore.normalize_drawing(np.zeros((28, 28))), "wanted a drawing as uint8"),
    "three channels": (lambda: aecore.normalize_drawing(np.zeros((9, 9, 3), np.uint8)), r"got shape \(9, 9, 3\)"),
    # latents, paths, maps
    "no stop": (lambda: interpolate(NO_LATENT, np.zeros(1)), "wanted finite latents"),
    "beyond the end": (lambda: interpolate(LATENTS, np.array([1.5])), "wanted places from 0 to 1"),
    "a latent's text, NaN": (lambda: latent_to_text(np.array([np.nan])), "finite numbers"),
    "a latent's file, NaN": (lambda: latent_files.latent_to_npy(np.array([np.nan])), "NaN"),
    "PCA of nothing": (lambda: fit_pca(NONE), "wanted images, at least 2; got 0"),
    "PCA of bytes": (lambda: fit_pca(np.zeros((9, 28, 28), np.uint8)), "got dtype uint8"),
    "PCA, a row": (lambda: load_pca().encode(np.zeros((1, 784))), r"wanted images \(N, 28, 28\)"),
    "PCA, a short latent": (lambda: load_pca().decode(np.zeros((1, 63))), r"wanted latents \(N, 64\)"),
    "PCA, too many": (lambda: load_pca().first(65), "wanted components, a whole number from 1 to 64"),
    "move by NaN": (lambda: load_directions().move(LATENTS, "slant", float("nan")), "wanted a finite amount"),
    "move in words": (lambda: load_directions().move(LATENTS, "slant", WORD), "wanted a finite amount; got 'far'"),
    "a mixture of nothing": (lambda: fit_mixture(NO_LATENT, 0), "wanted latents, at least 2; got 0"),
    "statistics of nothing": (lambda: statistics.measure(NO_LATENT, np.ones(16)), "wanted latents, at least 1"),
    "attributes of bytes": (lambda: attributes.measure(np.zeros((1, 28, 28), np.uint8)), "got dtype uint8"),
    # data
    "labels for others": (lambda: Split(SOME, np.zeros(3)), "3 labels, 2 images"),
    "one-hot labels": (lambda: Split(SOME, np.eye(10)[:2]).class_labels(10), r"wanted labels \(2,\).* one-hot rows"),
    "no labels": (lambda: Split(SOME).class_labels(10), "have no labels"),
    "shapes": (lambda: Dataset("a", "A", Split(SOME), Split(SOME[:, 1:]), Split(SOME)), "wanted images of one shape"),
    "few drawings": (lambda: synthetic_digits(0, 5), "wanted drawings, a whole number at least 10"),
    "a seed of -1": (lambda: synthetic_digits(-1), "wanted seed"),
    "an unknown data set": (lambda: catalogue.load("cats"), "There is no data set 'cats'"),
    "a fraction of 0": (lambda: catalogue.some_of(Dataset("a", "A", *[Split(SOME)] * 3), 0, 0), "wanted a fraction"),
    "drawings of nothing": (lambda: augment.ink_pool(NONE, 3, 0), "wanted images, at least 1"),
    "warps of one image": (lambda: augment.warp_pool(SOME[0], 2, 0), r"wanted images \(N, H, W\)"),
    # measures and pictures
    "mse of nothing": (lambda: measures.mse(NONE, NONE), "wanted images, at least 1"),
    "psnr of nothing": (lambda: measures.psnr(NONE, NONE), "wanted images, at least 1"),
    "ssim of nothing": (lambda: measures.ssim(NONE, NONE), "wanted images, at least 1"),
    "mse of others": (lambda: measures.mse(SOME, SOME[:1]), "wanted as many drawn images"),
    "error of others": (lambda: likelihood.squared_error(SOME, SOME[:1]), "wanted as many drawn images"),
    "recognition of nothing": (lambda: measures.recognition(np.zeros((0, 10)), np.zeros(0)), "at least 1"),
    "recognition, one-hot": (lambda: measures.recognition(np.zeros((2, 10)), np.eye(10)[:2]), r"wanted labels \(2,\)"),
    "confidence of nothing": (lambda: measures.confidence(np.zeros((0, 10))), "at least 1"),
    "one midpoint": (lambda: measures.midpoints(LATENTS[:1], 3, RNG), "at least 2"),
    "a filmstrip of nothing": (lambda: pictures.images_to_strip(NONE), "a filmstrip needs at least one image"),
    "a GIF of nothing": (lambda: pictures.images_to_gif(NONE), "an animation needs at least one image"),
    "a PNG of bytes": (lambda: pictures.image_to_png(np.zeros((28, 28), np.uint8)), "got dtype uint8"),
    "a scale of 0": (lambda: pictures.image_to_png(SOME[0], 0), "wanted scale, a whole number at least 1"),
    "a picture of nothing": (lambda: picture.picture({}), "at least one column"),
    # files
    "no model": (lambda: aecore.load("none"), "There is no model called 'none'"),
    "no name": (lambda: aecore.load(NOTHING), "There is no model called None"),
    "no file": (lambda: aecore.load_model("none.safetensors"), r"none\.safetensors is missing"),
    "no file name": (lambda: aecore.load_model("a\0b"), "No file can be called"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_anything_else_is_refused_with_a_sentence(name: str) -> None:
    call, says = REFUSED[name]
    with pytest.raises(ValueError, match=says) as caught:
        call()
    assert len(str(caught.value)) < 300


def test_images_without_ink_are_no_obstacle() -> None:
    assert not augment.redraw(SOME[0], 12, 0.5).any()
    pool = augment.ink_pool(SOME, 10, 0)
    assert np.isfinite(pool).all()
    assert pool[::5].any(axis=(1, 2)).all()  # the project's own strokes
