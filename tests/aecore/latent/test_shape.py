from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy
from hypothesis import given, settings
from hypothesis import strategies as st

import aecore
from aecore import ModelFileError
from aecore.core import pretrained
from aecore.data.dataset import Dataset
from aecore.latent import attributes, directions_find, shape
from aecore.latent.atlas_file import load_atlas
from aecore.latent.directions import load_directions
from aecore.latent.directions_find import respond
from aecore.latent.shape import ShapeError, ShapeNetwork, load_shape_network, parse_shape_network, save_shape_network

LATENTS = load_atlas().latents[::25][:120]


def invent(seed: int = 0, width: int = 7) -> ShapeNetwork:
    rng = np.random.default_rng(seed)
    sizes = [16, width, width, len(attributes.NAMES)]
    shapes = [one for pair in pairwise(sizes) for one in (pair, pair[1:])]
    weights = tuple(rng.standard_normal(size).astype(np.float16).astype(np.float32) for size in shapes)
    return ShapeNetwork(
        weights, np.arange(5.0), np.arange(1.0, 6), "default", pretrained.sha256("default"), {"seed": 0}
    )


def written(network: ShapeNetwork, folder: Path) -> bytes:
    save_shape_network(network, folder / "default.safetensors")
    return (folder / "default.safetensors").read_bytes()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of shape networks of its own."""
    monkeypatch.setattr(shape, "FOLDER", tmp_path)
    return tmp_path


def test_the_slopes_are_those_of_the_estimates() -> None:
    network = invent()
    told = network.estimate(LATENTS[:5])
    to = network.follow(LATENTS[:5], "width", 0.0)
    np.testing.assert_allclose(to, LATENTS[:5], atol=1e-9)  # no amount, no move
    for name, amount in (("slant", 0.01), ("roundness", -0.02)):
        moved = network.estimate(network.follow(LATENTS[:5], name, amount))
        wanted = np.where(np.array(attributes.NAMES) == name, amount, 0)
        np.testing.assert_allclose(moved - told, np.broadcast_to(wanted, told.shape), atol=3e-3)


@pytest.mark.parametrize("name", directions_find.NAMES)
def test_a_shipped_network_changes_what_it_is_asked_to_change(name: str) -> None:
    network, model = load_shape_network(name), aecore.load(name)
    latents = model.encode(aecore.load().decode(LATENTS))
    before = attributes.measure(model.decode(latents))
    told = network.estimate(latents)
    for column, attribute in enumerate(attributes.NAMES[:2]):
        has = np.isfinite(before[:, column])
        error = np.var((told - before)[has, column]) / np.var(before[has, column])
        assert error < 0.1, attribute
    after = attributes.measure(model.decode(network.move(model.decode, latents, "slant", 10.0)))
    assert (np.abs(after[:, 0] - before[:, 0] - 10) < 2).mean() > 0.9
    others = np.abs(after - before)[:, 1:4] < network.deviation[1:4] / 3
    assert others.mean(axis=0).min() > 0.9
    assert (shape.FOLDER / f"{name}.safetensors").stat().st_size < 40_000


@pytest.mark.parametrize("amount", [np.nan, np.inf, "much", None])
def test_what_cannot_be_moved_is_refused(amount: Any) -> None:
    with pytest.raises(ValueError, match="finite amount"):
        invent().move(aecore.load().decode, LATENTS, "slant", amount)
    with pytest.raises(ValueError, match="no attribute called 'beauty'"):
        invent().move(aecore.load().decode, LATENTS, "beauty", 1.0)
    with pytest.raises(ValueError, match="16"):
        invent().estimate(LATENTS[:, :3])


def test_a_file_survives_the_round_trip(folder: Path) -> None:
    network = invent()
    save_shape_network(network, folder / "default.safetensors")
    loaded = load_shape_network()
    for one, other in zip(loaded.weights, network.weights, strict=True):
        np.testing.assert_array_equal(one, other)
    np.testing.assert_array_equal(loaded.estimate(LATENTS), network.estimate(LATENTS))
    assert loaded.card == {"seed": 0}


def test_a_network_that_cannot_be_used_is_none(folder: Path) -> None:
    assert shape.file_of("default") is None
    with pytest.raises(ModelFileError, match="is missing or damaged"):
        load_shape_network()
    save_shape_network(invent(), folder / "another.safetensors")
    with pytest.raises(ShapeError, match="There is no shape network for 'default'"):
        load_shape_network()
    save_shape_network(replace(invent(), model_sha256="0" * 64), folder / "default.safetensors")
    with pytest.raises(ShapeError, match="trained for another model"):
        load_shape_network()
    data = written(invent(), folder)
    (folder / "default.safetensors").write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    with pytest.raises(ShapeError, match="damaged"):
        load_shape_network()
    assert shape.file_of("default") is None
    with pytest.raises(ModelFileError, match="no model called"):
        load_shape_network("nope")


def changed(**tensors: np.ndarray | None) -> bytes:
    """Return the file of a network, with tensors replaced or left out."""
    network = invent()
    header = {"format": shape.FORMAT, "model": network.model, "model_sha256": network.model_sha256, "card": "{}"}
    mine = {f"weight{i}": weight for i, weight in enumerate(network.weights)}
    mine |= {"middle": network.middle, "deviation": network.deviation}
    return safetensors.numpy.save({k: v for k, v in (mine | tensors).items() if v is not None}, header)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "truncated"),
        (changed(weight3=None), "a part of it is missing"),
        (changed(weight2=np.zeros((7, 8), np.float32)), "do not go together"),
        (changed(weight0=np.zeros((), np.float32)), "do not go together"),
        (changed(middle=np.zeros(4)), "do not go together"),
        (changed(deviation=np.zeros(5)), "cannot be"),
        (changed(weight1=np.full(7, np.nan, np.float32)), "cannot be"),
        ((pretrained.path("default")).read_bytes(), "holds a model, not a shape network"),
    ],
)
def test_an_unsound_file_gives_a_sentence(data: bytes, message: str) -> None:
    with pytest.raises(ShapeError, match=message):
        parse_shape_network(data, "default.safetensors")


@given(st.data())
@settings(max_examples=50)
def test_no_cut_or_exchanged_byte_raises_anything_else(data: st.DataObject) -> None:
    whole = bytearray(changed())
    at = data.draw(st.integers(0, len(whole) - 1))
    whole[at] = data.draw(st.integers(0, 255))
    with suppress(ShapeError):
        parse_shape_network(bytes(whole[: data.draw(st.integers(0, len(whole)))]), "it")


def test_reading_a_network_takes_numpy_only(run_python: Callable[..., Any]) -> None:
    code = (
        "import sys, numpy as np; from aecore.latent.shape import load_shape_network\n"
        "network = load_shape_network(); network.follow(np.zeros((1, 16), np.float32), 'slant', 10)\n"
        "print([name for name in ('scipy', 'skimage', 'sklearn', 'tensorflow') if name in sys.modules])"
    )
    done = run_python("-c", code)
    assert done.stdout.strip() == "[]", done.stderr


COMMAND = """
import sys
from pathlib import Path
from aecore.directions import main
from aecore.latent import directions_find, shape, shape_training
directions_find.DIGITS, shape_training.EPOCHS, shape.FOLDER = 60, (1, 1), Path(sys.argv[1])
sys.exit(main(["--model", "default", "--shapes", "--split", "validation", "--data", sys.argv[2]]))
"""


def test_the_command_trains_writes_and_reports(folder: Path, mnist: Dataset, run_python: Callable[..., Any]) -> None:
    few = folder / "few.npz"
    train, test = mnist.train.take(slice(6500)), mnist.test.take(slice(100))  # 5,000 are kept for validation
    np.savez(few, x_train=train.images, y_train=train.labels, x_test=test.images, y_test=test.labels)
    done = run_python("-c", COMMAND, str(folder), str(few))
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("default, with its shape network\nslant +10 degrees, 60 digits\n")
    assert done.stdout.count("60 digits") == 10  # each attribute, there and back
    made = load_shape_network()
    assert made.card["report"]["split"] == "validation"
    assert made.card["command"] == "python -m aecore.directions --model default"
    assert "1,500 training digits" in made.card["data"]


def test_a_slider_moves_what_it_says_and_nothing_else(mnist: Dataset) -> None:
    model, network = aecore.load(), load_shape_network()
    deviation = np.array([one.deviation for one in load_directions().attributes])
    images = mnist.validation.as_float(slice(300))
    along = respond(model, load_directions().move, deviation, images, directions_find.WITH_SHAPES)
    moved = respond(model, lambda *given: network.move(model.decode, *given), deviation, images, 0.2)
    for column, (one, other) in enumerate(zip(moved, along, strict=True)):
        assert one.within[column] > other.within[column] + 0.2, one.name
        assert one.within[column] > (0.7 if one.name == "roundness" else 0.9), one.name
