"""From a file to sliders, as a person does it: clicks and seconds for each kind of file that people bring."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.server import Server, serving

FOLDER = Path(os.environ.get("AECORE_DATA", "")) / "own"
KINDS = {
    "idx of Fashion-MNIST": ("fashion-t10k-images-idx3-ubyte.gz", "fashion-t10k-labels-idx1-ubyte.gz"),
    "idx of Kannada digits": ("X_kannada_MNIST_test-idx3-ubyte.gz", "y_kannada_MNIST_test-idx1-ubyte.gz"),
    "idx of Dig-MNIST": ("X_dig_MNIST-idx3-ubyte.gz", "y_dig_MNIST-idx1-ubyte.gz"),
    "CSV of Kaggle": ("dig_mnist_kaggle.csv",),
    "zip of folders": ("kannada_png_folders.zip",),
    "zip of nested folders": ("omniglot_images_background_small1.zip",),
    "npz of sketches": ("quickdraw_doodles.npz",),
}
CLICKS, SECONDS = 6, 120
_PATIENCE = 600_000  # ms, on a busy machine: then the seconds are too many, and printed


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(runs=tmp_path_factory.mktemp("runs")) as server:
        yield server


@pytest.mark.proof
@pytest.mark.timeout(1500)  # a training
@pytest.mark.parametrize("kind", KINDS)
def test_a_file_is_on_the_sliders_within_two_minutes_and_six_clicks(
    kind: str, server: Server, open_page: Callable[..., Page], capsys: pytest.CaptureFixture[str]
) -> None:
    files = [FOLDER / name for name in KINDS[kind]]
    if not all(path.exists() for path in files):
        pytest.skip("the examples of people's files are not in $AECORE_DATA/own")
    page = open_page(server.address)
    start, clicks = time.monotonic(), 0

    def click(what: Locator) -> None:
        nonlocal clicks
        what.click()
        clicks += 1

    click(page.get_by_role("link", name="Train", exact=True).first)
    with page.expect_file_chooser() as chooser:
        click(page.get_by_role("button", name="Bring your own pictures"))
    chooser.value.set_files(files)
    clicks += 1  # on "Open", with the files marked
    expect(page.locator(".own-pictures")).to_be_visible(timeout=_PATIENCE)
    read = time.monotonic() - start
    click(page.get_by_role("button", name="Start training"))
    expect(page.get_by_test_id("training-state")).to_contain_text("Done: ", timeout=_PATIENCE)
    trained = time.monotonic() - start
    words = " ".join(page.get_by_test_id("training-state").inner_text().split())
    click(page.get_by_role("button", name="Use it on every page"))
    expect(page.get_by_test_id("stAlert").filter(has_text="Every page now uses")).to_be_visible(timeout=_PATIENCE)
    click(page.get_by_role("link", name="Draw", exact=True).first)
    expect(page.get_by_label("latent 16", exact=True)).to_be_enabled(timeout=_PATIENCE)
    seconds = time.monotonic() - start
    with capsys.disabled():
        print(
            f"\n{kind}: {clicks} clicks; seconds: {read:.0f} to the preview, {trained:.0f} to the end of training,",
            end="",
        )
        print(f" {seconds:.0f} to the sliders; {words}; load {os.getloadavg()[0]:.1f}")
    assert clicks <= CLICKS
    assert seconds <= SECONDS
