"""Any Spec in the browser: named inputs and networks, open sizes, and what did not change is not computed again."""

from __future__ import annotations

import numpy as np
from playwright.sync_api import Page, Route

from aecore.core.forward import run
from aecore.core.model_file import part
from tests.architectures import COLOUR, OPEN, random_weights
from tests.browser.engine_page import call, file_as_text, model_file, text

FINE, DECODER = 8 * 8 * 3, 8 * 8 * 2  # numbers that go through tanh and through exp


def test_computes_only_what_changed(modules: Page) -> None:
    steps = call(
        modules,
        """
        const model = parseModel(bytes(given[0]));
        const [y, z] = [Float32Array.from({ length: 64 }, (_, i) => Math.cos(i)), Float32Array.of(1, 2, 3, 4)];
        const { tanh, exp } = Math, count = { tanh: 0, exp: 0 };
        Object.assign(Math, { tanh: (x) => (count.tanh++, tanh(x)), exp: (x) => (count.exp++, exp(x)) });
        const steps = [];
        const step = (values, want = 'decoder') => {
            Object.assign(count, { tanh: 0, exp: 0 });
            const got = model.run(values, want);
            const counted = [count.tanh, count.exp];
            steps.push([...counted, same(got, parseModel(bytes(given[0])).run(values, want))]);
            return got;
        };
        try {
            step({ luminance: y, encoder: z });
            step({ luminance: y, encoder: z });
            z[2] = -1; // in the same array
            step({ luminance: y, encoder: z });
            step({ luminance: y.slice(), encoder: z.slice() }); // in other arrays
            step({ luminance: Array.from(y), encoder: Array.from(z) }); // in no Float32Array
            y[63] += 1e-3;
            step({ luminance: y, encoder: z });
            step({ luminance: y }, 'fine');
            const fine = model.run({ luminance: y }, 'fine');
            step({ fine: fine.map((v) => v / 2), encoder: z });
            step({ luminance: y, encoder: z });
            step({ luminance: y, encoder: z });
            step({ luminance: y, chroma: new Float32Array(128) });
            y[0] = NaN;
            model.run({ luminance: y, encoder: z }, 'decoder');
            y[0] = 0;
            step({ luminance: y, encoder: z });
        } finally {
            Object.assign(Math, { tanh, exp });
        }
        return steps;
        """,
        file_as_text(COLOUR),
    )
    assert all(fresh for *_, fresh in steps)
    assert [tuple(counts) for *counts, _ in steps] == [
        (FINE, DECODER),  # the first time
        (0, 0),
        (0, DECODER),  # another latent in the same array
        (0, 0),
        (0, 0),
        (FINE, DECODER),  # another luminance
        (0, 0),
        (0, DECODER),  # `fine` was handed in, hence is not computed
        (0, DECODER),  # and the one computed before is still there
        (0, 0),
        (0, DECODER),  # the latent is computed
        (FINE, DECODER),  # a NaN does not stay
    ]


def test_what_is_returned_is_never_written_to_again(modules: Page) -> None:
    assert call(
        modules,
        """
        const model = parseModel(bytes(given[0])), y = new Float32Array(64).fill(0.5);
        const at = (v) => ({ luminance: y, encoder: Float32Array.of(v, v, v, v) });
        const first = model.run(at(1), 'decoder'), layers = model.run.activations(at(1), 'spread');
        const kept = [first, ...layers].map((x) => x.slice());
        model.run(at(2), 'decoder');
        const untouched = [first, ...layers].every((x, i) => same(x, kept[i]));
        const second = model.run(at(2), 'decoder');
        second.fill(9);
        const again = model.run(at(2), 'decoder');
        return untouched && !same(again, second) && !same(again, kept[0]) && same(layers.at(-1), layers[0]);
        """,
        file_as_text(COLOUR),
    )


def test_runs_canvases_of_any_size_as_numpy_does_and_grows_for_the_largest_only(modules: Page) -> None:
    rng = np.random.default_rng(0)
    weights = random_weights(OPEN)
    calls = []
    for height, width in ((6, 12), (7, 5), (1, 1), (20, 31), (31, 20), (7, 5)):
        values = {name: rng.random((1, height, width, shape[-1]), np.float32) for name, shape in OPEN.inputs.items()}
        calls.append((height, width, values))
    results, grown = call(
        modules,
        """
        const model = parseModel(bytes(given[0])), { grow } = WebAssembly.Memory.prototype;
        let grown = 0;
        WebAssembly.Memory.prototype.grow = function (pages) { grown += pages; return grow.call(this, pages); };
        const round = () => given[1].map(({ height, width, values, wants }) => {
            const canvas = (data) => ({ data: numbers(data), height, width });
            const sized = Object.fromEntries(Object.entries(values).map(([name, data]) => [name, canvas(data)]));
            return wants.map((want) => {
                const { data, ...size } = model.run(sized, want), last = model.run.activations(sized, want).at(-1);
                if (!same(data, last.data) || last.height !== size.height) throw new Error('not the last layer');
                return { ...size, data: Array.from(data) };
            });
        });
        try {
            const results = round(), first = grown;
            for (let i = 0; i < 20; i++)
                if (JSON.stringify(round()) !== JSON.stringify(results)) throw new Error('another result');
            return [results, [first, grown]];
        } finally {
            WebAssembly.Memory.prototype.grow = grow;
        }
        """,
        file_as_text(OPEN),
        [
            {"height": h, "width": w, "values": {k: text(v) for k, v in values.items()}, "wants": list(OPEN.networks)}
            for h, w, values in calls
        ],
    )
    assert grown[0] == grown[1]
    for (_, _, values), made in zip(calls, results, strict=True):
        for want, got in zip(OPEN.networks, made, strict=True):
            wanted = run(OPEN, weights, values, want)[0]
            assert (got["height"], got["width"]) == wanted.shape[:2]
            np.testing.assert_allclose(np.reshape(got["data"], wanted.shape), wanted, atol=1e-5)


