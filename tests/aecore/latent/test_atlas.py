from __future__ import annotations

import dataclasses
import json
import shutil
import struct
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy
from hypothesis import given, settings
from hypothesis import strategies as st

from aecore import Autoencoder, ModelFileError
from aecore.core import manifest, pretrained
from aecore.core.latents import measure
from aecore.core.model_file import round_weights, save_model
from aecore.core.spec import Dense, Flatten, Reshape, Spec
from aecore.data.mnist import VALIDATION, Mnist
from aecore.latent import atlas
from aecore.latent.atlas import NAMES, Atlas, AtlasError, build_atlas, load_atlas, parse_atlas, save_atlas
from tests.architectures import random_weights

SHIPPED = [name for name in NAMES if name in pretrained.available()]
SEEDS = st.integers(0, 2**32 - 1)


def first_two(latents: np.ndarray) -> np.ndarray:
    """A layout that costs nothing: UMAP takes a minute."""
    return 7 * latents[:, :2] + 3


def make_model(latent_dim: int) -> Autoencoder:
    """Make a small autoencoder with random weights that its file holds exactly."""
    spec = Spec.autoencoder((Flatten(), Dense(latent_dim)), (Dense(784, "sigmoid"), Reshape((28, 28, 1))))
    statistics = measure(np.random.default_rng(0).normal(size=(99, latent_dim)), np.ones(latent_dim))
    return Autoencoder(spec, round_weights(random_weights(spec)), statistics, {})


@pytest.fixture(scope="module")
def model() -> Autoencoder:
    """A model whose latents are four numbers."""
    return make_model(4)


@pytest.fixture(scope="module")
def digits(blobs: np.ndarray) -> Mnist:
    """Strokes that pass for digits: 400 for the atlas, 200 held out, labelled at random."""
    labels = np.random.default_rng(5).integers(10, size=600).astype(np.uint8)
    return Mnist(blobs[:1], labels[:1], blobs[400:], labels[400:], blobs[:400], labels[:400])


@pytest.fixture(scope="module")
def small(model: Autoencoder, digits: Mnist) -> Atlas:
    """The atlas of that model."""
    return build_atlas("tiny", "0" * 64, model, digits, first_two)


@pytest.fixture(params=SHIPPED, scope="module")
def real(request: pytest.FixtureRequest) -> Atlas:
    return load_atlas(request.param)


