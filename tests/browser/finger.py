"""A finger on a phone's page, with real touch events, which looks for what it moves by accident."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Locator, Page

from tests.browser.rest import painted, settle

STILLNESS = Path(__file__).with_name("stillness.js").read_text(encoding="utf-8")
SIZES = ((390, 664), (375, 667), (360, 640), (844, 390), (667, 375))  # of phones, upright and on their side
PHONE = {"has_touch": True, "is_mobile": True, "reduced_motion": "reduce"}  # a talk's scenes stand still
MOST_SHIFT = 0.01  # a good page has less than 0.1; marks that follow the finger are a thousandth


class Finger:
    """A finger on a page, which looks for what it moves by accident."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._touch = page.context.new_cdp_session(page)
        self.found: list[str] = []

    def _send(self, kind: str, *points: tuple[float, float]) -> None:
        self._touch.send(
            "Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]}
        )

    def _look(self, what: str, above: float | None = None) -> None:
        moved = self.page.evaluate("(above) => window.stillness.moved(above ?? Infinity)", above)
        self.found += [f"{what}: {one}" for one in moved[:3]]

    @contextmanager
    def _watching(self, target: Locator, what: str) -> Iterator[dict[str, float]]:
        target.evaluate("(target) => target.scrollIntoView({ block: 'center' })")  # not below what sticks to the top
        settle(self.page)
        box = target.bounding_box()
        assert box is not None
        bottom = target.evaluate("(e) => window.stillness.place(e).bottom")
        self.page.evaluate("window.stillness.begin()")
        yield dict(box)
        settle(self.page)
        self._look(f"after {what}", bottom)

    def tap(self, target: Locator, what: str) -> None:
        """Tap something; afterwards neither that nor anything above it may have moved."""
        with self._watching(target, what) as box:
            point = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
            self.page.touchscreen.tap(*point)  # at once: on a busy machine, one after the other is a long press

    def swipe(self, target: Locator, place: tuple[float, float], by: tuple[float, float]) -> None:
        """Touch down at a place in fractions of the target, move by pixels in a few steps, and let go."""
        box = target.bounding_box()
        assert box is not None
        x, y = box["x"] + place[0] * box["width"], box["y"] + place[1] * box["height"]
        self._send("touchStart", (x, y))
        for part in (0.25, 0.5, 0.75, 1):
            self._send("touchMove", (x + by[0] * part, y + by[1] * part))
        painted(self.page)  # at rest in the end: else the page would scroll on
        self._send("touchMove", (x + by[0], y + by[1]))
        self._send("touchEnd")
        painted(self.page)

    def drag(
        self, target: Locator, what: str, way: tuple[float, ...] = (0.2, 0.35, 0.5, 0.65, 0.8), down: float = 0.5
    ) -> None:
        """Drag along something; meanwhile nothing on the page may move."""
        with self._watching(target, what) as box:
            points = [(box["x"] + share * box["width"], box["y"] + down * box["height"]) for share in way]
            self._send("touchStart", points[0])
            painted(self.page)
            self._look(f"touching {what}")
            for point in points[1:]:
                self._send("touchMove", point)
                painted(self.page)
                self._look(f"dragging {what}")
            self._send("touchEnd")
            settle(self.page)
            shift = self.page.evaluate("window.stillness.shifted()")
            if shift > MOST_SHIFT:
                sources = self.page.evaluate("window.stillness.sources()")
                self.found += [f"{what}: a layout shift of {shift:.3f}", *sources]


def on_phone(open_page: Callable[..., Page], address: str, width: int) -> tuple[Page, Finger]:
    page = open_page(address, width=width, height=664, script=STILLNESS, **PHONE)
    return page, Finger(page)
