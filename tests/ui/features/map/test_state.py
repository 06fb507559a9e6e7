from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.visitors import at_address, visiting
from ui.features.map.state import MapView
from ui.state.visitor import current, take_report

JSON = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9) | st.lists(st.text(max_size=3))
REPORT = {
    "view": st.sampled_from(["pca", "umap", "plane", "own", "other"]) | JSON,
    "shown": st.sampled_from(["", "0123456789", "10", "7", "77", "7\n"]) | JSON,
}


@given(JSON | st.fixed_dictionaries(REPORT))
def test_a_forged_map_never_gets_in(payload: Any) -> None:
    with visiting() as visitor:
        take_report(MapView, payload)
        found = visitor.state(MapView) or MapView()
    assert found.view in ("pca", "umap", "plane", "own")
    assert set(found.shown) <= set("0123456789")
    assert found.shown == "".join(sorted(set(found.shown)))  # each digit once, in order


@pytest.mark.parametrize(
    ("link", "found"),
    [
        ({"view": "umap", "shown": "0379"}, MapView(view="umap", shown="0379")),
        ({"view": "umap"}, MapView(view="umap")),
        ({"shown": ""}, MapView(shown="")),
        ({"view": "globe", "shown": "1"}, MapView(shown="1")),
        ({"view": "own", "shown": "31"}, MapView(view="own")),
        ({"view": "globe", "shown": "33"}, None),
        ({"shown": "٣"}, None),
        ({}, None),
    ],
)
def test_a_link_says_which_map_as_far_as_it_can_be_read(link: dict[str, str], found: MapView | None) -> None:
    with at_address(link):
        assert current().state(MapView) == found
        assert current().notices == []  # and nothing is said of the rest
