"""Makes the README's GIF from the running app: `make gif` draws, bends, denoises, colours, finds and listens."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image
from playwright.sync_api import Locator, Page, sync_playwright

from tests.browser.chromium import launch, new_visitor
from tests.browser.conftest import draw, go
from tests.browser.rest import painted, settle
from tests.server import serving

TARGET = Path(__file__).parents[1] / "assets" / "tour.gif"
VIEW, SHOWN = (1080, 690), (720, 460)  # pixels of the window, and of the picture
FRAME_MS, MOST_BYTES = 250, 3_000_000
COLOURS = 64
FOUR = ([(0.35, 0.15), (0.28, 0.35), (0.22, 0.58), (0.5, 0.57), (0.8, 0.55)], [(0.62, 0.3), (0.6, 0.6), (0.57, 0.88)])


@dataclass
class Film:
    """The frames of a page, in the order in which they are taken."""

    page: Page
    frames: list[Image.Image] = field(default_factory=list)

    def take(self, times: int = 1) -> None:
        """Take the page as it is, to be seen for so many frames."""
        painted(self.page)
        shot = Image.open(io.BytesIO(self.page.screenshot())).convert("RGB").resize(SHOWN, Image.Resampling.LANCZOS)
        self.frames += [shot] * times

    def drag(self, slider: Locator, way: tuple[float, ...]) -> None:
        """Drag the thumb of a slider along fractions of its length, a frame for each."""
        slider.scroll_into_view_if_needed()
        box = slider.bounding_box()
        assert box is not None
        at: Callable[[float], tuple[float, float]] = lambda part: (  # noqa: E731
            box["x"] + 8 + part * (box["width"] - 16),
            box["y"] + box["height"] / 2,
        )
        self.page.mouse.move(*at(way[0]))
        self.page.mouse.down()
        for part in way:
            self.page.mouse.move(*at(part), steps=3)
            self.take()
        self.page.mouse.up()
        settle(self.page)

    def write(self, path: Path) -> int:
        """Write the frames as a GIF that goes on and on; return its size in bytes."""
        small = [frame.quantize(COLOURS, dither=Image.Dither.NONE) for frame in self.frames]
        small[0].save(path, save_all=True, append_images=small[1:], duration=FRAME_MS, loop=0, optimize=True)
        return path.stat().st_size


def make(page: Page, address: str) -> Film:
    """Walk through the app as a visitor does, and return the film of it."""
    film = Film(page)
    page.goto(address)
    page.wait_for_selector(".part[data-ready=true]")
    settle(page)
    page.get_by_role("button", name="Clear", exact=True).click()
    settle(page)
    film.take(2)
    for line in FOUR:
        for end in range(2, len(line) + 1):
            draw(page, line[end - 2 : end])
            film.take()
    settle(page)
    film.take(3)
    film.drag(page.get_by_role("slider", name="slant"), (0.5, 0.4, 0.3, 0.2, 0.3, 0.45, 0.6, 0.7, 0.8, 0.65, 0.5))
    go(page, "/denoise")
    film.take(2)
    film.drag(page.get_by_role("slider", name="noise level"), (0.3, 0.2, 0.1, 0.25, 0.4, 0.55, 0.7, 0.85, 0.7, 0.5))
    go(page, "/colorize")
    film.take(3)
    film.drag(page.get_by_label("colour 1", exact=True), (0.5, 0.4, 0.3, 0.2, 0.35, 0.5, 0.65, 0.8, 0.7, 0.6))
    go(page, "/scenes")
    film.take(3)
    page.get_by_test_id("film").scroll_into_view_if_needed()
    settle(page)
    for _ in range(12):
        page.get_by_role("button", name="Step", exact=True).click()
        film.take()
    go(page, "/sound")
    film.take(3)
    film.drag(
        page.get_by_role("slider", name="noise", exact=True), (0.5, 0.4, 0.3, 0.45, 0.6, 0.75, 0.9, 0.75, 0.6, 0.5)
    )
    film.take(4)
    return film


def main() -> None:
    """Write the GIF, and say how large and how long it is."""
    with serving() as server, sync_playwright() as playwright:
        browser = launch(playwright)
        page = new_visitor(browser, viewport={"width": VIEW[0], "height": VIEW[1]}).new_page()
        film = make(page, server.address)
        size = film.write(TARGET)
        browser.close()
    print(f"{TARGET.name}: {len(film.frames) * FRAME_MS / 1000:.0f} s, {size / 1e6:.2f} MB")
    if size > MOST_BYTES:
        raise SystemExit("The GIF is larger than 3 MB.")


if __name__ == "__main__":
    main()
