"""Refining a latent in JavaScript must lead where it leads in Python."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

import aecore
from aecore import Autoencoder, strokes
from ui.static_files import model_url, module_url

STEPS = 3
RUN = """async ([url, image, latent, steps]) => {
    const { loadModel } = await import('./engine.js');
    const { DAMPING, refineStep } = await import('./refine.js');
    const model = await loadModel(url);
    const given = new Float32Array(latent);
    const out = [];
    let state = { latent: given, damping: DAMPING };
    for (let i = 0; i < steps; i++) {
        state = refineStep(model, new Float32Array(image), state.latent, state.damping);
        out.push({ ...state, latent: Array.from(state.latent) });
    }
    return { start: DAMPING, steps: out, untouched: latent.every((v, i) => given[i] === v) };
}"""


@pytest.fixture(scope="module")
def modules(app: str, chromium: Browser) -> Iterator[Page]:
    """A page from which our modules can be imported by name."""
    page = chromium.new_page()
    page.goto(f"{app}/{module_url('refine.js')}")
    yield page
    page.close()


@pytest.fixture(scope="module")
def model() -> Autoencoder:
    return aecore.load("default")


def sample(digit: int) -> np.ndarray:
    """Draw a sample digit and normalise it: (1, 28, 28)."""
    lines = [strokes.flatten(stroke) for stroke in strokes.commands(digit)]
    image = aecore.normalize_drawing(strokes.render(lines))
    assert image is not None
    return image[None]


def error(model: Autoencoder, image: np.ndarray, latent: np.ndarray) -> float:
    return float(np.square(image - model.decode(latent)).mean(dtype=np.float64))


def in_javascript(page: Page, app: str, image: np.ndarray, latent: np.ndarray) -> dict[str, Any]:
    url = f"{app}/{model_url('default', 'test')}"
    result: dict[str, Any] = page.evaluate(RUN, [url, image.ravel().tolist(), latent.ravel().tolist(), STEPS])
    return result


@pytest.mark.parametrize("digit", [0, 2, 4, 7, 8])
def test_three_steps_lead_where_they_lead_in_python(app: str, modules: Page, model: Autoencoder, digit: int) -> None:
    image = sample(digit)
    latent = model.encode(image)
    mine = in_javascript(modules, app, image, latent)
    for count, step in enumerate(mine["steps"], 1):
        wanted = model.refine(image, latent, count)
        print(digit, count, np.abs(np.array(step["latent"]) - wanted[0]).max(), step["error"], error(model, image, wanted), step["improved"], np.abs(wanted-latent).max())
