from __future__ import annotations

import dataclasses
import errno
import hashlib
import json
import os
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import aecore
from aecore import Autoencoder, ModelFileError, load_model, save_model
from aecore.core import model_file, pretrained
from aecore.core.mixture import fit_mixture
from aecore.core.model import Model
from aecore.core.model_file import MAX_BYTES, part, read_manifest, round_weights, write_atomically
from aecore.core.spec import Conv2D, Dense, Flatten, Network, Spec
from aecore.core.statistics import measure
from aecore.core.tensor_file import read_header
from aecore.tasks import parse_model
from tests.aecore.conftest import TINY
from tests.architectures import COLOUR, MODELS, OPEN, random_weights


@pytest.fixture
def path(tiny: Autoencoder, tmp_path: Path) -> Path:
    """The file of the tiny model."""
    save_model(tiny, tmp_path / "tiny.safetensors")
    return tmp_path / "tiny.safetensors"


@pytest.fixture
def data(path: Path) -> bytes:
    return path.read_bytes()


def rebuilt(data: bytes, tensors: dict[str, Any] | None = None, **header: str) -> bytes:
    """A model file with some tensors and some entries of its header replaced."""
    length = int.from_bytes(data[:8], "little")
    old = json.loads(data[8 : 8 + length])["__metadata__"]
    return safetensors.numpy.save({**safetensors.numpy.load(data), **(tensors or {})}, {**old, **header})


def with_header(text: bytes) -> bytes:
    return struct.pack("<Q", len(text)) + text


def test_a_model_comes_back_as_it_was(path: Path, tiny: Autoencoder, blobs: np.ndarray) -> None:
    model = load_model(path)
    assert model.spec == tiny.spec
    assert model.statistics == tiny.statistics
    assert model.card == tiny.card
    np.testing.assert_array_equal(model.reconstruct(blobs), tiny.reconstruct(blobs))
    draws = [m.mixture.sample(9, np.random.default_rng(0)) for m in (model, tiny) if m.mixture]
    np.testing.assert_array_equal(*draws)


def test_a_model_without_a_mixture_comes_back_without(tiny: Autoencoder, tmp_path: Path) -> None:
    save_model(dataclasses.replace(tiny, mixture=None), tmp_path / "plain.safetensors")
    assert load_model(tmp_path / "plain.safetensors").mixture is None


def test_large_kernels_are_stored_as_bytes(data: bytes) -> None:
    tensors = safetensors.numpy.load(data)
    assert tensors["decoder.3.kernel"].dtype == np.int8  # 49 x 784
    assert tensors["encoder.0.kernel"].dtype == np.float16  # 3 x 3 x 1 x 2


@given(st.integers(-40, 30), st.integers(0, 9))
def test_rounding_keeps_every_weight_within_half_a_step_and_rounding_again_changes_nothing(
    exponent: int, seed: int
) -> None:
    kernel = np.random.default_rng(seed).standard_normal((300, 60)).astype(np.float32) * np.float32(2.0**exponent)
    kernel[:, 0] = 0
    once = round_weights({"kernel": kernel})
    step = np.abs(kernel).max(axis=0) / 127
    assert (np.abs(once["kernel"] - kernel) <= 0.51 * step + 1e-30).all()
    np.testing.assert_array_equal(round_weights(once)["kernel"], once["kernel"])


def content(data: bytes) -> tuple[Any, bytes]:
    """Return a file's header, in which safetensors leaves the order of the entries open, and all that follows it."""
    end = 8 + int.from_bytes(data[:8], "little")
    return json.loads(data[8:end]), data[end:]


@pytest.mark.parametrize("name", MODELS)
def test_a_shipped_file_is_written_again_as_it_is(name: str, tmp_path: Path) -> None:
    save_model(aecore.load(name), tmp_path / "again.safetensors")
    again, shipped = (tmp_path / "again.safetensors").read_bytes(), pretrained.path(name).read_bytes()
    assert content(again) == content(shipped)
    assert set(read_header(again)) == {"format", "spec", "statistics", "card"}
    assert len(again) == len(shipped)


@pytest.fixture
def colour() -> Model:
    """A model with two inputs, a skip connection and a mixture, for a task that only core need not know."""
    weights = round_weights(random_weights(COLOUR))
    latents = np.random.default_rng(0).normal(size=(600, 4)).astype(np.float32)
    return Model(COLOUR, weights, measure(latents, np.ones(4)), {"seed": 1}, fit_mixture(latents, 0), "colour_a_photo")