def test_the_first_rows_are_those_of_the_whole_and_cost_less(modules: Page) -> None:
    rng = np.random.default_rng(3)
    height, width = 20, 13
    photos = [text(rng.random((height, width, 3), np.float32)) for _ in range(2)]
    differences, some, all_ = call(
        modules,
        """
        const [file, height, width, photos, mask, wants] = given;
        const model = parseModel(bytes(file)), other = parseModel(bytes(file));
        const canvas = (data) => ({ data: numbers(data), height, width });
        const differences = [];
        let which = 0;
        for (const want of wants) for (const rows of [undefined, 1, 5, 2, height, undefined, 3, 3]) {
            const values = { photo: canvas(photos[which++ % 2]), mask: canvas(mask) };
            const got = model.run(values, want, rows), whole = other.run(values, want);
            const kept = Math.min(rows ?? Infinity, whole.height);
            const first = whole.data.slice(0, (kept * whole.data.length) / whole.height);
            const isSame = got.height === kept && got.width === whole.width && same(got.data, first);
            if (!isSame) differences.push([want, rows]);
        }
        const { tanh } = Math;
        const counted = (rows) => {
            let count = 0;
            Math.tanh = (x) => { count += 1; return tanh(x); };
            model.run({ photo: canvas(photos[which++ % 2]), mask: canvas(mask) }, 'out', rows);
            return count;
        };
        try { return [differences, counted(4), counted()]; } finally { Math.tanh = tanh; }
        """,
        file_as_text(OPEN),
        height,
        width,
        photos,
        text(rng.random((height, width, 1), np.float32)),
        list(OPEN.networks),
    )
    assert differences == []
    assert 0 < some < 0.5 * all_


def test_a_canvas_that_is_too_large_is_refused_and_the_next_one_runs(modules: Page) -> None:
    message, agrees = call(
        modules,
        """
        const model = parseModel(bytes(given[0]));
        const at = (height, width) => ({
            photo: { data: new Float32Array(3 * height * width).fill(0.5), height, width },
            mask: { data: new Float32Array(height * width), height, width },
        });
        const before = model.run(at(10, 20), 'out').data;
        let message = '';
        try { model.run(at(600, 600), 'out'); } catch (error) { message = error.message; }
        return [message, same(model.run(at(10, 20), 'out').data, before)];
        """,
        file_as_text(OPEN),
    )
    assert message == '"down" would read 1,440,000 numbers, more than 1,048,576'
    assert agrees


def test_a_model_decodes_from_its_first_part_and_encodes_when_the_other_is_there(app: str, modules: Page) -> None:
    weights = random_weights(COLOUR)
    data = model_file(COLOUR, weights)
    rng = np.random.default_rng(0)
    values = {name: rng.random((1, *shape), np.float32) for name, shape in COLOUR.inputs.items()}
    z = rng.standard_normal((1, 4)).astype(np.float32)
    asked: list[str] = []

    def answer(route: Route) -> None:
        asked.append(route.request.url.split(".")[-2])
        route.fulfill(body=part(data, asked[-1]))

    modules.route("**/colour.*.safetensors", answer)
    early, message, late, latent = call(
        modules,
        """
        const [luminance, chroma, encoder] = given.slice(1).map(numbers);
        const model = await loadModel(given[0]);
        const early = model.run({ luminance, encoder }, 'decoder');
        let message = '';
        try { model.run({ luminance, chroma }, 'decoder'); } catch (error) { message = error.message; }
        if ((await model.whole) !== model) throw new Error('it is the same model');
        const late = ['decoder', 'encoder'].map((want) => Array.from(model.run({ luminance, chroma }, want)));
        return [Array.from(early), message, ...late];
        """,
        f"{app}/colour.safetensors",
        *map(text, (*values.values(), z)),
    )
    modules.unroute("**/colour.*.safetensors")
    assert asked == ["decoder", "encoder"]
    assert message == 'the weights of "encoder" are not loaded'
    for got, given, want in (
        (early, {"luminance": values["luminance"], "encoder": z}, "decoder"),
        (late, values, "decoder"),
        (latent, values, "encoder"),
    ):
        np.testing.assert_allclose(got, run(COLOUR, weights, given, want).ravel(), atol=1e-5)


def test_a_model_without_a_latent_comes_in_one_part(app: str, modules: Page) -> None:
    weights = random_weights(OPEN)
    asked: list[str] = []

    def answer(route: Route) -> None:
        asked.append(route.request.url.split(".")[-2])
        route.fulfill(body=part(model_file(OPEN, weights), asked[-1]))

    modules.route("**/open.*.safetensors", answer)
    found = call(
        modules,
        """
        const model = await loadModel(given[0]), whole = await model.whole;
        return [whole === model, model.encode, model.decode, model.sample, model.statistics, model.latentDim];
        """,
        f"{app}/open.safetensors",
    )
    modules.unroute("**/open.*.safetensors")
    assert asked == ["decoder"]
    assert found == [True, None, None, None, None, 0]
