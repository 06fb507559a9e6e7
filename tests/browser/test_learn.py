"""The page How it works in a real Chromium."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from playwright.sync_api import Page, expect

import aecore
from aecore.core.spec import Dense
from aecore.export.keras_code import keras_code
from aecore.training.presets import PRESETS
from tests.browser.conftest import SEVEN, difference, draw, pixels
from tests.browser.rest import painted, settle
from tests.browser.slow_line import SLOW_LINE
from tests.browser.test_refine import FOUR, WATCH, clear
from tests.server import copy_of_the_app, serving
from ui.features.learn.layers import describe
from ui.server.routes import model_url
from ui.services import model_store
from ui.services.model_names import label

Open = Callable[..., Page]


def bytes_of(page: Page, layer: int) -> list[int]:
    """Return the bytes of a layer's picture."""
    found: list[int] = (
        page.get_by_test_id(f"layer-{layer}")
        .locator("canvas")
        .evaluate("c => Array.from(c.getContext('2d').getImageData(0, 0, c.width, c.height).data)")
    )
    return found


def latent_shown(page: Page) -> list[float]:
    """Choose the latent and read its numbers."""
    page.locator(".layer.latent").click()
    text = page.get_by_test_id("facts").locator("dd").last.inner_text()
    return [float(number) for number in text.replace("−", "-").split(", ")]


def test_each_layer_shows_what_it_makes_of_the_digit(app: str, open_page: Open) -> None:
    page = open_page(f"{app}/learn?digit=4", width=1440)
    stages = describe(aecore.load("default").spec)
    assert page.locator(".layer").count() == len(stages)
    # Under the mouse: what it is, how large, how many parameters, and the value of a pixel of it.
    page.get_by_test_id("layer-1").locator("canvas").hover()
    expect(page.get_by_test_id("title")).to_have_text("Convolution 5 × 5, stride 2, silu")
    expect(page.get_by_test_id("facts")).to_contain_text("14 × 14 × 16 = 3,136 numbers")
    expect(page.get_by_test_id("facts")).to_contain_text("5 · 5 · 1 · 16 + 16 = 416")
    page.get_by_test_id("legend").hover()
    expect(page.get_by_test_id("title")).to_have_text("The digit x")
    page.get_by_test_id("large").hover()
    expect(page.get_by_test_id("pointed")).to_have_text(re.compile(r"row 1\d, column 1\d: [01]\.\d\d"))
    # The same by keys: the first number, then those beside and below it.
    page.get_by_test_id("large").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_test_id("pointed")).to_have_text(re.compile(r"row 1, column 1: "))
    for key, where in (
        ("ArrowRight", "row 1, column 2: "),
        ("ArrowDown", "row 2, column 2: "),
        ("ArrowLeft", "row 2, column 1: "),
    ):
        page.keyboard.press(key)
        expect(page.get_by_test_id("pointed")).to_have_text(re.compile(where))
    page.keyboard.press("ArrowLeft")  # there is nothing further to the left
    expect(page.get_by_test_id("pointed")).to_have_text(re.compile(r"row 2, column 1: "))
    # The numbers are those that Python finds, and the last layer's are the picture at the end.
    image = np.reshape(pixels(page, "network-input"), (1, 28, 28)).astype(np.float32) / 255
    model = aecore.load("default")
    np.testing.assert_allclose(latent_shown(page), model.encode(image)[0], atol=0.0051)
    last = bytes_of(page, len(stages) - 1)[::4]
    assert last == pixels(page, "network-output")
    assert difference(last, np.rint(255 * model.reconstruct(image)).astype(int).ravel().tolist()) < 0.1


def test_canvas_network_and_words_are_in_one_view(app: str, open_page: Open) -> None:
    page = open_page(f"{app}/learn", width=1440, height=900)
    network = page.locator(".network")
    facts = page.get_by_test_id("facts").locator("dd").last
    for part in (page.locator("canvas.upper-canvas"), page.get_by_test_id("layer-1"), facts):
        expect(part).to_be_in_viewport(ratio=1)
    page.get_by_test_id("operation-sum").scroll_into_view_if_needed()
    expect(page.locator("canvas.upper-canvas")).to_be_in_viewport()  # it stays beside what it changes
    for width, down in ((1000, False), (700, True)):
        page.set_viewport_size({"width": width, "height": 900})
        settle(page)
        assert ("down" in (network.get_attribute("class") or "").split()) is down


