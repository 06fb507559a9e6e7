from __future__ import annotations

import itertools

import numpy as np
import pytest

from aecore.core.color_fields import LATENT
from aecore.core.conditional import COMPONENTS, PARAMETERS, ConditionalMixture


def some(count: int = 3, seed: int = 0, deviation: float = 0.4) -> ConditionalMixture:
    parameters = np.random.default_rng(seed).normal(0, deviation, (count, PARAMETERS)).astype(np.float32)
    return ConditionalMixture.from_parameters(parameters)


def covariances(mixture: ConditionalMixture) -> np.ndarray:
    inverse = np.linalg.inv(mixture.whiteners)
    return inverse @ inverse.transpose(0, 1, 3, 2)


def test_parameters_are_logits_means_diagonals_and_what_is_below() -> None:
    parameters = np.zeros((1, PARAMETERS), np.float32)
    parameters[0, :COMPONENTS] = np.log(np.arange(1, COMPONENTS + 1))
    parameters[0, COMPONENTS + LATENT] = 7  # the second component's first mean
    parameters[0, COMPONENTS * (1 + LATENT) + 2] = np.log(3)  # the first component's third diagonal
    parameters[0, COMPONENTS * (1 + 2 * LATENT) + 1] = 5  # the first component's second below: row 2, column 0
    mixture = ConditionalMixture.from_parameters(parameters)
    np.testing.assert_allclose(np.exp(mixture.log_weights[0]), np.arange(1, COMPONENTS + 1) / 36, rtol=1e-6)
    assert mixture.means[0, 1, 0] == 7
    wanted = np.eye(LATENT)
    wanted[2, 2], wanted[2, 0] = 3, 5
    np.testing.assert_allclose(mixture.whiteners[0, 0], wanted, rtol=1e-6)
    spread = ConditionalMixture.from_parameters(parameters, spread=2.0)
    np.testing.assert_allclose(covariances(spread), 4 * covariances(mixture))


def test_draws_have_the_mixture_s_mean_and_covariance() -> None:
    mixture = some(2)
    draws = mixture.sample(60_000, np.random.default_rng(0))
    assert draws.shape == (2, 60_000, LATENT)
    weights = np.exp(mixture.log_weights)
    away = mixture.means - mixture.mean()[:, None]
    wanted = np.einsum("nk,nkij->nij", weights, covariances(mixture) + away[..., None] * away[..., None, :])
    scale = np.sqrt(np.einsum("nii->ni", wanted))
    np.testing.assert_allclose(draws.mean(axis=1), mixture.mean(), atol=0.03 * scale.max())
    for own, target, deviation in zip(draws, wanted, scale, strict=True):
        difference = np.cov(own, rowvar=False) - target
        assert np.abs(difference / np.outer(deviation, deviation)).max() < 0.05


NOISE = 0.3


def observations(count: int, hints: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(5)
    return rng.normal(size=(count, hints, LATENT)), rng.normal(size=(count, hints))


@pytest.mark.parametrize("hints", [1, 2, 40])
@pytest.mark.parametrize("noises", [(0.3,), (0.1, 0.5)])
def test_observations_condition_as_the_textbook_has_it(hints: int, noises: tuple[float, ...]) -> None:
    mixture, (rows, values) = some(), observations(3, hints)
    after = mixture.given(rows, values, noises)
    before, found = covariances(mixture), covariances(after)
    for n in range(3):
        weights = []
        for i, (noise, k) in enumerate(itertools.product(noises, range(COMPONENTS))):
            spread = rows[n] @ before[n, k] @ rows[n].T + noise * np.eye(hints)
            gain = before[n, k] @ rows[n].T @ np.linalg.inv(spread)
            error = values[n] - rows[n] @ mixture.means[n, k]
            np.testing.assert_allclose(after.means[n, i], mixture.means[n, k] + gain @ error, atol=1e-8)
            np.testing.assert_allclose(found[n, i], before[n, k] - gain @ rows[n] @ before[n, k], atol=1e-8)
            density = -(error @ np.linalg.solve(spread, error) + np.linalg.slogdet(spread)[1]) / 2
            weights.append(mixture.log_weights[n, k] + density)
        wanted = np.exp(np.array(weights) - max(weights))
        np.testing.assert_allclose(np.exp(after.log_weights[n]), wanted / wanted.sum(), atol=1e-9)
    assert (np.triu(after.whiteners, 1) == 0).all()  # still lower triangular: draws go on


def test_observations_in_two_parts_are_as_good_as_together() -> None:
    mixture, (rows, values) = some(), observations(3, 6)
    together = mixture.given(rows, values, [NOISE])
    parts = mixture.given(rows[:, :2], values[:, :2], [NOISE]).given(rows[:, 2:], values[:, 2:], [NOISE])
    np.testing.assert_allclose(parts.mean(), together.mean(), atol=1e-9)
    np.testing.assert_allclose(covariances(parts), covariances(together), atol=1e-9)


def test_values_that_do_not_fit_together_are_taken_for_noisy_ones() -> None:
    mixture, rows = some(1), np.ones((1, 8, LATENT))
    for values, noisy in ((np.full((1, 8), 0.5), False), (np.linspace(-3, 4, 8)[None], True)):
        weights = np.exp(mixture.given(rows, values, (0.01, 4.0)).log_weights[0])
        assert (weights[COMPONENTS:].sum() > 0.5) == noisy
    draws = mixture.given(rows, values, (0.01, 4.0)).sample(5, np.random.default_rng(0))
    assert draws.shape == (1, 5, LATENT)


def grams(count: int) -> np.ndarray:
    """Return metrics in which a few directions matter most."""
    factors = np.random.default_rng(3).normal(size=(count, LATENT, LATENT)) * 0.5 ** np.arange(LATENT)
    return factors @ factors.transpose(0, 2, 1)


def test_spread_draws_are_draws_of_the_mixture_each_by_itself() -> None:
    mixture, gram = some(1), grams(1)
    many = ConditionalMixture(*(np.repeat(part, 2_000, axis=0) for part in vars(mixture).values()))
    draws = many.spread_sample(5, np.repeat(gram, 2_000, axis=0), np.random.default_rng(0))
    alone = mixture.sample(50_000, np.random.default_rng(1))[0]
    spread = alone.std(axis=0)
    assert draws.shape == (2_000, 5, LATENT)
    for own in draws.transpose(1, 0, 2):  # the first, the second, ...
        np.testing.assert_allclose(own.mean(axis=0), mixture.mean()[0], atol=0.12 * spread.max())
        np.testing.assert_allclose(own.std(axis=0), spread, rtol=0.12)


def test_spread_draws_come_nearer_to_any_other_draw_than_independent_ones() -> None:
    mixture, gram, rng = some(400, deviation=0.1), grams(400), np.random.default_rng(0)
    truth = mixture.sample(1, rng)

    def nearest(draws: np.ndarray) -> float:
        away = draws - truth
        return float(np.einsum("nki,nij,nkj->nk", away, gram, away).min(axis=1).mean())

    assert nearest(mixture.spread_sample(10, gram, rng)) < 0.9 * nearest(mixture.sample(10, rng))


@pytest.mark.parametrize("count", [0, 1, 7, 1_500])
def test_any_number_of_draws_can_be_spread(count: int) -> None:
    draws = some(2).spread_sample(count, grams(2), np.random.default_rng(0))
    assert draws.shape == (2, count, LATENT)
    assert len(np.unique(draws[0].round(9), axis=0)) == count
