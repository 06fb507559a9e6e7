"""The Draw page under a finger: canvas and digit in sight together, the shape's sliders next, the rest folded."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import latents, pixels
from tests.browser.finger import SIZES
from tests.browser.rest import painted, settle

Open = Callable[..., Page]
LIKE_OTHERS = {(375, 667), (360, 640)}
PHONES = pytest.mark.parametrize(
    "size", [pytest.param(one, marks=pytest.mark.proof if one in LIKE_OTHERS else ()) for one in SIZES], ids=str
)
HUMAN = ("slant", "thickness", "width", "height", "roundness")
CANVAS, DIGIT = "canvas.upper-canvas", "[data-testid=decoded]"
FINGER = 44  # px

# Whether an element lies on top at its middle, also within shadow roots.
IS_ON_TOP = """element => {
    const { x, y, width, height } = element.getBoundingClientRect();
    const top = (root) => root.elementFromPoint(x + width / 2, y + height / 2);
    let found = top(document);
    while (found?.shadowRoot && top(found.shadowRoot) !== found) found = top(found.shadowRoot);
    return found === element;
}"""
IS_LIT = """(canvas, at) => {
    const [x, y] = at.map((v) => Math.round(v * canvas.width));
    return canvas.getContext("2d").getImageData(x, y, 1, 1).data[0] > 127;
}"""


class Hand:
    """One finger on a phone."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._touch = page.context.new_cdp_session(page)

    def drag(self, *points: tuple[float, float], lift: bool = True) -> None:
        for i, (x, y) in enumerate(points):
            kind = "touchMove" if i else "touchStart"
            self._touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
            painted(self.page)
        if lift:
            self.lift()

    def lift(self) -> None:
        self._touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        settle(self.page)

    def box(self, selector: str) -> tuple[float, float, float, float]:
        """Return left, top, right and bottom of an element, which has to be in sight and to lie on top."""
        found = self.page.locator(selector)
        box, (width, height) = found.bounding_box(), self.size
        assert box is not None, selector
        left, top, right, bottom = box["x"], box["y"], box["x"] + box["width"], box["y"] + box["height"]
        assert -1 < left < right < width + 1, (selector, box)
        assert -1 < top < bottom < height + 1, (selector, box)
        assert found.evaluate(IS_ON_TOP), selector
        return left, top, right, bottom

    @property
    def size(self) -> tuple[int, int]:
        size = self.page.viewport_size
        assert size is not None
        return size["width"], size["height"]


@PHONES
def test_canvas_and_digit_stay_in_sight_while_every_slider_is_used(
    app: str, same_page: Open, size: tuple[int, int]
) -> None:
    page = same_page(app, has_touch=True, is_mobile=True)
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.evaluate("document.querySelector('[data-testid=stMain]').scrollTo(0, 0)")
    fold = page.locator(".fold")
    if fold.get_attribute("aria-expanded") == "true":
        fold.tap()
    settle(page)
    hand = Hand(page)

    canvas, digit = hand.box(CANVAS), hand.box(DIGIT)
    assert canvas[2] < digit[0]  # side by side
    assert canvas[1] == pytest.approx(digit[1], abs=1)
    assert canvas[2] - canvas[0] == pytest.approx(digit[2] - digit[0], abs=1)
    assert canvas[2] - canvas[0] > (0.41 if size[0] < size[1] else 0.23) * size[0]
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]

    # The five sliders of the shape come next, each high enough for a finger.
    bottoms = [page.get_by_label(name, exact=True).bounding_box() for name in HUMAN]
    assert all(one is not None and one["height"] >= FINGER for one in bottoms)
    if size[0] < size[1]:
        for name in HUMAN:
            hand.box(f"[aria-label={name}]")
    assert page.get_by_label("latent 1", exact=True).is_hidden()

    # A stroke is where the finger was.
    page.get_by_role("button", name="Clear").tap()
    settle(page)
    left, top, right, _ = hand.box(CANVAS)
    side = right - left
    hand.drag(*((left + side * (0.2 + 0.06 * i), top + side * 0.3) for i in range(11)))
    lower = page.locator("canvas.dc-canvas.lower-canvas")
    assert all(lower.evaluate(IS_LIT, [x, 0.3]) for x in (0.22, 0.5, 0.78))
    assert not any(lower.evaluate(IS_LIT, at) for at in ([0.1, 0.3], [0.9, 0.3], [0.5, 0.2], [0.5, 0.4]))

    # The folded numbers: the digit is in sight with the thumb on the last one.
    fold.tap()
    assert fold.get_attribute("aria-expanded") == "true"
    last = page.get_by_label("latent 16", exact=True)
    last.evaluate("slider => slider.scrollIntoView({ block: 'end' })")
    settle(page)
    left, top, right, bottom = hand.box("[aria-label='latent 16']")
    assert bottom - top >= FINGER
    before, picture, middle = latents(page)[15], pixels(page, "decoded"), (top + bottom) / 2
    hand.drag(*((left + (right - left) * (0.3 + 0.05 * i), middle) for i in range(11)), lift=False)
    for piece in (CANVAS, DIGIT, "[aria-label='latent 16']"):
        hand.box(piece)
    assert hand.box(DIGIT)[3] <= top or size[0] > size[1]
    assert latents(page)[15] != before
    assert pixels(page, "decoded") != picture
    hand.lift()

    page.get_by_role("button", name="5", exact=True).tap()  # what is unfolded stays so
    settle(page)
    assert last.is_visible()
