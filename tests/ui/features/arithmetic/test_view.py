"""The sum on the Arithmetic page follows the visitor's digit and model."""

from __future__ import annotations

import pytest

from tests.visitors import visiting
from ui.features.arithmetic.state import Sum
from ui.features.arithmetic.view import current_sum, data
from ui.state.schema import Named
from ui.state.table import choose_model, choose_sample, clear_canvas

X = Named(name="x", latent=(0.5,) * 16)


@pytest.mark.parametrize(("digit", "other"), [(3, 8), (7, 8), (8, 3)])
def test_at_first_the_digits_own_average_is_taken_away(digit: int, other: int) -> None:
    with visiting():
        choose_sample(digit)
        assert current_sum() == Sum(a="mine", b=f"mean-{digit}", c=f"mean-{other}")
        choose_sample(5)
        assert current_sum() == Sum(a="mine", b=f"mean-{digit}", c=f"mean-{other}")  # it is the visitor's by now


def test_without_a_sample_it_is_a_3s() -> None:
    with visiting():
        choose_sample(7)
        clear_canvas()
        assert current_sum() == Sum()


def test_another_model_has_no_use_for_what_was_kept() -> None:
    with visiting(model="mlp") as visitor:
        visitor.put(Sum(a="kept-x", b="mean-1", strength=1.5, direction="x", kept=(X,), directions=(X,)))
        assert current_sum().kept == (X,)
        choose_model("book")
        assert current_sum() == Sum(a="kept-x", b="mean-1", strength=1.5)
        choose_model("mlp")
        assert current_sum().kept == ()


def test_the_browser_gets_terms_to_choose_from() -> None:
    with visiting():
        choose_sample(7)
        ids = [choice["id"] for choice in data()["choices"]]
        assert ids == ["mine", *(f"mean-{d}" for d in range(10)), *(f"sample-{d}" for d in range(10))]
        choose_model("book")  # which has no atlas, hence no averages
        ids = [choice["id"] for choice in data()["choices"]]
        assert ids == ["mine", *(f"sample-{d}" for d in range(10))]
