"""Links: those that were shared before the pages were features open what they opened, and nothing breaks a page.

links.json was written by commit 877805d, the last one before: "links" has complete addresses as that code wrote them,
and broken ones, each with what that code read there; "fresh" what it wrote on each page for a new visitor. Where a link
has a latent without a sample, that code showed the first sample beside it: its `digit` is null now.
"""

from __future__ import annotations

import json
import pathlib
from typing import Any
from urllib.parse import parse_qsl, urlencode

import msgspec
import numpy as np
import pytest
import streamlit as st

import aecore
from aecore.core.latents import latent_to_text, quantise
from aecore.data.strokes import sample_image
from tests.visitors import PAGES, at_address, fresh_page, install_features, link_of, visiting
from ui.features import FEATURES
from ui.features.denoise.state import Noise
from ui.features.morph.state import Path
from ui.features.room.state import Place
from ui.services.drawing import NO_DRAWING, Drawing, from_bytes, normalise
from ui.services.examples import sample_latents
from ui.services.frontend_assets import image_to_base64
from ui.state.link import asked_page, read_link, root_address, whole_link, write_link
from ui.state.table import (
    ONLY_NUMBERS,
    choose_sample,
    clear_canvas,
    same_image,
    take_drawing,
    take_latent,
    take_picture,
    usable_models,
)
from ui.state.visitor import Visitor, current

GOLDEN = json.loads((pathlib.Path(__file__).parent / "links.json").read_text())
WITH_STATE = [feature for feature in FEATURES if feature.state]
BY_NAME = {feature.name: feature for feature in FEATURES}
LATENT = quantise(np.linspace(-1.5, 1.5, 16))


def fields(query: str) -> dict[str, str]:
    """Return the query parameters of an address, the last of each name."""
    return dict(parse_qsl(query, keep_blank_values=True))


def read(query: str) -> Visitor:
    install_features()
    return read_link(fields(query))


# ---- links that were shared ------------------------------------------------------------------------------------


def assert_decoded(visitor: Visitor, latent: np.ndarray) -> None:
    """Check that only a latent is known, and that its decoded digit is on the table, and said to be one."""
    assert (visitor.source, visitor.sample, visitor.hint) == ("numbers", None, ONLY_NUMBERS)
    np.testing.assert_allclose(visitor.latent, latent, atol=1e-6)
    np.testing.assert_array_equal(visitor.latent, visitor.encoded)
    assert same_image(visitor.image, aecore.load(visitor.model).decode(visitor.latent[None])[0])


@pytest.mark.parametrize("golden", GOLDEN["links"], ids=lambda golden: golden["name"])
def test_every_link_shared_so_far_opens_the_same_picture(golden: dict[str, Any]) -> None:
    visitor = read(golden["link"])
    model = aecore.load(golden["model"])
    if golden["digit"] is None:  # only its latent is known
        return assert_decoded(visitor, np.array(golden["latent"], np.float32))
    image = sample_image(golden["digit"])
    assert (visitor.model, visitor.sample) == (golden["model"], golden["digit"])
    assert visitor.image is not None
    np.testing.assert_array_equal(visitor.image, image)
    own = quantise(model.encode(image[None])[0])
    np.testing.assert_array_equal(visitor.encoded, own)
    wanted = own if golden["latent"] is None else np.array(golden["latent"], np.float32)
    np.testing.assert_allclose(visitor.latent, wanted, atol=1e-6)
    assert sorted(visitor.notices) == golden["notices"]
    for feature in WITH_STATE:
        assert feature.state
        found = visitor.state(feature.state)
        if feature.name in golden["states"]:
            assert found == msgspec.convert(golden["states"][feature.name], feature.state), feature.name
        else:
            assert found is None or found == feature.state(), feature.name


@pytest.mark.parametrize(
    "golden", [golden for golden in GOLDEN["links"] if golden["page"]], ids=lambda golden: golden["name"]
)
def test_a_link_that_was_shared_is_written_as_it_was(golden: dict[str, Any]) -> None:
    link = fields(golden["link"])
    with at_address(link) as query:
        write_link(BY_NAME[golden["page"]])
        assert query == link


@pytest.mark.parametrize("name", PAGES)
def test_a_new_visitors_page_has_the_address_that_it_had(name: str) -> None:
    three, eight = (latent_to_text(sample_latents("default")[digit]) for digit in (3, 8))
    wanted = GOLDEN["fresh"][name].replace("{3}", three).replace("{8}", eight)
    assert link_of(fresh_page(name)) == fields(wanted)


