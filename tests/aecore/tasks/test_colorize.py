from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

import aecore
from aecore.core.chroma import luminance_of
from aecore.core.model_file import save_model
from aecore.tasks import Colorizer
from tests.aecore.colorizers import SPEC, small_colorizer, smooth_pictures
from tests.architectures import COLOUR, random_weights


@pytest.fixture(scope="module")
def model() -> Colorizer:
    return small_colorizer()


@pytest.fixture(scope="module")
def luminance() -> np.ndarray:
    return luminance_of(smooth_pictures(5))


def some_latents(count: int, scale: float = 0.1, seed: int = 0) -> np.ndarray:
    return (scale * np.random.default_rng(seed).standard_normal((count, 16))).astype(np.float32)


def some_hints(pictures: np.ndarray, count: int, seed: int = 0) -> list[list[Any]]:
    places = np.random.default_rng(seed).integers(0, 32, (len(pictures), count, 2))
    return [
        [(int(row), int(column), picture[row, column]) for row, column in own]
        for picture, own in zip(pictures, places, strict=True)
    ]


def errors_at(hints: list[list[Any]], pictures: np.ndarray) -> np.ndarray:
    """Return the squared error of each picture at its hints."""
    found = [
        [np.square(picture[row, column] - color).sum() for row, column, color in own]
        for picture, own in zip(pictures, hints, strict=True)
    ]
    return np.sum(found, axis=1)


def test_luminance_in_is_luminance_out(model: Colorizer, luminance: np.ndarray) -> None:
    pictures = model.decode(luminance, some_latents(5))
    assert (pictures.shape, pictures.dtype) == ((5, 32, 32, 3), np.float32)
    inside = (pictures > 0).all(axis=-1) & (pictures < 1).all(axis=-1)
    assert inside.mean() > 0.9
    assert np.ptp(pictures, axis=-1).mean() > 0.05
    np.testing.assert_allclose(luminance_of(pictures)[inside], luminance[inside], atol=1e-6)


def test_a_palette_moves_to_another_picture_whose_luminance_stays(model: Colorizer) -> None:
    pictures = smooth_pictures(6)
    given, palettes = luminance_of(pictures[:3]), model.encode(pictures[3:])
    recoloured = model.decode(given, palettes)
    inside = (recoloured > 0).all(axis=-1) & (recoloured < 1).all(axis=-1)
    np.testing.assert_allclose(luminance_of(recoloured)[inside], given[inside], atol=1e-6)
    assert np.abs(recoloured - model.decode(given, model.encode(pictures[:3]))).max() > 0.05


def test_encoding_what_was_decoded_returns_the_latents(model: Colorizer, luminance: np.ndarray) -> None:
    latents = some_latents(5, 0.03)
    pictures = model.decode(luminance, latents)
    assert pictures.min() > 0
    assert pictures.max() < 1
    # Chroma is averaged over two by two pixels after it was interpolated: what is left out is a detail of the fields.
    again = model.decode(luminance, model.encode(pictures))
    np.testing.assert_allclose(again, pictures, atol=0.02)
    assert np.square(again - pictures).mean() < 1e-2 * np.square(pictures - luminance[..., None]).mean()


def test_a_picture_s_own_latents_are_the_best_of_many(model: Colorizer) -> None:
    pictures = smooth_pictures(4)
    own, given = model.encode(pictures), luminance_of(pictures)
    least = np.square(model.decode(given, own) - pictures).mean(axis=(1, 2, 3))
    for seed in range(10):
        moved = model.decode(given, own + some_latents(4, 0.2, seed))
        assert (np.square(moved - pictures).mean(axis=(1, 2, 3)) > least).all()


def test_temperature_zero_is_the_most_likely(model: Colorizer, luminance: np.ndarray) -> None:
    wanted = model.most_likely(luminance)
    cold = model.propose(luminance, 3, np.random.default_rng(0), temperature=0.0)
    assert cold.shape == (5, 3, 16)
    np.testing.assert_allclose(cold, np.repeat(wanted[:, None], 3, axis=1), atol=1e-6)
    warm, hot = (model.propose(luminance, 3, np.random.default_rng(0), t) for t in (1.0, 2.0))
    np.testing.assert_allclose(hot - wanted[:, None], 2 * (warm - wanted[:, None]), atol=1e-4)


