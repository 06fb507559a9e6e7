"""Refining a latent in JavaScript must lead where it leads in Python."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page

import aecore
from aecore import Autoencoder
from aecore.core.pretrained import sha256
from aecore.core.refine import DAMPING, SOFTER, SOFTEST, STIFFEN, STIFFER, STIFFEST
from aecore.data import strokes
from ui.server.routes import model_url

RUN = """async ([url, image, latent, steps]) => {
    const { loadModel } = await import('./engine.js');
    const { DAMPING, refineStep } = await import('./refine.js');
    const model = await loadModel(url);
    const start = new Float32Array(latent);
    const target = image ? new Float32Array(image) : model.decode(start);
    const out = [];
    let state = { latent: start, damping: DAMPING };
    for (let i = 0; i < steps; i++) {
        state = refineStep(model, target, state.latent, state.damping);
        out.push({ ...state, latent: Array.from(state.latent) });
    }
    if (latent.some((v, i) => start[i] !== Math.fround(v))) throw new Error('the latent handed in was changed');
    return out;
}"""


@pytest.fixture(scope="module")
def model() -> Autoencoder:
    return aecore.load("default")


def sample(digit: int) -> np.ndarray:
    """Draw a sample digit and normalise it: (1, 28, 28)."""
    image = aecore.normalize_drawing(strokes.render([strokes.flatten(line) for line in strokes.commands(digit)]))
    assert image is not None
    return image[None]


def refine(page: Page, app: str, image: np.ndarray | None, latent: np.ndarray, steps: int) -> list[dict[str, Any]]:
    """Refine in JavaScript and return every step; without an image, towards the one that the latent draws."""
    url = f"{app}/{model_url('default', sha256('default'))}"
    out: list[dict[str, Any]] = page.evaluate(
        RUN, [url, None if image is None else image.ravel().tolist(), latent.ravel().tolist(), steps]
    )
    return out


@pytest.mark.parametrize("digit", [0, 2, 4, 7, 8])
def test_three_steps_lead_where_they_lead_in_python(app: str, modules: Page, model: Autoencoder, digit: int) -> None:
    image = sample(digit)
    latent = model.encode(image)
    damping = DAMPING
    for count, mine in enumerate(refine(modules, app, image, latent, 3), 1):
        wanted = model.refine(image, latent, count)
        # Both find the same within 0.00002, unless a step gains less than rounding: then only one may take it.
        np.testing.assert_allclose(mine["latent"], wanted[0], atol=5e-3)
        # Pixels differ by 1e-6, and what is missing is about 0.03 per pixel: 2 * 1e-6 / 0.03, relative to its square.
        assert mine["error"] == pytest.approx(np.square(image - model.decode(wanted)).mean(dtype=np.float64), rel=1e-4)
        possible = (SOFTER, STIFFER) if mine["improved"] else (STIFFEN,)
        assert any(mine["damping"] == pytest.approx(max(damping * factor, SOFTEST)) for factor in possible)
        damping = mine["damping"]
    assert np.abs(wanted - latent).max() > 0.03  # it was not there from the start


def test_a_latent_that_cannot_be_bettered_stays_and_the_damping_rises(app: str, modules: Page) -> None:
    latent = np.linspace(-1, 1, 16, dtype=np.float32)
    for count, mine in enumerate(refine(modules, app, None, latent, 10), 1):
        assert not mine["improved"]
        assert mine["error"] == 0
        assert mine["latent"] == latent.tolist()
        assert mine["damping"] == pytest.approx(min(DAMPING * STIFFEN**count, STIFFEST))