def test_every_notice_of_a_broken_link_is_among_those_that_are_tried() -> None:
    said = {notice for golden in GOLDEN["links"] for notice in golden["notices"]}
    assert len(said) == 10  # model, sample, latent, sum, path, noise, room, colouring, scene, sound
    called = {feature.state.called for feature in WITH_STATE if feature.state and feature.state.called}
    assert called
    assert all(any(f"The {one} in the link" in notice for notice in said) for one in called)


# ---- what a link carries ---------------------------------------------------------------------------------------


def test_a_link_has_the_state_of_its_own_page_and_of_what_is_on_every_page() -> None:
    with at_address({"model": "mlp", "z": latent_to_text(LATENT), "digit": "3"}) as query:
        for feature in WITH_STATE:
            assert feature.example is not None
            current().put(feature.example)
        for feature in FEATURES:
            write_link(feature)
            carried = {"model", "z", "digit"}
            for other in WITH_STATE:
                if other is feature or other.page is None:
                    assert other.example is not None
                    carried |= other.example.to_link().keys()
            assert query.keys() == carried, feature.name


def test_no_two_features_use_the_same_query_parameter() -> None:
    used = ["model", "z", "digit", "image", "from", "strokes", "home"]
    for feature in WITH_STATE:
        assert feature.state
        assert feature.example is not None
        used += {*feature.state.parameters(), *feature.example.to_link()}
    assert len(used) == len(set(used))


def test_a_link_to_be_copied_keeps_the_room_and_its_key_private() -> None:
    link = {"model": "mlp", "z": latent_to_text(LATENT), "digit": "3"}
    private = {"room": "apple-42", "host": "A" * 22}
    with at_address(link | private, "https://a.school/demo/"):
        assert current().state(Place) == Place(room="apple-42", host="A" * 22)
        copied = whole_link()
    address, query = copied.split("?")
    assert fields(query) == link
    assert address == "https://a.school/demo/"
    assert "apple" not in copied
    assert "A" * 22 not in copied


def test_an_address_asks_for_a_page_by_a_parameter() -> None:
    with at_address({"talk": "1"}):
        assert asked_page() is BY_NAME["talk"]
    for link in ({}, {"talk": "2"}, {"stage": "1"}):
        with at_address(link):
            assert asked_page() is None


@pytest.mark.parametrize("url", ["http://[", "http://x]/", "http://℀/", "//", "x" * 10_000, "\0", "http://a:99999/"])
def test_a_page_with_any_address_says_its_links(url: str) -> None:
    with at_address({}, url):
        assert len(whole_link()) < 3_000
        assert len(root_address().geturl()) < 3_000


@pytest.mark.parametrize(
    ("address", "root"),
    [
        ("http://localhost:8501/", "http://localhost:8501/"),
        ("http://localhost:8501", "http://localhost:8501/"),
        ("http://localhost:8501/map", "http://localhost:8501/"),
        ("http://localhost:8501/map?z=AA#x", "http://localhost:8501/"),
        ("https://a.school/demo/", "https://a.school/demo/"),
        ("https://a.school/demo/map", "https://a.school/demo/"),
        ("https://a.school/learn/", "https://a.school/learn/"),  # there is a page of that name, too
        ("https://a.school/learn/learn", "https://a.school/learn/"),
        ("", "/"),
    ],
)
def test_the_apps_root_is_where_its_pages_lie(address: str, root: str) -> None:
    with at_address({}, address):
        assert root_address().geturl() == root


# ---- the digit in a link ---------------------------------------------------------------------------------------


def reopened(**others: str) -> tuple[Visitor, Visitor, dict[str, str]]:
    """Write a link of the current visitor; returns that visitor, the one who opens the link, and the link."""
    write_link(BY_NAME["draw"])
    link = {**st.query_params.to_dict(), **others}
    return current(), read_link(link), link


