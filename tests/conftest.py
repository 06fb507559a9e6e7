"""Fixtures for the tests of every folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

# Two threads of OpenBLAS on two busy cores wait for each other: 0.9 ms for a decode become 16 ms.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# Whoever opens the Train page lets TensorFlow start, which takes seconds of both cores; tests of just that change it.
os.environ.setdefault("AECORE_SPARE_WORKER", "no")

import numpy as np
import pytest
from filelock import FileLock
from hypothesis import settings

import aecore
from aecore.data.dataset import Dataset
from aecore.data.mnist import HOW_TO_GET, VALIDATION, load_mnist
from tests.architectures import LAYERS, MODELS, RANDOM, SPATIAL, random_spec_of, random_weights
from tests.browser.chromium import launch
from tests.random_specs import random_inputs
from tests.server import ROOT, Server, serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# derandomize: the same examples on every machine; deadline: a busy machine is not a failure.
settings.register_profile("aecore", deadline=None, derandomize=True, max_examples=60)
settings.load_profile("aecore")


# Two workers take whole files, in this order: the longest first, so that none is left for the end. Those that take
# about half a minute or more, as seen on a busy machine; the others follow as they are found.
LONGEST = (
    "browser/test_engine.py",
    "browser/test_stillness.py",
    "aecore/training/test_worker.py",
    "examples/test_notebooks.py",
    "browser/test_base_path.py",
    "browser/test_tour.py",
    "browser/test_own_pictures.py",
    "browser/test_photo.py",
    "aecore/data/test_photo.py",
    "aecore/data/test_photo_kinds.py",
    "browser/test_draw.py",
    "browser/test_denoise.py",
    "aecore/training/test_fit.py",
    "aecore/training/test_colorizer.py",
    "aecore/training/test_distillation.py",
    "browser/test_rooms.py",
    "browser/test_mine.py",
    "browser/test_layout.py",
    "browser/test_touch.py",
    "browser/test_access.py",
    "browser/test_page_frame.py",
    "browser/test_pages.py",
    "browser/test_learn.py",
    "browser/test_talk.py",
    "browser/test_colorize_own.py",
    "browser/test_colorize.py",
    "aecore/evaluation/test_evaluate.py",
    "browser/test_map.py",
    "aecore/tasks/test_shipped_colorizers.py",
    "browser/test_newcomer.py",
    "browser/test_privacy.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    order = {ROOT / "tests" / name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: order.get(item.path, len(order)))  # all else stays in its order


@pytest.fixture(scope="session")
def mnist() -> Dataset:
    """Return the real digits; tests that use them are skipped where $AECORE_MNIST names no file."""
    if not os.environ.get("AECORE_MNIST"):
        pytest.skip(f"needs MNIST, and $AECORE_MNIST is not set. {HOW_TO_GET}")
    return load_mnist()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Start a Chromium. It is here for all folders that drive one: two at a time in one process are not possible."""
    from playwright.sync_api import sync_playwright  # which tests without a browser do without

    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def app_server() -> Iterator[Server]:
    """Start the app for all tests that do not change it."""
    with serving() as server:
        yield server


@pytest.fixture(scope="session")
def app(app_server: Server) -> str:
    """Return the address of the app that all tests share."""
    return app_server.address


@pytest.fixture(scope="session")
def blobs() -> np.ndarray:
    """Return 600 images (600, 28, 28) somewhat like digits: thick pen strokes through random points."""
    return draw_strokes(600, np.random.default_rng(0))


def draw_strokes(count: int, rng: np.random.Generator) -> np.ndarray:
    """Return images of a stroke through three random points each: (count, 28, 28) float32 in [0, 1]."""
    points = rng.uniform(6, 22, (count, 3, 1, 2))
    along = np.linspace(0, 1, 24).reshape(1, 24, 1)
    a, b, c = points[:, 0], points[:, 1], points[:, 2]
    curve = (1 - along) ** 2 * a + 2 * along * (1 - along) * b + along**2 * c  # a quadratic Bezier, (count, 24, 2)
    rows = np.exp(-((np.arange(28) - curve[..., :1]) ** 2) / 3)  # (count, 24, 28)
    columns = np.exp(-((np.arange(28) - curve[..., 1:]) ** 2) / 3)
    return np.clip(np.einsum("npy,npx->nyx", rows, columns) * 0.8, 0, 1).astype(np.float32)


