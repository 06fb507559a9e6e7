"""JavaScript must agree with what it mirrors: the forward pass with Keras, drawings with Python."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page

import aecore
from aecore.core.forward import run
from aecore.core.pretrained import sha256
from aecore.data.strokes import STROKES
from tests.architectures import LAYERS, MODELS, RANDOM, SPATIAL, WATCHED, latent_tolerance, layer_tolerance
from tests.browser.engine_page import call, model_file, numbers, text
from tests.browser.rest import settle
from ui.server.routes import model_url
from ui.services.drawing import rasterize, sample_drawing

RUN = """async ([file, url, images, latents, watched]) => {
    const { loadModel, parseModel } = await import('./engine.js');
    const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer;
    const model = url ? await (await loadModel(url)).whole : parseModel(bytes(file));
    const text = (arrays) => new Promise((resolve) => {
        const reader = new FileReader();
        reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(',') + 1));
        reader.readAsDataURL(new Blob(arrays));
    });
    const each = (run, flat, size) => {
        const out = [];
        for (let i = 0; i < flat.length; i += size) out.push(run(flat.subarray(i, i + size)));
        return text(out);
    };
    const watch = (run, flat, size) => Promise.all(Array.from({ length: watched }, (_, n) =>
        Promise.all(run.activations(flat.subarray(n * size, (n + 1) * size)).map((x) => text([x])))));
    return Promise.all([
        each(model.encode, new Float32Array(bytes(images)), 784),
        each(model.decode, new Float32Array(bytes(latents)), model.latentDim),
        watch(model.encode, new Float32Array(bytes(images)), 784),
        watch(model.decode, new Float32Array(bytes(latents)), model.latentDim),
    ]);
}"""


def agree(page: Page, name: str, jobs: Any, keras: Any, file: str, url: str) -> None:
    job = jobs[name]
    given = [text(job["images"]), text(job["given_latents"])]
    latents, decoded, *watched = page.evaluate(RUN, [file, url, *given, WATCHED])
    wanted = keras[f"{name}/latents"], keras[f"{name}/decoded"]
    np.testing.assert_allclose(
        numbers(latents).reshape(wanted[0].shape), wanted[0], atol=latent_tolerance(name), rtol=0
    )
    np.testing.assert_allclose(numbers(decoded).reshape(wanted[1].shape), wanted[1], atol=1e-5, rtol=0)
    for side, layers in zip(("encoder", "decoder"), watched, strict=True):
        assert len(layers) == WATCHED
        for n, outputs in enumerate(layers):
            assert len(outputs) == len(job["spec"].networks[side].layers)
            for i, output in enumerate(outputs):
                after = keras[f"{name}/{side}.{i}"][n]
                is_latent = side == "encoder" and i == len(outputs) - 1
                allowed = max(layer_tolerance(after), latent_tolerance(name) if is_latent else 0)
                np.testing.assert_allclose(numbers(output), after.ravel(), atol=allowed, rtol=0)


@pytest.mark.parametrize("name", MODELS)
def test_agrees_with_keras_on_a_shipped_model(name: str, app: str, modules: Page, jobs: Any, keras: Any) -> None:
    agree(modules, name, jobs, keras, "", f"{app}/{model_url(name, sha256(name))}")


@pytest.mark.parametrize("name", LAYERS)
def test_agrees_with_keras_on_a_layer(name: str, modules: Page, jobs: Any, keras: Any) -> None:
    job = jobs[name]
    agree(modules, name, jobs, keras, text(model_file(job["spec"], job["weights"])), "")


@pytest.mark.parametrize("name", SPATIAL)
def test_agrees_with_keras_on_a_shipped_model_with_a_spatial_latent(
    name: str, app: str, modules: Page, jobs: Any, keras: Any
) -> None:
    job = jobs[name]
    networks, images = list(job["spec"].networks), job["inputs"]["image"]
    body = """
        const [url, images, networks] = given, model = await (await loadModel(url)).whole, flat = numbers(images);
        const image = (n) => flat.subarray(784 * n, 784 * (n + 1)), count = flat.length / 784;
        const each = (want) => Array.from({ length: count }, (_, n) => text(model.run({ image: image(n) }, want)));
        return [model.encode, model.decode, networks.map(each)];
    """
    encode, decode, outputs = call(modules, body, f"{app}/{model_url(name, sha256(name))}", text(images), networks)
    assert encode is decode is None  # a slider has nothing to move
    for network, each in zip(networks, outputs, strict=True):
        wanted = keras[f"{name}/{network}"]
        got = np.stack([numbers(one) for one in each]).reshape(wanted.shape)
        np.testing.assert_allclose(got, wanted, atol=layer_tolerance(wanted), rtol=0)


def test_agrees_with_keras_and_numpy_on_random_specs(modules: Page, jobs: Any, keras: dict[str, np.ndarray]) -> None:
    given = []
    for name in RANDOM:
        spec, weights, inputs = (jobs[name][key] for key in ("spec", "weights", "inputs"))
        values = {
            key: [{"height": x.shape[0], "width": x.shape[1 % x.ndim], "data": text(x)} for x in value]
            for key, value in inputs.items()
        }
        file = text(model_file(spec, weights))
        given.append([file, values, list(spec.networks)])
    results = call(
        modules,
        """
        return given.map(([file, values, wants]) => {
            const model = parseModel(bytes(file)), isOpen = (name) => model.spec.inputs[name].includes(null);
            const of = (i) => ([name, list]) => {
                const value = { ...list[i], data: numbers(list[i].data) };
                return [name, isOpen(name) ? value : value.data];
            };
            return [0, 1].map((i) => wants.map((want) => {
                const got = model.run(Object.fromEntries(Object.entries(values).map(of(i))), want);
                return { height: got.height, width: got.width, data: text(got.data ?? got) };
            }));
        });
        """,
        *given,
    )
    compared = 0
    for name, images in zip(RANDOM, results, strict=True):
        spec, weights, inputs = (jobs[name][key] for key in ("spec", "weights", "inputs"))
        for network, *outputs in zip(spec.networks, *images, strict=True):
            in_numpy, in_keras = run(spec, weights, inputs, network), keras[f"{name}/{network}"]
            for n, got in enumerate(outputs):
                if None in spec.shapes[network]:
                    assert (got["height"], got["width"]) == in_keras.shape[1:3]
                for wanted in (in_keras[n], in_numpy[n]):
                    tolerance = layer_tolerance(wanted)
                    np.testing.assert_allclose(numbers(got["data"]), wanted.ravel(), atol=tolerance, rtol=0)
                compared += 1
    assert compared >= 2 * len(RANDOM) >= 400


@pytest.mark.parametrize("n", [4, 12, 16, 40, 60])  # thirty-two sums at a time, then sixteen, eight, four
def test_multiplies_alike_in_webassembly_and_in_javascript(modules: Page, n: int) -> None:
    results, wanted = modules.evaluate(
        """async (n) => {
            const { inWebAssembly, inJavaScript } = await import('./loops.js');
            const memory = new WebAssembly.Memory({ initial: 1 });
            const rows = 37, x = 400, xStep = 5, sumStep = n + 4, kernel = 600, end = kernel + rows * n;
            const run = (multiply) => {
                memory.grow(1); // a larger memory has another buffer
                const numbers = new Float32Array(memory.buffer);
                for (let i = 0; i < numbers.length; i++) numbers[i] = Math.sin(i);
                multiply(0, 4 * x, 4 * (x + rows), 4 * kernel, 4 * n, 4 * xStep, 4 * sumStep);
                return Array.from(numbers.slice(0, end));
            };
            const right = (rowVectors) => {
                const wanted = Array.from({ length: end }, (_, i) => Math.sin(i));
                for (let v = 0; v < rowVectors; v++) for (let k = 0; k < rows; k++) for (let i = 0; i < n; i++)
                    wanted[v * sumStep + i] += Math.sin(x + v * xStep + k) * Math.sin(kernel + k * n + i);
                return wanted;
            };
            const all = [inWebAssembly(memory, true), inWebAssembly(memory, false), inJavaScript(memory)];
            return [all.flatMap(({ one, four }) => [run(one), run(four)]), [right(1), right(4)]];
        }""",
        n,
    )
    for i, got in enumerate(results):
        np.testing.assert_allclose(got, wanted[i % 2], atol=1e-5)


@pytest.mark.parametrize(("name", "numerator"), [("silu", None), ("sigmoid", 1.0)])
def test_webassembly_knows_the_activations_with_an_exponential(
    modules: Page, name: str, numerator: float | None
) -> None:
    x = np.concatenate([np.linspace(-30, 30, 8001), [-1e20, -1e4, -100, -88, -87, 0, 87, 88, 100, 1e4, 1e20]])
    x = np.append(x, np.linspace(-1, 1, -len(x) % 4 + 1)).astype(np.float32)
    x = x[: len(x) // 4 * 4]
    got = modules.evaluate(
        """async ([name, x]) => {
            const { inWebAssembly } = await import('./loops.js');
            const memory = new WebAssembly.Memory({ initial: 1 }), numbers = new Float32Array(memory.buffer);
            numbers.set(x, 8);
            numbers.fill(7, 8 + x.length);
            inWebAssembly(memory, true)[name](32, 4 * (8 + x.length));
            const parts = [[0, 8], [8, 8 + x.length], [8 + x.length, 100 + x.length]];
            return parts.map(([from, to]) => Array.from(numbers.slice(from, to)));
        }""",
        [name, x.tolist()],
    )
    before, made, after = got
    with np.errstate(over="ignore"):
        wanted = (x if numerator is None else numerator) / (1 + np.exp(-x.astype(np.float64)))
    np.testing.assert_allclose(np.array(made, float), wanted, rtol=4e-7, atol=1e-17)
    assert (set(before), set(after)) == ({0}, {7})


def scribbles(count: int) -> Iterator[np.ndarray]:
    """Draw strokes with pens of many widths and sizes, as RGBA (H, W, 4) uint8."""
    from PIL import Image, ImageDraw

    rng = np.random.default_rng(0)
    for _ in range(count):
        size = int(rng.choice([140, 280, 280, 560]))
        canvas = Image.new("L", (size, size))
        pen = int(rng.integers(2, size // 5))
        brush = ImageDraw.Draw(canvas)
        for _ in range(rng.integers(1, 4)):
            steps = rng.normal(0, size * 0.06, (int(rng.integers(1, 14)), 2))
            points = [tuple(p) for p in np.cumsum(steps, axis=0) + rng.uniform(0.2, 0.8, 2) * size]
            brush.line(points, fill=255, width=pen, joint="curve")
            for x, y in points:
                brush.ellipse([x - pen / 2, y - pen / 2, x + pen / 2, y + pen / 2], fill=255)
        grey = np.asarray(canvas)
        yield np.dstack([grey, grey, grey, np.full_like(grey, 255)])


def normalise(page: Page, drawings: list[np.ndarray]) -> list[np.ndarray | None]:
    """Normalise drawings (H, W, 4) in JavaScript; packed, for 200 of them are 90 MB."""
    images = page.evaluate(
        """async (drawings) => {
            const { normalizeDrawing } = await import('../lib/normalize.js');
            return Promise.all(drawings.map(async ([width, height, text]) => {
                const packed = new Blob([Uint8Array.from(atob(text), (c) => c.charCodeAt(0))]).stream();
                const data = await new Response(packed.pipeThrough(new DecompressionStream('deflate'))).arrayBuffer();
                const image = normalizeDrawing({ width, height, data: new Uint8ClampedArray(data) });
                return image && Array.from(image);
            }));
        }""",
        [[*pixels.shape[1::-1], base64.b64encode(zlib.compress(pixels.tobytes(), 1)).decode()] for pixels in drawings],
    )
    return [None if image is None else np.reshape(image, (28, 28)) for image in images]


def test_normalises_200_drawings_as_python_does(modules: Page) -> None:
    drawings = list(scribbles(200))
    worst = 0.0
    for pixels, mine in zip(drawings, normalise(modules, drawings), strict=True):
        wanted = aecore.normalize_drawing(pixels)
        assert mine is not None
        assert wanted is not None
        worst = max(worst, float(np.abs(mine - wanted).max()))
    assert worst <= 2 / 255 + 1e-6


@pytest.mark.parametrize("grey", [0, 20, 200, 255])
def test_normalises_plain_canvases_as_python_does(modules: Page, grey: int) -> None:
    pixels = np.full((280, 280, 4), grey, np.uint8)
    (mine,), wanted = normalise(modules, [pixels]), aecore.normalize_drawing(pixels)
    assert (mine is None) == (wanted is None) == (grey < 25)
    if mine is not None and wanted is not None:
        assert np.abs(mine - wanted).max() <= 2 / 255 + 1e-6


def test_ink_read_back_where_it_changed_is_the_ink_of_the_whole_canvas(modules: Page) -> None:
    same, parts = modules.evaluate(
        """async () => {
            const { Ink } = await import('../lib/ink.js');
            const { greyOf } = await import('../lib/normalize.js');
            const context = new OffscreenCanvas(280, 280).getContext('2d', { willReadFrequently: true });
            const ink = new Ink(280, 15), curve = (points) => {
                const path = new Path2D();
                path.moveTo(...points[0]);
                const middle = (i) => [0, 1].map((axis) => (points[i][axis] + points[i + 1][axis]) / 2);
                for (let i = 1; i < points.length - 1; i++) path.quadraticCurveTo(...points[i], ...middle(i));
                return path;
            };
            let points = [], painted = [];
            const paint = () => {
                Object.assign(context, { fillStyle: '#000', strokeStyle: '#fff', lineWidth: 26, lineCap: 'round' });
                context.fillRect(0, 0, 280, 280);
                for (const stroke of painted) context.stroke(curve(stroke));
            };
            const whole = () => greyOf(context.getImageData(0, 0, 280, 280)).data;
            const same = [], parts = [];
            const look = () => {
                const { width, height } = ink.changed(), { data } = ink.read(context, paint);
                parts.push((width * height) / 280 ** 2);
                same.push(whole().every((grey, i) => grey === data[i]));
            };
            for (let step = 0; step < 60; step++) { // now and then the pen moves twice between two frames, or jumps out
                const place = [140 + 150 * Math.sin(step / 9), 140 + 100 * Math.cos(step / 7) + (step % 13 ? 0 : 60)];
                points = [...points, place];
                painted = points.length > 2 ? [points] : [];
                ink.moved(...place);
                if (step % 3) look();
            }
            painted = []; // Clear
            ink.renew();
            look();
            return [same, parts];
        }"""
    )
    assert all(same)
    assert (parts[0], parts[-1]) == (1, 1)
    assert np.median(parts[1:-1]) < 0.2


def test_python_rasterises_the_samples_as_the_canvas_does(app: str, open_page: Callable[..., Page]) -> None:
    page = open_page(app)
    for digit in STROKES:
        page.get_by_role("button", name=str(digit), exact=True).click()
        settle(page)
        shown = page.locator("canvas.dc-canvas.lower-canvas").evaluate(
            "c => Array.from(c.getContext('2d').getImageData(0, 0, 280, 280).data.filter((_, i) => i % 4 === 0))"
        )
        wanted = rasterize(sample_drawing(digit))
        assert np.abs(np.reshape(shown, (280, 280)).astype(int) - wanted.astype(int)).mean() < 1, digit