def test_a_drawing_travels_in_the_link_and_stands_on_the_canvas_as_strokes() -> None:
    with at_address({}):
        drawing = Drawing(("M60 60L220 60", "M220 60L120 230"))
        take_drawing(
            {"canvas": current().canvas, "strokes": list(drawing.strokes), "image": image_to_base64(normalise(drawing))}
        )
        assert take_latent({"seq": current().seq, "latent": [0.5] * 16})
        mine, other, link = reopened()
        assert same_image(mine.image, other.image)
        assert (other.source, other.sample, other.hint) == ("drawn", None, "")
        np.testing.assert_array_equal(mine.latent, other.latent)
        np.testing.assert_array_equal(mine.encoded, other.encoded)
        assert len(other.drawing.strokes) == 2
        assert sum(map(len, link.values())) < 600
        _, other, _ = reopened(strokes="AjIyMmQ")  # of another drawing
        assert same_image(mine.image, other.image)
        assert other.drawing.strokes == ()


def test_a_photo_and_an_empty_canvas_travel_in_the_link() -> None:
    with at_address({}):
        take_picture(from_bytes(np.random.default_rng(1).integers(0, 256, 784, np.uint8).tobytes()))
        mine, other, link = reopened()
        assert same_image(mine.image, other.image)
        assert other.source == "photo"
        assert sum(map(len, link.values())) < 1_500
        clear_canvas()
        _, other, _ = reopened()
        assert (other.image, other.drawing) == (None, NO_DRAWING)


def test_a_digit_that_was_invented_is_the_same_elsewhere_bent_or_not() -> None:
    with at_address({}):
        assert take_latent({"seq": current().seq, "latent": [0.25] * 16, "source": "invented"})
        for latent in ([0.25] * 16, [0.75] * 16):
            assert take_latent({"seq": current().seq, "latent": latent})
            mine, other, link = reopened()
            assert same_image(mine.image, other.image)
            assert (other.source, other.sample) == ("invented", None)
            np.testing.assert_array_equal(mine.latent, other.latent)
            np.testing.assert_array_equal(mine.encoded, other.encoded)
            assert "image" not in link


def test_a_digit_that_makes_a_link_too_long_stays_out() -> None:
    with at_address({}):
        take_picture(from_bytes(np.random.default_rng(1).integers(0, 256, 784, np.uint8).tobytes()))
        current().put(Path(stops=(tuple([0.5] * 16),) * 6))
        current().put(Noise())
        for feature in FEATURES:
            write_link(feature)
            assert sum(map(len, st.query_params.to_dict().values())) <= 1_500


@pytest.mark.parametrize("broken", ["", "A", "!!", "A" * 5_000, "Y2AY", "٣"])
@pytest.mark.parametrize("name", ["image", "strokes", "home"])
def test_a_broken_digit_in_a_link_is_said_and_its_latent_shown(name: str, broken: str) -> None:
    with at_address({}):
        choose_sample(7)
        _, other, _ = reopened(**{name: broken, "digit": ""})
        if name == "strokes" and not broken:
            return
        assert any("drawing in the link" in notice for notice in other.notices)
        np.testing.assert_array_equal(other.latent, current().latent)


# ---- forged and broken ones ------------------------------------------------------------------------------------


def test_ten_thousand_fuzzed_links_raise_nothing() -> None:
    rng = np.random.default_rng(6)
    valid = urlencode(
        {"model": "mlp", "z": latent_to_text(LATENT), "digit": 7, "kind": "shot", "level": 0.5, "seed": 9}
    )
    pieces = [
        "%00",
        "%ff",
        "z=",
        "&model=",
        "=",
        "&&",
        "../",
        "NaN",
        "1e999",
        "-",
        "٣",
        "\ud800",
        "digit=",
        "box=9-9",
        "",
    ]
    outcomes = set()
    with visiting():
        dims = {name: aecore.load(name).latent_dim for name in usable_models()}
    for _ in range(10_000):
        query = valid
        for _ in range(rng.integers(1, 5)):
            at, cut = int(rng.integers(0, len(query) + 1)), int(rng.integers(0, 12))
            piece = chr(rng.integers(1, 500)) if rng.integers(3) == 0 else pieces[rng.integers(len(pieces))]
            query = query[:at] + piece + query[at + cut :]
        visitor = read(query)
        assert visitor.latent.shape == (dims[visitor.model],)
        assert np.isfinite(visitor.latent).all()
        noise = visitor.state(Noise)
        assert noise is None or noise == Noise.from_report(noise.to_json())
        outcomes.add(tuple(sorted(visitor.notices)))
    assert len(outcomes) == 16  # model, sample, latent and noise: each was good and bad
