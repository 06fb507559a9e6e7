from __future__ import annotations

import time

import numpy as np
import pytest
from skimage.metrics import structural_similarity

from aecore.evaluation import measures


def test_a_perfect_reconstruction_has_no_error_and_full_similarity(blobs: np.ndarray) -> None:
    images = blobs[:20]
    assert measures.mse(images, images) == 0
    assert measures.psnr(images, images) == np.inf
    assert measures.ssim(images, images) == pytest.approx(1)


def test_errors_are_means_over_pixels_and_images(blobs: np.ndarray) -> None:
    images = blobs[:20] * 0.5
    drawn = images.copy()
    drawn[:10] += 0.1
    drawn[10:] += 0.01
    assert measures.mse(images, drawn) == pytest.approx((0.01 + 0.0001) / 2, rel=1e-4)
    assert measures.psnr(images, drawn) == pytest.approx((20 + 40) / 2, rel=1e-4)  # not the PSNR of the mean error


def test_similarity_falls_with_noise_and_says_nothing_of_strangers(blobs: np.ndarray) -> None:
    noise = np.random.default_rng(0).standard_normal((20, 28, 28)).astype(np.float32)
    little, much = (measures.ssim(blobs[:20], blobs[:20] + level * noise) for level in (0.05, 0.3))
    assert 1 > little > much
    assert measures.ssim(blobs[:20], blobs[20:40]) < 0.5


def test_similarity_is_the_mean_of_what_scikit_image_says_of_each_image(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measures, "STACK", 8)  # not a divisor of 20
    rng = np.random.default_rng(0)
    images, drawn = rng.random((2, 20, 28, 28), np.float32)
    images[::2], drawn[1::3] = 1, 0  # what is next to an image in the stack must not matter
    alone = [structural_similarity(a, b, data_range=1) for a, b in zip(images, drawn, strict=True)]
    assert measures.ssim(images, drawn) == pytest.approx(np.mean(alone), abs=1e-6)
    with pytest.raises(ValueError, match="as many"):
        measures.ssim(images, drawn[:19])


def test_recognition_and_confidence_look_at_the_likeliest_digit() -> None:
    probabilities = np.full((4, 10), 0.01)
    probabilities[np.arange(4), [3, 1, 4, 1]] = [0.91, 0.9, 0.5, 0.89]
    assert measures.recognition(probabilities, np.array([3, 1, 4, 2], np.uint8)) == 0.75
    assert measures.confidence(probabilities) == pytest.approx(0.8)


def test_midpoints_lie_between_two_different_latents() -> None:
    equal = np.full((7, 3), [1.0, -2.0, 3.0], np.float32)
    np.testing.assert_array_equal(measures.midpoints(equal, 20, np.random.default_rng(0)), np.tile(equal[:1], (20, 1)))
    two = np.array([[0.0, 0.0], [2.0, 4.0]], np.float32)
    np.testing.assert_array_equal(measures.midpoints(two, 20, np.random.default_rng(0)), np.tile([[1, 2]], (20, 1)))


def test_a_slider_moves_one_number_by_two_deviations_up_or_down() -> None:
    latents = np.tile(np.array([10.0, 20.0, 30.0], np.float32), (5, 1))
    before = latents.copy()
    deviations = np.array([1.0, 2.0, 0.5])
    change = measures.slider_moves(latents, deviations, 200, np.random.default_rng(0)) - before[0]
    assert (np.count_nonzero(change, axis=1) == 1).all()
    for column, deviation in zip(change.T, deviations, strict=True):
        assert set(column[column != 0]) == {-2 * deviation, 2 * deviation}
    np.testing.assert_array_equal(latents, before)  # the originals stay


@pytest.mark.parametrize(
    "draw", [measures.midpoints, lambda z, n, rng: measures.slider_moves(z, z.std(axis=0), n, rng)]
)
def test_the_same_seed_draws_the_same(draw: object) -> None:
    assert callable(draw)
    latents = np.random.default_rng(1).standard_normal((50, 4), np.float32)
    one, again, other = (draw(latents, 9, np.random.default_rng(seed)) for seed in (2, 2, 3))
    np.testing.assert_array_equal(one, again)
    assert (one != other).any()


@pytest.mark.parametrize("dim", [1, 2, 16])
def test_white_latents_are_white(dim: int) -> None:
    z = np.random.default_rng(0).normal(size=(500, dim))
    z -= z.mean(axis=0)
    white = z @ np.linalg.inv(np.linalg.cholesky(np.cov(z, rowvar=False, ddof=0).reshape(dim, dim))).T
    assert measures.whiteness(white) == pytest.approx((0, 0, 0), abs=1e-9)


def test_whiteness_finds_the_worst_of_each() -> None:
    a, b = np.tile([1.0, 1, -1, -1], 9), np.tile([1.0, -1, 1, -1], 9)  # white
    assert measures.whiteness(np.stack([a, b - 0.3], axis=1)) == pytest.approx((0.3, 0, 0))
    assert measures.whiteness(np.stack([a, b / 2], axis=1)) == pytest.approx((0, 0.75, 0))
    assert measures.whiteness(np.stack([a, 0.6 * a - 0.8 * b], axis=1)) == pytest.approx((0, 0, 0.6))


def test_time_is_the_median_in_milliseconds_of_one_run() -> None:
    given: list[np.ndarray] = []

    def run(batch: np.ndarray) -> None:
        given.append(batch)
        time.sleep(0.05 if len(given) == 9 else 0.002)  # one run that something else disturbs

    batch = np.zeros((1, 28, 28), np.float32)
    assert 2 <= measures.milliseconds(run, batch, repeats=9) < 40
    assert all(each is batch for each in given)


def test_every_channel_of_a_colour_image_counts_alike(blobs: np.ndarray) -> None:
    noisy = blobs[:12] + 0.2 * np.random.default_rng(1).standard_normal((12, 28, 28)).astype(np.float32)
    images, drawn = (np.stack([stack[:4], stack[4:8], stack[8:]], axis=-1) for stack in (blobs[:12], noisy))
    assert measures.ssim(images, drawn) == pytest.approx(measures.ssim(blobs[:12], noisy), abs=1e-6)
    assert measures.mse(images, drawn) == pytest.approx(measures.mse(blobs[:12], noisy), rel=1e-5)
    one = -10 * np.log10(np.mean((drawn - images) ** 2, axis=(1, 2, 3)))
    assert measures.psnr(images, drawn) == pytest.approx(one.mean(), rel=1e-5)
