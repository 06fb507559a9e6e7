from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.visitors import visiting
from ui.features.arithmetic.state import MOST_KEPT, Sum
from ui.state.schema import Named
from ui.state.visitor import take_report

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=9), inner, max_size=5),
)
NUMBER = st.integers(-3, 30) | st.floats() | st.sampled_from([0.5, 1, 2e6, 10**400, True])
NAMED = st.lists(
    st.fixed_dictionaries({"name": st.text(max_size=30), "latent": st.lists(NUMBER, min_size=16, max_size=16) | JSON})
    | JSON,
    max_size=14,
)
REPORT = {
    "seq": st.just(0),
    **{key: st.sampled_from(["mine", "mean-3", "kept-x", "?" * 99]) | JSON for key in ("a", "b", "c", "direction")},
    "strength": st.floats(0, 2) | NUMBER | JSON,
    "kept": st.just([]) | NAMED | JSON,
    "directions": st.just([]) | NAMED | JSON,
}
LATENT = st.lists(st.integers(-300, 300).map(lambda n: n / 100), min_size=16, max_size=16).map(tuple)
X = {"name": "x", "latent": [0.5] * 16}


@given(JSON | st.fixed_dictionaries(REPORT))
def test_a_forged_sum_never_gets_in(payload: Any) -> None:
    with visiting() as visitor:
        take_report(Sum, payload)
        found = visitor.state(Sum)
    if found is not None:
        assert 0 <= found.strength <= 2
        assert all(len(term) <= 40 for term in (found.a, found.b, found.c, found.direction))
        for one in (*found.kept, *found.directions):
            assert 0 < len(one.name) <= 24
            assert len(one.latent) == 16
            assert np.isfinite(one.latent).all()


@pytest.mark.parametrize(
    "report",
    [
        *({"strength": one} for one in (-0.01, 2.01, "1", None)),
        *({"a": one} for one in ("x" * 41, None, 3, "\ud800")),
        *({"kept": one} for one in ([X] * (MOST_KEPT + 1), [{**X, "name": ""}], [{**X, "name": "x" * 25}])),
        *({"directions": one} for one in ([{**X, "latent": [0.5] * 15}], [{"name": "x"}], "x")),
        {"directions": [{**X, "name": "\udc00"}]},
    ],
)
def test_a_sum_that_could_not_have_been_made_on_the_page_is_none(report: dict[str, Any]) -> None:
    assert Sum.from_report(report, 16) is None


@given(LATENT, LATENT, st.integers(0, 200), st.booleans())
def test_a_sum_travels_in_the_link_with_what_was_kept(
    kept: tuple[float, ...], direction: tuple[float, ...], strength: int, directed: bool
) -> None:
    found = Sum(
        a="kept-x",
        b="mean-7",
        c="sample-1",
        strength=strength / 100,
        direction="d" if directed else "",
        kept=(Named(name="x", latent=kept), Named(name="not in use", latent=direction)),
        directions=(Named(name="d", latent=direction),),
    )
    assert Sum.from_report(json.loads(json.dumps(found.to_json())), 16) == found
    again = Sum.from_link(found.to_link(), 16)
    assert again == Sum(
        a="kept-A of the link",
        b="mean-7",
        c="sample-1",
        strength=strength / 100,
        direction="of the link" if directed else "",
        kept=(Named(name="A of the link", latent=kept),),
        directions=(Named(name="of the link", latent=direction),) if directed else (),
    )
    assert again.to_link() == found.to_link()


@given(st.dictionaries(st.sampled_from(["a", "b", "c", "strength", "direction"]), st.text(max_size=40)))
def test_any_other_sum_in_a_link_is_refused(link: dict[str, str]) -> None:
    try:
        found = Sum.from_link(link, 16)
    except ValueError:
        return
    assert (found is None) == ("strength" not in link)
    assert found is None or found == Sum.from_report(found.to_json(), 16)


@pytest.mark.parametrize("term", ["mean-x", "mean-100", "sample-", "kept-x", "~", "~AA", "", "mine ", "mean-٣"])
def test_a_term_of_a_link_that_is_none_is_refused(term: str) -> None:
    for key in ("a", "b", "c"):
        with pytest.raises(ValueError, match=r"no term|latent|text"):
            Sum.from_link({"strength": "1.00", key: term}, 16)
