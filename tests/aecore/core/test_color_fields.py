from __future__ import annotations

import numpy as np

from aecore.core import color_fields
from aecore.core.chroma import pictures_of
from aecore.core.color_fields import CHANNELS, LATENT, NOISE
from aecore.core.color_whitening import whiten_fields


def some_fields(count: int = 4, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 0.5, (count, 8, 8, CHANNELS)).astype(np.float32)


def test_a_latent_weighs_the_fields() -> None:
    fields = some_fields()
    nothing, one = np.zeros((4, LATENT), np.float32), np.zeros((4, LATENT), np.float32)
    one[:, 3] = 2
    np.testing.assert_array_equal(color_fields.draw(fields, nothing), fields[..., :2])
    np.testing.assert_allclose(color_fields.draw(fields, one), fields[..., :2] + 2 * fields[..., 8:10], atol=1e-6)


def test_what_was_drawn_is_found_again() -> None:
    fields, latents = some_fields(), np.random.default_rng(1).normal(size=(4, LATENT))
    found = color_fields.solve(fields, color_fields.draw(fields, latents))
    np.testing.assert_allclose(found, latents, atol=5e-3)  # NOISE pulls a little towards zero
    exact = color_fields.solve(fields, color_fields.draw(fields, latents), noise=1e-9)
    np.testing.assert_allclose(exact, latents, atol=1e-5)


def test_no_other_latent_fits_better() -> None:
    fields, chroma = some_fields(), np.random.default_rng(1).normal(size=(4, 8, 8, 2)).astype(np.float32)
    found = color_fields.solve(fields, chroma)

    def cost(latents: np.ndarray) -> np.ndarray:
        errors = (color_fields.draw(fields, latents) - chroma).reshape(4, -1).astype(np.float64)
        return (errors**2).sum(axis=1) / NOISE + (latents.astype(np.float64) ** 2).sum(axis=1)

    for seed in range(20):
        move = np.random.default_rng(seed).normal(0, 0.05, found.shape).astype(np.float32)
        assert (cost(found + move) > cost(found)).all()


def test_whitening_changes_no_picture_and_makes_the_latents_white() -> None:
    rng = np.random.default_rng(2)
    features = rng.normal(size=(500, 4, 4, 12))
    kernel, bias = rng.normal(size=(12, CHANNELS)), rng.normal(size=CHANNELS)
    latents = (rng.normal(size=(500, LATENT)) @ rng.normal(size=(LATENT, LATENT)) + 3).astype(np.float32)
    fields = features @ kernel + bias
    _, basis = color_fields.parts(fields)
    gram = np.einsum("nkd,njd->kj", basis, basis) / len(basis)
    by_field = basis.reshape(500, LATENT, -1, 2).mean(axis=(0, 2))

    new_kernel, new_bias, effects = whiten_fields(kernel, bias, latents, gram, by_field[:, 1] - by_field[:, 0])
    new_fields = features @ new_kernel.astype(np.float64) + new_bias
    before = color_fields.draw(fields, latents)
    found = color_fields.solve(new_fields, before, noise=1e-12)
    np.testing.assert_allclose(color_fields.draw(new_fields, found), before, atol=1e-3 * np.abs(before).max())

    np.testing.assert_allclose(found.mean(axis=0), 0, atol=1e-3)
    np.testing.assert_allclose(np.cov(found, rowvar=False), np.eye(LATENT), atol=1e-3)
    _, basis = color_fields.parts(new_fields)
    gram = np.einsum("nkd,njd->kj", basis, basis) / len(basis)
    np.testing.assert_allclose(gram, np.diag(effects), atol=1e-4 * effects[0])
    assert (np.diff(effects) <= 0).all()
    by_field = basis.reshape(500, LATENT, -1, 2).mean(axis=(0, 2))
    assert (by_field[:, 1] >= by_field[:, 0] - 1e-5).all()  # a higher number is warmer


def test_the_gram_matrix_measures_how_far_pictures_move() -> None:
    rng = np.random.default_rng(2)
    even = np.broadcast_to(rng.normal(0, 0.2, (4, 1, 1, CHANNELS)), (4, 8, 8, CHANNELS)).astype(np.float32)
    latents, move = rng.normal(0, 0.1, (2, 4, LATENT))
    grey = np.full((4, 16, 16), 0.5, np.float32)
    before, after = (pictures_of(grey, color_fields.draw(even, one)) for one in (latents, latents + move))
    wanted = np.square(after.astype(np.float64) - before).mean(axis=(1, 2, 3))
    np.testing.assert_allclose(np.einsum("ni,nij,nj->n", move, color_fields.gram(even), move), wanted, rtol=1e-3)