def test_a_model_of_any_networks_comes_back_as_it_was(colour: Model, tmp_path: Path) -> None:
    save_model(colour, tmp_path / "colour.safetensors")
    data = (tmp_path / "colour.safetensors").read_bytes()
    assert read_header(data)["task"] == "colour_a_photo"
    model = model_file.parse_model(data, "colour")
    assert (model.spec, model.statistics, model.card, model.task) == (
        COLOUR,
        colour.statistics,
        colour.card,
        colour.task,
    )
    assert list(model.spec.networks) == list(COLOUR.networks)
    given = {name: np.ones((2, *shape), np.float32) for name, shape in COLOUR.inputs.items()}
    np.testing.assert_array_equal(model.run(given, "decoder"), colour.run(given, "decoder"))


def test_a_model_without_a_network_of_latents_comes_back(tmp_path: Path) -> None:
    weights = round_weights(random_weights(OPEN))
    save_model(Model(OPEN, weights, None, {}, task="masks"), tmp_path / "open.safetensors")
    data = (tmp_path / "open.safetensors").read_bytes()
    model = model_file.parse_model(data, "open")
    assert (model.spec, model.statistics, model.mixture) == (OPEN, None, None)
    good = {"low": [0] * 4, "high": [1] * 4, "histogram": [[1] * 32] * 4, "effect": [1] * 4}
    of_four = model_file.parse_model(rebuilt(data, None, statistics=json.dumps(good)), "open").statistics
    assert of_four is not None
    assert of_four.low == (0.0,) * 4
    uneven = json.dumps({**good, "low": [0] * 3})
    with pytest.raises(ModelFileError, match="latent statistics do not describe"):
        model_file.parse_model(rebuilt(data, None, statistics=uneven), "open")
    with pytest.raises(ModelFileError, match="latent statistics need low, high, histogram and effect"):
        model_file.parse_model(rebuilt(data, None, spec=json.dumps(COLOUR.to_dict())), "open")
    empty = {"mixture.weights": np.ones(1, np.float16), "mixture.means": np.ones((1, 0), np.float16)}
    empty["mixture.roots"] = np.ones((1, 0, 0), np.float16)
    with pytest.raises(ModelFileError, match="there is a mixture, but no latent"):
        model_file.parse_model(rebuilt(data, empty), "open")


def test_parts_of_any_networks_are_what_the_latent_takes_and_the_rest(colour: Model, tmp_path: Path) -> None:
    save_model(colour, tmp_path / "colour.safetensors")
    data = (tmp_path / "colour.safetensors").read_bytes()
    parts = {side: part(data, side) for side in ("encoder", "decoder")}
    names = {side: {name.split(".")[0] for name in safetensors.numpy.load(half)} for side, half in parts.items()}
    assert names == {"encoder": {"encoder"}, "decoder": {"fine", "spread", "decoder", "mixture"}}
    assert all(read_header(half).keys() == {"format", "spec", "statistics", "task"} for half in parts.values())


def test_a_network_that_latent_and_decoder_share_comes_with_the_decoder(tmp_path: Path) -> None:
    networks = {
        "shared": Network(("image",), (Flatten(),)),
        "first": Network(("image",), (Conv2D(2, 3), Flatten())),
        "code": Network(("first",), (Dense(4),)),
        "decoder": Network(("code", "first"), (Dense(9),)),
        "other": Network(("shared",), (Dense(2),)),
    }
    spec = Spec({"image": (4, 5, 1)}, networks, "code")
    statistics = measure(np.random.default_rng(0).normal(size=(99, 4)), np.ones(4))
    save_model(Model(spec, round_weights(random_weights(spec)), statistics, {}), tmp_path / "m.safetensors")
    data = (tmp_path / "m.safetensors").read_bytes()
    names = [
        {name.split(".")[0] for name in safetensors.numpy.load(part(data, side))} for side in ("encoder", "decoder")
    ]
    assert names == [{"code"}, {"first", "decoder", "other"}]


@pytest.mark.parametrize("task", ["", "A", "a b", "../x", "a" * 33, "a\n", "mixture of things"])
def test_a_task_with_an_unsafe_name_is_refused(data: bytes, task: str) -> None:
    with pytest.raises(ModelFileError, match="its task has no name"):
        parse_model(rebuilt(data, None, task=task), "tiny")


