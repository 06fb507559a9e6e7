"""The slider for sigma on the page How it works keeps where it stands."""

from __future__ import annotations

import pytest

from tests.visitors import open_page, visitor_of
from ui.features.learn.loss import GaussianDecoder


def test_sigma_is_kept() -> None:
    app = open_page("learn")
    assert app.slider[0].value == GaussianDecoder().sigma
    app.slider[0].set_value(0.23).run()
    assert not app.exception
    assert visitor_of(app).state(GaussianDecoder) == GaussianDecoder(sigma=0.23)
    assert app.run().slider[0].value == 0.23


@pytest.mark.parametrize("sigma", [0, 0.01, 0.51, -1, float("nan"), "0.1", None])
def test_a_sigma_that_the_slider_has_not_is_none(sigma: object) -> None:
    assert GaussianDecoder.from_report({"sigma": sigma}) is None
