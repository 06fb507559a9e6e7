"""How many labels it takes: a head that learns in the page, beside nearest neighbours on pixels."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import Page, expect

import aecore
from aecore.core.pretrained import sha256
from aecore.training.presets import HEAD_ALONE
from tests.browser.engine_page import call, numbers, text
from ui.server.routes import model_url

Open = Callable[..., Page]
CLASSIFIERS = "const study = await import('../../features/few_labels/classifiers.js');"


def found(page: Page, name: str) -> dict[str, float]:
    """Return the percentages of a row."""
    shown = {way: page.get_by_test_id(f"{name}-{way}").inner_text() for way in ("latent", "pixels")}
    return {way: float(value.removesuffix(" %")) for way, value in shown.items()}


@pytest.mark.usefixtures("mnist")
def test_a_head_learns_from_ten_labels_and_from_a_hundred(app: str, same_page: Open) -> None:
    page = same_page(f"{app}/learn")
    part = page.locator(".labels[data-ready=true]")
    expect(part).to_contain_text("MNIST's training digits, which this server has")
    for count in (10, 100):
        part.get_by_role("button", name=f"{count} labels", exact=True).click()
        expect(part.get_by_role("status").first).to_have_text(
            re.compile(rf"With {count} labels, [\d.]+ % of 1,000 other digits .* latent, [\d.]+ % from pixels"),
            timeout=120_000,
        )
        expect(part.locator(".labelled figure")).to_have_count(10)
    few, more = found(page, "10"), found(page, "100")
    assert few["latent"] > 25  # a guess is right for 10
    assert more["latent"] > max(75, more["pixels"], few["latent"])
    assert more["pixels"] > few["pixels"] > 20


def test_ones_own_digits_are_labels_too(app: str, same_page: Open) -> None:
    page = same_page(f"{app}/learn")
    part = page.locator(".labels[data-ready=true]")
    part.get_by_role("button", name="Your own digits").click()
    expect(part.get_by_role("status").first).to_contain_text("Draw 10 digits below")
    own = [
        {
            "image": text(np.rint(aecore.load().decode(np.eye(16, dtype=np.float32)[[digit]]) * 255).astype(np.uint8)),
            "digit": digit,
        }
        for digit in range(10)
    ]
    page.evaluate("own => localStorage.setItem('playground-drawn-digits', JSON.stringify(own))", own)
    part.get_by_role("button", name="Your own digits").click()
    expect(part.get_by_role("status").first).to_contain_text("With 10 labels,", timeout=120_000)
    assert found(page, "own")["latent"] >= 0


def test_the_head_of_a_file_gives_what_numpy_gives(modules: Page) -> None:
    head = aecore.load("default_head")
    latents = np.random.default_rng(3).normal(size=(50, 16)).astype(np.float32) * 2
    url = model_url("default_head", sha256("default_head"))
    made = call(
        modules,
        """
        const [url, latents] = given, all = numbers(latents), out = new Float32Array(10 * all.length / 16);
        const model = await loadModel(new URL(`../../../../${url}`, location.href).href);
        for (let i = 0; i < all.length / 16; i++)
            out.set(model.run({ latent: all.slice(16 * i, 16 * i + 16) }, 'head'), 10 * i);
        return text(out);""",
        url,
        text(latents),
    )
    np.testing.assert_allclose(numbers(made).reshape(50, 10), head.classify(latents), atol=1e-5)


def test_nearest_neighbours_are_those_of_numpy_and_labels_are_balanced(modules: Page) -> None:
    rng = np.random.default_rng(4)
    some, others = (rng.integers(0, 256, (count, 784)).astype(np.uint8) for count in (30, 60))
    labels, wanted = rng.integers(0, 10, 30), rng.integers(0, 10, 60)
    distances = np.square(some[None].astype(int) - others[:, None]).sum(axis=2)
    right, chosen = call(
        modules,
        f"""{CLASSIFIERS}
        const [some, labels, others, wanted] = given;
        const images = (text, length) => {{
            const all = new Uint8Array(bytes(text));
            return Array.from({{ length }}, (_, i) => all.subarray(784 * i, 784 * i + 784));
        }};
        const [few, many] = [{{ images: images(some, 30), labels }}, {{ images: images(others, 60), labels: wanted }}];
        const steps = study.nearest(few, many);
        let step = steps.next();
        while (!step.done) step = steps.next();
        const all = Array.from({{ length: 500 }}, (_, i) => (i * 7) % 10);
        return [step.value, study.balanced(all, 100, Math.random).map((i) => all[i])];""",
        text(some),
        labels.tolist(),
        text(others),
        wanted.tolist(),
    )
    assert right == pytest.approx(np.mean(labels[distances.argmin(axis=1)] == wanted))
    assert np.bincount(chosen).tolist() == [10] * 10


def test_a_head_learns_clusters_and_says_how_far_it_is(modules: Page) -> None:
    rng = np.random.default_rng(5)
    centres = 2 * rng.normal(size=(10, 16))
    labels = np.arange(200) % 10
    latents = (centres[labels] + 0.3 * rng.normal(size=(200, 16))).astype(np.float32)
    seen = call(
        modules,
        f"""{CLASSIFIERS}
        const {{ generator }} = await import('../lib/corruption.js'), {{ readSpec }} = await import('./engine.js');
        const [spec, latents, labels] = given, all = numbers(latents);
        const list = labels.map((_, i) => all.slice(16 * i, 16 * i + 16));
        const part = (from, to) => ({{ latents: list.slice(from, to), labels: labels.slice(from, to) }});
        const head = readSpec(JSON.stringify(spec)), seen = [];
        const steps = study.learnHead(head, part(0, 20), part(20, 200), generator(1));
        let step = steps.next();
        for (; !step.done; step = steps.next()) seen.push(step.value);
        return [seen, step.value];""",
        HEAD_ALONE.spec.to_dict(),
        text(latents),
        labels.tolist(),
    )
    steps, end = seen
    assert [one["done"] for one in steps] == sorted(one["done"] for one in steps)
    assert 0 <= steps[0]["accuracy"] < 0.6
    assert end > 0.95


def test_cross_entropy_and_its_gradient_are_those_of_the_formula(modules: Page) -> None:
    rng = np.random.default_rng(6)
    made = rng.dirichlet(np.ones(10), 4).astype(np.float32)
    wanted = np.eye(10, dtype=np.float32)[[3, 0, 9, 3]]
    loss, gradient = call(
        modules,
        """
        const { LOSSES } = await import('./losses.js'), gradient = new Float32Array(40);
        const loss = LOSSES.get('categorical_crossentropy')(numbers(given[0]), numbers(given[1]), gradient, 4);
        return [loss, text(gradient)];""",
        text(made),
        text(wanted),
    )
    assert loss == pytest.approx(-np.mean(np.log((made * wanted).sum(axis=1))), rel=1e-5)
    np.testing.assert_allclose(numbers(gradient).reshape(4, 10), -wanted / made / 4, rtol=1e-5)
