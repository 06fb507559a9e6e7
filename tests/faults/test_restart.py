"""The server is killed under its visitors' hands and started again: they go on where they were."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SEVEN, difference, draw, latents, pixels, settle
from tests.faults.conftest import Server, wait_until_back

Visit = Callable[..., Page]


def hold(page: Page, slider: int) -> Callable[[float], None]:
    """Take a slider's thumb; returns a function that drags it to a share of its track."""
    box = page.locator("input[aria-label^='latent ']").nth(slider).bounding_box()
    assert box is not None

    def drag(share: float) -> None:
        page.mouse.move(box["x"] + box["width"] * share, box["y"] + box["height"] / 2, steps=6)

    drag(0.5)
    page.mouse.down()
    return drag


def test_a_thumb_held_goes_on_and_the_first_click_counts(server: Server, visit: Visit) -> None:
    page = visit(server.address)
    page.get_by_role("button", name="Clear").click()  # a second canvas
    settle(page)
    draw(page, SEVEN)
    settle(page)
    seen = pixels(page, "model-input")
    drag = hold(page, 2)
    drag(0.3)

    server.kill()
    drag(0.7)
    held = latents(page)
    decoded = pixels(page, "decoded")
    server.start()
    server.wait()
    back = wait_until_back(page)
    print("back", back)
    assert latents(page) == held
    assert pixels(page, "decoded") == decoded
    assert pixels(page, "model-input") == seen
    drag(0.9)  # the hand has not let go yet
    assert latents(page)[2] != held[2]
    moved = latents(page)
    page.mouse.up()
    settle(page)
    assert latents(page) == moved
    print(page.url)
    page.get_by_role("button", name="Neighbour").click()
    page.get_by_role("button", name="Undo", exact=True).last.click()
