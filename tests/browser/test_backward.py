"""Backpropagation in the browser: the gradients of all weights agree with Keras'."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page

from aecore.core.spec import Spec
from aecore.training.presets import PRESETS
from tests.architectures import LAYERS, RANDOM, random_spec_of, random_weights
from tests.browser.engine_page import call, model_file, numbers, text
from tests.random_specs import random_inputs

BATCH = 3
FEW, MANY = 25, 100  # random Specs
SETTINGS = [2e-3, 1e-3, 2]  # the learning rate, the decay of weights, and the steps in which the rate rises

LEARN = """
    const { Learner } = await import('./learner.js');
    const { readSafetensors } = await import('./files.js');
    return given.map(([file, size, inputs, gradients]) => {
        const unpacked = (all) => Object.fromEntries(Object.entries(all).map(([name, text]) => [name, numbers(text)]));
        const { spec } = parseModel(bytes(file)), { tensors } = readSafetensors(bytes(file));
        const learner = new Learner(spec, tensors, %d, size), made = {}, found = {};
        for (let i = 0; i < 2; i++) { // the second time is not added to the first
            learner.forward(unpacked(inputs));
            learner.backward(unpacked(gradients));
        }
        for (const name of Object.keys(spec.networks)) made[name] = text(Float32Array.from(learner.made(name)));
        for (const [name, [, gradient]] of learner.weights) found[name] = text(Float32Array.from(gradient));
        return [made, found];
    });
"""


def job(spec: Spec, seed: int) -> dict[str, Any]:
    """Return random weights, a batch of inputs and gradients for a Spec; open sizes are multiples of its stride."""
    rng = np.random.default_rng(seed)
    inputs = random_inputs(rng, spec, BATCH)
    size = None
    for name in spec.inputs:
        if name in spec.scales:
            grow = [(0, 0), *((0, -n % spec.total_stride) for n in inputs[name].shape[1:3]), (0, 0)]
            inputs[name] = np.pad(inputs[name], grow)
            size = inputs[name].shape[1:3]
    shapes = (spec.at(*size) if size else spec).shapes
    gradients = {name: rng.standard_normal((BATCH, *shapes[name]), np.float32) for name in spec.networks}
    weights = random_weights(spec, seed)
    return {"spec": spec, "size": size, "weights": weights, "inputs": inputs, "gradients": gradients}


@pytest.fixture(scope="module", params=[FEW, pytest.param(MANY, marks=pytest.mark.proof)])
def specs(request: pytest.FixtureRequest) -> dict[str, dict[str, Any]]:
    """Jobs by name: a few Specs, of each kind of layer and random ones, or many."""
    count, every = request.param, 1 if request.param == MANY else 4
    chosen = {**dict(list(LAYERS.items())[::every]), **{name: random_spec_of(name) for name in RANDOM[:count]}}
    return {name: job(spec, seed) for seed, (name, spec) in enumerate(chosen.items())}


@pytest.fixture(scope="module")
def keras_gradients(
    specs: dict[str, dict[str, Any]], run_python: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, np.ndarray]:
    folder = tmp_path_factory.mktemp("gradients")
    arrays: dict[str, Any] = {}
    for name, one in specs.items():
        arrays[f"{name}/spec"] = json.dumps(one["spec"].to_dict())
        for kind in ("weights", "inputs", "gradients"):
            arrays |= {f"{name}/{kind}/{key}": value for key, value in one[kind].items()}
    np.savez(folder / "jobs.npz", **arrays)
    files = [str(folder / name) for name in ("jobs.npz", "results.npz")]
    # oneDNN ends the process where a transposed convolution's kernel is smaller than its stride.
    done = run_python("-m", "tests.aecore.keras_gradients", *files, TF_ENABLE_ONEDNN_OPTS="0")
    assert done.returncode == 0, done.stderr
    with np.load(Path(folder / "results.npz")) as file:
        return dict(file)


def test_gradients_agree_with_keras_for_all_layers_and_random_specs(
    modules: Page, specs: dict[str, dict[str, Any]], keras_gradients: dict[str, np.ndarray]
) -> None:
    compared = 0
    results = call(
        modules,
        LEARN % BATCH,
        *(
            [
                text(model_file(one["spec"], one["weights"])),
                list(one["size"] or (1, 1)),
                *({key: text(value) for key, value in one[kind].items()} for kind in ("inputs", "gradients")),
            ]
            for one in specs.values()
        ),
    )
    for (name, one), (made, found) in zip(specs.items(), results, strict=True):
        for network in one["spec"].networks:
            wanted = keras_gradients[f"{name}/made/{network}"].ravel()
            np.testing.assert_allclose(
                numbers(made[network]), wanted, atol=1e-4 * max(1, abs(wanted).max()), err_msg=name
            )
        for key in one["weights"]:
            wanted = keras_gradients[f"{name}/{key}"].ravel()
            largest = float(abs(wanted).max())
            np.testing.assert_allclose(
                numbers(found[key]), wanted, rtol=0, atol=1e-4 * largest + 1e-9, err_msg=f"{name} {key}"
            )
            compared += 1
    assert compared > 3 * len(specs)


KINDS = """
    const { Learner } = await import('./learner.js');
    const { AdamW, cosine } = await import('./losses.js');
    const { inWebAssembly, loops } = await import('./loops.js');
    const { LEARNING } = await import('./learning_loops.js');
    const { readSafetensors } = await import('./files.js');
    const [file, inputs, gradients] = given;
    const { spec } = parseModel(bytes(file)), { tensors } = readSafetensors(bytes(file));
    const unpacked = (all) => Object.fromEntries(Object.entries(all).map(([name, text]) => [name, numbers(text)]));
    const everywhere = loops(new WebAssembly.Memory({ initial: 1 }), LEARNING); // the names of all
    const learned = (fused) => {
        const learner = new Learner(spec, tensors, %d);
        const { memory } = learner.memory;
        const other = fused === null ? LEARNING.inJavaScript(memory) : inWebAssembly(memory, fused, LEARNING);
        for (const name of Object.keys(everywhere)) learner.loops[name] = other[name];
        const optimizer = new AdamW(learner, cosine(1e-2, 9), { decay: 0.1 });
        learner.forward(unpacked(inputs));
        learner.backward(unpacked(gradients));
        const found = Array.from(learner.weights.values(), ([, gradient]) => text(Float32Array.from(gradient)));
        for (let i = 0; i < 3; i++) {
            for (const [, gradient] of learner.weights.values())
                gradient.forEach((_, k) => (gradient[k] = Math.sin(k + i)));
            optimizer.update();
        }
        return [found, Array.from(learner.weights.values(), ([now]) => text(Float32Array.from(now)))];
    };
    return [true, false, null].map(learned);
