"""What a training in the browser takes: digits that it draws, a trainer, and the model that comes out of it."""

from __future__ import annotations

import base64
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page

import aecore
from aecore.core.mixture import fit_mixture
from aecore.core.statistics import measure
from aecore.data.strokes import STROKES
from aecore.data.synthetic import synthetic_digits

# A small network, its pictures and its trainer; `at` imports a module of frontend/training.
TRAINER = """
    const at = (name) => import(new URL(`../training/${name}.js`, location.href).href);
    const [{ Trainer }, pictures] = [await at("trainer"), await at("pictures")];
    const dense = (units, activation = "linear") => ({ layer: "dense", units, activation });
    const encoder = { reads: ["image"], layers: [{ layer: "flatten" }, dense(40, "silu"), dense(4)] };
    const layers = [dense(40, "silu"), dense(784, "sigmoid"), { layer: "reshape", shape: [28, 28, 1] }];
    const decoder = { reads: ["encoder"], layers };
    const spec = { inputs: { image: [28, 28, 1] }, latent: "encoder", networks: { encoder, decoder } };
    const text = (all) => btoa(Array.from(new Uint8Array(all.buffer), (v) => String.fromCharCode(v)).join(''));
"""


def run(page: Page, body: str, *given: object) -> Any:
    return page.evaluate(f"async (given) => {{{TRAINER}{body}}}", list(given))


def as_images(text: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), np.uint8).reshape(-1, 28, 28) / np.float32(255)


@pytest.fixture(scope="module")
def made(modules: Page, tmp_path_factory: pytest.TempPathFactory) -> tuple[aecore.Autoencoder, np.ndarray]:
    """A model that a trainer has come to, and the digits that it learned from."""
    file, images = run(
        modules,
        """
        const lessons = pictures.lessonsOf({ kind: "drawn", strokes: given[0], count: 640, seed: 5 });
        const trainer = new Trainer({ spec, batch: 64, rate: 5e-3, decay: 0, epochs: 6, seed: 1 }, lessons);
        while (!trainer.isOver) trainer.step();
        const { finished } = await at("finish");
        const images = new Uint8Array(640 * 784);
        for (let i = 0; i < 640; i++) images.set(lessons.train.image(i), 784 * i);
        const written = { encoder: encoder.layers, decoder: layers };
        return [text(finished(trainer, written, { name: "small" }, null)), text(images)];
        """,
        list(STROKES.values()),
    )
    path: Path = tmp_path_factory.mktemp("made") / "small.safetensors"
    path.write_bytes(base64.b64decode(file))
    model: aecore.Autoencoder = aecore.load_model(path)
    return model, as_images(images)


def test_its_latent_is_whitened_like_every_models(made: tuple[aecore.Autoencoder, np.ndarray]) -> None:
    model, images = made
    latents = model.encode(images)
    assert np.abs(latents.mean(axis=0)).max() < 0.02
    assert np.abs(np.cov(latents, rowvar=False) - np.eye(4)).max() < 0.03
    assert list(model.statistics.effect) == sorted(model.statistics.effect, reverse=True)


def test_its_statistics_are_those_that_python_measures(made: tuple[aecore.Autoencoder, np.ndarray]) -> None:
    model, images = made
    wanted = measure(model.encode(images), np.array(model.statistics.effect))
    assert np.allclose(model.statistics.low, wanted.low, atol=0.051)
    assert np.allclose(model.statistics.high, wanted.high, atol=0.051)
    counts, others = np.array(model.statistics.histogram), np.array(wanted.histogram)
    assert np.abs(counts - others).mean() < 3


def test_a_number_changes_the_image_as_much_as_it_says(made: tuple[aecore.Autoencoder, np.ndarray]) -> None:
    model, images = made
    latents = model.encode(images)
    for i, said in enumerate(model.statistics.effect):
        step = np.eye(4, dtype=np.float32)[i]
        change = model.decode(latents + step) - model.decode(latents - step)
        assert said == pytest.approx(float(np.mean(change**2)), rel=0.2)


def test_its_mixture_describes_latents_as_well_as_one_of_python(made: tuple[aecore.Autoencoder, np.ndarray]) -> None:
    model, images = made
    latents = model.encode(images)
    assert model.mixture is not None
    own, other = (mixture.weigh(latents)[0].mean() for mixture in (model.mixture, fit_mixture(latents, 0)))
    assert own > other - 0.25  # nats; a single Gaussian has 0.5 to 1 less


def test_the_digits_that_the_page_draws_can_be_read(modules: Page) -> None:
    drawn = run(
        modules,
        """
        const digits = new pictures.DrawnDigits(given[0], 200, 77), all = new Uint8Array(200 * 784);
        for (let i = 0; i < 200; i++) all.set(digits.image(i), 784 * i);
        return text(all);
        """,
        list(STROKES.values()),
    )
    images, known = as_images(drawn).reshape(200, -1), synthetic_digits().train
    others = known.as_float().reshape(len(known), -1)
    nearest = ((others**2).sum(axis=1) - 2 * images @ others.T).argmin(axis=1)
    assert np.mean(known.known_labels()[nearest] == np.arange(200) % 10) > 0.9
    assert len(np.unique(images, axis=0)) == 200


def test_an_error_beyond_all_bounds_ends_in_a_sentence(modules: Page) -> None:
    said = run(
        modules,
        """
        layers[1] = dense(784);
        const images = Uint8Array.from({ length: 64 * 784 }, (_, i) => (i * 37) % 256);
        const some = new pictures.Pictures({ images, labels: null, size: 784 });
        const settings = { spec, batch: 64, rate: 1e3, decay: 0, epochs: 50, seed: 1 };
        const trainer = new Trainer(settings, { train: some, held: some });
        try {
            while (!trainer.isOver) trainer.step();
            return "it went on";
        } catch (problem) {
            return problem.message;
        }
        """,
    )
    assert re.fullmatch(r"The error grew beyond all bounds after \d+ batch(es)?: try a smaller step size.", said)
