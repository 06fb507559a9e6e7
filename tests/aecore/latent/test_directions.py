from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import aecore
from aecore import ModelFileError
from aecore.core import pretrained
from aecore.data.dataset import Dataset, Split
from aecore.latent import attributes, directions, directions_find
from aecore.latent.directions import (
    Direction,
    Directions,
    DirectionsError,
    load_directions,
    parse_directions,
    save_directions,
)
from aecore.latent.directions_find import Response, find, respond, table

NAMES = attributes.NAMES
DIM = 16


def invent(seed: int = 0) -> Directions:
    """Make directions for the shipped default that mean nothing, but keep what directions promise."""
    rng = np.random.default_rng(seed)
    ways = rng.normal(size=(5, DIM))
    weights = np.linalg.pinv(ways).T + rng.normal(size=(5, DIM)) @ (np.eye(DIM) - np.linalg.pinv(ways) @ ways)
    parts = [
        Direction(name, attributes.UNITS[name], tuple(way.tolist()), tuple(row.tolist()), 3.0 * i, 1, 2, -4, 5, 0.5)
        for i, (name, way, row) in enumerate(zip(NAMES, ways, weights, strict=True))
    ]
    return Directions("default", pretrained.sha256("default"), tuple(parts), {"seed": seed})


@pytest.fixture
def latents() -> np.ndarray:
    return np.random.default_rng(1).standard_normal((20, DIM), np.float32)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of its own, with directions for the default."""
    for module in (directions, directions_find):
        monkeypatch.setattr(module, "FOLDER", tmp_path)
    save_directions(invent(), tmp_path / "default.json")
    return tmp_path


@pytest.mark.parametrize("make", [invent, load_directions])
@pytest.mark.parametrize("name", NAMES)
def test_a_move_changes_one_estimate_by_its_amount_and_no_other(
    make: Callable[[], Directions], name: str, latents: np.ndarray
) -> None:
    made = make()
    for deviations in (-2, 0.1, 1):
        amount = deviations * made.attributes[NAMES.index(name)].deviation
        change = made.estimate(made.move(latents, name, amount)) - made.estimate(latents)
        wanted = np.where(np.array(made.names) == name, amount, 0)
        spread = np.array([attribute.deviation for attribute in made.attributes])
        np.testing.assert_allclose(change / spread, np.broadcast_to(wanted / spread, change.shape), atol=1e-3)


def test_no_move_changes_nothing_and_moves_add_up(latents: np.ndarray) -> None:
    made, before = invent(), latents.copy()
    np.testing.assert_array_equal(made.move(latents, "slant", 0), latents)
    there = made.move(made.move(latents, "width", 1.5), "slant", -2)
    np.testing.assert_allclose(there, made.move(made.move(latents, "slant", -2), "width", 1.5), atol=1e-5)
    np.testing.assert_allclose(made.move(made.move(there, "slant", 2), "width", -1.5), latents, atol=1e-5)
    np.testing.assert_array_equal(latents, before)
    assert there.dtype == np.float32


def test_estimates_are_what_a_browser_would_add_up(latents: np.ndarray) -> None:
    made = invent()
    for i, attribute in enumerate(made.attributes):
        wanted = sum(w * float(z) for w, z in zip(attribute.weights, latents[0], strict=True)) + attribute.intercept
        assert made.estimate(latents)[0, i] == pytest.approx(wanted)
    assert made.estimate(latents[:0]).shape == (0, 5)


@pytest.mark.parametrize("amount", [np.nan, np.inf, -np.inf])
def test_a_move_is_finite(amount: float, latents: np.ndarray) -> None:
    with pytest.raises(ValueError, match="wanted a finite amount"):
        invent().move(latents, "slant", amount)


def test_unknown_names_and_foreign_latents_are_refused(latents: np.ndarray) -> None:
    with pytest.raises(ValueError, match="no direction called 'colour'; known: slant, thickness"):
        invent().move(latents, "colour", 1)
    with pytest.raises(ValueError, match=r"wanted latents \(N, 16\)"):
        invent().move(latents[:, :3], "slant", 1)
    with pytest.raises(ValueError, match=r"wanted latents \(N, 16\)"):
        invent().estimate(latents[0])


def test_a_file_survives_the_round_trip(folder: Path) -> None:
    assert load_directions() == invent()
    changed = dataclasses.replace(invent(3), card={"report": [1, {"a": None}]})
    save_directions(changed, folder / "default.json")
    assert load_directions() == changed
    assert sorted(path.name for path in folder.iterdir()) == ["default.json", "manifest.json"]


def test_the_manifest_keeps_what_else_it_lists(folder: Path) -> None:
    save_directions(invent(2), folder / "other.json")
    assert sorted(json.loads((folder / "manifest.json").read_text())) == ["default.json", "other.json"]
    assert load_directions() == invent()


@pytest.mark.parametrize("at", [0, 100, 1000, -3])
def test_a_damaged_file_is_noticed(folder: Path, at: int) -> None:
    path = folder / "default.json"
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(bytes(data))
    with pytest.raises(
        DirectionsError, match=r"The directions default\.json are damaged or were replaced: .* Run `python -m"
    ):
        load_directions()


def test_directions_of_another_model_are_noticed(folder: Path) -> None:
    for other in ({"model_sha256": "0" * 64}, {"model": "plane"}):
        save_directions(dataclasses.replace(invent(), **other), folder / "default.json")
        with pytest.raises(DirectionsError, match=r"found for another model than the shipped one\. Run `python -m"):
            load_directions()


def test_what_is_missing_is_named(folder: Path) -> None:
    (folder / "default.json").unlink()
    with pytest.raises(DirectionsError, match=r"no directions for 'default'. Run `python -m aecore\.directions"):
        load_directions()
    with pytest.raises(ModelFileError, match="There is no model called"):
        load_directions("../x")
    save_directions(invent(), folder / "default.json")
    (folder / "manifest.json").unlink()
    with pytest.raises(ModelFileError, match=r"manifest\.json is missing or damaged"):
        load_directions()


def change(path: str, value: Any) -> bytes:
    """Return a file in which one value, named like attributes.0.mean, is another; `...` removes it."""
    whole = json.loads(json.dumps(invent().to_dict()))
    *way, last = (int(key) if key.isdigit() else key for key in path.split("."))
    part = whole
    for key in way:
        part = part[key]
    if value is ...:
        del part[last]
    else:
        part[last] = value
    return json.dumps(whole).encode()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "truncated, damaged, or no JSON"),
        (b"\xff\xfe", "truncated, damaged, or no JSON"),
        (b"[" * 100_000, "truncated, damaged, or no JSON"),
        (b"[]", "not written by this project"),
        (b"{}", "not written by this project"),
        (json.dumps(invent().to_dict()).encode()[:-10], "truncated, damaged, or no JSON"),
        (change("format", "aecore-1"), "not written by this project"),
        (change("model", ...), "a part is missing"),
        (change("model", 3), "which model they belong to"),
        (change("card", []), "which model they belong to"),
        (change("attributes", {}), "wanted slant, thickness"),
        (change("attributes", None), "a part is missing"),
        (change("attributes.0", ...), "wanted slant, thickness"),
        (change("attributes.1.name", "slant"), "wanted slant, thickness"),
        (change("attributes.1", "thickness"), "a part is missing"),
        (change("attributes.1.mean", ...), "a part is missing"),
        (change("attributes.1.mean", "3"), "'3' is no number"),
        (change("attributes.1.mean", True), "True is no number"),
        (change("attributes.1.mean", float("nan")), "nan is no number"),
        (change("attributes.1.mean", 10**400), "is no number of a sensible size"),
        (change("attributes.1.deviation", 0), "no spread"),
        (change("attributes.1.low", 5), "no spread, or a range that is empty"),
        (change("attributes.1.direction", []), "differ in length"),
        (change("attributes.1.direction", "0" * DIM), "'0' is no number"),
        (change("attributes.1.direction", [0.0] * DIM), "changes the estimate of another"),
        (change("attributes.1.direction.4", float("inf")), "inf is no number"),
        (change("attributes.2.weights.0", ...), "differ in length"),
        (change("attributes.2.weights.0", 3.5), "changes the estimate of another"),
    ],
)
def test_an_unsound_file_gives_a_sentence(data: bytes, message: str) -> None:
    with pytest.raises(DirectionsError, match=message) as caught:
        parse_directions(data, "default.json")
    assert str(caught.value).startswith("The directions default.json")
    assert str(caught.value).endswith(".")
    assert len(str(caught.value)) < 200


@given(st.data())
def test_no_cut_or_exchanged_byte_raises_anything_else(data: st.DataObject) -> None:
    whole = bytearray(json.dumps(invent().to_dict()).encode())
    at = data.draw(st.integers(0, len(whole) - 1))
    whole[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    try:
        parsed = parse_directions(bytes(whole), "default.json")
    except DirectionsError:
        return
    assert parsed.names == NAMES
    assert parsed.latent_dim == DIM


@pytest.mark.parametrize("name", directions_find.NAMES)
def test_the_shipped_directions_belong_to_their_model(name: str) -> None:
    made = load_directions(name)
    assert made.model_sha256 == pretrained.sha256(name)
    assert made.names == NAMES
    assert made.latent_dim == aecore.load(name).latent_dim
    assert (directions.FOLDER / f"{name}.json").stat().st_size < 12_000
    for attribute in made.attributes:
        assert attribute.unit == attributes.UNITS[attribute.name]
        assert attribute.low < attribute.mean < attribute.high
        assert np.linalg.norm(attribute.direction) * attribute.deviation < 3.5  # of latents' standard deviations
    explained = {attribute.name: attribute.explained for attribute in made.attributes}
    assert explained["slant"] > 0.8
    assert min(explained[name] for name in ("thickness", "width")) > 0.55
    assert [attribute.name for attribute in made.attributes if not attribute.known] == ["roundness"]


def test_reading_and_applying_them_takes_numpy_only(run_python: Callable[..., Any]) -> None:
    code = (
        "import sys, numpy as np; from aecore.latent import attributes, directions\n"
        "made = directions.load_directions()\n"
        "made.estimate(made.move(np.zeros((1, 16), np.float32), 'slant', 10))\n"
        "print([name for name in ('scipy', 'skimage', 'sklearn', 'tensorflow') if name in sys.modules])"
    )
    done = run_python("-c", code)
    assert done.stdout.strip() == "[]", done.stderr


class Rings:
    """Stands in for a model: five numbers that draw a leaning ellipse with an elliptic hole, and are read off it."""

    latent_dim = 5
    lengths = np.array([15.0, 18.0, 8.0, 10.0])  # across and down, outside; across and down, the hole

    def __init__(self) -> None:
        self.known: dict[bytes, np.ndarray] = {}

    def decode(self, latents: np.ndarray) -> np.ndarray:
        """Each latent moves one property, by 4 degrees or 0.4 px: (N, 28, 28) float32."""
        axis = np.arange(28) - 13.5
        y = axis[:, None]
        x = axis + y * np.tan(np.radians(5 + 4 * latents[:, :1, None]))
        across, down, inner_across, inner_down = (self.lengths[:, None] + 0.4 * latents[:, 1:].T)[..., None, None] / 2

        def cover(a: np.ndarray, b: np.ndarray) -> np.ndarray:
            level = np.sqrt((x / a) ** 2 + (y / b) ** 2)
            return np.clip((1 - level) * np.sqrt(a * b) + 0.5, 0, 1)  # an edge about a pixel wide

        return (cover(across, down) * (1 - cover(inner_across, inner_down))).astype(np.float32)

    def draw(self, count: int, rng: np.random.Generator) -> np.ndarray:
        latents = rng.standard_normal((count, self.latent_dim), np.float32)
        images = self.decode(latents)
        self.known |= {image.tobytes(): latent for image, latent in zip(images, latents, strict=True)}
        return images

    def encode(self, images: np.ndarray) -> np.ndarray:
        return np.stack([self.known[image.tobytes()] for image in images])


def of_images(images: np.ndarray) -> Dataset:
    return Dataset("some", "Some", Split(images), Split(images), Split(images))


def test_directions_are_found_where_they_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(directions_find, "DECODED", 60)
    rings: Any = Rings()
    images = rings.draw(300, np.random.default_rng(0))
    lines: list[str] = []
    made = find("rings", "0" * 64, rings, of_images(images), lines.append)
    assert parse_directions(json.dumps(made.to_dict()).encode(), "rings.json") == made
    assert {line.split(",")[0] for line in lines} == {"rings"}

    # 10 degrees are 2.5 of the first number's steps of 4 degrees. What leans gets thinner, so the hole has to shrink.
    np.testing.assert_allclose(10 * np.array(made.attributes[0].direction), [2.5, 0, 0, 0, 0], atol=0.6)
    assert 10 * made.attributes[0].direction[0] == pytest.approx(2.5, abs=0.1)
    assert min(attribute.explained for attribute in made.attributes) > 0.85

    fresh = rings.draw(100, np.random.default_rng(1))
    latents, spread = rings.encode(fresh), np.array([attribute.deviation for attribute in made.attributes])
    for step in np.eye(5, dtype=np.float32):  # what each number does, the estimates know
        change = attributes.measure(rings.decode(latents + step)) - attributes.measure(fresh)
        known = made.estimate(latents + step) - made.estimate(latents)
        np.testing.assert_allclose(known.mean(axis=0) / spread, change.mean(axis=0) / spread, atol=0.15)
    responses = respond(rings, made.move, spread, fresh, 0.3)
    assert responses[0].within[0] > 0.95
    for i, response in enumerate(responses):
        deviation = np.array(response.deviation)
        wanted = np.where(np.arange(5) == i, response.move, 0) / deviation
        np.testing.assert_allclose(np.array(response.mean) / deviation, wanted, atol=1 / 3)
        assert response.move == (10 if i == 0 else made.attributes[i].deviation)
        assert response.digits == 100


def test_without_loops_there_is_a_sentence(blobs: np.ndarray) -> None:
    rings: Any = Rings()
    rings.known = {image.tobytes(): np.zeros(5, np.float32) for image in blobs}
    with pytest.raises(DirectionsError, match="too few digits with a loop"):
        find("strokes", "0" * 64, rings, of_images(blobs))


def test_fewer_numbers_than_attributes_give_a_sentence(tiny: aecore.Autoencoder, blobs: np.ndarray) -> None:
    with pytest.raises(DirectionsError, match="A latent of 4 cannot change 5 attributes apart"):
        find("tiny", "0" * 64, tiny, of_images(blobs))


def test_the_command_finds_writes_and_reports(
    folder: Path, mnist: Dataset, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, few in {"MEASURED": 1000, "DECODED": 20, "DIGITS": 10, "NAMES": ("default",)}.items():
        monkeypatch.setattr(directions_find, name, few)
    assert directions_find.main(["--split", "validation"]) == 0
    printed = capsys.readouterr().out
    made = load_directions()
    assert made.card["report"]["split"] == "validation"
    assert printed.count("10 digits") == 5
    again = [Response(**response) for response in made.card["report"]["responses"]]
    assert printed == f"default\n{table(again)}\n"

    before = (folder / "default.json").read_bytes()
    assert directions_find.main(["--split", "validation", "--report"]) == 0
    assert capsys.readouterr().out == printed
    assert (folder / "default.json").read_bytes() == before


@pytest.mark.parametrize("arguments", [["--data", "nowhere.npz"], ["--model", "nope"]])
def test_the_command_says_what_it_cannot_read(
    arguments: list[str], folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AECORE_MNIST", "nowhere.npz")
    assert directions_find.main(arguments) == 1
    assert "There is no" in capsys.readouterr().err


def test_moving_the_slant_by_ten_degrees_does_so_and_leaves_the_rest(mnist: Dataset) -> None:
    deviation = np.array([one.deviation for one in load_directions().attributes])
    response = respond(aecore.load(), load_directions().move, deviation, mnist.validation.as_float(slice(500)), 0.3)[0]
    assert (response.name, response.move) == ("slant", 10)
    assert response.mean[0] == pytest.approx(10, abs=1)
    assert response.within[0] > 0.6  # 7 to 13 degrees, digit by digit
    others = np.abs(response.mean[1:]) / response.deviation[1:]
    assert others.max() < 1 / 3
