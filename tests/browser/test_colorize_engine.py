"""What the Colorize page computes in the browser agrees with NumPy's Colorizer."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page

from aecore import tasks
from aecore.core import color_fields
from aecore.core.chroma import chroma_of, luminance_of, space_to_depth
from aecore.core.conditional import ConditionalMixture
from aecore.core.pretrained import sha256
from aecore.tasks.colorize import FIELDS, LUMINANCE, PRIOR, Colorizer
from tests.browser.engine_page import call, numbers, text
from ui.server.routes import model_url

COLORIZE = """
    const at = (name) => import(`../../features/colorize/${name}.js`);
    const [{ Fields }, { Mixture }] = [await at('fields'), await at('mixtures')];
    const { cellsOf, spaceToDepth } = await at('studio');
    const [url, luminance, ...others] = given;
    const model = await loadModel(url);
    const seen = { luminance: spaceToDepth(numbers(luminance)) };
    const [output, expected] = [model.run(seen, 'fields'), model.run(seen, 'prior')];
    const fields = new Fields(output), prior = Mixture.of(expected);
"""


@pytest.fixture(scope="module")
def colorizer() -> Colorizer:
    found = tasks.load("colorizer")
    assert isinstance(found, Colorizer)
    return found


@pytest.fixture(scope="module")
def pictures() -> np.ndarray:
    """Pictures (4, 32, 32, 3): smooth, striped, dark, random."""
    rng = np.random.default_rng(0)
    ramp = np.linspace(0, 1, 32, dtype=np.float32)
    smooth = np.stack(np.broadcast_arrays(ramp[:, None], ramp[None], 0.5 * (ramp[:, None] + 1 - ramp)), axis=-1)
    striped = np.where(np.arange(32)[:, None, None] % 8 < 4, (0.9, 0.3, 0.1), (0.2, 0.5, 0.8))
    striped = np.broadcast_to(striped, (32, 32, 3))
    dark = 0.2 * rng.random((32, 32, 3))
    return np.stack([smooth, striped, dark, rng.random((32, 32, 3))]).astype(np.float32)


@pytest.fixture
def given(app: str, pictures: np.ndarray) -> list[list[str]]:
    url = f"{app}/{model_url('colorizer', sha256('colorizer'))}"
    return [[url, text(luminance)] for luminance in luminance_of(pictures).astype(np.float32)]


def test_the_networks_agree(modules: Page, given: list[list[str]], colorizer: Colorizer, pictures: np.ndarray) -> None:
    seen = {LUMINANCE: space_to_depth(luminance_of(pictures))}
    wanted = [colorizer.run(seen, name) for name in (FIELDS, PRIOR)]
    for i, one in enumerate(given):
        found = call(modules, f"{COLORIZE} return [text(output), text(expected)];", *one)
        for values, name in zip(found, wanted, strict=True):
            scale = max(1.0, float(np.abs(name[i]).max()))
            np.testing.assert_allclose(numbers(values) / scale, name[i].ravel() / scale, atol=1e-5, rtol=0)


def test_the_colours_of_a_picture_and_the_most_likely_ones_agree(
    modules: Page, given: list[list[str]], colorizer: Colorizer, pictures: np.ndarray
) -> None:
    chroma = chroma_of(pictures) / 4
    wanted = colorizer.encode(pictures), colorizer.most_likely(luminance_of(pictures))
    for i, one in enumerate(given):
        body = "return [Array.from(fields.encode(numbers(others[0]))), prior.mean];"
        encoded, likely = call(modules, COLORIZE + body, *one, text(chroma[i].astype(np.float32)))
        np.testing.assert_allclose(encoded, wanted[0][i], atol=1e-4, rtol=1e-4)  # of a system of 16 equations
        np.testing.assert_allclose(likely, wanted[1][i], atol=1e-5, rtol=1e-4)


def test_a_latent_becomes_the_same_picture(
    modules: Page, given: list[list[str]], colorizer: Colorizer, pictures: np.ndarray
) -> None:
    latents = np.random.default_rng(1).standard_normal((len(pictures), 16)).astype(np.float32)
    wanted = colorizer.decode(luminance_of(pictures), latents)
    body = """
        const { Studio } = await at('studio');
        const size = { width: 32, height: 32 };
        const picture = { seen: numbers(luminance), luminance: numbers(luminance), chroma: null, ...size };
        const { data } = new Studio(model, picture, 'x').asDrawn(Array.from(numbers(others[0])));
        return Array.from(data);
    """
    for i, one in enumerate(given):
        drawn = np.array(call(modules, COLORIZE + body, *one, text(latents[i]))).reshape(32, 32, 4)
        np.testing.assert_allclose(drawn[..., :3], 255 * wanted[i], atol=0.51, rtol=0)  # a screen has whole numbers
        assert (drawn[..., 3] == 255).all()


@pytest.mark.parametrize("count", [1, 3, 12])
def test_hints_move_the_numbers_to_the_same_place(
    modules: Page, given: list[list[str]], colorizer: Colorizer, pictures: np.ndarray, count: int
) -> None:
    rng = np.random.default_rng(count)
    body = """
        const rows = [], values = [];
        for (const [y, x, chroma] of others[0]) fields.at(cellsOf(y, x)).forEach(({ row, offset }, channel) => {
            rows.push(row);
            values.push(4 * chroma[channel] - offset);
        });
        const { NOISES } = await at('hints');
        return prior.given(rows, values, NOISES).mean;
    """
    for i, one in enumerate(given):
        places = [(int(row), int(column)) for row, column in rng.integers(0, 32, (count, 2))]
        colours = rng.integers(0, 256, (count, 3))
        hints = [(row, column, tuple(colour / 255)) for (row, column), colour in zip(places, colours, strict=True)]
        wanted = colorizer.fit(luminance_of(pictures[i : i + 1]), [hints])[0]
        chroma = [chroma_of_colour(modules, colour) for colour in colours]
        there = [[row, column, one] for (row, column), one in zip(places, chroma, strict=True)]
        found = call(modules, COLORIZE + body, *one, there)
        np.testing.assert_allclose(found, wanted, atol=1e-4, rtol=1e-3)


def chroma_of_colour(modules: Page, colour: np.ndarray) -> Any:
    written = "#" + "".join(f"{value:02x}" for value in colour)
    body = (
        "const { chromaOfColour } = await import('../../features/colorize/chroma.js'); return chromaOfColour(given[0]);"
    )
    return call(modules, body, written)


def test_draws_have_the_mean_and_the_covariance_of_the_mixture(
    modules: Page, given: list[list[str]], colorizer: Colorizer, pictures: np.ndarray
) -> None:
    body = """
        const { generator } = await import('../lib/corruption.js'), random = generator(1);
        return Array.from({ length: 4000 }, () => prior.sample(others[0], random));
    """
    mixture = ConditionalMixture.from_parameters(
        colorizer.run({LUMINANCE: space_to_depth(luminance_of(pictures[:1]))}, PRIOR)
    )
    mean, draws = mixture.mean()[0], mixture.sample(4000, np.random.default_rng(0))[0]
    for temperature in (1, 0.5, 0):
        found = np.array(call(modules, COLORIZE + body, *given[0], temperature))
        spread = draws.std(axis=0).max()
        np.testing.assert_allclose(found.mean(axis=0), mean, atol=0.1 * spread)
        np.testing.assert_allclose(found.std(axis=0), temperature * draws.std(axis=0), atol=0.1 * spread)


def test_spread_draws_are_draws_and_come_nearer_to_others_than_independent_ones(
    modules: Page, given: list[list[str]], colorizer: Colorizer, pictures: np.ndarray
) -> None:
    body = """
        const { generator } = await import('../lib/corruption.js'), random = generator(1), gram = fields.gram();
        return Array.from({ length: 400 }, () => prior.spreadSamples(9, gram, others[0], random));
    """
    seen = {LUMINANCE: space_to_depth(luminance_of(pictures[:1]))}
    mixture = ConditionalMixture.from_parameters(colorizer.run(seen, PRIOR))
    mean, gram = mixture.mean()[0], color_fields.gram(colorizer.run(seen, FIELDS))[0]
    alone, truth = mixture.sample(4000, np.random.default_rng(0))[0], mixture.sample(400, np.random.default_rng(1))[0]
    for temperature in (1, 0.5):
        draws = np.array(call(modules, COLORIZE + body, *given[0], temperature))  # (400, 9, 16)
        spread = temperature * alone.std(axis=0)
        for own, least in ((draws[:, 0], 0.4), (draws[:, 8], 0.4), (draws.reshape(-1, 16), 0.15)):
            np.testing.assert_allclose(own.mean(axis=0), mean, atol=least * spread.max())
            np.testing.assert_allclose(own.std(axis=0), spread, rtol=least)
    draws = np.array(call(modules, COLORIZE + body, *given[0], 1))

    def nearest(some: np.ndarray) -> float:
        away = some - truth[:, None]
        return float(np.einsum("nki,ij,nkj->nk", away, gram, away).min(axis=1).mean())

    assert nearest(draws) < nearest(alone[:3600].reshape(400, 9, 16))
