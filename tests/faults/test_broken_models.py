"""A damaged or missing model file: the page says which, and works with the others."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import latents, pixels
from tests.faults.conftest import Report
from tests.server import copy_of_the_app, serving

Open = Callable[..., Page]


@pytest.mark.parametrize("damage", ["missing", pytest.param("truncated", marks=pytest.mark.proof), "flipped"])
def test_the_page_says_which_file_and_works_with_the_others(
    tmp_path: Path, open_page: Open, report: Report, damage: str
) -> None:
    models = copy_of_the_app(tmp_path)
    file = models / "default.safetensors"
    data = bytearray(file.read_bytes())
    if damage == "missing":
        file.unlink()
    elif damage == "truncated":
        file.write_bytes(data[: len(data) // 2])
    else:
        data[len(data) // 2] ^= 1
        file.write_bytes(data)
    with serving(tmp_path) as server:
        page = open_page(server.address)
        expect(page.get_by_test_id("stAlert").first).to_contain_text("default.safetensors")
        assert len(latents(page)) == 16
        assert max(pixels(page, "decoded")) > 200
        page.get_by_role("link", name="Denoise").first.click()
        page.wait_for_selector(".lab[data-ready=true]")
        assert max(pixels(page, "denoised")) > 200
        assert page.get_by_text("Traceback").count() == 0
    report.row(f"model file {damage}", "the page says which, and works with the others")


def test_without_any_model_there_is_one_sentence(tmp_path: Path, open_page: Open) -> None:
    models = copy_of_the_app(tmp_path)
    for file in models.glob("*.safetensors"):
        file.unlink()
    with serving(tmp_path) as server:
        page = open_page(server.address, ready=False)
        expect(page.get_by_text("None of the model files can be read")).to_be_visible()
        assert page.get_by_text("Traceback").count() == 0
