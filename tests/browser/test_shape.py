"""Measures of handwriting and moves of a shape in JavaScript, against Python's, in a real Chromium."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import Page

import aecore
from aecore.latent import attributes
from aecore.latent.atlas_file import load_atlas
from aecore.latent.shape import load_shape_network
from ui.server.routes import module_url, shape_network_url, url_of_model

LATENTS = load_atlas().latents[::50][:60]
MEASURE = """async ([address, images]) => {
    const { measure } = await import(address);
    return images.map((image) => measure(Float32Array.from(image)).map((value) => (value === value ? value : null)));
}"""
MOVE = """async ([shape, engine, network, url, latents, name, amount]) => {
    const [{ loadShape }, { loadModel }] = await Promise.all([import(shape), import(engine)]);
    const [own, model] = await Promise.all([loadShape(network), loadModel(url)]);
    return latents.map((latent) => own.moved(latent, name, amount, (to) => model.decode(Float32Array.from(to))));
}"""


def at(app: str, address: str) -> str:
    return f"{app}/{address}"


def test_measures_are_pythons(modules: Page, app: str) -> None:
    images = np.concatenate([aecore.load().decode(LATENTS), np.zeros((1, 28, 28), np.float32), np.eye(28)[None]])
    address = at(app, module_url("frontend/lib/handwriting.js"))
    got = np.array(modules.evaluate(MEASURE, [address, images.reshape(len(images), -1).tolist()]), float)
    wanted = attributes.measure(images.astype(np.float32))
    assert np.isnan(wanted[:-2, 4]).any()
    np.testing.assert_allclose(got, wanted, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize(("name", "amount"), [("slant", 10.0), ("width", -2.0), ("roundness", 0.1), ("thickness", 1.5)])
def test_moves_are_pythons(modules: Page, app: str, name: str, amount: float) -> None:
    model = aecore.load()
    given = [module_url("features/draw/shape.js"), module_url("frontend/engine/engine.js")]
    files = [str(shape_network_url("default")), url_of_model("default")]
    arguments = [*(at(app, one) for one in (*given, *files)), LATENTS.tolist(), name, amount]
    got = np.array(modules.evaluate(MOVE, arguments))
    wanted = load_shape_network().move(model.decode, LATENTS, name, amount)
    difference = np.abs(got - wanted).max(axis=1)
    # A point of the fine grid that is hardly ink in one engine and hardly not in the other changes the measures.
    assert np.median(difference) < 1e-3
    assert (difference < 0.05).mean() > 0.9