"""


@pytest.mark.parametrize("name", ["mlp", "book", "pocket"])
def test_learns_alike_in_webassembly_and_in_javascript(modules: Page, name: str) -> None:
    one = job(PRESETS[name].spec, 1)
    given = [{key: text(value) for key, value in one[kind].items()} for kind in ("inputs", "gradients")]
    fused, apart, plain = call(modules, KINDS % BATCH, text(model_file(one["spec"], one["weights"])), *given)
    assert fused != apart
    for (gradients, weights), others in ((one, apart) for one in (fused, plain)):
        for found, wanted in zip(map(numbers, gradients), map(numbers, others[0]), strict=True):
            np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-4 * abs(wanted).max())
        for found, wanted in zip(map(numbers, weights), map(numbers, others[1]), strict=True):
            np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-6)


STEPS = """
    const { Learner } = await import('./learner.js');
    const { AdamW, cosine, LOSSES } = await import('./losses.js');
    const { readSafetensors } = await import('./files.js');
    const [file, batches, count, loss, [rate, decay, warmup]] = given;
    const { spec } = parseModel(bytes(file)), { tensors } = readSafetensors(bytes(file)), images = numbers(batches);
    const each = images.length / count, learner = new Learner(spec, tensors, each / 784);
    const optimizer = new AdamW(learner, cosine(rate, count, warmup), { decay });
    const gradient = new Float32Array(each), losses = [];
    const batch = (i) => images.subarray(i * each, (i + 1) * each);
    const lose = (image) => {
        learner.forward({ image });
        return LOSSES.get(loss)(learner.made('decoder'), image, gradient);
    };
    for (let i = 0; i < count; i++) {
        losses.push(lose(batch(i)));
        learner.backward({ decoder: gradient });
        optimizer.update();
    }
    return [losses, lose(batch(0))];
"""


@pytest.mark.parametrize(("name", "loss"), [("mlp", "mse"), ("book", "binary_crossentropy")])
def test_ten_steps_lead_where_keras_goes(
    modules: Page, run_python: Callable[..., Any], blobs: np.ndarray, tmp_path: Path, name: str, loss: str
) -> None:
    spec, batches = PRESETS[name].spec, blobs[:320].reshape(10, 32, 28, 28)
    weights = random_weights(spec)
    arrays: dict[str, Any] = {f"weights/{key}": value for key, value in weights.items()}
    np.savez(
        tmp_path / "job.npz", spec=json.dumps(spec.to_dict()), batches=batches, loss=loss, settings=SETTINGS, **arrays
    )
    done = run_python("-m", "tests.aecore.keras_steps", str(tmp_path / "job.npz"), str(tmp_path / "results.npz"))
    assert done.returncode == 0, done.stderr
    file = text(model_file(spec, weights))
    losses, last = call(modules, STEPS, file, text(batches), len(batches), loss, SETTINGS)
    with np.load(tmp_path / "results.npz") as keras:
        np.testing.assert_allclose(losses[0], keras["losses"][0], rtol=1e-5)
        assert last == pytest.approx(float(keras["last"]), rel=1e-3)
    assert last < 0.9 * losses[0]
