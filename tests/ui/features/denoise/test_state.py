from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aecore.data.corruption import KINDS
from tests.visitors import visiting
from ui.features.denoise.state import NOISE_KINDS, Box, Noise
from ui.state.visitor import take_report

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=9), inner, max_size=5),
)
NUMBER = st.integers(-3, 30) | st.floats() | st.sampled_from([0.5, 1, 2e6, 10**400, True])
REPORT = {
    "kind": st.sampled_from(NOISE_KINDS) | JSON,
    "level": st.floats(0, 1) | NUMBER | JSON,
    "mean": st.floats(-1, 1) | NUMBER | JSON,
    "seed": st.integers(1, 999_999) | NUMBER | JSON,
    "box": st.none() | st.fixed_dictionaries({"top": NUMBER, "left": NUMBER}) | JSON,
    "damage": st.sampled_from(["", "0" * 783 + "2", "0" * 783, "3" * 784, "1" * 784 + "\n"]) | JSON,
}
VALID = Noise(kind="occlusion", level=0.35, mean=-0.2, seed=77, box=Box(top=9, left=4), damage="2" + "0" * 783)


def test_its_kinds_are_those_of_aecore() -> None:
    assert set(NOISE_KINDS) == set(KINDS) - {"mixture"}  # which only training takes
    assert all(Noise.from_report({"kind": kind}) == Noise(kind=kind) for kind in NOISE_KINDS)  # type: ignore[arg-type]


@given(JSON | st.fixed_dictionaries(REPORT))
def test_forged_noise_never_gets_in(payload: Any) -> None:
    with visiting() as visitor:
        take_report(Noise, payload)
        noise = visitor.state(Noise) or Noise()
    assert noise.kind in NOISE_KINDS
    assert 0 <= noise.level <= 1
    assert -1 <= noise.mean <= 1
    assert 1 <= noise.seed < 1_000_000
    assert noise.box is None or (0 <= noise.box.top <= 28 and 0 <= noise.box.left <= 28)
    assert noise.damage == "" or (len(noise.damage) == 784 and set(noise.damage) <= set("012"))


@pytest.mark.parametrize(
    "change",
    [
        *({"kind": one} for one in ("hum", "", 3, None)),
        *({"level": one} for one in (-0.01, 1.01, "0.5", None, float("nan"), True)),
        *({"mean": one} for one in (-1.01, 1.01, 10**400)),
        *({"seed": one} for one in (0, 1_000_000, 1.5)),
        *({"box": one} for one in ({"top": 29, "left": 3}, {"top": 3}, [3, 4], {"top": 3.5, "left": 4})),
        *({"damage": one} for one in ("0" * 783, "0" * 785, "3" * 784, "1" * 784 + "\n", "٠" * 784)),
    ],
)
def test_noise_that_could_not_have_been_set_on_the_page_is_none(change: dict[str, Any]) -> None:
    assert Noise.from_report({**VALID.to_json(), **change}) is None


NOISE = st.builds(
    Noise,
    kind=st.sampled_from(NOISE_KINDS),
    level=st.integers(0, 100).map(lambda n: n / 100),
    mean=st.integers(-100, 100).map(lambda n: n / 100),
    seed=st.integers(1, 999_999),
    box=st.none() | st.builds(Box, top=st.integers(0, 28), left=st.integers(0, 28)),
    damage=st.sampled_from(["", "012" + "0" * 781]),
)


@given(NOISE)
def test_noise_survives_a_report_and_a_link(noise: Noise) -> None:
    assert Noise.from_report(json.loads(json.dumps(noise.to_json()))) == noise
    wanted = msgspec.structs.replace(noise, damage="")
    if noise.kind != "gaussian":  # only its noise has a mean, and only an occlusion a place
        wanted = msgspec.structs.replace(wanted, mean=Noise().mean)
    if noise.kind != "occlusion":
        wanted = msgspec.structs.replace(wanted, box=None)
    assert Noise.from_link(noise.to_link(), 16) == wanted


def test_gaussian_noise_of_a_link_without_a_mean_has_that_of_the_article() -> None:
    assert Noise.from_link({"level": "0.30"}, 16) == Noise(level=0.3, mean=0.3)
    assert Noise.from_link({"kind": "gaussian", "level": "0.30", "mean": "0"}, 16) == Noise(level=0.3, mean=0.0)
    assert Noise.from_link({"kind": "shot", "level": "0.30"}, 16) == Noise(kind="shot", level=0.3)


@pytest.mark.parametrize(
    ("box", "read"),
    [
        ("3-28", Box(top=3, left=28)),
        ("0-0", Box(top=0, left=0)),
        *((one, None) for one in ("", "left", "3", "٣-٤", "003-1")),
    ],
)
def test_a_box_of_a_link_that_is_none_is_left_out(box: str, read: Box | None) -> None:
    assert Noise.from_link({"kind": "occlusion", "box": box}, 16) == Noise(kind="occlusion", box=read)


@pytest.mark.parametrize("box", ["29-0", "0-29", "99-99"])
def test_a_box_of_a_link_that_lies_elsewhere_is_refused(box: str) -> None:
    with pytest.raises(ValueError, match="no box"):
        Noise.from_link({"kind": "occlusion", "box": box}, 16)