def test_the_same_seed_gives_the_same_draws(model: Colorizer, luminance: np.ndarray) -> None:
    first, again, other = (model.propose(luminance, 4, np.random.default_rng(seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).min(axis=(0, 1)).max() > 0
    assert np.abs(first[:, 0] - first[:, 1]).max() > 0.1


def test_draws_of_one_call_cover_what_many_would_show(model: Colorizer, luminance: np.ndarray) -> None:
    rng, given = np.random.default_rng(0), np.repeat(luminance, 40, axis=0)
    truth = model.decode(given, model.propose(given, 1, rng)[:, 0])

    def best_of_six(latents: np.ndarray) -> float:
        errors = [np.square(model.decode(given, one) - truth).mean(axis=(1, 2, 3)) for one in latents.swapaxes(0, 1)]
        return float(np.min(errors, axis=0).mean())

    alone = np.concatenate([model.propose(given, 1, rng) for _ in range(6)], axis=1)
    assert best_of_six(model.propose(given, 6, rng)) < best_of_six(alone)


def test_without_hints_the_fit_is_the_most_likely(model: Colorizer, luminance: np.ndarray) -> None:
    np.testing.assert_allclose(model.fit(luminance, [[]] * 5), model.most_likely(luminance), atol=1e-6)


def test_more_hints_never_raise_the_error_at_the_hints(model: Colorizer, luminance: np.ndarray) -> None:
    truth = model.decode(luminance, model.propose(luminance, 1, np.random.default_rng(3))[:, 0] / 4)
    hints = some_hints(truth, 6)
    unhinted = before = model.decode(luminance, model.most_likely(luminance))
    for count in range(1, 7):
        some = [own[:count] for own in hints]
        after = model.decode(luminance, model.fit(luminance, some))
        assert (errors_at(some, after) < errors_at(some, unhinted)).all()
        newest = [own[count - 1 : count] for own in hints]
        assert errors_at(newest, after).sum() < errors_at(newest, before).sum()
        before = after


def test_a_hint_that_is_given_often_is_obeyed(model: Colorizer, luminance: np.ndarray) -> None:
    redder = np.array([0.1, -0.1 * (0.299 - 0.114) / 0.587, -0.1])  # of the same luminance
    hint = (16, 16, luminance[0, 16, 16] + redder)
    once, often = (model.decode(luminance[:1], model.fit(luminance[:1], [[hint] * n])) for n in (1, 200))
    assert errors_at([[hint]], often) < errors_at([[hint]], once)


def test_a_picture_does_not_feel_its_neighbours(model: Colorizer) -> None:
    pictures = smooth_pictures(300)
    latents = model.encode(pictures)
    for i in (0, 255, 256, 299):
        np.testing.assert_allclose(model.encode(pictures[i : i + 1])[0], latents[i], atol=1e-4)


def test_an_empty_batch_gives_an_empty_batch(model: Colorizer) -> None:
    none = np.zeros((0, 32, 32), np.float32)
    rng = np.random.default_rng(0)
    assert model.encode(np.zeros((0, 32, 32, 3), np.float32)).shape == (0, 16)
    assert model.decode(none, np.zeros((0, 16), np.float32)).shape == (0, 32, 32, 3)
    assert model.propose(none, 4, rng).shape == (0, 4, 16)
    assert model.propose(none[:0], 0, rng).shape == (0, 0, 16)
    assert model.most_likely(none).shape == model.fit(none, []).shape == (0, 16)


GREY, LATENTS, RNG = np.zeros((2, 32, 32), np.float32), np.zeros((2, 16), np.float32), np.random.default_rng(0)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda m: m.encode(GREY), "wanted images (N, 32, 32, 3), floating point in [0, 1]; got shape (2, 32, 32)"),
        (lambda m: m.encode(np.zeros((1, 32, 32, 3), np.uint8)), "got dtype uint8"),
        (lambda m: m.decode(GREY + 2, LATENTS), "wanted luminance (N, 32, 32), floating point in [0, 1]; got values"),
        (lambda m: m.decode(GREY, LATENTS[:, :4]), "wanted latents (N, 16), floating point; got shape (2, 4)"),
        (lambda m: m.decode(GREY, LATENTS[:1]), "wanted as many latents as luminances; got 1 and 2"),
        (lambda m: m.most_likely(GREY[:, :16]), "wanted luminance (N, 32, 32)"),
        (lambda m: m.propose(GREY, 2.5, RNG), "wanted n, a whole number at least 0; got 2.5"),
        (lambda m: m.propose(GREY, 2, 0), "wanted rng, such as np.random.default_rng(0); got 0"),
        (lambda m: m.propose(GREY, 2, RNG, -1), "wanted temperature, a number from 0 to 10; got -1"),
        (lambda m: m.propose(GREY, 2, RNG, float("nan")), "wanted temperature, a number from 0 to 10; got nan"),
        (lambda m: m.fit(GREY, [[]]), "got 1 lists for 2 luminances"),
        (lambda m: m.fit(GREY, [[], [(40, 0, (0, 0, 0))]]), "rows and columns from 0 to 31"),
    ],
)
def test_anything_else_is_refused_with_what_came_and_what_was_wanted(
    call: Any, sentence: str, model: Colorizer
) -> None:
    with pytest.raises(ValueError, match=re.escape(sentence)):
        call(model)


def test_a_file_of_it_is_read_as_a_colorizer(model: Colorizer, tmp_path: Any, luminance: np.ndarray) -> None:
    save_model(model, tmp_path / "c.safetensors")
    again = aecore.load_model(tmp_path / "c.safetensors")
    assert isinstance(again, Colorizer)
    assert (again.statistics, again.latent_dim) == (model.statistics, 16)
    latents = some_latents(5)
    np.testing.assert_array_equal(again.decode(luminance, latents), model.decode(luminance, latents))


def test_other_networks_or_no_statistics_are_no_colorizer(model: Colorizer) -> None:
    with pytest.raises(ValueError, match="do not draw fields of chroma"):
        Colorizer(COLOUR, random_weights(COLOUR), model.statistics, {})
    with pytest.raises(ValueError, match="no statistics of 16 numbers"):
        Colorizer(SPEC, model.weights, None, {})  # type: ignore[arg-type]