@pytest.mark.parametrize("side", ["encoder", "decoder"])
def test_a_part_holds_one_side_as_it_is(data: bytes, side: str) -> None:
    whole, half = safetensors.numpy.load(data), safetensors.numpy.load(part(data, side))
    assert {name for name in half if not name.startswith("mixture")} == {n for n in whole if n.startswith(side)}
    assert ("mixture.means" in half) == (side == "decoder")
    for name, value in half.items():
        np.testing.assert_array_equal(value, whole[name])


@pytest.mark.parametrize(
    ("tensors", "sentence"),
    [
        ({"decoder.3.kernel.scale": np.ones(3, np.float32)}, "no scale for each of its channels"),
        ({"decoder.3.kernel.scale": np.ones(784, np.float16)}, "no scale for each of its channels"),
        ({"decoder.3.kernel.scale": np.full(784, np.nan, np.float32)}, "NaN or infinite"),
        ({"encoder.0.kernel": np.ones((3, 3, 1, 2), np.int8)}, "do not fit its architecture"),
        ({"encoder.0.kernel.scale": np.ones(2, np.float32)}, "do not fit its architecture"),
        ({"mixture.means": np.zeros((1, 5), np.float16)}, "does not describe 4 dimensions"),
        ({"mixture.extra": np.zeros(1, np.float16)}, "mixture"),
        ({"mixture.weights": np.full(4, -1, np.float16)}, "positive weight"),
    ],
)
def test_odd_tensors_are_refused(data: bytes, tensors: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ModelFileError, match=sentence):
        parse_model(rebuilt(data, tensors), "odd")


def test_loaded_weights_cannot_be_changed(path: Path) -> None:
    with pytest.raises(ValueError, match="read-only"):
        load_model(path).weights["decoder.0.bias"][0] = 1


def test_the_checksum_is_checked(path: Path, data: bytes) -> None:
    right = hashlib.sha256(data).hexdigest()
    assert load_model(path, right).latent_dim == 4
    with pytest.raises(ModelFileError, match="checksum is not the one in the manifest"):
        load_model(path, "0" * 64)
    path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    with pytest.raises(ModelFileError, match="checksum is not the one in the manifest"):
        load_model(path, right)


def test_a_missing_file_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match=r"none\.safetensors is missing"):
        load_model(tmp_path / "none.safetensors")


def test_a_folder_is_no_model(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match="cannot be read"):
        load_model(tmp_path)


def test_a_huge_file_is_not_even_read(path: Path) -> None:
    os.truncate(path, MAX_BYTES + 1)
    with pytest.raises(ModelFileError, match="larger than 64 MB"):
        load_model(path)


def test_every_truncation_is_noticed(data: bytes) -> None:
    lengths = {*range(300), *range(0, len(data), 997), *range(len(data) - 50, len(data))}
    for length in sorted(lengths):
        with pytest.raises(ModelFileError):
            parse_model(data[:length], "tiny")


def test_bytes_after_the_end_are_noticed(data: bytes) -> None:
    with pytest.raises(ModelFileError):
        parse_model(data + b"\0", "tiny")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
@given(where=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7), in_header=st.booleans())
def test_a_flipped_bit_gives_a_model_or_a_model_file_error(
    data: bytes, where: float, bit: int, in_header: bool
) -> None:
    header_end = 8 + int.from_bytes(data[:8], "little")
    i = int(where * (header_end if in_header else len(data)))
    try:
        model = parse_model(data[:i] + bytes([data[i] ^ (1 << bit)]) + data[i + 1 :], "tiny")
    except ModelFileError:
        return
    assert model.spec.latent_dim >= 1
    assert all(np.isfinite(value).all() for value in model.weights.values())