def test_the_keyboard_walks_through_all_layers(app: str, open_page: Open) -> None:
    page = open_page(f"{app}/learn?model=book", width=1440)
    stages = describe(aecore.load("book").spec)
    page.get_by_test_id("layer-0").focus()
    for i, stage in enumerate(stages):
        expect(page.get_by_test_id("where")).to_contain_text(f"step {i + 1} of {len(stages)}")
        expect(page.get_by_test_id("sentence")).to_have_text(stage["sentence"])
        if i:  # what comes later is not there yet
            assert page.locator(".layer.later").count() == len(stages) - 1 - i
            expect(page.get_by_test_id(f"layer-{i}")).to_be_focused()
        page.keyboard.press("ArrowRight")
    expect(page.get_by_role("button", name="Next")).to_be_disabled()
    page.keyboard.press("Home")
    assert page.locator(".layer.later").count() == len(stages) - 1
    page.keyboard.press("Escape")
    assert page.locator(".layer.later").count() == 0
    page.get_by_role("button", name="Play").click()
    pulse = "e => e.getAnimations({ subtree: true }).filter(({ animationName }) => animationName === 'pulse').length"
    assert page.locator(".network .picture").evaluate(pulse) >= len(stages)  # through every layer
    expect(page.get_by_test_id("where")).to_contain_text("step 2 of")
    page.get_by_role("button", name="Pause").click()


def test_it_follows_the_pen_the_samples_and_the_model(app: str, open_page: Open) -> None:
    page = open_page(f"{app}/learn?digit=3", height=1600)
    before = bytes_of(page, 2)
    page.get_by_role("button", name="7", exact=True).click()
    settle(page)
    sample = bytes_of(page, 2)
    assert sample != before
    page.get_by_role("button", name="Clear").click()
    settle(page)
    expect(page.get_by_test_id("hint")).to_contain_text("The canvas is empty")
    assert not any(bytes_of(page, 2))  # a quiet surface, no picture of nothing
    expect(page.get_by_text("to see it redrawn")).to_be_visible()
    draw(page, SEVEN, lift=False)
    painted(page)
    drawing = bytes_of(page, 2)
    assert any(drawing)
    expect(page.get_by_test_id("hint")).to_be_empty()
    page.mouse.up()
    settle(page)
    assert np.abs(np.subtract(bytes_of(page, 2), drawing)).mean() < 5
    error = float(page.get_by_test_id("network-error").inner_text())
    shown = re.search(r"([\d.]+)$", page.locator(".katex-mathml annotation", has_text="mathcal").text_content() or "")
    assert shown is not None
    assert float(shown[1]) == pytest.approx(error, abs=1e-4)
    page.get_by_role("combobox", name="Model").click()
    page.get_by_role("option", name=label("mlp"), exact=True).click()
    page.wait_for_selector(".network[data-ready=true]")
    settle(page)
    assert page.locator(".layer").count() == len(describe(aecore.load("mlp").spec))
    expect(page.get_by_test_id("stCode")).to_contain_text("layers.Dense(512")


def test_the_likelihood_follows_sigma_and_the_code_is_the_models(app: str, open_page: Open) -> None:
    page = open_page(f"{app}/learn?digit=5")
    formula = page.locator(".katex-mathml annotation", has_text="underbrace")
    before = formula.text_content() or ""
    rows = [row.split("\t") for row in page.locator("table").inner_text().splitlines()[1:]]
    page.get_by_role("slider", name="how sure the decoder is").press("ArrowRight")
    expect(formula).not_to_have_text(before)
    after = [row.split("\t") for row in page.locator("table").inner_text().splitlines()[1:]]
    assert [row[1] for row in after] == [row[1] for row in rows]  # the squared errors stay
    for table in (rows, after):  # and so does the order of the likelihoods
        values = [float(row[2].replace("−", "-").replace(",", "")) for row in table]
        assert values == sorted(values, reverse=True)
    spec = aecore.load("default").spec
    code = page.get_by_test_id("stCode").locator("code").inner_text()
    assert code.splitlines()[1:] == keras_code(spec).splitlines()[1:]
    with page.expect_download() as download:
        page.get_by_role("button", name="Download autoencoder.py").click()
    assert Path(download.value.path()).read_text().splitlines()[1:] == keras_code(spec).splitlines()[1:]
    assert page.locator(".redrawn img").count() == 7 + 7 + 3
    expect(page.locator(".js-plotly-plot")).to_be_visible()


