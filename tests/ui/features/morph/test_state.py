from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.visitors import visiting
from ui.features.morph.state import MOST_STOPS, Path
from ui.state.visitor import take_report

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=9), inner, max_size=5),
)
NUMBER = st.integers(-3, 30) | st.floats() | st.sampled_from([0.5, 1, 2e6, 10**400, True])
REPORT = {
    "seq": st.just(0),
    "stops": st.lists(st.lists(NUMBER, min_size=16, max_size=16) | JSON, max_size=8) | JSON,
    "place": st.floats(0, 5) | NUMBER | JSON,
    "spherical": st.booleans() | JSON,
}
STOP = [0.5] * 16


@given(JSON | st.fixed_dictionaries(REPORT))
def test_a_forged_path_never_gets_in(payload: Any) -> None:
    with visiting() as visitor:
        take_report(Path, payload)
        path = visitor.state(Path)
    if path is not None:
        assert 2 <= len(path.stops) <= MOST_STOPS
        assert all(len(stop) == 16 and np.isfinite(stop).all() for stop in path.stops)
        assert 0 <= path.place <= len(path.stops) - 1


@pytest.mark.parametrize(
    ("report", "valid"),
    [
        ({"stops": [STOP] * 2}, True),
        ({"stops": [STOP] * MOST_STOPS, "place": MOST_STOPS - 1}, True),
        ({"stops": [STOP]}, False),
        ({"stops": [STOP] * (MOST_STOPS + 1)}, False),
        ({"stops": [STOP, STOP[1:]]}, False),
        ({"stops": [STOP, [*STOP[1:], None]]}, False),
        ({"stops": [STOP, [*STOP[1:], 2e6]]}, False),
        ({"stops": [STOP] * 2, "place": 1}, True),
        ({"stops": [STOP] * 2, "place": 1.01}, False),  # behind the last stop
        ({"stops": [STOP] * 2, "place": -0.01}, False),
        ({"stops": [STOP] * 2, "spherical": 1}, False),
        ({}, False),
    ],
)
def test_a_path_leads_through_two_to_six_stops_and_its_place_lies_between_them(
    report: dict[str, Any], valid: bool
) -> None:
    assert (Path.from_report(report, 16) is not None) == valid


LATENT = st.lists(st.integers(-300, 300).map(lambda n: n / 100), min_size=16, max_size=16).map(tuple)


@given(st.lists(LATENT, min_size=2, max_size=MOST_STOPS), st.floats(0, 1), st.booleans())
def test_a_path_survives_a_report_and_a_link(stops: Any, fraction: float, spherical: bool) -> None:
    path = Path(stops=tuple(stops), place=round(fraction * (len(stops) - 1), 2), spherical=spherical)
    assert Path.from_report(json.loads(json.dumps(path.to_json())), 16) == path
    assert Path.from_link(path.to_link(), 16) == path


@given(st.text(max_size=200), st.text(max_size=9))
def test_any_other_path_in_a_link_is_refused(stops: str, place: str) -> None:
    try:
        path = Path.from_link({"stops": stops, "place": place}, 16)
    except ValueError:
        return
    assert path is not None
    assert len(path.stops) >= 2


def test_a_link_without_stops_has_no_path_and_one_without_the_rest_the_usual_one() -> None:
    assert Path.from_link({"place": "0.50", "path": "spherical"}, 16) is None
    link = Path(stops=(tuple(STOP), tuple(STOP))).to_link()
    for way in ("straight", "curved", ""):
        assert Path.from_link({"stops": link["stops"], "path": way}, 16) == Path(stops=(tuple(STOP), tuple(STOP)))