@given(st.binary(max_size=400) | st.binary(max_size=400).map(with_header))
@example(b"")
@example(b"\x89PNG\r\n\x1a\n" + bytes(100))
@example(b"PK\x03\x04" + bytes(100))
@example(b"\x80\x04cos\nsystem\n(S'true'\ntR.")  # a pickle
@example(with_header(b"{}"))
@example(with_header(b"[]"))
@example(with_header(b"null"))
@example(with_header(b'{"__metadata__": {}}'))
@example(with_header(b'{"__metadata__": null}'))
@example(with_header(b'{"__metadata__": {"format": "aecore-1"}}'))
@example(with_header(b'{"__metadata__": {"format": "pt"}}'))
@example(with_header(b'{"__metadata__": ' + b"[" * 100_000 + b"}"))
@example(with_header(b'{"__metadata__": {"format": ' + b"9" * 10_000 + b"}}"))
@example(with_header(b'{"\xff": 1}'))
@example(struct.pack("<Q", 2**63) + b"{}")
@example(struct.pack("<Q", 2**64 - 1) + b"{}")
@example(struct.pack("<Q", (1 << 20) + 1) + b" " * (1 << 21))
def test_foreign_bytes_are_no_model(data: bytes) -> None:
    with pytest.raises(ModelFileError):
        parse_model(data, "foreign")


def test_a_safetensors_file_of_someone_else_is_said_to_be_foreign() -> None:
    theirs = safetensors.numpy.save({"weight": np.zeros(3, np.float32)}, {"format": "pt"})
    with pytest.raises(ModelFileError, match="was not written by this project"):
        parse_model(theirs, "theirs")


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_weights_that_are_no_numbers_are_refused(data: bytes, value: float) -> None:
    bias = np.zeros(4, np.float16)
    bias[2] = value
    with pytest.raises(ModelFileError, match=r"encoder\.2\.bias holds NaN or infinite weights"):
        parse_model(rebuilt(data, {"encoder.2.bias": bias}), "tiny")


@pytest.mark.parametrize(
    ("tensors", "says"),
    [
        ({"encoder.2.bias": np.zeros(5, np.float16)}, r"wanted int8, float16 or float32 \(4,\)"),
        ({"encoder.2.bias": np.zeros((4, 1), np.float16)}, r"wanted int8, float16 or float32 \(4,\)"),
        ({"encoder.2.bias": np.zeros(4, np.float64)}, "encoder.2.bias is float64"),
        ({"encoder.2.bias": np.zeros(4, np.int32)}, "encoder.2.bias is int32"),
        ({"encoder.9.bias": np.zeros(4, np.float16)}, "do not fit its architecture"),
    ],
)
def test_weights_of_another_architecture_are_refused(data: bytes, tensors: dict[str, Any], says: str) -> None:
    with pytest.raises(ModelFileError, match=says):
        parse_model(rebuilt(data, tensors), "tiny")


def test_a_missing_weight_is_named(data: bytes, tiny: Autoencoder) -> None:
    weights = {k: v for k, v in safetensors.numpy.load(data).items() if k != "decoder.3.bias"}
    length = int.from_bytes(data[:8], "little")
    less = safetensors.numpy.save(weights, json.loads(data[8 : 8 + length])["__metadata__"])
    with pytest.raises(ModelFileError, match=r"decoder\.3\.bias"):
        parse_model(less, "tiny")


@pytest.mark.parametrize("dtype", ["BF16", "F8_E4M3", "F8_E5M2", "U8", "BOOL", "F4", "XX"])
def test_weights_of_a_type_numpy_lacks_are_refused(data: bytes, dtype: str) -> None:
    end = 8 + int.from_bytes(data[:8], "little")
    header = json.loads(data[8:end])
    header["encoder.2.bias"]["dtype"] = dtype
    with pytest.raises(ModelFileError):
        parse_model(with_header(json.dumps(header).encode()) + data[end:], "tiny")


HOSTILE_SPECS: list[Any] = [
    None,
    [],
    {},
    {"encoder": [], "decoder": []},
    {"encoder": [{"layer": "dense", "units": 10**9}], "decoder": []},
    {"encoder": [{"layer": "flatten"}] * 1_000, "decoder": []},
    {"encoder": [{"layer": "lambda", "code": "import os"}], "decoder": []},
    {**TINY.to_dict(), "decoder": [*TINY.to_dict()["decoder"][:-1], {"layer": "reshape", "shape": 784}]},
    {**TINY.to_dict(), "encoder": [{"layer": "flatten"}, {"layer": "dense", "units": 1e999}]},
    {**TINY.to_dict(), "extra": 1},
    {**COLOUR.to_dict(), "latent": "decoder"},
    {**COLOUR.to_dict(), "latent": ["encoder"]},
    {**COLOUR.to_dict(), "inputs": {"luminance": [8, 8, 1], "chroma": [8, 8, 10**400]}},
    {**COLOUR.to_dict(), "inputs": {"luminance": [None, None, 1], "chroma": [None, None, 2]}},
    {**COLOUR.to_dict(), "inputs": {f"i{n}": [8, 8, 1] for n in range(10_000)}},
    {**COLOUR.to_dict(), "networks": {**COLOUR.to_dict()["networks"], "decoder": {"reads": ["decoder"], "layers": []}}},
    {**COLOUR.to_dict(), "networks": {f"n{n}": {"reads": ["luminance"], "layers": []} for n in range(10_000)}},
    {**OPEN.to_dict(), "networks": {"__proto__": {"reads": ["photo"], "layers": [{"layer": "flatten"}]}}},
    {**OPEN.to_dict(), "networks": {"net": {"reads": [["photo"], {}], "layers": [{"layer": "flatten"}]}}},
    {**OPEN.to_dict(), "networks": {"net": {"reads": ["photo", "mask"], "layers": [{"layer": "flatten"}]}}},
]


