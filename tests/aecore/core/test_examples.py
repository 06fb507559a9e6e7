"""The examples in a model's file: what comes back, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from aecore.core.examples import LONGEST_NAME, MOST, Examples

RNG = np.random.default_rng(0)
EXAMPLES = Examples(RNG.standard_normal((5, 3)).astype(np.float32), np.array([0, 1, 2, 1, 0]), ("a", "b", "ç"), True)


def test_examples_come_back_in_the_steps_of_the_pages() -> None:
    found = EXAMPLES.rounded
    np.testing.assert_allclose(found.latents, EXAMPLES.latents, atol=0.0051)
    np.testing.assert_array_equal(found.latents, found.rounded.latents)
    np.testing.assert_array_equal(found.labels, EXAMPLES.labels)
    assert (found.classes, found.drawn, len(found)) == (("a", "b", "ç"), True, 5)


@pytest.mark.parametrize(
    ("tensors", "others"),
    [
        ({"latents": np.zeros((5, 4), np.int16)}, {}),
        ({"latents": np.zeros((5, 3), np.float32)}, {}),
        ({"latents": np.zeros((0, 3), np.int16), "labels": np.zeros(0, np.uint16)}, {}),
        ({"latents": np.zeros((MOST + 1, 3), np.int16), "labels": np.zeros(MOST + 1, np.uint16)}, {}),
        ({"labels": np.full(5, 3, np.uint16)}, {}),
        ({"labels": np.zeros(4, np.uint16)}, {}),
        ({"other": np.zeros(1)}, {}),
        ({}, {"classes": ["a", "b", "c" * (LONGEST_NAME + 1)]}),
        ({}, {"classes": ["a", "b", 3]}),
        ({}, {"classes": "abc"}),
        ({}, {"drawn": 1}),
    ],
)
def test_what_does_not_fit_is_refused(tensors: dict[str, Any], others: dict[str, Any]) -> None:
    with pytest.raises((ValueError, KeyError), match="examples"):
        Examples.from_tensors({**EXAMPLES.to_tensors(), **tensors}, {**EXAMPLES.to_dict(), **others}, 3)
