"""A talk of five minutes before twenty phones, as it will be given; `make proof` plays it.

Screenshots of the stage and of one phone after the other, every ten seconds, lie in $AECORE_PICTURES where that is set.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.finger import PHONE, STILLNESS
from tests.browser.test_follow import FOLLOWING, light, says
from tests.browser.test_rooms import SLOW, present
from tests.browser.test_wall import answer
from tests.server import ROOT

Open = Callable[..., Page]
PHONES = 20
SECONDS, BETWEEN = 18, 10  # of a scene, and between two pictures
QUESTION = "Draw a 4, as you write it."
HALL = f"""
  - line: {QUESTION}
    page: wall
    camera: [answers, mean, walk]

  - line: A network learns what you drew.
    page: train_here
"""


class Album:
    """Pictures of the stage and of a phone, one every few seconds."""

    def __init__(self, folder: Path, stage: Page, phones: list[Page]) -> None:
        self.folder, self.stage, self.phones = folder, stage, phones
        self.count, self.start = 0, time.monotonic()

    def until(self, seconds: float) -> None:
        """Take pictures until so many seconds after the beginning have passed."""
        while (now := time.monotonic() - self.start) < seconds:
            if now >= self.count * BETWEEN:
                shown = (("stage", self.stage), ("phone", self.phones[self.count % len(self.phones)]))
                for name, page in shown:
                    page.screenshot(path=self.folder / f"{self.count:02}-{name}.png")
                self.count += 1
            self.stage.wait_for_timeout(200)


@pytest.mark.proof  # seven minutes
@pytest.mark.timeout(1200)
def test_a_talk_of_five_minutes_before_twenty_phones(app: str, open_page: Open, tmp_path: Path) -> None:
    folder = Path(os.environ.get("AECORE_PICTURES", tmp_path))
    talk = (ROOT / "assets" / "talks" / "from-784-to-16.yaml").read_text(encoding="utf-8").rstrip() + "\n" + HALL
    presenter = open_page(f"{app}/talk", width=1440)
    link = light(present(presenter))
    presenter.get_by_label("The scenes, as YAML").fill(talk)
    presenter.get_by_role("button", name="Apply").click()
    presenter.wait_for_selector(".stage[data-ready=true]", timeout=SLOW)
    phones = []
    for number in range(PHONES):
        scheme = "dark" if number % 2 else "light"
        phones.append(open_page(link, width=390, height=664, script=STILLNESS, color_scheme=scheme, **PHONE))
    presenter.get_by_role("button", name="Present", exact=True).click()
    stage = presenter.get_by_test_id("stage")
    line = stage.get_by_test_id("stage-line").first
    album = Album(folder, presenter, phones)
    lines = re.findall(r"^  - line: \"?(.*?)\"?$", talk, re.MULTILINE)
    for number, wanted in enumerate(lines):
        expect(line).to_have_text(wanted, timeout=SLOW)
        for phone in phones:
            says(phone, FOLLOWING)
            expect(phone.locator("#words")).to_contain_text(wanted, timeout=SLOW)
        if wanted == QUESTION:
            stage.get_by_role("button", name="Ask the hall").click()
            for count, phone in enumerate(phones):
                answer(phone, 2.0 * count)
            expect(stage.get_by_text(f"{PHONES} digits")).to_be_visible(timeout=SLOW)
        album.until(SECONDS * (number + 1))
        if number < len(lines) - 1:
            presenter.keyboard.press("PageDown")
    expect(stage.get_by_text(re.compile(r"^the hall's, [\d,]+ batches$"))).to_be_visible(timeout=SLOW)
    assert album.count >= SECONDS * len(lines) / BETWEEN - 1
