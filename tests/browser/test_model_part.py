"""A part that shows a model, where the model does not arrive at first."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.chromium import new_visitor


@pytest.mark.parametrize(
    ("address", "part", "sentence"),
    [
        ("", "deck", "The sliders need the model"),
        ("traversals", "traversals", "The filmstrips need the model"),
        ("arithmetic", "arithmetic", "The sum needs the model"),
        ("learn", "network", "The picture needs the model"),
    ],
)
def test_a_model_that_did_not_arrive_is_asked_for_again(
    app: str, chromium: Browser, address: str, part: str, sentence: str
) -> None:
    context = new_visitor(chromium)
    page = context.new_page()
    page.route("**/models/**", lambda route: route.fulfill(status=503))
    page.goto(f"{app}/{address}")
    said = page.get_by_text(f"{sentence}, but the model could not be loaded (HTTP 503). Reload the page to try again.")
    expect(said).to_be_visible(timeout=60_000)  # a busy machine is not a failure
    page.unroute("**/models/**")
    page.get_by_role("button", name="5", exact=True).click()  # whatever runs the page again
    page.wait_for_selector(f".{part}[data-ready=true]")
    expect(said).to_be_hidden()
    context.close()