def test_on_a_phone_a_tap_tells_of_a_layer_within_sight(app: str, open_page: Open) -> None:
    page = open_page(f"{app}/learn", width=390, height=844, has_touch=True, is_mobile=True)
    layer = page.get_by_test_id("layer-7")
    layer.scroll_into_view_if_needed()
    layer.locator("canvas").tap()
    expect(page.get_by_test_id("title")).to_have_text("Dense, silu")
    expect(page.get_by_test_id("sentence")).to_be_in_viewport()
    page.get_by_role("button", name="Next").tap()
    expect(page.get_by_test_id("layer-8")).to_be_in_viewport()
    expect(page.get_by_test_id("sentence")).to_contain_text("1568")


def test_without_principal_components_there_is_one_sentence(tmp_path: Path, open_page: Open) -> None:
    copy_of_the_app(tmp_path)
    (tmp_path / "assets" / "pca" / "pca.safetensors").unlink()
    with serving(tmp_path) as server:
        page = open_page(f"{server.address}/learn")
        expect(
            page.get_by_text("The principal components are missing. Run `python -m aecore.pca`.".replace("`", ""))
        ).to_be_visible()
        assert page.locator(".redrawn img").count() == 7 + 3


def test_each_number_of_a_layer_has_a_cell_of_its_own(modules: Page) -> None:
    specs = [preset.spec for preset in PRESETS.values()]
    wanted = {shape for spec in specs for made in spec.layer_shapes.values() for shape in made[1:]}
    found = modules.evaluate(
        """async (wanted) => {
            const { arrange } = await import('../../features/learn/layout.js');
            return wanted.flatMap((shape) => [3, 1, 1 / 3].map((aspect) => {
                const { width, height, at } = arrange(shape, aspect);
                const count = shape.reduce((a, b) => a * b, 1);
                const cells = Array.from({ length: count }, (_, i) => at(i));
                const inside = cells.every(([x, y]) => x >= 0 && x < width && y >= 0 && y < height);
                return { shape, aspect, width, height, inside, count, different: new Set(cells.map(String)).size };
            }));
        }""",
        [list(shape) for shape in sorted(wanted | {(1,), (7,), (97,), (3, 2, 5), (1, 1, 1), (28, 28, 3)})],
    )
    for one in found:
        assert one["inside"], one
        assert one["different"] == one["count"], one
        assert one["width"] * one["height"] < 2.5 * one["count"] + 8, one  # no more gaps than numbers


def terms_shown(page: Page) -> list[float]:
    """Return the numbers of the chain rule on the screen, the result first."""
    found = page.get_by_test_id("back-terms").locator("b").all_inner_texts()
    return [float(number.replace("−", "-")) for number in found]


def test_the_error_comes_back_layer_by_layer_and_the_digit_gets_better(app: str, open_page: Open) -> None:
    page = open_page(f"{app}/learn?digit=4&model=mlp", width=1280)
    error, next_step = page.get_by_test_id("back-error"), page.get_by_test_id("back-next")
    next_step.scroll_into_view_if_needed()
    expect(next_step).to_be_enabled()
    layers = page.locator(".backward .layers li")
    networks = PRESETS["mlp"].spec.networks.values()
    dense = [layer for network in networks for layer in network.layers if isinstance(layer, Dense)]
    expect(layers).to_have_count(len(dense))
    expect(page.locator(".backward li.later")).to_have_count(len(dense))
    before = float(error.inner_text())
    assert before == pytest.approx(float(page.get_by_test_id("network-error").inner_text()), abs=1e-4)
    for i in range(len(dense)):
        next_step.click()
        painted(page)
        expect(page.locator(".backward li.later")).to_have_count(len(dense) - 1 - i)
        expect(layers.nth(i)).to_have_attribute("aria-current", "step")
        gradient, given, slope, behind = terms_shown(page)
        assert gradient == pytest.approx(given * slope * behind, rel=0.03)
    next_step.focus()
    page.keyboard.press("Enter")
    painted(page)
    weight, size, gradient, new = terms_shown(page)
    assert new == pytest.approx(weight - size * gradient, abs=2e-4)
    after = float(error.inner_text())
    assert after < before
    page.keyboard.press("Enter")  # once more, from here
    painted(page)
    assert float(error.inner_text()) == after
    page.keyboard.press("Home")
    painted(page)
    assert float(error.inner_text()) == before


