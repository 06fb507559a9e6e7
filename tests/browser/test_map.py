"""The Map page in a real Chromium, and the atlas in JavaScript beside its twin in Python."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, Route, WebSocket, expect

import aecore
from aecore.core.latents import latent_from_text
from aecore.latent.atlas_file import load_atlas
from aecore.latent.typicality import EDGE, typicality
from tests.browser.conftest import difference, go, latents, pixels
from tests.browser.rest import painted, settle
from ui.server.routes import atlas_url, model_url
from ui.services import model_store

Open = Callable[..., Page]


def place(page: Page, x: float, y: float) -> tuple[float, float]:
    """Return where on the page a place of the map is, given in shares of its sides."""
    canvas = page.get_by_test_id("atlas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    return box["x"] + x * box["width"], box["y"] + y * box["height"]


def colours(page: Page) -> int:
    """Count the pixels of the map that are not empty."""
    count: int = page.get_by_test_id("atlas").evaluate(
        """canvas => canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data
            .reduce((count, v, i) => count + (i % 4 === 3 && v > 0), 0)"""
    )
    return count


def test_hovering_decodes_without_the_server(app: str, open_page: Open) -> None:
    page = open_page("about:blank", ready=False)
    sent: list[Any] = []

    def listen(socket: WebSocket) -> None:
        socket.on("framesent", lambda frame: sent.append(frame))

    page.on("websocket", listen)
    page.goto(f"{app}/map")
    page.wait_for_selector(".map[data-ready=true]")
    settle(page)
    assert sent
    sent.clear()
    seen = set()
    for step in range(8):
        page.mouse.move(*place(page, 0.25 + 0.07 * step, 0.3 + 0.05 * step))
        painted(page)
        seen.add(tuple(pixels(page, "decoded")))
    assert len(seen) == 8
    assert sent == []


def test_the_points_come_before_the_decoder_and_no_encoder_comes_at_all(app: str, open_page: Open) -> None:
    page = open_page("about:blank", ready=False)
    waiting: list[Route] = []
    encoders: list[str] = []
    page.route("**/default.decoder.safetensors", lambda route: waiting.append(route))
    page.on("request", lambda r: r.url.endswith(".encoder.safetensors") and encoders.append(r.url))
    page.goto(f"{app}/map")
    expect(page.get_by_text("Loading the decoder")).to_be_visible()
    points = colours(page)
    assert points > 10_000
    page.mouse.move(*place(page, 0.4, 0.4))  # nothing to decode with yet, and nothing breaks
    page.mouse.wheel(0, -200)
    painted(page)
    assert colours(page) != points
    assert max(pixels(page, "decoded")) == 0
    for route in waiting:
        route.continue_()
    page.wait_for_selector(".map[data-ready=true]")
    assert max(pixels(page, "decoded")) > 100
    page.get_by_role("button", name="Two-number model").click()
    page.wait_for_selector(".map[data-ready=true]")
    assert encoders == []


@pytest.mark.parametrize("view", ["Straight (PCA)", "Clustered (UMAP)"])
def test_a_click_takes_the_latent_to_the_sliders(page: Page, view: str) -> None:
    page.get_by_role("button", name=view).click()
    settle(page)
    before = latents_of(page.url)
    page.mouse.click(*place(page, 0.35, 0.6))
    painted(page)
    decoded = pixels(page, "decoded")
    expect(page.get_by_text("the sliders on the Draw page")).to_be_visible()
    settle(page)
    assert latents_of(page.url) != before
    page.get_by_role("link", name="Draw").click()
    page.wait_for_selector(".deck[data-ready=true]")
    settle(page)
    assert difference(pixels(page, "decoded"), decoded) < 2  # kept in steps of 0.01
    assert max(map(abs, latents(page))) > 0.3


@pytest.fixture
def page(app: str, same_page: Open) -> Page:
    """The page as a test before left it, with the whole of the flat map in sight."""
    page = same_page(f"{app}/map")
    if "/map" not in page.url:
        go(page, "/map")
    for name in ("Straight (PCA)", "Fit"):
        page.get_by_role("button", name=name, exact=True).click()
    page.mouse.move(0, 0)
    settle(page)
    return page


def latents_of(address: str) -> str:
    found = re.search(r"[?&]z=([^&]*)", address)
    assert found
    return found[1]


def test_on_the_flat_map_only_two_coordinates_move(page: Page) -> None:
    atlas = load_atlas("default")
    before = latent_from_text(latents_of(page.url), 16)
    page.mouse.click(*place(page, 0.7, 0.3))
    expect(page.get_by_text("Done: the sliders on the Draw page now show this digit.")).to_be_visible()
    settle(page)
    expect(page.get_by_text("every page now uses")).to_be_hidden()  # it is the map of the model in use
    after = latent_from_text(latents_of(page.url), 16)
    moved = after - before
    assert np.linalg.norm(moved) > 0.5
    assert np.linalg.norm(moved - moved @ atlas.basis.T @ atlas.basis) < 0.04  # but for steps of 0.01


def test_the_legend_filters_and_the_link_keeps_view_and_digits(page: Page, open_page: Open) -> None:
    everything = colours(page)
    for digit in "12345678":
        page.locator(".chip").nth(int(digit)).click()
    painted(page)
    assert 0 < colours(page) < everything / 2
    page.get_by_role("button", name="Clustered (UMAP)").click()
    settle(page)
    assert "view=umap" in page.url
    assert "shown=09" in page.url
    some = colours(page)
    assert abs(colours(open_page(page.url)) - some) < some / 50
    page.get_by_role("button", name="All", exact=True).click()
    painted(page)
    assert colours(page) > 2 * some


def test_wheel_drag_and_keys_move_the_map(page: Page) -> None:
    start = page.get_by_test_id("atlas").evaluate("canvas => canvas.toDataURL()")
    page.mouse.move(*place(page, 0.5, 0.5))
    page.mouse.wheel(0, -400)
    painted(page)
    zoomed = page.get_by_test_id("atlas").evaluate("canvas => canvas.toDataURL()")
    assert zoomed != start
    page.keyboard.down("Shift")
    page.mouse.down()
    page.mouse.move(*place(page, 0.7, 0.6), steps=4)
    page.mouse.up()
    page.keyboard.up("Shift")
    painted(page)
    panned = page.get_by_test_id("atlas").evaluate("canvas => canvas.toDataURL()")
    assert panned != zoomed
    page.get_by_role("button", name="Move", exact=True).click()
    page.mouse.move(*place(page, 0.5, 0.5))
    page.mouse.down()
    page.mouse.move(*place(page, 0.3, 0.4), steps=4)
    page.mouse.up()
    page.get_by_role("button", name="Move", exact=True).click()
    painted(page)
    assert page.get_by_test_id("atlas").evaluate("canvas => canvas.toDataURL()") not in (panned, zoomed)
    assert "the sliders" not in page.get_by_role("status").all_inner_texts().__str__()  # this picks nothing
    page.get_by_role("button", name="Fit").click()
    painted(page)
    assert page.get_by_test_id("atlas").evaluate("canvas => canvas.toDataURL()") == start
    page.get_by_test_id("atlas").focus()
    before = pixels(page, "decoded")
    for _ in range(6):
        page.keyboard.press("Shift+ArrowRight")
    painted(page)
    assert difference(before, pixels(page, "decoded")) > 2
    page.keyboard.press("Enter")
    expect(page.get_by_text("the sliders on the Draw page")).to_be_visible()


def test_a_drag_morphs_along_the_way_and_undo_goes_back(page: Page) -> None:
    page.get_by_role("button", name="Clustered (UMAP)").click()
    settle(page)
    before, first = latents_of(page.url), pixels(page, "decoded")
    along = page.get_by_role("heading", name="Along your way")
    expect(along).to_be_hidden()
    page.mouse.move(*place(page, 0.2, 0.58))  # among the ones
    page.mouse.down()
    seen = set()
    for step in range(1, 7):
        page.mouse.move(*place(page, 0.2 + 0.1 * step, 0.58), steps=3)
        painted(page)
        seen.add(tuple(pixels(page, "decoded")))
    assert len(seen) == 6
    page.mouse.up()
    settle(page)
    expect(along).to_be_visible()
    strip = [pixels(page, f"along-{k}") for k in range(1, 8)]
    assert len({tuple(picture) for picture in strip}) == 7
    assert difference(strip[-1], pixels(page, "decoded")) < 1
    arrived = latents_of(page.url)
    assert arrived != before
    page.get_by_test_id("along-3").click()
    settle(page)
    expect(along).to_be_visible()  # it can be gone back to another digit of the way
    assert latents_of(page.url) not in (before, arrived)
    page.mouse.move(0, 0)
    for _ in range(2):
        page.get_by_role("button", name="undo").click()
        settle(page)
    assert latents_of(page.url) == before
    expect(along).to_be_hidden()
    assert difference(pixels(page, "decoded"), first) < 1


def test_keys_go_a_way_too(page: Page) -> None:
    before = latents_of(page.url)
    page.get_by_test_id("atlas").focus()
    for _ in range(4):
        page.keyboard.press("Shift+ArrowUp")
    page.keyboard.press("Shift+Enter")
    settle(page)
    expect(page.get_by_role("heading", name="Along your way")).to_be_visible()
    assert latents_of(page.url) != before
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")  # not by a way
    settle(page)
    expect(page.get_by_role("heading", name="Along your way")).to_be_hidden()


FRAMES = """(canvas) => new Promise((resolve) => {
    const seen = new Set(), end = performance.now() + 1500;
    const look = () => {
        seen.add(canvas.toDataURL());
        if (performance.now() < end) requestAnimationFrame(look);
        else resolve(seen.size);
    };
    look();
})"""


def test_points_glide_between_the_maps_of_the_same_digits(app: str, open_page: Open) -> None:
    page = open_page(f"{app}/map")
    assert page.get_by_role("button", name="Clustered (UMAP)").get_attribute("aria-pressed") == "true"
    atlas = page.get_by_test_id("atlas")
    clustered = atlas.evaluate("canvas => canvas.toDataURL()")
    page.get_by_role("button", name="Straight (PCA)").click()
    assert atlas.evaluate(FRAMES) > 2  # more than before and after, on a busy machine, too
    settle(page)
    flat = atlas.evaluate("canvas => canvas.toDataURL()")
    page.get_by_role("button", name="Clustered (UMAP)").click()
    settle(page)
    assert atlas.evaluate("canvas => canvas.toDataURL()") == clustered
    page.emulate_media(reduced_motion="reduce")
    page.get_by_role("button", name="Straight (PCA)").click()
    assert atlas.evaluate(FRAMES) <= 2
    assert atlas.evaluate("canvas => canvas.toDataURL()") == flat


WRITTEN = """() => {
    const { prototype } = CanvasRenderingContext2D, { fillText } = prototype;
    window.written = [];
    prototype.fillText = function (...given) {
        window.written.push(given[0]);
        return fillText.apply(this, given);
    };
}"""


def test_clusters_have_numerals_and_so_have_points_from_near(app: str, open_page: Open) -> None:
    page = open_page(f"{app}/map")
    page.evaluate(WRITTEN)
    page.mouse.move(*place(page, 0.4, 0.4))
    page.mouse.wheel(0, -40)
    settle(page)
    assert {one for one in page.evaluate("window.written") if one.isdigit()} == set("0123456789")
    assert len(page.evaluate("window.written")) < 50
    for _ in range(3):
        page.mouse.wheel(0, -240)
        painted(page)
    page.evaluate("window.written.length = 0")
    page.mouse.wheel(0, -240)
    settle(page)
    assert len(page.evaluate("window.written")) > 100


def test_a_finger_decodes_and_picks(app: str, open_page: Open) -> None:
    page = open_page(f"{app}/map", 390, 844, has_touch=True, is_mobile=True)
    before = pixels(page, "decoded")
    page.touchscreen.tap(*place(page, 0.75, 0.4))
    painted(page)
    assert difference(before, pixels(page, "decoded")) > 2
    expect(page.get_by_text("the sliders on the Draw page")).to_be_visible()


def test_the_plane_is_decoded_behind_the_points(app: str, open_page: Open) -> None:
    page = open_page(f"{app}/map?view=plane")
    page.get_by_role("button", name="All", exact=True).click()
    settle(page)
    size = page.get_by_test_id("atlas").evaluate("canvas => canvas.width * canvas.height")
    assert colours(page) == size  # every tile is there, though no point is
    page.mouse.click(*place(page, 0.3, 0.3))
    decoded = pixels(page, "decoded")
    settle(page)
    assert "model=plane" in page.url
    page.get_by_role("link", name="Draw").click()
    page.wait_for_selector(".deck[data-ready=true]")
    settle(page)
    assert len(latents(page)) == 2
    assert difference(pixels(page, "decoded"), decoded) < 2


def test_the_gauge_knows_solid_ground(app: str, open_page: Open) -> None:
    page = open_page(f"{app}/")
    gauge = page.get_by_test_id("gauge")
    expect(gauge).to_contain_text("% of unseen real digits")
    first = [pixels(page, f"nearest-{i}") for i in range(1, 6)]
    assert all(max(picture) > 150 for picture in first)
    for i in range(1, 9):
        page.get_by_label(f"latent {i}", exact=True).fill("4" if i % 2 else "-4")
    expect(gauge).to_contain_text("No:")
    assert [pixels(page, f"nearest-{i}") for i in range(1, 6)] != first


RUN = """async ([url, latents, points]) => {
    const { loadAtlas } = await import('../lib/atlas.js');
    const atlas = await loadAtlas(url);
    return latents.map((latent, i) => {
        const found = atlas.nearest(latent, 5);
        return {
            indices: found.map(({ index }) => index),
            distance: found[0].distance,
            percentile: atlas.percentile(found[0].distance),
            project: atlas.project(latent),
            lifted: Array.from(atlas.lift(points[i], Float32Array.from(latent))),
        };
    });
}"""


def test_the_atlas_agrees_with_python(app: str, modules: Page) -> None:
    atlas, rng = load_atlas("default"), np.random.default_rng(0)
    given = (
        rng.standard_normal((40, atlas.latent_dim), np.float32) * np.linspace(0.2, 2.5, 40, dtype=np.float32)[:, None]
    )
    points = rng.standard_normal((40, 2)).astype(np.float32)
    answers = modules.evaluate(RUN, [f"{app}/{atlas_url('default')}", given.tolist(), points.tolist()])
    wanted = atlas.lift(points, given)
    for latent, lifted, answer in zip(given, wanted, answers, strict=True):
        indices, distances = atlas.nearest(latent, 5)
        assert answer["indices"] == indices.tolist()
        assert answer["distance"] == pytest.approx(distances[0], abs=1e-4)
        assert answer["percentile"] == pytest.approx(atlas.percentile(latent), abs=0.05)
        np.testing.assert_allclose(answer["project"], atlas.project(latent[None])[0], atol=1e-4)
        np.testing.assert_allclose(answer["lifted"], lifted, atol=1e-4)


JUDGE = """async ([model, atlas, latents]) => {
    const { loadModel } = await import('../engine/engine.js');
    const { loadAtlas } = await import('../lib/atlas.js');
    const { typicalityOf } = await import('../lib/typicality.js');
    const loaded = await loadModel(model), { sample } = loaded;
    const known = typicalityOf(loaded, await loadAtlas(atlas));
    const random = Array.from({ length: 500 }, () => known.of(sample()).percentile);
    return { found: latents.map((latent) => known.of(latent)), random };
}"""


@pytest.mark.parametrize("name", ["default", "plane"])
def test_the_gauge_agrees_with_python_and_with_the_random_digits(app: str, modules: Page, name: str) -> None:
    model, atlas = aecore.load(name), load_atlas(name)
    wide = np.random.default_rng(0).standard_normal((60, atlas.latent_dim), np.float32)
    given = np.concatenate([wide * np.linspace(0, 2, 60, dtype=np.float32)[:, None], atlas.latents[5::200]])
    urls = [f"{app}/{model_url(name, model_store.sha256(name))}", f"{app}/{atlas_url(name)}"]
    answers = modules.evaluate(JUDGE, [*urls, given.tolist()])
    wanted = typicality(model.mixture, atlas).percentile(given)
    np.testing.assert_allclose([one["percentile"] for one in answers["found"]], wanted, atol=0.11)
    assert 0.01 < np.mean(np.array(answers["random"]) >= EDGE) < 0.1


def test_the_gauge_does_not_call_the_middle_solid_ground(app: str, open_page: Open) -> None:
    page = open_page(f"{app}/map?view=pca")
    gauge = page.get_by_test_id("gauge")
    expect(gauge).to_contain_text("Yes:")  # the sample digit with which everything begins
    canvas = page.get_by_test_id("atlas")
    canvas.focus()
    for _ in range(3):
        page.keyboard.press("ArrowLeft")  # from the middle
    expect(gauge).to_contain_text("It lies between")
    expect(gauge).not_to_contain_text("Yes:")


def test_a_click_that_switches_the_model_says_so_and_leads_back(app: str, open_page: Open) -> None:
    page = open_page(f"{app}/map")
    page.get_by_role("button", name="Two-number model").click()
    expect(page.get_by_text("A click switches every page to “Two-number model”.")).to_be_visible()
    settle(page)
    assert "model=plane" not in page.url  # looking changes nothing
    page.wait_for_selector(".map[data-ready=true]")
    page.mouse.click(*place(page, 0.5, 0.5))
    expect(page.get_by_text("with “Two-number model”")).to_be_visible()
    settle(page)
    expect(page.get_by_text("Every page now uses “Two-number model”")).to_be_visible()
    page.get_by_role("button", name="Back to “Best”").click()
    settle(page)
    expect(page.get_by_text("Every page now uses")).to_be_hidden()
    assert "model=plane" not in page.url
    page.mouse.click(*place(page, 0.5, 0.5))
    settle(page)
    page.get_by_role("link", name="What each number does").click()
    page.wait_for_selector(".traversals[data-ready=true]")
    expect(page.get_by_text("Every page now uses “Two-number model”")).to_be_visible()
    page.get_by_role("button", name="Back to “Best”").click()
    settle(page)
    expect(page.get_by_text("Every page now uses")).to_be_hidden()
    assert "model=plane" not in page.url
