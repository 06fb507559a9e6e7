"""Measures the browser's engine alone, without painting, for `make bench`."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from collections.abc import Sequence

import safetensors.numpy
from playwright.sync_api import Browser, Page

from aecore.core.pretrained import sha256
from aecore.core.spec import Conv2D, Dense, DepthToSpace, Flatten, Network, Reshape, Spec
from aecore.training.presets import PRESETS
from tests.architectures import random_weights
from tests.browser.engine_page import call, model_file, text
from ui.features.denoise.state import NOISE_KINDS
from ui.server.routes import model_url, module_url

ENGINE = "frontend/engine/engine.js"

# A model that colours a grey picture: the networks that read its luminance do not depend on the sliders.
COLOUR = Spec(
    inputs={"luminance": (64, 64, 1), "chroma": (64, 64, 2)},
    latent="encoder",
    networks={
        "encoder": Network(
            ("luminance", "chroma"), (Conv2D(16, 5, 4, "silu"), Conv2D(32, 3, 2, "silu"), Flatten(), Dense(16))
        ),
        "fine": Network(("luminance",), (Conv2D(32, 3, 1, "silu"),)),
        "coarse": Network(("fine",), (Conv2D(64, 3, 2, "silu"), Conv2D(128, 3, 2, "silu"), Conv2D(128, 3, 2, "silu"))),
        "spread": Network(("encoder",), (Dense(512, "silu"), Reshape((8, 8, 8)))),
        "middle": Network(("coarse", "spread"), (Conv2D(64, 3, 1, "silu"), Conv2D(128, 1, 1, "silu"), DepthToSpace(8))),
        "decoder": Network(("fine", "middle"), (Conv2D(2, 3, 1, "tanh"),)),
    },
)


def colour_drag(page: Page, frames: int = 100) -> tuple[list[float], list[float]]:
    """Drag a latent number of COLOUR; returns milliseconds per frame, with constant and with changing luminance.

    With changing luminance, one pixel changes in every frame, and no network's output can be reused. The two cases
    alternate.
    """
    header = {"spec": json.dumps(COLOUR.to_dict()), "statistics": "null"}
    file = base64.b64encode(safetensors.numpy.save(random_weights(COLOUR), header)).decode()
    times: list[list[float]] = page.evaluate(
        """async ([engine, file, frames]) => {
            const { parseModel } = await import(new URL(engine, document.baseURI).href);
            const { run } = parseModel(Uint8Array.from(atob(file), (c) => c.charCodeAt(0)).buffer);
            const luminance = Float32Array.from({ length: 64 * 64 }, (_, i) => Math.sin(i / 99) ** 2);
            const encoder = new Float32Array(16), times = [[], []];
            for (let frame = -10; frame < frames; frame++) for (const moves of [0, 1]) {
                encoder[3] = 3 * Math.sin(frame / 12 + moves);
                luminance[0] += moves / 1024;
                const start = performance.now();
                run({ luminance, encoder }, 'decoder');
                if (frame >= 0) times[moves].push(performance.now() - start);
            }
            return times;
        }""",
        [module_url(ENGINE), file, frames],
    )
    return times[0], times[1]


def corrupt_and_denoise(page: Page) -> list[float]:
    """Return milliseconds of corrupting a digit, encoding and decoding it in JavaScript, over every kind."""
    times: list[float] = page.evaluate(
        """async ([engine, corruption, url, kinds]) => {
            const load = (module) => import(new URL(module, document.baseURI).href);
            const [{ loadModel }, { corrupt }] = [await load(engine), await load(corruption)];
            const model = await (await loadModel(new URL(url, document.baseURI).href)).whole;
            const image = new Float32Array(784).map((_, i) => Number(i % 28 > 11 && i % 28 < 16));
            const times = [];
            for (let round = 0; round < 30; round++) for (const kind of kinds) {
                const start = performance.now();
                model.decode(model.encode(corrupt(image, kind, 0.5, 1 + round)));
                if (round > 5) times.push(performance.now() - start);
            }
            return times;
        }""",
        [
            module_url(ENGINE),
            module_url("frontend/lib/corruption.js"),
            model_url("denoiser", sha256("denoiser")),
            list(NOISE_KINDS),
        ],
    )
    return times


def in_the_browser(page: Page, names: Sequence[str]) -> dict[str, tuple[float, float]]:
    """Return median milliseconds of (encode, decode) in JavaScript for every model; no call repeats the last one."""
    return {
        name: tuple(
            page.evaluate(
                """async ([engine, url]) => {
                    const { loadModel } = await import(new URL(engine, document.baseURI).href);
                    const model = await (await loadModel(new URL(url, document.baseURI).href)).whole;
                    const image = new Float32Array(784).map((_, i) => Number(i % 28 > 11 && i % 28 < 16));
                    const latent = new Float32Array(model.latentDim);
                    const median = (run, values) => {
                        const times = Array.from({ length: 60 }, () => {
                            const start = performance.now();
                            for (let k = 0; k < 5; k++) {
                                values[0] = 1 - values[0]; // what stays is not computed again
                                run(values);
                            }
                            return (performance.now() - start) / 5;
                        });
                        return times.sort((a, b) => a - b)[30];
                    };
                    return [median(model.encode, image), median(model.decode, latent)];
                }""",
                [module_url(ENGINE), model_url(name, sha256(name))],
            )
        )
        for name in names
    }


def learning(browser: Browser, address: str, names: Sequence[str], batch: int = 64) -> dict[str, tuple[float, float]]:
    """Return how many images a second the browser's engine and Keras learn from, each in one thread, by preset."""
    code = """
        const { Learner } = await import('./learner.js');
        const { AdamW, cosine, LOSSES } = await import('./losses.js');
        const { readSafetensors } = await import('./files.js');
        const [file, batch] = given, { spec } = parseModel(bytes(file)), { tensors } = readSafetensors(bytes(file));
        const learner = new Learner(spec, tensors, batch), optimizer = new AdamW(learner, cosine(1e-3, 1000));
        const gradient = new Float32Array(batch * 784), image = gradient.map(() => Math.random());
        const times = Array.from({ length: 30 }, () => {
            const start = performance.now();
            learner.forward({ image });
            LOSSES.get('mse')(learner.made('decoder'), image, gradient);
            learner.backward({ decoder: gradient });
            optimizer.update();
            return performance.now() - start;
        });
        return (1000 * batch) / times.slice(5).sort((a, b) => a - b)[12];
    """
    page, found = browser.new_page(), {}
    page.goto(f"{address}/{module_url(ENGINE)}")
    for name in names:
        file = text(model_file(PRESETS[name].spec, random_weights(PRESETS[name].spec)))
        found[name] = call(page, code, file, batch)
    page.close()
    done = subprocess.run(
        [sys.executable, "-m", "tests.aecore.keras_speed", *names], capture_output=True, text=True, check=True
    )
    in_keras = json.loads(done.stdout.splitlines()[-1])
    return {name: (found[name], in_keras[name]) for name in names}
