"""The shipped photographs: small, whole, and of a known licence."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from ui.services import pictures

NAMES = tuple(pictures.pictures())


def test_there_are_ten() -> None:
    assert len(NAMES) == 10
    assert {path.stem for path in pictures.PICTURES.glob("*.webp")} == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_each_is_small_and_says_whose_it_is(name: str) -> None:
    entry = pictures.pictures()[name]
    data = pictures.read(name)
    assert len(data) <= 40_000
    picture = Image.open(io.BytesIO(data))
    assert picture.format == "WEBP"
    assert picture.size == (entry["width"], entry["height"])
    assert max(picture.size) <= 512
    assert entry["licence"] in ("CC0", "public domain", "CC BY 2.0")
    assert all(entry[key] for key in ("title", "author", "source", "taken_from"))
    assert pictures.url(name) == f"pictures/{entry['sha256'][:16]}/{name}.webp"


@pytest.mark.parametrize("name", ["nobody", "../models/default", "", "cat.webp"])
def test_what_is_no_picture_has_no_version(name: str) -> None:
    assert pictures.version(name) == ""
    with pytest.raises(KeyError):
        pictures.read(name)


def test_the_browser_is_told_whose_each_is() -> None:
    found = pictures.for_browser(lambda name: f"{name}.x")
    assert [one["name"] for one in found] == list(NAMES)
    assert found[0]["url"] == f"{NAMES[0]}.x"
    assert all(one["title"] and one["author"] and one["licence"] and one["source"] for one in found)
