"""The HTML of every page."""

from __future__ import annotations

import json
import re

import pytest

from aecore.core import pretrained
from ui.features import FEATURES
from ui.server.index_page import heading, index_page, title
from ui.services.frontend_assets import modules
from ui.state.declaration import groups_of_pages, install

PAGES = [feature for feature in FEATURES if feature.page]


@pytest.fixture(autouse=True)
def _features() -> None:
    install(FEATURES)


@pytest.mark.parametrize("feature", PAGES, ids=lambda feature: feature.name)
def test_a_page_names_the_app_links_to_all_pages_and_marks_itself(feature: object) -> None:
    html = index_page(feature.name).decode()
    assert f"<title>{title(feature.page)}</title>" in html
    assert html.count("<h1") == 1
    assert heading(feature.page) in html
    assert html.count("<title>") == html.count('<div id="root">') == html.count('src="./static/js/index.') == 1
    links = re.findall(r'<a href="\./([a-z]*)"( aria-current="page")?>([^<]+)</a>', html)
    assert [(address, title) for address, _, title in links] == [(one.page.address, one.page.title) for one in PAGES]
    assert [address for address, here, _ in links if here] == [feature.page.address]
    assert re.findall(r'role="group" aria-label="(\w+)">', html) == list(groups_of_pages())
    assert html.count('<nav aria-label="Pages">') == html.count("<main ") == 1


@pytest.mark.parametrize("feature", PAGES, ids=lambda feature: feature.name)
def test_what_a_page_asks_for_early_is_there(feature: object) -> None:
    html = index_page(feature.name).decode()
    for name in re.findall(r'"(?:\./)?modules/\w+/bundle/([\w/]+\.js)"', html):
        assert f"features/{name}" in modules()
    assert (f"bundle/{feature.name}/" in html) == bool(feature.parts)


@pytest.mark.parametrize(
    ("name", "others"),
    [
        ("morph", {"morph", "room"}),
        ("map", {"map", "room", "examples"}),
        ("learn", {"learn", "room", "examples", "drawing_canvas", "few_labels"}),
        ("train", {"train", "room", "train_here"}),
    ],
)
def test_a_page_asks_early_for_what_it_shows_and_for_nothing_else(name: str, others: set[str]) -> None:
    asked = re.findall(r'rel="modulepreload" href="\./modules/\w+/bundle/(\w+)/', index_page(name).decode())
    assert set(asked) == others


def test_the_first_frames_data_is_json_that_ends_no_script() -> None:
    html = index_page("draw").decode()
    text = re.search(r'<script type="application/json" id="first-frame-data">(.*?)</script>', html, re.DOTALL)[1]
    assert "<" not in text
    data = json.loads(text)
    assert len(data["samples"]) == 10
    assert all(len(sample["encoded"]) == 16 for sample in data["samples"])


def test_without_a_model_there_is_no_first_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pretrained, "problems", lambda: dict.fromkeys(pretrained.available(), "damaged"))
    html = index_page("draw").decode()
    assert "first-frame-data" not in html
    assert "opening.skip()" in html


def test_each_tool_stands_beside_the_heading_and_has_its_module() -> None:
    html = index_page("map").decode()
    tools = json.loads(re.search(r'<script type="application/json" id="tools">(.*?)</script>', html, re.DOTALL)[1])
    assert list(tools) == [one.name for one in FEATURES if one.tool]
    for name, tool in tools.items():
        assert re.fullmatch(rf"modules/\w+/bundle/{name}/tool\.js", tool["url"])
        assert f"features/{name}/tool.js" in modules()
        assert html.count(f'<button type="button" data-tool="{name}"') == 1


def test_a_link_to_the_tour_has_a_first_frame() -> None:
    parameters = re.search(r' data-parameters="([^"]*)"', index_page("draw").decode())[1].split()
    assert {one.tool.opened_by for one in FEATURES if one.tool} - {""} <= set(parameters)
