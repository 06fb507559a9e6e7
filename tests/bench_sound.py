"""Measures the Sound page, for `make bench`: a second of sound that is cleaned, and one that is said by a latent."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from playwright.sync_api import Browser, Page

from aecore.core.pretrained import available, sha256
from tests.bench_latency import latencies, slowed, spread, to_and_fro, watch
from tests.browser.test_sound_own import RATE, tone, wav
from ui.server.routes import model_url

SLOW = 4  # times slower: a cheap phone
SECONDS = 1

# Milliseconds for each of so many runs of a task, with the page's own modules and model.
RUNS = """async ([url, task, times, samples]) => {
    const [modules] = Object.values(globalThis.playgroundModules); // that the page's parts share
    const at = (name) => modules[`features/sound/${name}.js`];
    const { loadModel } = modules['frontend/engine/engine.js'], model = await (await loadModel(url)).whole;
    const wave = (_, i) => 0.1 * Math.sin(i * i * 1e-5) + 0.05 * Math.sin(7e7 * i);
    const sound = Float32Array.from({ length: samples }, wave);
    const { Mixed } = at('mixed'), { Voice } = at('voice'), voice = new Voice(model);
    const canvas = document.createElement('canvas');
    const { computedNoise } = at('noises'), { paintSpectrum } = at('spectrogram');
    const noise = computedNoise('white', samples, 1);
    const kept = new Mixed(model, sound, noise);
    const tasks = {
        clean() { // another mixture each time: the networks remember the last one
            const mixed = new Mixed(model, sound, noise);
            mixed.mix(10 * Math.random());
            for (const _ of mixed.cleaning());
            return mixed.sounds;
        },
        follow() {
            kept.mix(10 * Math.random());
            paintSpectrum(canvas, kept.noisy, 1);
            for (const [start, stop] of kept.cleaning()) paintSpectrum(canvas, kept.cleaned, 1, start, stop);
        },
        say: () => voice.decode(Array.from({ length: 16 }, () => 4 * Math.random() - 2)),
    };
    const taken = [];
    for (let i = 0; i < times; i++) {
        const start = performance.now();
        tasks[task]();
        taken.push(performance.now() - start);
        await new Promise((done) => setTimeout(done));
    }
    return taken.slice(10); // the functions are compiled
}"""


def sound(browser: Browser, address: str) -> Iterator[tuple[str, str]]:
    """Measure the page; yields name and figure of each measurement."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(f"{address}/sound")
    page.wait_for_selector(".sound[data-ready=true]")
    page.wait_for_function("() => !('opening' in document.documentElement.dataset)")
    page.wait_for_timeout(2000)  # Streamlit starts, and the functions are compiled
    data = wav(tone(SECONDS) + 0.02 * np.random.default_rng(0).standard_normal(SECONDS * RATE))
    page.get_by_label("your sound", exact=True).set_input_files(
        {"name": "one.wav", "mimeType": "audio/wav", "buffer": data}
    )
    page.get_by_role("button", name="White", exact=True).click()
    page.wait_for_timeout(2000)
    yield "noise slider on `/sound`, input to both spectrograms of a second", spread(drag(page))
    yield f"the same with the CPU slowed {SLOW} times", spread(drag(page, SLOW))
    yield "of it, mixing, cleaning and painting", spread(runs(page, "voice_denoiser", "follow"))
    yield "a second of sound cleaned", spread(runs(page, "voice_denoiser", "clean"))
    if "voice" in available("voice"):
        yield "a second of sound from sixteen numbers, with its phases", spread(runs(page, "voice", "say"))
    page.close()


def drag(page: Page, slow: float = 1) -> list[float]:
    """Drag the slider to and fro with the mouse; returns milliseconds from input to the cleaned spectrogram."""
    watch(page, ["input"], "cleaned")
    with slowed(page, slow):
        to_and_fro(page, page.locator("input[aria-label=noise]"), 80)
        page.wait_for_timeout(500)
    return latencies(page)


def runs(page: Page, model: str, task: str) -> list[float]:
    """Return the milliseconds that a task takes in the page."""
    found: list[float] = page.evaluate(RUNS, [model_url(model, sha256(model)), task, 60, SECONDS * RATE])
    return found
