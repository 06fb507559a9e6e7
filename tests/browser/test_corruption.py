"""Corruption in JavaScript must mean what it means in Python; the generators differ, so statistics are compared."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page
from scipy.stats import ks_2samp, poisson

import aecore
from aecore.data import strokes
from ui.features.denoise.state import NOISE_KINDS

SEEDS = 200
RUN = """async ([image, kind, level, seeds, options]) => {
    const { corrupt } = await import('../lib/corruption.js');
    const given = new Float32Array(image);
    const out = new Float32Array(784 * seeds);
    for (let seed = 1; seed <= seeds; seed++) out.set(corrupt(given, kind, level, seed, options), 784 * (seed - 1));
    if (image.some((v, i) => given[i] !== Math.fround(v))) throw new Error('the image handed in was changed');
    let text = '';
    for (const byte of new Uint8Array(out.buffer)) text += String.fromCharCode(byte);
    return btoa(text);
}"""


@pytest.fixture(scope="module")
def digit() -> np.ndarray:
    """Draw a sample digit and normalise it, with some grey on it: (28, 28)."""
    image = aecore.normalize_drawing(strokes.render([strokes.flatten(line) for line in strokes.commands(3)]))
    assert image is not None
    image[:, :6] = 0.3
    return image


def corrupted(page: Page, image: np.ndarray, kind: str, level: float, seeds: int = SEEDS, **options: Any) -> np.ndarray:
    """Corrupt an image in JavaScript with the seeds 1, 2, ...: (seeds, 28, 28)."""
    text = page.evaluate(RUN, [image.ravel().tolist(), kind, level, seeds, options])
    return np.frombuffer(base64.b64decode(text), np.float32).reshape(seeds, 28, 28)


def alike(mine: np.ndarray, wanted: np.ndarray) -> None:
    """Assert that two sets of corrupted images (N, 28, 28) have the same distribution, as far as this many tell."""
    count = len(mine)
    spread = np.maximum(mine.std(axis=0), wanted.std(axis=0)) * np.sqrt(2 / count)
    assert np.all(np.abs(mine.mean(axis=0) - wanted.mean(axis=0)) < 5 * spread + 1e-5)  # pixel by pixel
    for statistic in (np.mean, np.std, np.max):
        per_image = [statistic(images, axis=(1, 2)) for images in (mine, wanted)]
        assert ks_2samp(*per_image).pvalue > 1e-4
    places = np.s_[:, ::3, ::3]
    assert ks_2samp(mine[places].ravel()[:20000], wanted[places].ravel()[:20000]).statistic < 0.03


@pytest.mark.parametrize("kind", NOISE_KINDS)
@pytest.mark.parametrize("level", [0.0, 0.1, 0.5, 1.0])
def test_each_level_means_what_it_means_in_python(modules: Page, digit: np.ndarray, kind: str, level: float) -> None:
    mine = corrupted(modules, digit, kind, level)
    wanted = aecore.corrupt(np.repeat(digit[None], SEEDS, axis=0), kind, level, np.random.default_rng(1))
    if level == 0 or kind in ("blur", "low_contrast"):
        np.testing.assert_allclose(mine, wanted, atol=1e-5)
    else:
        alike(mine, wanted)


@pytest.mark.parametrize("mean", [-0.5, 0.0, 0.3])
def test_gaussian_noise_has_a_mean_of_its_own(modules: Page, digit: np.ndarray, mean: float) -> None:
    mine = corrupted(modules, digit, "gaussian", 0.25, mean=mean)
    images = np.repeat(digit[None], SEEDS, axis=0)
    alike(mine, aecore.corrupt(images, "gaussian", 0.25, np.random.default_rng(1), mean=mean))


def test_shot_noise_is_poisson_at_every_brightness(modules: Page) -> None:
    ramp = np.repeat(np.linspace(0, 0.5, 28, dtype=np.float32)[None], 28, axis=0)
    for level in (0.1, 0.3, 0.6):
        mine = corrupted(modules, ramp, "shot", level)
        counts = np.arange(400)[:, None]
        light, chances = np.minimum(counts * level**2, 1), poisson.pmf(counts, ramp[0] / level**2)
        wanted = (light * chances).sum(axis=0)
        error = np.sqrt(((light - wanted) ** 2 * chances).sum(axis=0) / mine[..., 0].size)
        assert np.all(np.abs(mine.mean(axis=(0, 1)) - wanted) < 5 * error + 1e-6)
        np.testing.assert_allclose(np.unique(np.round(mine[mine < 1] / level**2 % 1, 3) % 1), 0)


def test_a_square_goes_where_it_is_put_and_stays_within_the_picture(modules: Page) -> None:
    white = np.ones((28, 28), np.float32)
    for top, left in ((0, 0), (5, 9), (28, 28)):
        [image] = corrupted(modules, white, "occlusion", 0.5, 1, box={"top": top, "left": left})
        rows, columns = np.nonzero(image == 0)
        assert (rows.min(), columns.min()) == (min(top, 14), min(left, 14))
        assert (np.ptp(rows), np.ptp(columns), len(rows)) == (13, 13, 14 * 14)


def test_a_seed_is_a_pattern_that_the_level_only_scales(modules: Page) -> None:
    grey = np.full((28, 28), 0.5, np.float32)
    low, high = (corrupted(modules, grey, "gaussian", level, 2, mean=0) - 0.5 for level in (0.05, 0.1))
    np.testing.assert_allclose(high, 2 * low, atol=1e-6)
    assert abs(np.corrcoef(low.reshape(2, -1))[0, 1]) < 0.2
    for kind in NOISE_KINDS:
        first, again = (corrupted(modules, grey, kind, 0.4, 3) for _ in range(2))
        np.testing.assert_array_equal(first, again)