@pytest.fixture(scope="module")
def data(small: Atlas, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path: Path = tmp_path_factory.mktemp("atlas") / "tiny.safetensors"
    save_atlas(small, path)
    return path.read_bytes()


@pytest.fixture
def folder(tmp_path: Path, model: Autoencoder, small: Atlas, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of assets of its own: the model `tiny` and its atlas, listed in manifests."""
    for module in (pretrained, manifest):
        monkeypatch.setattr(module, "MODELS", tmp_path / "models")
        monkeypatch.setattr(module, "MANIFEST", tmp_path / "models" / "manifest.json")
    save_model(model, tmp_path / "models" / "tiny.safetensors")
    manifest.write()
    save_atlas(
        dataclasses.replace(small, model_sha256=pretrained.sha256("tiny")), tmp_path / "atlas" / "tiny.safetensors"
    )
    manifest.main()
    atlas._load.cache_clear()
    yield tmp_path
    atlas._load.cache_clear()


def rebuilt(data: bytes, tensors: dict[str, Any] | None = None, **header: str) -> bytes:
    """An atlas file with some tensors and some entries of its header replaced; None drops a tensor."""
    length = int.from_bytes(data[:8], "little")
    old = json.loads(data[8 : 8 + length])["__metadata__"]
    merged = {**safetensors.numpy.load(data), **(tensors or {})}
    return safetensors.numpy.save({k: v for k, v in merged.items() if v is not None}, {**old, **header})


def same(a: Atlas, b: Atlas) -> bool:
    pairs = [(getattr(a, f.name), getattr(b, f.name)) for f in dataclasses.fields(Atlas)]
    return all(np.array_equal(x, y) if isinstance(x, np.ndarray) else x == y for x, y in pairs)


# What an atlas is


def test_means_are_the_means_of_latents_by_label(real: Atlas) -> None:
    for digit, mean in enumerate(real.means):
        np.testing.assert_allclose(real.latents[real.labels == digit].mean(axis=0), mean, atol=1e-5)


def test_the_flat_map_spreads_the_means_as_wide_as_any_plane_can(small: Atlas) -> None:
    np.testing.assert_allclose(small.basis @ small.basis.T, np.eye(2), atol=1e-6)
    np.testing.assert_allclose(small.project(small.means).mean(axis=0), 0, atol=1e-6)
    spread = np.square(small.project(small.means)).sum()
    rng = np.random.default_rng(0)
    for _ in range(200):
        plane = np.linalg.qr(rng.normal(size=(4, 2)))[0]
        assert np.square((small.means - small.centre) @ plane).sum() <= spread * (1 + 1e-6)


@given(SEEDS)
def test_lifting_and_projecting_is_a_round_trip_and_moves_nothing_else(real: Atlas, seed: int) -> None:
    rng = np.random.default_rng(seed)
    latents = 3 * rng.standard_normal((9, real.latent_dim), np.float32)
    points = 3 * rng.standard_normal((9, 2), np.float32)
    lifted = real.lift(points, latents)
    np.testing.assert_allclose(real.project(lifted), points, atol=5e-6)
    moved = lifted - latents
    np.testing.assert_allclose(moved - moved @ real.basis.T @ real.basis, 0, atol=5e-6)  # nothing off the map
    np.testing.assert_allclose(real.lift(real.project(latents), latents), latents, atol=2e-6)
    np.testing.assert_allclose(real.lift(real.project(latents), lifted), latents, atol=5e-6)  # and back again


def test_a_latent_of_two_numbers_is_its_own_map(digits: Mnist, tmp_path: Path) -> None:
    def never(latents: np.ndarray) -> np.ndarray:
        raise AssertionError("a map was drawn")

    built = build_atlas("flat", "0" * 64, make_model(2), digits, never)
    save_atlas(built, tmp_path / "flat.safetensors")
    loaded = parse_atlas((tmp_path / "flat.safetensors").read_bytes(), "flat")
    assert same(loaded, built)
    np.testing.assert_array_equal(loaded.latents, make_model(2).encode(digits.test_images))  # not rounded at all
    assert loaded.umap is None
    np.testing.assert_array_equal(loaded.project(loaded.latents), loaded.latents)
    np.testing.assert_array_equal(loaded.lift(loaded.means, loaded.latents[:10]), loaded.means)


@given(SEEDS, st.integers(1, 400))
def test_nearest_agrees_with_sorting_everything(small: Atlas, seed: int, k: int) -> None:
    latent = np.random.default_rng(seed).normal(size=4).astype(np.float32)
    indices, distances = small.nearest(latent, k)
    everything = [float(np.linalg.norm(row.astype(np.float64) - latent)) for row in small.latents]
    np.testing.assert_allclose(distances, sorted(everything)[:k])
    np.testing.assert_allclose(distances, [everything[i] for i in indices])
    assert len(set(indices.tolist())) == k


def test_the_nearest_of_a_digit_is_itself(real: Atlas) -> None:
    for i in range(0, len(real.latents), 997):
        indices, distances = real.nearest(real.latents[i])
        assert i in indices[distances == 0]
        assert real.percentile(real.latents[i]) == 0


def test_percentiles_rise_with_the_distance_and_end_at_a_hundred(real: Atlas) -> None:
    start = real.means[3]
    far = [start + reach * real.basis[0] for reach in np.linspace(0, 40, 100, dtype=np.float32)]
    pairs = sorted((real.nearest(latent, 1)[1][0], real.percentile(latent)) for latent in far)
    percentiles = [percentile for _, percentile in pairs]
    assert percentiles == sorted(percentiles)
    assert percentiles[-1] == 100
    assert real.percentile(np.full(real.latent_dim, np.finfo(np.float32).max)) == 100


def test_percentiles_of_held_out_digits_are_uniform(small: Atlas, model: Autoencoder, digits: Mnist) -> None:
    percentiles = [small.percentile(latent) for latent in model.encode(digits.validation_images)]
    np.testing.assert_allclose(np.quantile(percentiles, np.linspace(0, 1, 101)), np.arange(101), atol=1)


@pytest.mark.parametrize("name", SHIPPED)
def test_percentiles_of_some_held_out_digits_are_about_uniform(name: str, mnist: Mnist) -> None:
    held_out = pretrained.load(name).encode(mnist.validation_images[:1000])
    percentiles = [load_atlas(name).percentile(latent) for latent in held_out]
    np.testing.assert_allclose(np.quantile(percentiles, np.linspace(0, 1, 11)), np.arange(0, 101, 10), atol=5)


def test_a_latent_drawn_blindly_is_on_thinner_ground_than_a_digit() -> None:
    blind = np.random.default_rng(0).standard_normal((200, 16), np.float32)
    assert np.median([load_atlas().percentile(latent) for latent in blind]) > 60


@pytest.mark.parametrize("k", [0, -1, 401, 2.0, True, None])
def test_an_odd_count_of_neighbours_is_refused(small: Atlas, k: Any) -> None:
    with pytest.raises(ValueError, match="whole number from 1 to 400"):
        small.nearest(small.means[0], k)


@pytest.mark.parametrize("latent", [np.zeros(3), np.zeros((1, 4)), np.full(4, np.nan), np.zeros(4, int), 0.0])
def test_odd_latents_are_refused(small: Atlas, latent: Any) -> None:
    for use in (small.nearest, small.percentile):
        with pytest.raises(ValueError, match=r"wanted latents \(N, 4\)"):
            use(latent)


def test_odd_points_are_refused(small: Atlas) -> None:
    with pytest.raises(ValueError, match="one point per latent"):
        small.lift(np.zeros((2, 2)), np.zeros((3, 4)))
    with pytest.raises(ValueError, match=r"wanted latents \(N, 2\)"):
        small.lift(np.zeros((3, 3)), np.zeros((3, 4)))
    with pytest.raises(ValueError, match=r"wanted latents \(N, 4\)"):
        small.project(np.zeros((3, 2)))


# The file


def test_an_atlas_comes_back_as_it_was(small: Atlas, data: bytes) -> None:
    loaded = parse_atlas(data, "tiny")
    assert same(loaded, small)
    assert loaded.umap is not None
    np.testing.assert_allclose(np.ptp(loaded.umap, axis=0).max(), 2)
    with pytest.raises(ValueError, match="read-only"):
        loaded.latents[0, 0] = 1


def test_latents_are_rounded_by_at_most_half_a_step(small: Atlas, model: Autoencoder, digits: Mnist) -> None:
    exact = model.encode(digits.test_images)
    assert (np.abs(small.latents - exact) <= 0.51 * np.abs(exact).max(axis=0) / 127).all()


def test_the_same_digits_give_the_same_file(small: Atlas, model: Autoencoder, digits: Mnist) -> None:
    again = build_atlas("tiny", "0" * 64, model, digits, first_two)
    assert same(dataclasses.replace(again, card=small.card), small)  # the card holds seconds


@pytest.mark.parametrize(
    ("tensors", "sentence"),
    [
        ({"latents": None}, "holds no latents"),
        ({"latents": np.zeros(5, np.int8)}, "holds no latents"),
        ({"latents": np.zeros((0, 4), np.int8)}, "holds no latents"),
        ({"latents": np.zeros((399, 4), np.int8)}, r"labels is uint8 \(400,\), wanted uint8 \(399,\)"),
        ({"latents": np.zeros((400, 4), np.float32)}, "wanted int8"),
        ({"labels": np.full(400, 10, np.uint8)}, "no digit"),
        ({"labels": None}, "see 'labels'"),
        ({"extra": np.zeros(1)}, "see 'extra'"),
        ({"umap": None}, "see 'umap'"),
        ({"means": np.zeros((10, 3), np.float32)}, "means is float32"),
        ({"means": np.full((10, 4), np.nan, np.float32)}, "NaN or infinite"),
        ({"centre": np.full(4, np.inf, np.float32)}, "NaN or infinite"),
        ({"latents.scale": np.full(4, np.nan, np.float32)}, "not a positive number"),
        ({"latents.scale": np.zeros(4, np.float32)}, "not a positive number"),
        ({"latents.scale": np.full(4, 3e38, np.float32)}, "not a positive number"),
        ({"basis": np.ones((2, 4), np.float32)}, "not orthonormal"),
        ({"basis": np.full((2, 4), 3e38, np.float32)}, "not orthonormal"),
        ({"distances": np.linspace(1, 0, 101, dtype=np.float32)}, "rising order"),
        ({"distances": np.linspace(-1, 1, 101, dtype=np.float32)}, "rising order"),
        ({"distances": np.zeros(100, np.float32)}, r"wanted float32 \(101,\)"),
    ],
)
def test_odd_tensors_are_refused(data: bytes, tensors: dict[str, Any], sentence: str) -> None:
    with pytest.raises(AtlasError, match=sentence):
        parse_atlas(rebuilt(data, tensors), "The atlas odd")


def test_odd_tensors_of_a_plane_are_refused(digits: Mnist, tmp_path: Path) -> None:
    plane = build_atlas("flat", "0" * 64, make_model(2), digits, first_two)
    save_atlas(plane, tmp_path / "flat.safetensors")
    data = (tmp_path / "flat.safetensors").read_bytes()
    huge = {"latents": np.full((400, 2), 3e38, np.float32), "latents.scale": np.full(2, 9, np.float32)}
    for tensors, sentence in (
        (huge, "NaN or infinite"),
        ({"latents": np.zeros((400, 2), np.int8)}, "wanted float32"),
        ({"basis": np.eye(2, dtype=np.float32)}, "see 'basis'"),
    ):
        with pytest.raises(AtlasError, match=sentence):
            parse_atlas(rebuilt(data, tensors), "The atlas odd")


@pytest.mark.parametrize(
    ("header", "sentence"),
    [
        ({"format": "aecore-1"}, "not written by this project"),
        ({"card": "[]"}, "card is not a mapping"),
        ({"card": "{"}, "does not say which model"),
        ({"card": "[" * 9999}, "does not say which model"),
    ],
)
def test_odd_headers_are_refused(data: bytes, header: dict[str, str], sentence: str) -> None:
    with pytest.raises(AtlasError, match=sentence):
        parse_atlas(rebuilt(data, **header), "The atlas odd")


@pytest.mark.parametrize("text", [b"", b"[]", b"{}", b"\xff", b"[" * 99999, b'{"__metadata__": []}'])
def test_odd_bytes_are_refused(text: bytes) -> None:
    for junk in (text, struct.pack("<Q", len(text)) + text):
        with pytest.raises(AtlasError, match="truncated, damaged"):
            parse_atlas(junk, "The atlas odd")


def test_every_truncation_is_noticed(data: bytes) -> None:
    for length in sorted({*range(100), *range(0, len(data), 97), *range(len(data) - 50, len(data))}):
        with pytest.raises(AtlasError, match="truncated, damaged"):
            parse_atlas(data[:length], "The atlas cut")


@settings(max_examples=300)
@given(st.lists(st.tuples(st.integers(0, 2**16), st.integers(0, 255)), min_size=1, max_size=4))
def test_damage_is_a_sentence_or_a_sound_atlas(data: bytes, changes: list[tuple[int, int]]) -> None:
    damaged = bytearray(data)
    for at, value in changes:
        damaged[at % len(data)] = value
    sentence, odd = "", None
    try:
        odd = parse_atlas(bytes(damaged), "The atlas odd")
    except AtlasError as error:
        sentence = str(error)
    assert odd or (sentence.startswith("The atlas odd ") and len(sentence) < 300)
    assert odd is None or (np.isfinite(odd.latents).all() and 0 <= odd.percentile(odd.latents[0]) <= 100)


# What is shipped


@pytest.mark.parametrize("name", SHIPPED)
def test_the_atlas_belongs_to_the_shipped_model(name: str) -> None:
    loaded = load_atlas(name)
    assert (loaded.model, loaded.model_sha256) == (name, pretrained.sha256(name))
    assert loaded.latent_dim == pretrained.load(name).latent_dim
    assert loaded.latents.shape[0] == 10_000
    assert {"command", "data", "seed", "seconds", "rounding", "versions"} <= set(loaded.card)
    assert loaded.card["rounding"]["decoded_mse"] < 1e-4  # the model's own error is 40 times that
    assert loaded is load_atlas(name)  # loaded once


@pytest.mark.parametrize("name", SHIPPED)
def test_an_atlas_is_at_most_300_kilobytes(name: str) -> None:
    assert (pretrained.atlases() / f"{name}.safetensors").stat().st_size <= 300_000


@pytest.mark.parametrize("name", SHIPPED)
def test_the_latents_are_those_of_the_test_digits(name: str, mnist: Mnist) -> None:
    loaded = load_atlas(name)
    np.testing.assert_array_equal(loaded.labels, mnist.test_labels)
    exact = pretrained.load(name).encode(mnist.test_images[::50])
    step = np.abs(loaded.latents).max(axis=0) / 127
    assert (np.abs(loaded.latents[::50] - exact) <= 0.51 * step + 1e-4).all()


def test_digits_of_a_kind_lie_together_on_the_bent_map() -> None:
    loaded = load_atlas()
    assert loaded.umap is not None
    assert np.abs(loaded.umap).max() == 1
    right = []
    for i in range(0, 10_000, 50):
        gaps = np.square(loaded.umap - loaded.umap[i]).sum(axis=1)
        gaps[i] = np.inf
        right.append(loaded.labels[gaps.argmin()] == loaded.labels[i])
    assert np.mean(right) > 0.9


def test_reading_an_atlas_brings_no_library_along(run_python: Callable[..., Any]) -> None:
    code = (
        "import sys, numpy as np, aecore.atlas\n"
        "loaded = aecore.atlas.load_atlas()\n"
        "loaded.percentile(loaded.lift(np.zeros((1, 2)), loaded.means[:1])[0])\n"
        "heavy = ('scipy', 'sklearn', 'skimage', 'umap', 'numba', 'tensorflow', 'keras', 'streamlit')\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    done = run_python("-c", code)
    assert done.stdout.strip() == "[]", done.stderr


# Loading by name


def test_manifests_list_models_and_atlases_apart(folder: Path) -> None:
    assert pretrained.available() == ["tiny"]
    listed = json.loads((folder / "atlas" / "manifest.json").read_text())
    assert listed == {
        "tiny.safetensors": {
            "sha256": pretrained.atlas_sha256("tiny"),
            "bytes": (folder / "atlas" / "tiny.safetensors").stat().st_size,
        }
    }
    assert same(load_atlas("tiny"), load_atlas("tiny"))


def test_an_atlas_of_another_model_is_not_used(folder: Path, model: Autoencoder) -> None:
    save_model(dataclasses.replace(model, card={"seed": 4}), folder / "models" / "tiny.safetensors")
    manifest.write()
    with pytest.raises(
        AtlasError, match=r"another model than the shipped one\. Run `python -m aecore\.atlas --only tiny`"
    ):
        load_atlas("tiny")


def test_an_atlas_under_another_name_is_not_used(folder: Path) -> None:
    for kind in ("models", "atlas"):
        shutil.copy(folder / kind / "tiny.safetensors", folder / kind / "twin.safetensors")
    manifest.main()
    with pytest.raises(AtlasError, match="The atlas of twin was computed for another model"):
        load_atlas("twin")


def test_a_damaged_atlas_is_a_sentence_until_it_is_repaired(folder: Path) -> None:
    path = folder / "atlas" / "tiny.safetensors"
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(AtlasError, match=r"The atlas tiny\.safetensors is damaged"):
        load_atlas("tiny")
    path.unlink()
    with pytest.raises(AtlasError, match=r"The atlas of tiny is missing\. Run `python -m aecore\.atlas --only tiny`"):
        load_atlas("tiny")
    path.write_bytes(whole)
    assert load_atlas("tiny").model == "tiny"


def test_a_model_without_an_atlas_is_a_sentence(folder: Path) -> None:
    shutil.copy(folder / "models" / "tiny.safetensors", folder / "models" / "other.safetensors")
    manifest.main()
    with pytest.raises(ModelFileError, match=r"no atlas of 'other'\. Run `python -m aecore\.atlas"):
        load_atlas("other")
    with pytest.raises(ModelFileError, match=r"no model called '\.\./models/tiny'"):
        load_atlas("../models/tiny")


# Computing


@pytest.fixture
def npz(digits: Mnist, tmp_path: Path) -> Path:
    """A data set in Keras' layout: the strokes, the first ones again and again for the validation split."""
    again = np.arange(VALIDATION + 10) % 200
    images, labels = digits.validation_images[again], digits.validation_labels[again]
    pixels = [np.rint(255 * part).astype(np.uint8) for part in (images, digits.test_images)]
    np.savez(tmp_path / "strokes.npz", x_train=pixels[0], y_train=labels, x_test=pixels[1], y_test=digits.test_labels)
    return tmp_path / "strokes.npz"


def test_the_command_computes_what_load_atlas_loads(
    folder: Path, npz: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(atlas, "umap_layout", first_two)
    before = load_atlas("tiny")
    shutil.copy(folder / "models" / "tiny.safetensors", folder / "models" / "default.safetensors")
    manifest.write()
    assert atlas.main(["--data", str(npz)]) == 0  # tiny is none of NAMES
    assert atlas.main(["--data", str(npz), "--only", "tiny"]) == 0
    assert "tiny.safetensors" in capsys.readouterr().out
    after = load_atlas("tiny")
    assert after is not before
    assert after.card["command"] == "python -m aecore.atlas --only tiny"
    np.testing.assert_allclose(after.means, before.means, atol=0.05)  # the same digits, pixels rounded to bytes
    np.testing.assert_array_equal(load_atlas("default").latents, after.latents)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--only", "nope"], "There is no model called 'nope'"),
        (["--data", "nowhere.npz"], "There is no file nowhere.npz"),
    ],
)
def test_the_command_fails_with_a_sentence(
    folder: Path, npz: Path, options: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert atlas.main(["--data", str(npz), *options]) == 1
    assert sentence in capsys.readouterr().err


def test_without_data_the_command_says_where_to_get_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("AECORE_MNIST", raising=False)
    assert atlas.main([]) == 1
    assert "MNIST is read from --data FILE" in capsys.readouterr().err


def test_without_umap_there_is_a_sentence(monkeypatch: pytest.MonkeyPatch, small: Atlas) -> None:
    monkeypatch.setitem(sys.modules, "umap", None)
    with pytest.raises(AtlasError, match="needs umap-learn"):
        atlas.umap_layout(small.latents)


def test_digits_of_one_kind_make_no_atlas(model: Autoencoder, digits: Mnist) -> None:
    zeros = dataclasses.replace(digits, test_labels=np.zeros(400, np.uint8))
    with pytest.raises(AtlasError, match="all ten digits"):
        build_atlas("tiny", "0" * 64, model, zeros, first_two)


def test_a_latent_of_one_number_makes_no_atlas(digits: Mnist) -> None:
    with pytest.raises(AtlasError, match="single number"):
        build_atlas("line", "0" * 64, make_model(1), digits, first_two)
