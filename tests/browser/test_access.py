"""Nobody is kept out: not by colours, not without a mouse, not without eyes."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Literal

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.browser.chromium import new_visitor
from tests.browser.conftest import READY, TITLES, go, pixels
from tests.browser.rest import painted, settle
from tests.browser.test_pages import PAGES

Open = Callable[..., Page]
AXE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
LIGHTHOUSE = ["heading-order", "aria-allowed-role", "list", "listitem"]  # what it looks for beyond those levels
OF_STREAMLIT = {  # what Streamlit's own elements cause: (rule, the end of the element's selector) and the reason
    ("scrollable-region-focusable", "pre"): "its wrapper has the focus, and browsers let keys reach what scrolls",
}
CONTRAST = Path(__file__).with_name("contrast.js").read_text(encoding="utf-8")

# How often what is read out to somebody has changed.
LISTEN = """() => {
    const inside = ({ shadowRoot }) => (shadowRoot ? roots(shadowRoot) : []);
    const roots = (root) => [root, ...[...root.querySelectorAll('*')].flatMap(inside)];
    window.heard = [];
    const hear = (changes) => {
        for (const { target } of changes) {
            const element = target.nodeType === Node.TEXT_NODE ? target.parentElement : target;
            if (element?.closest('[role=status], [role=alert], [aria-live]') && !element.closest('[aria-hidden=true]'))
                window.heard.push(element.textContent);
        }
    };
    const observer = new MutationObserver(hear);
    for (const root of roots(document)) observer.observe(root, { childList: true, characterData: true, subtree: true });
}"""

LOOKS = """(all, pseudo) => all.map((one) => {
    const { background, borderTopColor } = getComputedStyle(one, pseudo);
    return `${background} ${borderTopColor}`;
})"""


@pytest.fixture(scope="module")
def page(chromium: Browser) -> Iterator[Page]:
    """A page that all tests of this kind open after each other, with one cache."""
    context = new_visitor(chromium, viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    yield context.new_page()
    context.close()


def at_rest(page: Page, app: str, path: str) -> None:
    """Go to the page with this path, from another one by the navigation's link."""
    if page.url.startswith(app) and "/join" not in page.url and "/follow/" not in page.url and path in TITLES:
        return go(page, path)
    page.goto(app + path)
    if path != "/join":
        page.wait_for_selector(READY)
        settle(page)
    return None


def complaints(page: Page) -> list[str]:
    """Return what axe-core finds, and texts that are too faint."""
    ask = "([runOnly, rules]) => axe.run(document, {runOnly, rules, resultTypes: ['violations']})"
    result = page.evaluate(ask, [LEVELS, {name: {"enabled": True} for name in LIGHTHOUSE}])
    found = [
        f"{rule['id']}: {node['html'][:120]} {node['failureSummary'][:160]}"
        for rule in result["violations"]
        for node in rule["nodes"]
        if (rule["id"], str(node["target"][-1]).split(" > ")[-1]) not in OF_STREAMLIT
    ]
    return found + list(page.evaluate(f"({CONTRAST})()"))


@pytest.mark.parametrize("path", [*PAGES, "/join", "/follow/plum-42"])
@pytest.mark.parametrize("schemes", [("light", "dark"), pytest.param(("dark", "light"), marks=pytest.mark.proof)])
def test_axe_finds_nothing_and_every_text_stands_out(
    app: str, page: Page, path: str, schemes: tuple[Literal["light", "dark"], ...]
) -> None:
    found = []
    for scheme, (width, height) in zip(schemes, [(1280, 900), (390, 664)], strict=True):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": height})
        if width == 1280:
            at_rest(page, app, path)
            page.evaluate(f"{AXE}; 0")
        painted(page)
        found += [f"{scheme}, {width} px: {one}" for one in complaints(page)]
    assert not found, "\n".join(found)