def write_strokes(path: Path, training: int, test: int, seed: int) -> Path:
    """Write a data set of strokes in Keras' layout, with 5,000 more for validation; every label is 0."""
    images = np.rint(draw_strokes(VALIDATION + training + test, np.random.default_rng(seed)) * 255).astype(np.uint8)
    labels = np.zeros(len(images), np.uint8)
    np.savez(path, x_train=images[test:], y_train=labels[test:], x_test=images[:test], y_test=labels[:test])
    return path


@pytest.fixture(scope="session")
def run_python() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Return a function that runs Python in a separate process, from the project's folder."""

    def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            timeout=240,
        )

    return run


@pytest.fixture(scope="session")
def jobs(blobs: np.ndarray) -> dict[str, dict[str, Any]]:
    """What all engines compute: {name: {spec, weights, images, given_latents}}.

    Of RANDOM and SPATIAL it is {name: {spec, weights, inputs}}: the values of its inputs, {input: (N, ...) float32}.
    """
    rng = np.random.default_rng(1)
    out = {
        name: {
            "spec": spec,
            "weights": random_weights(spec, seed),
            "images": blobs[:5],
            "given_latents": rng.standard_normal((5, spec.latent_dim), np.float32),
        }
        for seed, (name, spec) in enumerate(LAYERS.items())
    }
    for seed, name in enumerate(RANDOM):
        spec = random_spec_of(name)
        inputs = random_inputs(np.random.default_rng(seed), spec)
        out[name] = {"spec": spec, "weights": random_weights(spec, seed), "inputs": inputs}
    for name in SPATIAL:
        images = np.concatenate([blobs[:20], rng.random((20, 28, 28), np.float32)])[..., None]
        model = aecore.load(name)
        out[name] = {"spec": model.spec, "weights": model.weights, "inputs": {"image": images}}
    for name in MODELS:
        model = aecore.load(name)
        # Digits as the model's own mixture makes them, and sliders end where these do. Between digits a decoder can be
        # so steep that Keras' own rounding shows: there it differs from double precision by 1e-5.
        assert model.mixture
        latents = model.mixture.sample(300, rng).clip(model.statistics.low, model.statistics.high)
        # Strokes, noise, and what the decoder itself draws.
        images = [blobs[:150], rng.random((50, 28, 28), np.float32), model.decode(latents[:100])]
        out[name] = {
            "spec": model.spec,
            "weights": model.weights,
            "images": np.concatenate(images),
            "given_latents": latents.astype(np.float32),
        }
    return out


@pytest.fixture(scope="session")
def keras(
    jobs: dict[str, dict[str, Any]], run_python: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, np.ndarray]:
    """What Keras makes of the jobs: {name/latents: ..., name/decoded: ..., name/encoder.0: ...}.

    Of RANDOM and SPATIAL it is {name/NETWORK: ...}, what each network puts out, cropped where sizes are open.
    Workers of one run share it.
    """
    is_shared = "PYTEST_XDIST_WORKER" in os.environ
    folder: Path = tmp_path_factory.getbasetemp().parent if is_shared else tmp_path_factory.mktemp("keras")
    results = folder / "keras_results.npz"
    with FileLock(folder / "keras.lock"):
        if not results.exists():
            np.savez(folder / "keras_jobs.npz", **_arrays(jobs))
            done = run_python("-m", "tests.aecore.keras_reference", str(folder / "keras_jobs.npz"), str(results))
            assert done.returncode == 0, done.stderr
    with np.load(results) as file:
        return dict(file)


def _arrays(jobs: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Return the jobs as arrays for an NPZ file, a Spec as its text."""
    arrays: dict[str, Any] = {}
    for name, job in jobs.items():
        arrays[f"{name}/spec"] = json.dumps(job["spec"].to_dict())
        arrays |= {f"{name}/{key}": job[key] for key in ("images", "given_latents") if key in job}
        for kind in ("weights", "inputs"):
            arrays |= {f"{name}/{kind}/{key}": value for key, value in job.get(kind, {}).items()}
    return arrays
