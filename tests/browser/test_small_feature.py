"""A feature is one folder, one page script and one line: here one is built in a temporary folder, beside the app's."""

from __future__ import annotations

import contextlib
import json
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from aecore.data.strokes import sample_image
from tests.browser.rest import settle
from tests.faults.conftest import visit
from tests.load.client import play
from tests.load.client import visit as visit_without_browser
from tests.server import ROOT, Server, serving

__all__ = ["visit"]  # a fixture

FEATURE = '''
"""Dice: a number that is thrown, or chosen."""

from pathlib import Path
from typing import Annotated

from msgspec import Meta

from ui.state.declaration import Feature, LivePart, Page, TalkScene
from ui.state.schema import State
from ui.state.visitor import current

HERE = Path(__file__).parent


class Throw(State, frozen=True):
    """What the dice show, and how often they were thrown."""

    called = "throw"

    eyes: Annotated[int, Meta(ge=1, le=6)] = 1
    times: Annotated[int, Meta(ge=0, le=99)] = 0


def data():
    visitor = current()
    return {"seq": visitor.seq, **(visitor.state(Throw) or Throw()).to_json()}


FEATURE = Feature(
    name="dice",
    page=Page("dice", "Dice", sentence="Throw them.", script=HERE / "page.py"),
    state=Throw,
    example=Throw(eyes=4, times=7),
    parts=(LivePart(data=data),),
    scene=TalkScene(parts=("face",), animations=("draw",)),
    folder=HERE,
)
'''

PAGE = """
from dice import FEATURE, Throw
from ui import page_frame
from ui.state.link import write_link
from ui.state.visitor import current
from ui.widgets.live_part import show
import streamlit as st

page_frame.notices()
show(FEATURE)
st.markdown(f"Python knows of {(current().state(Throw) or Throw()).eyes} eyes.")
write_link(FEATURE)
"""

PART = """
import { mount } from "../../frontend/lib/component.js";
import { button, h } from "../../frontend/lib/paint.js";
import { Part } from "../../frontend/lib/part.js";

class Dice extends Part {
  constructor(root) {
    super();
    this.eyes = h("output", { "data-testid": "eyes" });
    this.root = h("div", { class: "part dice" }, this.eyes, button("Next", "the next number", () => this.next()));
    root.append(this.root);
  }

  update(data, reports) {
    super.update(data, reports);
    const { seq, eyes, times } = data;
    if (seq !== this.seq) Object.assign(this, { seq, state: { eyes, times } });
    this.show();
  }

  get scene() {
    return { dice: this.state };
  }

  showScene({ dice }) {
    if (dice) Object.assign(this, { state: dice });
    this.show();
  }

  next() {
    this.state = { eyes: (this.state.eyes % 6) + 1, times: this.state.times + 1 };
    this.changed();
  }

  show() {
    this.eyes.textContent = `${this.state.eyes} eyes`;
    this.root.dataset.ready = "true";
  }
}

export default mount(Dice);
"""

SCENE = """
import { imageOfStrokes } from "../../frontend/lib/strokes.js";
import { TalkScene } from "../../frontend/lib/talk_scene.js";

export default class DiceScene extends TalkScene {
  constructor(options) {
    super(options);
    this.add("face");
    this.show(1);
  }

  show(fraction) {
    this.fill("face", imageOfStrokes(this.shown.digit.strokes, this.pen, fraction), "a face");
  }

  animate() {
    return { at: (t) => this.show(t) };
  }
}
"""

TALK = """
talk: Of dice
scenes:
  - line: Who throws?
    page: dice
    digit: 6
    animation: {kind: draw, seconds: 0.5}
"""

APP = """
import sys

sys.path[:0] = [{root!r}, {here!r}]

import streamlit as st

import dice
from ui.features import FEATURES
from ui.page_frame import navigation
from ui.server import startup
from ui.state.declaration import install
from ui.streamlit_compat import is_script_run

install((*FEATURES, dice.FEATURE))
if not is_script_run():
    app = st.App(__file__, **startup.app_options())
else:
    navigation().run()
"""


# How far the picture of the talk is from an image, in grey levels per pixel, is less than some number.
NEAR = """([image, most]) => {
    const roots = [...document.querySelectorAll('*')].map((element) => element.shadowRoot).filter(Boolean);
    const canvas = roots.map((root) => root.querySelector('[data-testid=stage-face]')).find(Boolean);
    const { data } = canvas.getContext('2d').getImageData(0, 0, 28, 28);
    return image.reduce((sum, value, i) => sum + Math.abs(data[4 * i] - 255 * value), 0) < 784 * most;
}"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The app of this test: its features, and dice."""
    root: Path = tmp_path_factory.mktemp("app")
    home = root / "dice"
    home.mkdir()
    (home / "__init__.py").write_text(FEATURE)
    (home / "page.py").write_text(PAGE)
    (home / "part.js").write_text(PART)
    (home / "scene.js").write_text(SCENE)
    (home / "part.css").write_text('@import "../../frontend/lib/gauge.css";\n.dice { font-size: 20px; }\n')
    (root / "app.py").write_text(APP.format(root=str(ROOT), here=str(root)))
    (root / ".streamlit").symlink_to(ROOT / ".streamlit")
    return root


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[Server]:
    with serving(folder) as made:
        yield made