MADE = """async ([url, stages]) => {
    const { loadModel } = await import('./engine.js');
    const { weightsOf } = await import('../../features/learn/operation.js');
    const { pixelOf } = await import('../../features/learn/kernel.js');
    const model = await loadModel(url), weights = await weightsOf(url);
    await model.whole;
    const image = Float32Array.from({ length: 784 }, (_, i) => (i * 7919 % 101) / 100);
    const inward = model.encode.activations(image);
    const outputs = [image, ...inward, ...model.decode.activations(inward.at(-1))];
    let worst = 0, count = 0;
    stages.forEach(({ name, shape }, i) => {
        const [side, k] = name.split('.'), layer = model.spec.networks[side]?.layers[k];
        if (layer?.layer !== 'conv2d') return;
        const convolution = { layer, kernel: weights[`${name}.kernel`], bias: weights[`${name}.bias`] };
        const [height, width, maps] = shape;
        for (const [y, x] of [[0, 0], [height - 1, width - 1], [0, width - 1], [3, 2]]) {
            for (let map = 0; map < maps; map += 3, count++) {
                const { made } = pixelOf(convolution, outputs[i - 1], stages[i - 1].shape, map, [y, x]);
                worst = Math.max(worst, Math.abs(made - outputs[i][(y * width + x) * maps + map]));
            }
        }
    });
    return [count, worst];
}"""


@pytest.mark.parametrize("name", ["default", "book"])
def test_the_arithmetic_of_a_pixel_is_that_of_the_network(app: str, modules: Page, name: str) -> None:
    stages = describe(aecore.load(name).spec)
    url = f"{app}/{model_url(name, model_store.sha256(name))}"
    count, worst = modules.evaluate(MADE, [url, stages])
    assert count > 20
    assert worst < 1e-4


def test_a_kernel_slides_over_the_digit(app: str, open_page: Open) -> None:
    page = open_page(f"{app}/learn?model=book", width=1440)
    sums, title = page.get_by_test_id("operation-sum"), page.get_by_test_id("operation-title")
    sums.scroll_into_view_if_needed()
    expect(title).to_have_text(re.compile(r"Filter \d+ of 32 at work: Convolution 3 × 3"))
    expect(sums).to_have_text(re.compile(r"\(sum of the products\) .* \(bias\) = .*, of which relu makes .*\."))
    # From a map that is clicked, the filter; its kernel slides until somebody points at a pixel.
    page.get_by_test_id("layer-2").click()
    page.get_by_test_id("large").click(position={"x": 3, "y": 3})
    expect(title).to_have_text("Filter 1 of 64 at work: Convolution 3 × 3, stride 2, relu")
    expect(page.get_by_role("button", name="Stop", exact=True)).to_be_visible()
    expect(sums).to_contain_text("from 31 other maps")
    places = page.locator(".operation figure").last.locator("figcaption")
    first = places.inner_text()
    expect(places).not_to_have_text(first)
    page.get_by_test_id("operation-made").click(position={"x": 2, "y": 2})
    expect(places).to_have_text("map 1, pixel 1, 1")
    expect(page.get_by_role("button", name="Slide", exact=True)).to_be_visible()
    page.get_by_test_id("operation-made").press("ArrowDown")
    expect(places).to_have_text("map 1, pixel 2, 1")
    page.get_by_role("button", name="Another filter").click()
    expect(title).to_contain_text("Filter 2 of 64")


def test_the_network_keeps_to_the_pen_when_python_answers_late(app: str, open_page: Open) -> None:
    page = open_page(f"{app}/learn", script=SLOW_LINE)
    clear(page)
    page.evaluate("window.line = 2000")
    for stroke in FOUR:
        draw(page, stroke)
        painted(page)
    whole = pixels(page, "network-input")
    page.get_by_test_id("network-input").evaluate(WATCH)
    page.wait_for_url(lambda url: len(parse_qs(urlsplit(url).query).get("strokes", [""])[0]) > 20)  # both are there
    painted(page)
    assert all(np.abs(np.float32(one) - whole).max() <= 3 for one in page.evaluate("window.seen"))