def test_what_changes_all_the_time_is_read_out_once_it_has_come_to_rest(app: str, page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 900})
    at_rest(page, app, "/")
    expect(page.locator(".gauge .aloud")).to_contain_text("nearest to real 3s")
    page.evaluate(LISTEN)
    page.get_by_label("latent 1", exact=True).focus()
    for _ in range(12):
        page.keyboard.press("ArrowRight")
    assert page.evaluate("window.heard") == []
    page.wait_for_function("window.heard.length === 1")
    assert "nearest to real 3s" in page.evaluate("window.heard[0]")
    assert "nearest to real 3s" in (page.get_by_test_id("decoded").get_attribute("aria-label") or "")


def test_all_of_morph_works_by_keys(app: str, page: Page) -> None:
    at_rest(page, app, "/morph")
    slider, focused = page.get_by_label("place on the path"), page.locator("button:focus")

    def press(name: str, key: str = "Enter") -> None:
        page.get_by_role("button", name=name, exact=True).focus()
        page.keyboard.press(key)
        painted(page)

    press("add 5", "Space")
    press("go to stop 1")
    assert slider.get_attribute("aria-valuetext") == "stop 1.00 of 3"
    press("swap stops 1 and 2")
    expect(focused).to_have_accessible_name("swap stops 1 and 2")
    press("remove stop 3")
    expect(focused).to_have_accessible_name("go to stop 2")  # two stops stay
    page.keyboard.press("Enter")
    painted(page)
    assert slider.get_attribute("aria-valuetext") == "stop 2.00 of 2"
    slider.focus()
    page.keyboard.press("Home")
    painted(page)
    assert slider.get_attribute("aria-valuetext") == "stop 1.00 of 2"


def test_a_digit_is_damaged_by_keys(app: str, page: Page) -> None:
    at_rest(page, app, "/denoise")
    page.get_by_test_id("corrupted").focus()
    before = pixels(page, "corrupted")
    page.keyboard.press("ArrowLeft")
    painted(page)
    assert pixels(page, "corrupted") == before
    page.keyboard.press("Shift+ArrowUp")
    painted(page)
    assert pixels(page, "corrupted") != before
    page.get_by_role("button", name="Eraser").click()
    page.get_by_test_id("corrupted").focus()
    page.keyboard.press("Space")
    painted(page)
    assert pixels(page, "corrupted")[28 * 13 + 13] == 0


def test_a_chosen_sample_says_so(app: str, page: Page) -> None:
    at_rest(page, app, "/?digit=4")
    samples = page.locator("#root .samples")
    expect(samples.locator("button[aria-pressed=true]")).to_have_text("4")
    samples.get_by_role("button", name="7").click()
    expect(samples.locator("button[aria-pressed=true]")).to_have_text("7")


def test_high_contrast_shows_what_is_chosen_and_what_colours_mean(app: str, open_page: Open) -> None:
    page = open_page(app, forced_colors="active")

    def looks(selector: str, pseudo: str = "") -> list[str]:
        found: list[str] = page.locator(selector).evaluate_all(LOOKS, pseudo)
        return found

    def differ(chosen: str, other: str) -> None:
        assert len({*looks(chosen)}) == 1
        assert not {*looks(chosen)} & {*looks(other)}, chosen

    differ(".samples [aria-pressed=true]", ".samples [aria-pressed=false]")
    expect(page.get_by_test_id("gauge")).to_be_visible()
    assert "gradient" in looks(".scale")[0]
    assert looks(".needle") != looks(".part")
    assert looks(".line .track", "::before") != looks(".part")
    assert len(colours(page, ".line .track")) > 2
    page.goto(f"{app}/map")
    page.wait_for_selector(READY)
    differ(".map .bar [aria-pressed=true]", ".map .bar [aria-pressed=false]")
    assert len({*looks(".chip")}) == 10
    page.goto(f"{app}/denoise")
    page.wait_for_selector(READY)
    differ(".tools [aria-pressed=true]", ".tools [aria-pressed=false]")
    assert len({*looks(".legend li:not(.corrupted, [hidden])", "::before")}) > 3
    assert len(colours(page, ".slider input")) > 2


def colours(page: Page, selector: str) -> set[tuple[int, ...]]:
    """Return the colours that are seen in at least 20 pixels of an element."""
    picture = Image.open(io.BytesIO(page.locator(selector).first.screenshot())).convert("RGB")
    return {colour for count, colour in picture.getcolors(1 << 20) or [] if count >= 20}  # type: ignore[misc]