def eyes(page: Page, count: int) -> None:
    expect(page.get_by_test_id("eyes")).to_have_text(f"{count} eyes")
    expect(page.get_by_text(f"Python knows of {count} eyes.")).to_be_visible()


def test_it_is_in_the_navigation_and_survives_link_and_reload(server: Server, open_page: Callable[..., Page]) -> None:
    page = open_page(server.address)
    page.get_by_role("link", name="Dice").click()
    eyes(page, 1)
    page.get_by_role("button", name="Next").click()
    eyes(page, 2)
    page.get_by_role("button", name="Next").click()
    eyes(page, 3)
    page.wait_for_url("**/dice?*eyes=3&times=2*")
    page.reload()
    eyes(page, 3)
    other = open_page(page.url, ready=False)
    eyes(other, 3)
    other.get_by_role("link", name="Map").click()
    other.wait_for_url("**/map?*")
    other.get_by_role("link", name="Dice").click()
    eyes(other, 3)


def test_a_talk_shows_it(server: Server, open_page: Callable[..., Page]) -> None:
    page = open_page(f"{server.address}/talk")
    page.get_by_label("The scenes, as YAML").fill(TALK)
    page.get_by_label("The scenes, as YAML").press("Tab")  # the field reports what was written; a click is slower
    settle(page)
    page.get_by_role("button", name="Apply", exact=True).click()
    expect(page.get_by_test_id("stage-line")).to_have_text("Who throws?")
    expect(page.get_by_text("a face")).to_be_visible()
    page.wait_for_function(NEAR, arg=[sample_image(6).ravel().tolist(), 4])  # once the pen has drawn it


@pytest.mark.parametrize(
    "link",
    [
        "eyes=7",
        "eyes=3&times=100",
        *(pytest.param(link, marks=pytest.mark.proof) for link in ("eyes=x", "times=-1", "eyes=%F0%9F%8E%B2")),
    ],
)
def test_a_link_out_of_range_is_said(server: Server, open_page: Callable[..., Page], link: str) -> None:
    page = open_page(f"{server.address}/dice?{link}", ready=False)
    expect(page.get_by_text("The throw in the link could not be read; showing another one.")).to_be_visible()
    eyes(page, 1)


@pytest.mark.parametrize(
    "report",
    [{"eyes": 7}, {"eyes": "3"}, {"eyes": 2.5}, {"eyes": True}, {"eyes": None}, {"eyes": 3, "times": 10**40}, [], "x"],
    ids=str,
)
def test_forged_reports_are_refused(server: Server, report: object) -> None:
    async def forge() -> tuple[list[str], list[str]]:
        async with visit_without_browser(server.address, "dice", "eyes=4") as visitor:
            before = visitor.texts()
            await visitor.put("dice-part", settled=report)
            return before, visitor.texts()

    before, after = play(forge())
    assert "Python knows of 4 eyes." in before
    assert before == after


def test_its_state_in_a_room_is_checked(server: Server) -> None:
    def post(path: str, body: object, key: str = "") -> int:
        request = urllib.request.Request(
            f"{server.address}/rooms{path}", json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        request.add_header("X-Room-Key", key)
        with contextlib.suppress(urllib.error.HTTPError), urllib.request.urlopen(request, timeout=20) as answer:
            opened.update(json.load(answer))
            return int(answer.status)
        return 400

    opened: dict[str, str] = {}
    assert post("", {}) == 201
    name, key = opened["name"], opened["key"]
    assert post(f"/{name}", {"page": "dice", "dice": {"eyes": 4, "times": 2}}, key) == 200
    for forged in ({"eyes": 7}, {"eyes": "4"}, [], None, 4):
        assert post(f"/{name}", {"page": "dice", "dice": forged}, key) == 400


def test_it_survives_a_killed_server(server: Server, visit: Callable[..., Page]) -> None:
    page = visit(f"{server.address}/dice")
    page.get_by_role("button", name="Next").click()
    eyes(page, 2)
    server.kill()
    page.get_by_role("button", name="Next").click()  # nobody is there to hear it
    expect(page.get_by_test_id("eyes")).to_have_text("3 eyes")
    server.start()
    server.wait()
    eyes(page, 3)
    page.get_by_role("button", name="Next").click()
    eyes(page, 4)