@pytest.mark.parametrize("spec", HOSTILE_SPECS, ids=range(len(HOSTILE_SPECS)))
def test_a_hostile_architecture_is_refused(data: bytes, spec: Any) -> None:
    with pytest.raises(ModelFileError, match="is not a complete model file: "):
        parse_model(rebuilt(data, spec=json.dumps(spec)), "tiny")


@pytest.mark.parametrize("key", ["spec", "statistics", "card"])
@pytest.mark.parametrize("text", ["", "{", "null", "[]", "0", '"x"', "[" * 100_000, "1" * 10_000, "NaN"])
def test_a_hostile_header_entry_is_refused(data: bytes, key: str, text: str) -> None:
    with pytest.raises(ModelFileError, match="is not a complete model file: "):
        parse_model(rebuilt(data, None, **{key: text}), "tiny")


@pytest.mark.parametrize("key", ["spec", "statistics", "card"])
def test_a_missing_header_entry_is_refused(data: bytes, key: str) -> None:
    end = 8 + int.from_bytes(data[:8], "little")
    header = json.loads(data[8:end])
    del header["__metadata__"][key]
    with pytest.raises(ModelFileError, match="is not a complete model file: "):
        parse_model(with_header(json.dumps(header).encode()) + data[end:], "tiny")


def test_messages_are_sentences(tmp_path: Path, data: bytes) -> None:
    for damaged in (b"", data[:100], data[:-1], rebuilt(data, spec="[]"), rebuilt(data, format="other")):
        with pytest.raises(ModelFileError) as caught:
            parse_model(damaged, "tiny.safetensors")
        assert str(caught.value).startswith("tiny.safetensors ")
        assert str(caught.value).endswith(".")


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_failed_save_leaves_the_old_file(
    step: str, path: Path, data: bytes, tiny: Autoencoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(model_file.os, step, fail)
    changed = Autoencoder(tiny.spec, {k: v + 1 for k, v in tiny.weights.items()}, tiny.statistics, {})
    with pytest.raises(OSError, match="No space left"):
        save_model(changed, path)
    monkeypatch.undo()
    assert path.read_bytes() == data
    assert list(path.parent.iterdir()) == [path]  # no litter either
    save_model(changed, path)
    assert path.read_bytes() != data


def test_a_file_is_synced_before_it_takes_the_old_ones_place(
    path: Path, data: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    events: list[str] = []
    fsync, replace = os.fsync, os.replace

    def watch_fsync(descriptor: int) -> None:
        assert os.fstat(descriptor).st_size == 3  # everything is written by then
        events.append("fsync")
        fsync(descriptor)

    def watch_replace(source: str, target: Path) -> None:
        assert path.read_bytes() == data
        events.append("replace")
        replace(source, target)

    monkeypatch.setattr(model_file.os, "fsync", watch_fsync)
    monkeypatch.setattr(model_file.os, "replace", watch_replace)
    write_atomically(path, b"new")
    assert events == ["fsync", "replace"]
    assert path.read_bytes() == b"new"


@pytest.mark.parametrize("text", [None, "", "{", "[1]", "null", "7", '"x"', '{"a": 5}'])
def test_a_damaged_manifest_is_a_model_file_error(tmp_path: Path, text: str | None) -> None:
    manifest = tmp_path / "manifest.json"
    if text is not None:
        manifest.write_text(text)
    with pytest.raises(ModelFileError, match="is missing or damaged"):
        read_manifest(manifest)
