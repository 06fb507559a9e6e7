"""The state of the Scenes page."""

from __future__ import annotations

from typing import Any

import pytest

from aecore.core import pretrained
from tests.visitors import at_address, install_features, visiting
from ui.features.scenes import FEATURE
from ui.features.scenes.state import (
    LATENT,
    Canvas,
    Digit,
    Film,
    Stroke,
    opening,
)
from ui.features.scenes.view import data
from ui.services.scene_samples import MOST_DIGITS, MOST_POINTS, MOST_STROKES
from ui.state.link import read_link, write_link
from ui.state.visitor import current, take_report

LINE = Stroke(points=(10.0, 20.5, 30.0, 40.0), pen=4.5)
DIGIT = Digit(latent=tuple(round(0.25 * i - 2, 2) for i in range(LATENT)), row=40.5, column=60.0, size=32.5)


def test_a_link_carries_strokes_digits_and_the_film() -> None:
    film = Film(kind="crossing", count=3, speed=0.3, rate=24, blur=1.1, noise=0.05, seed=999_999)
    whole = Canvas(strokes=(LINE, LINE), digits=(DIGIT,), film=film)
    assert Canvas.from_link(whole.to_link(), 16) == whole
    assert Canvas.from_link(Canvas().to_link(), 16) == Canvas()  # an empty canvas is not the first visit's
    assert "film" not in Canvas().to_link()
    assert Canvas.from_link({}, 16) is None


def test_long_lines_come_back_in_short_steps() -> None:
    far = Canvas(strokes=(Stroke(points=(-20.0, 0.0, 200.0, 128.0), pen=3),))
    found = Canvas.from_link(far.to_link(), 16)
    assert found is not None
    points = found.strokes[0].points
    assert (points[:2], points[-2:]) == ((-20.0, 0.0), (200.0, 128.0))
    assert all(abs(y - (x + 20) * 128 / 220) <= 1 for x, y in zip(points[::2], points[1::2], strict=True))


@pytest.mark.parametrize("latent_dim", [2, 16, 64])
def test_it_does_not_depend_on_the_model_of_the_digits(latent_dim: int) -> None:
    whole = Canvas(digits=(DIGIT,))
    assert Canvas.from_link(whole.to_link(), latent_dim) == whole


def test_the_opening_fits_into_a_link_and_much_more_does_not() -> None:
    link = opening().to_link()
    assert sum(map(len, link.values())) < 500
    found = Canvas.from_link(link, 16)
    assert found is not None
    for one, other in zip(found.strokes, opening().strokes, strict=True):
        assert one.points == pytest.approx(other.points, abs=0.251)
    assert Canvas(digits=(DIGIT,) * MOST_DIGITS, strokes=opening().strokes * 3).to_link() == {}


@pytest.mark.parametrize(
    "link",
    [
        {"lines": "x"},
        {"placed": "AAAA"},
        {"lines": "A" * 5000},
        {"placed": "é"},
        *(
            {"lines": "0", "film": film}
            for film in ("x", "scattered", "scattered~9~1~12~0~0~1", "~~~~~~", "crossing~3~1~12~0~0~1~1")
        ),
    ],
)
def test_an_unreadable_link_is_said(link: dict[str, str]) -> None:
    install_features()
    visitor = read_link(link)
    assert visitor.state(Canvas) is None
    assert visitor.notices == ["The scene in the link could not be read; showing another one."]


@pytest.mark.parametrize(
    "change",
    [
        {"strokes": [{"points": [1.0], "pen": 4}]},
        {"strokes": [{"points": [1.0, 2.0, 3.0], "pen": 4}]},
        {"strokes": [{"points": [1.0, 1e9], "pen": 4}]},
        {"strokes": [{"points": [1.0, 2.0] * (MOST_POINTS + 1), "pen": 4}]},
        {"strokes": [{"points": [1.0, 2.0], "pen": 0}]},
        {"strokes": [LINE.to_json()] * (MOST_STROKES + 1)},
        {"digits": [{**DIGIT.to_json(), "latent": [0.0] * 15}]},
        {"digits": [{**DIGIT.to_json(), "latent": [1e9] * 16}]},
        {"digits": [{**DIGIT.to_json(), "size": 500}]},
        {"digits": [DIGIT.to_json()] * (MOST_DIGITS + 1)},
        {"digits": "x"},
        {"film": {"kind": "crossing", "rate": 0}},
        {"film": {"blur": -1}},
        {"film": None},
    ],
    ids=lambda change: str(change)[:40],
)
def test_a_forged_report_is_refused(change: dict[str, Any]) -> None:
    with visiting(Canvas(strokes=(LINE,)), model="mlp") as visitor:
        take_report(Canvas, {**Canvas(digits=(DIGIT,)).to_json(), **change})
        assert visitor.state(Canvas) == Canvas(strokes=(LINE,))


def test_the_page_writes_its_scene_into_the_address() -> None:
    with at_address({}) as query:
        current().put(Canvas(strokes=(LINE,)))
        write_link(FEATURE)
        assert Canvas.from_link(query, 16) == Canvas(strokes=(LINE,))


def test_without_its_model_the_page_still_has_a_scene(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pretrained, "available", lambda task="autoencoder": [])
    with visiting():
        sent = data()
    assert sent["reader"] is None
    assert len(sent["samples"]) == 10
    assert sent["strokes"]
