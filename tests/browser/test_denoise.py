"""The Denoise page in a real Chromium."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.chromium import new_visitor
from tests.browser.conftest import difference, pixels
from tests.browser.rest import painted, settle
from ui.features.denoise.state import NOISE_KINDS

Open = Callable[..., Page]
OUTPUTS = ("denoised", "plain", "book")  # those of sixteen numbers
WIDE = "**/models/*/denoiser_wide.*"


def error(page: Page, test_id: str) -> float:
    """Return the mean squared error under a picture."""
    return float(page.get_by_test_id(f"{test_id}-numbers").inner_text().split()[1])


def choose(page: Page, kind: str, level: float, mean: float | None = None) -> None:
    """Set the controls and wait for the pictures."""
    page.get_by_label("corruption").select_option(kind)
    page.get_by_label("noise level").fill(str(level))
    if mean is not None:
        page.get_by_label("noise mean").fill(str(mean))
    painted(page)


@pytest.fixture
def page(app: str, same_page: Open) -> Page:
    """The page, with noise of the kind that it opens with, and no damage done by hand."""
    page = same_page(f"{app}/denoise")
    begin(page, "gaussian", 0.5, 0.5)
    return page


def begin(page: Page, kind: str, level: float, mean: float | None = None) -> None:
    """Set the controls, remove what was damaged by hand, and wait until Python knows."""
    remove = page.get_by_role("button", name="Remove damage")
    if remove.is_enabled():
        remove.click()
    choose(page, kind, level, mean)
    settle(page)


def place(page: Page, x: float, y: float) -> tuple[float, float]:
    """Return where on the page a place of the corrupted digit is, given in shares of its sides."""
    canvas = page.get_by_test_id("corrupted")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    return box["x"] + x * box["width"], box["y"] + y * box["height"]


def test_the_noise_goes(page: Page) -> None:
    assert difference(pixels(page, "clean"), pixels(page, "corrupted")) > 30
    assert error(page, "denoised") < error(page, "corrupted") / 3
    assert error(page, "denoised") < error(page, "plain") / 2
    for measure in ("MSE", "PSNR", "SSIM"):
        expect(page.get_by_test_id("denoised-numbers")).to_contain_text(measure)


def test_the_best_one_is_marked(page: Page) -> None:
    for kind, level in (("gaussian", 0.5), ("occlusion", 0.0), ("low_contrast", 0.9)):
        choose(page, kind, level, 0.5 if kind == "gaussian" else None)
        shown = [name for name in OUTPUTS if page.locator(f"figure.{name}").is_visible()]
        marked = [name for name in shown if page.locator(f"figure.{name} .best").is_visible()]
        assert len(marked) == 1
        assert error(page, marked[0]) == min(error(page, name) for name in shown)


def test_the_wide_latent_comes_closer_and_takes_no_part_in_the_choice_of_the_best(page: Page) -> None:
    expect(page.locator("figure.wide")).to_contain_text(re.compile(r"\d+ numbers, not sixteen"))
    expect(page.get_by_text("these cannot")).to_be_visible()
    choose(page, "gaussian", 0.1, 0)
    settle(page)
    assert error(page, "wide") < error(page, "denoised")
    assert page.locator("figure.wide .best").count() == 0
    assert sum(page.locator(f"figure.{name} .best").is_visible() for name in OUTPUTS) == 1


def test_the_wide_latent_follows_the_level_while_it_is_dragged(page: Page) -> None:
    settle(page)
    box = page.get_by_label("noise level").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    before = pixels(page, "wide")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 60, y)
    painted(page)
    assert difference(before, pixels(page, "wide")) > 0.5
    page.mouse.up()
    settle(page)
    shown = pixels(page, "wide")
    page.get_by_label("model to repeat").select_option("A wide latent")
    settle(page)
    assert pixels(page, "frame-1") == shown
    page.get_by_label("model to repeat").select_option("Denoiser")
    page.wait_for_selector("[data-testid=curve][data-drawn]")
    names = page.get_by_test_id("curve").evaluate("plot => plot.data.map(({ name }) => name)")
    assert names[-1] == "A wide latent"


def test_nothing_waits_for_the_wide_latent_and_nothing_moves_when_it_comes(app: str, open_page: Open) -> None:
    page = open_page("about:blank", ready=False)
    held: list[Route] = []
    page.route(WIDE, lambda route: held.append(route))
    page.goto(f"{app}/denoise?kind=gaussian&level=0.5&mean=0")
    page.wait_for_selector(".lab[data-ready=true]")
    painted(page)
    shown = ("denoised", "wide", "residual", "curve")
    places = [page.get_by_test_id(name).bounding_box() for name in shown]
    assert error(page, "denoised") < error(page, "corrupted")
    assert max(pixels(page, "wide")) == 0
    for route in held:
        route.continue_()
    page.unroute(WIDE)
    expect(page.get_by_test_id("wide-numbers")).to_contain_text("PSNR")
    assert [page.get_by_test_id(name).bounding_box() for name in shown] == places


def test_where_the_wide_latent_does_not_arrive_the_page_says_so(app: str, chromium: Browser) -> None:
    context = new_visitor(chromium)
    page = context.new_page()
    page.route(WIDE, lambda route: route.fulfill(status=503))
    page.goto(f"{app}/denoise")
    expect(page.get_by_text("The network with a wide latent is missing here")).to_be_visible()
    page.get_by_label("noise level").fill("0.3")
    painted(page)
    assert error(page, "denoised") < error(page, "corrupted")
    expect(page.get_by_text("The network with a wide latent is missing here")).to_be_visible()
    context.close()


def test_the_level_drags_live(page: Page) -> None:
    box = page.get_by_label("noise level").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    seen = set()
    for step in range(6):
        page.mouse.move(x - 25 * step, y)
        painted(page)
        seen.add((tuple(pixels(page, "corrupted")), tuple(pixels(page, "denoised"))))
    assert len(seen) == 6
    page.mouse.up()


def test_the_mark_of_the_level_is_dragged_along_the_chart(page: Page) -> None:
    begin(page, "speckle", 0.5)
    chart = page.get_by_test_id("curve")
    chart.scroll_into_view_if_needed()
    settle(page)
    box = chart.bounding_box()
    assert box is not None
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] / 2, y)
    page.mouse.down()
    seen = set()
    for share in (0.6, 0.75, 0.9, 1.2):  # also beyond its end
        page.mouse.move(box["x"] + share * box["width"], y)
        painted(page)
        seen.add((page.get_by_label("noise level").input_value(), tuple(pixels(page, "denoised"))))
    page.mouse.up()
    assert len(seen) == 4
    assert page.get_by_label("noise level").input_value() == "1"
    settle(page)
    assert "level=1.00" in page.url
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_label("noise level")).to_have_value("0.5")


def test_level_zero_changes_nothing_and_more_is_worse(page: Page) -> None:
    for kind in NOISE_KINDS:
        errors = []
        for level in (0, 0.3, 0.9):
            choose(page, kind, level, 0 if kind == "gaussian" else None)
            errors.append(error(page, "corrupted"))
        assert errors[0] == 0, kind
        assert errors[0] < errors[1] < errors[2], kind


def test_the_link_keeps_kind_level_mean_and_seed(page: Page, open_page: Open) -> None:
    before = pixels(page, "corrupted")
    page.get_by_role("button", name="New noise").click()
    choose(page, "gaussian", 0.35, -0.2)
    settle(page)
    after = pixels(page, "corrupted")
    assert difference(before, after) > 10
    assert "mean=-0.20" in page.url
    again = open_page(page.url)
    assert pixels(again, "corrupted") == after
    choose(page, "scratches", 0.7)
    settle(page)
    again = open_page(page.url)
    assert pixels(again, "corrupted") == pixels(page, "corrupted")


def test_an_older_link_without_a_mean_still_shows_what_it_showed(app: str, open_page: Open) -> None:
    page = open_page(f"{app}/denoise?kind=gaussian&level=0.30&seed=7")
    expect(page.get_by_label("noise mean")).to_have_value("0.3")


def test_painting_damage_changes_the_denoised_picture_while_the_button_is_down(page: Page) -> None:
    begin(page, "speckle", 0)
    clean, denoised = pixels(page, "corrupted"), pixels(page, "denoised")
    page.mouse.move(*place(page, 0.2, 0.75))
    page.mouse.down()
    page.mouse.move(*place(page, 0.8, 0.75), steps=6)
    painted(page)
    noisy = pixels(page, "corrupted")
    assert difference(clean, noisy) > 4
    assert difference(denoised, pixels(page, "denoised")) > 1
    page.mouse.up()

    page.get_by_role("button", name="Eraser").click()
    page.mouse.move(*place(page, 0.5, 0.1))
    page.mouse.down()
    page.mouse.move(*place(page, 0.5, 0.9), steps=6)
    page.mouse.up()
    painted(page)
    erased = pixels(page, "corrupted")
    assert max(erased[28 * row + 14] for row in range(5, 24)) == 0

    page.get_by_role("button", name="Undo").click()
    settle(page)
    assert pixels(page, "corrupted") == noisy
    page.get_by_role("button", name="Remove damage").click()
    painted(page)
    assert pixels(page, "corrupted") == clean
    page.keyboard.press("Control+z")
    settle(page)
    assert pixels(page, "corrupted") == noisy


def test_damage_by_hand_is_still_there_after_a_look_at_another_page(page: Page) -> None:
    begin(page, "speckle", 0)
    page.mouse.move(*place(page, 0.2, 0.5))
    page.mouse.down()
    page.mouse.move(*place(page, 0.8, 0.5), steps=6)
    page.mouse.up()
    settle(page)
    damaged = pixels(page, "corrupted")
    page.get_by_role("link", name="Draw").click()
    page.wait_for_selector(".deck[data-ready=true]")
    page.get_by_role("link", name="Denoise").click()
    page.wait_for_selector(".lab[data-ready=true]")
    settle(page)
    assert pixels(page, "corrupted") == damaged


def test_the_square_follows_the_pointer_and_the_keys(app: str, open_page: Open) -> None:
    page = open_page(f"{app}/denoise?kind=occlusion&level=0.4&box=2-2")
    before = pixels(page, "denoised")
    page.mouse.move(*place(page, 0.2, 0.2))
    page.mouse.down()
    page.mouse.move(*place(page, 0.45, 0.5), steps=5)
    painted(page)
    corrupted = pixels(page, "corrupted")
    assert difference(before, pixels(page, "denoised")) > 2
    page.mouse.up()
    settle(page)
    assert "box=10-9" in page.url
    inside = [corrupted[28 * row + column] for row in range(10, 21) for column in range(9, 20)]
    assert max(inside) == 0
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowLeft")
    settle(page)
    assert "box=11-8" in page.url


def test_a_finger_moves_the_square_too(app: str, open_page: Open) -> None:
    page = open_page(f"{app}/denoise?kind=occlusion&level=0.4&box=2-2", 390, 844, has_touch=True, is_mobile=True)
    page.touchscreen.tap(*place(page, 0.7, 0.7))
    settle(page)
    assert "box=14-14" in page.url or "box=15-15" in page.url or "box=14-15" in page.url


def test_the_latents_and_the_residual_tell_what_happened(page: Page) -> None:
    begin(page, "speckle", 0)

    def heights(row: str) -> list[str]:
        found: list[str] = page.locator(f"[data-testid=latent-{row}] rect").evaluate_all(
            "bars => bars.map((bar) => bar.getAttribute('height'))"
        )
        return found

    assert len(heights("clean")) == 16
    assert heights("clean") == heights("corrupted")

    def taken_away() -> str:
        url: str = page.get_by_test_id("residual").evaluate("canvas => canvas.toDataURL()")
        return url

    clean, residual = heights("clean"), taken_away()
    choose(page, "gaussian", 0.5, 0.5)
    assert heights("clean") == clean
    assert heights("corrupted") != clean
    assert taken_away() != residual
    expect(page.get_by_text("away").first).to_be_visible()


def test_the_chart_marks_the_level_and_shades_what_was_trained(app: str, open_page: Open) -> None:
    page = open_page(f"{app}/denoise?kind=occlusion&level=0.25")
    page.wait_for_selector("[data-testid=curve][data-drawn]")
    lines = page.get_by_test_id("curve").evaluate("plot => plot.data.map(({ name, x, y }) => ({ name, x, y }))")
    assert {"Corrupted", "Denoiser", "Plain autoencoder"} <= {line["name"] for line in lines}
    denoiser = next(line for line in lines if line["name"] == "Denoiser")
    ratio = float(page.get_by_test_id("denoised-numbers").inner_text().split("PSNR")[1].split()[0])
    at = min(range(len(denoiser["x"])), key=lambda k: abs(denoiser["x"][k] - 0.25))
    assert abs(denoiser["y"][at] - ratio) < 1.5
    [shade] = page.get_by_test_id("curve").evaluate("plot => plot.layout.shapes.map(({ x0, x1 }) => [x0, x1])")
    assert shade == [0, 0.7]
    mark = page.locator(".now").bounding_box()
    page.get_by_label("noise level").fill("0.75")
    settle(page)
    moved = page.locator(".now").bounding_box()
    plot = page.get_by_test_id("curve").bounding_box()
    assert mark is not None
    assert moved is not None
    assert plot is not None
    assert 0.4 < (moved["x"] - mark["x"]) / plot["width"] < 0.5
    page.get_by_label("corruption").select_option("gaussian")
    page.get_by_label("noise mean").fill("-0.9")  # no training ever saw such a mean
    handle = page.get_by_test_id("curve").element_handle()
    page.wait_for_function("plot => plot.layout.shapes.length === 0", arg=handle)


def test_repeating_goes_on_step_by_step_and_played(page: Page) -> None:
    page.wait_for_selector("[data-testid=frame-6]")
    assert pixels(page, "frame-0") == pixels(page, "corrupted")
    assert pixels(page, "frame-1") == pixels(page, "denoised")
    page.get_by_role("button", name="Step").click()
    page.wait_for_selector("[data-testid=frame-7]")
    page.get_by_role("button", name="Play").click()
    page.wait_for_selector("[data-testid=frame-10]")
    page.get_by_role("button", name="Pause").click()
    frames = page.locator("[data-testid^=frame-]").count()
    page.wait_for_timeout(700)  # as long as two steps take: none comes
    assert page.locator("[data-testid^=frame-]").count() == frames
    page.get_by_label("model to repeat").select_option("Plain autoencoder")
    settle(page)
    assert pixels(page, "frame-1") == pixels(page, "plain")


def test_the_comparison_is_saved_as_a_picture(page: Page) -> None:
    begin(page, "blur", 0.5)
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as PNG").click()
    assert download.value.suggested_filename == "blur-0.50.png"
    saved = Image.open(io.BytesIO(Path(download.value.path()).read_bytes()))
    assert saved.format == "PNG"
    assert saved.width > 1400
    assert saved.height > 400
    colours = saved.convert("RGB").getcolors(1 << 24)
    assert colours is not None
    assert len(colours) > 50  # digits and captions


def test_samples_can_be_chosen_here(page: Page) -> None:
    before = pixels(page, "clean")
    page.get_by_role("button", name="7", exact=True).click()
    settle(page)
    assert difference(before, pixels(page, "clean")) > 10


@pytest.mark.parametrize(
    "query",
    [
        "level=nan",  # tests/hostile has many more
        *(pytest.param(query, marks=pytest.mark.proof) for query in ("kind=evil", "box=99-99")),
    ],
)
def test_a_bad_link_is_harmless(app: str, open_page: Open, query: str) -> None:
    page = open_page(f"{app}/denoise?{query}")
    assert max(pixels(page, "corrupted")) > 0
    expect(page.get_by_text("could not be read")).to_be_visible()
    assert page.get_by_text("Traceback").count() == 0
