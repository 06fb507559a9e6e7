"""Visitors' own models: kept under a name nobody can guess, used everywhere, refused with a sentence where unsound."""

from __future__ import annotations

import dataclasses
import json
import os
import re
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy
from streamlit.testing.v1 import AppTest

import aecore
from aecore import Autoencoder, ModelFileError, save_model
from aecore.core.latents import latent_to_text, measure
from aecore.core.model_file import parse_model, with_card
from aecore.core.spec import Conv2D, Dense, Flatten, Reshape, Spec
from aecore.data.mnist import keras_path
from tests.architectures import random_weights
from tests.ui.services.test_training_queue import until
from ui.features.train import mnist_download, user_models
from ui.services import model_store, training_queue
from ui.state import session

ROOT = Path(__file__).parents[3]
SPEC = Spec.autoencoder((Flatten(), Dense(12, "silu"), Dense(5)), (Dense(784, "sigmoid"), Reshape((28, 28, 1))))


def model_of(spec: Spec, scale: float = 1) -> Autoencoder:
    weights = {name: value * np.float32(scale) for name, value in random_weights(spec).items()}
    latents = np.random.default_rng(0).normal(size=(99, spec.latent_dim))
    return Autoencoder(spec, weights, measure(latents, np.ones(spec.latent_dim)), {})


def file_of(model: Autoencoder, folder: Path) -> bytes:
    save_model(model, folder / "model.safetensors")
    return (folder / "model.safetensors").read_bytes()


@pytest.fixture
def data(tmp_path: Path) -> bytes:
    return file_of(model_of(SPEC), tmp_path)


def test_a_model_is_kept_as_it_is_under_the_name_it_is_given(runs: Path, data: bytes) -> None:
    name = model_store.add(data, "The model", "first try")
    assert model_store.is_own(name)
    assert model_store.exists(name)
    assert model_store.label(name) == "my: first try"
    np.testing.assert_array_equal(
        model_store.load(name).weights["encoder.1.kernel"],
        parse_model(data, "").weights["encoder.1.kernel"],
    )
    assert model_store.add(model_store.read(name), "The file") == name  # downloaded and loaded again, it is the same
    assert model_store.sha256(name).startswith(name.removeprefix("my_"))


@pytest.mark.parametrize("name", ["default", "mlp"])
def test_shipped_models_go_by_their_names(name: str) -> None:
    assert model_store.load(name) is aecore.load(name)
    assert model_store.label(name) == name
    assert not model_store.is_own(name)


@pytest.mark.parametrize(
    "name", ["my_", "my_" + "0" * 32, "my_../../etc/passwd", "MY_" + "0" * 32, "../models/default"]
)
def test_a_guessed_name_leads_nowhere(runs: Path, data: bytes, name: str) -> None:
    model_store.add(data, "The model", "a")
    assert not model_store.exists(name)
    with pytest.raises(ModelFileError):
        model_store.load(name)


@pytest.mark.parametrize(
    ("name", "good"),
    [
        ("a", True),
        ("Größe 2.5_b-c", True),
        ("", False),
        (" a", False),
        ("a" * 25, False),
        ("<b>", False),
        ("a\nb", False),
        ("`", False),
    ],
)
def test_names_are_short_and_plain(name: str, good: bool) -> None:
    assert model_store.is_name(name) == good


@pytest.mark.parametrize("name", [None, 3, ["x"], "<script>", "x" * 1000])
def test_a_name_in_a_card_that_cannot_be_shown_is_not(runs: Path, data: bytes, name: Any) -> None:
    own = model_store.add(with_card(data, {"name": name}), "The file")
    assert model_store.label(own) == "my: unnamed"


def hostile(data: bytes, folder: Path) -> dict[str, tuple[bytes, str]]:
    """Files that must not get in, with a part of what is said of them."""
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])["__metadata__"]
    tensors = safetensors.numpy.load(data)
    wide = Spec.autoencoder((Conv2D(60, 31), Flatten(), Dense(5)), SPEC.networks["decoder"].layers)
    bias = "encoder.2.bias"
    out = {
        "empty": b"",
        "truncated": data[:-1],
        "half": data[: len(data) // 2],
        "a pickle": b"\x80\x04\x95cos\nsystem\n(S'true'\ntR.",
        "a header without end": b"\xff" * 8 + data[8:],
        "huge tensors": with_sizes(data, [10**9, 10**9]),
        "wrong shapes": safetensors.numpy.save({**tensors, bias: np.zeros(6, np.float32)}, header),
        "a bad Spec": safetensors.numpy.save(tensors, {**header, "spec": '{"encoder": [{"layer": "lambda"}]}'}),
        "numbers that are none": safetensors.numpy.save({**tensors, bias: np.full(5, np.nan, np.float32)}, header),
        "somebody else's": safetensors.numpy.save(tensors, {"format": "pt"}),
        "slow": file_of(model_of(wide), folder),
        "a latent of 65": file_of(
            model_of(Spec.autoencoder((Flatten(), Dense(65)), SPEC.networks["decoder"].layers)), folder
        ),
        "without bounds": file_of(model_of(SPEC, 1e4), folder),
        "nine megabytes": data + bytes(9 << 20),
    }
    says = {
        "wrong shapes": "wanted int8",
        "a bad Spec": "not a complete model file",
        "numbers that are none": "NaN",
        "somebody else's": "not written by this project",
        "slow": "too large for these pages",
        "a latent of 65": "at most 64",
        "without bounds": "without bounds",
        "nine megabytes": "larger than 8 MB",
    }
    return {name: (bad, says.get(name, "truncated, damaged")) for name, bad in out.items()}


def with_sizes(data: bytes, shape: list[int]) -> bytes:
    """Claim that a tensor has another shape."""
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    header["encoder.1.kernel"]["shape"] = shape
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + data[8 + length :]


def test_a_hostile_file_gets_a_sentence_and_is_not_kept(runs: Path, data: bytes, tmp_path: Path) -> None:
    for what, (bad, says) in hostile(data, tmp_path).items():
        with pytest.raises(ModelFileError) as caught:
            model_store.add(bad, "The file")
        assert says in str(caught.value), what
        assert str(caught.value).endswith("."), what
    assert not list(runs.glob("**/my_*"))


def test_a_file_that_was_changed_on_disk_is_not_used(runs: Path, data: bytes) -> None:
    name = model_store.add(data, "The model", "changed")
    model_store._load.cache_clear()
    (path,) = runs.glob("models/*.safetensors")
    path.write_bytes(model_store.named(data, "other"))
    with pytest.raises(ModelFileError, match="damaged"):
        model_store.load(name)


def test_models_that_nobody_uses_make_room(runs: Path, data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_store, "_MAX_KEPT", 2)
    names = [model_store.add(data, "The model", f"number {i}") for i in range(2)]
    for age, name in zip((50, 100), names, strict=True):
        os.utime(runs / "models" / f"{name}.safetensors", (age, age))
    names.append(model_store.add(data, "The model", "number 2"))
    assert [model_store.exists(name) for name in names] == [False, True, True]


@pytest.mark.parametrize("path", sorted((ROOT / "ui").glob("*.py")), ids=lambda path: path.name)
def test_every_model_goes_through_the_library(path: Path) -> None:
    if path.name not in ("library.py", "static_files.py"):
        assert not re.findall(r"aecore\.load\(|shipped\.(?:load|sha256)\(|load_atlas\(", path.read_text())


# ---- on the pages ----------------------------------------------------------------------------------------------


def page(name: str, **link: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / f"pages/{name}.py"), default_timeout=60)
    for key, value in link.items():
        app.query_params[key] = value
    app.run()
    assert not app.exception
    return app


@pytest.mark.parametrize("name", sorted(path.stem for path in (ROOT / "pages").glob("*.py")))
def test_every_page_opens_with_a_model_of_ones_own(runs: Path, data: bytes, name: str) -> None:
    own = model_store.add(data, "The model", "mine")
    app = page(name, model=own, z=latent_to_text(np.array([1.0, -1, 0, 0, 2])))
    assert app.query_params["model"] == own
    assert not app.warning
    assert not any("link" in info.value for info in app.info)  # no notice that something could not be read


def test_a_card_can_hold_anything(runs: Path, data: bytes) -> None:
    own = model_store.add(with_card(data, {"hyperparameters": 3, "metrics": [], "name": {}, "curve": "no"}), "It")
    for name in ("draw", "learn", "denoise"):
        page(name, model=own)


def test_a_link_to_a_model_that_is_gone_says_so(runs: Path) -> None:
    app = page("draw", model="my_" + "0" * 32)
    assert "asks for a model that is not here" in app.info[0].value
    assert app.query_params["model"] == "default"


def test_a_model_that_goes_while_it_is_used_is_left_with_a_notice(runs: Path, data: bytes) -> None:
    own = model_store.add(data, "The model", "mine")
    app = page("traversals", model=own)
    (runs / "models" / f"{own}.safetensors").unlink()
    app.run()
    assert not app.exception
    assert "not kept here any more" in app.info[0].value
    assert app.query_params["model"] == "default"


def test_nobody_elses_models_are_listed(runs: Path, data: bytes) -> None:
    own = model_store.add(data, "The model", "mine")
    options = {
        key: page("draw", **link).selectbox[0].options for key, link in (("other", {}), ("owner", {"model": own}))
    }
    assert set(options["owner"]) - set(options["other"]) == {"my: mine"}


def test_a_model_is_brought_and_bad_files_are_said(runs: Path, data: bytes, tmp_path: Path) -> None:
    app = page("train")
    for bad, says in hostile(data, tmp_path).values():
        app.file_uploader[0].set_value(("x.safetensors", bad, "application/octet-stream")).run()
        assert not app.exception
        assert says in app.warning[0].value
        assert app.query_params["model"] == "default"
    app.file_uploader[0].set_value(("x.safetensors", model_store.named(data, "mine"), "application/octet-stream")).run()
    assert not app.warning
    assert "`my: mine` is the model on every page now" in app.success[0].value
    assert model_store.is_own(app.query_params["model"])


# ---- the form --------------------------------------------------------------------------------------------------


def field(app: AppTest, name: str) -> Any:
    widgets = [*app.selectbox, *app.number_input, *app.text_area, *app.slider]
    return next(widget for widget in widgets if widget.key == session.form_key(name))


def start_button(app: AppTest) -> Any:
    return next(button for button in app.button if button.label == "Start training")


def test_a_preset_fills_the_form_and_each_can_be_started(runs: Path) -> None:
    app = page("train")
    for name in field(app, "preset").options:
        field(app, "preset").set_value(name).run()
        assert not app.exception
        assert not app.warning
        assert not start_button(app).disabled, name
    assert field(app, "latent").value == 64  # dim64, the last
    assert "dense 256 silu" in field(app, "encoder").value


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("encoder", "lambda", "The encoder cannot be read: line 1: unknown layer 'lambda'"),
        ("encoder", "dense 3", "This network cannot be built: layer 1: dense needs a vector"),
        ("decoder", "dense 3", "This network cannot be built: the decoder must end with shape (28, 28, 1)"),
        ("decoder", "", "the decoder needs 1 to 32 layers"),
        ("encoder", "flatten\ndense 8000 silu", "too large for a training here: "),
    ],
)
def test_a_network_that_cannot_be_is_said_and_not_started(runs: Path, name: str, value: str, says: str) -> None:
    app = page("train")
    field(app, name).set_value(value).run()
    assert not app.exception
    assert says in app.warning[0].value
    assert start_button(app).disabled


def test_without_mnist_the_page_says_what_to_do_and_offers_the_drawn_digits(
    runs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setenv("AECORE_MNIST", str(tmp_path / "none.npz"))
    app = page("train")
    assert "AECORE_MNIST=/path/to/mnist.npz" in app.info[0].value
    assert app.button[0].label == "Download MNIST (11 MB)"
    assert field(app, "data").options == ["2,400 digits drawn by this project's own pen"]
    assert not start_button(app).disabled


def test_a_download_of_mnist_shows_how_far_it_is(runs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.delenv("AECORE_MNIST", raising=False)
    go_on = threading.Event()

    def fetch(on_progress: Any) -> None:
        on_progress(0.42)
        assert go_on.wait(60)
        keras_path().parent.mkdir()
        keras_path().write_bytes(b"digits")

    monkeypatch.setattr(mnist_download, "fetch_mnist", fetch)
    app = page("train")
    app.button[0].click().run()
    until(lambda: mnist_download._share > 0)
    app.run()
    assert not app.exception
    assert app.get("progress")[0].proto.text == "Downloading MNIST: 42%"
    go_on.set()
    until(lambda: not mnist_download._is_loading())
    app.run()
    assert not app.exception
    assert "MNIST, 100%: 55,000 digits" in field(app, "data").options


def test_start_queues_what_the_form_says_and_the_address_holds_it(runs: Path) -> None:
    app = page("train")
    field(app, "preset").set_value("plane").run()
    field(app, "epochs").set_value(7).run()
    field(app, "corruption").set_value("salt_and_pepper").run()
    field(app, "data").set_value("strokes").run()
    start_button(app).click().run()
    assert not app.exception
    secret = app.query_params["run"]
    job = training_queue.job_of(secret)
    assert job is not None
    assert (job.origin, job.epochs, job.corruption, job.source) == ("plane", 7, "salt_and_pepper", "strokes")
    assert job.spec.latent_dim == 2
    start_button(app).click().run()
    assert "Your other training is still running or waiting" in app.warning[0].value
    again = page("train", run=secret)  # another day, by the address
    assert again.session_state[session._STATE].runs == [secret]
    until(lambda: (training_queue.look(secret) or {})["state"] == "training")


@pytest.mark.parametrize(
    "payload",
    [None, 3, [], {}, {"runs": 3, "models": "x"}, {"runs": [None, "../x"], "models": [3, "default", "my_" + "0" * 32]}],
)
def test_what_a_browser_claims_to_remember_is_checked(runs: Path, payload: Any) -> None:
    state = session.Playground()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(session, "current", lambda: state)
        user_models.take_remembered(payload)
        user_models.control_training(payload)
    assert state.runs == []
    assert state.own == []


def test_what_a_browser_remembers_comes_back(runs: Path, data: bytes, job: Any) -> None:
    own, secret = model_store.add(data, "The model", "mine"), training_queue.start(job, [])
    state = session.Playground()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(session, "current", lambda: state)
        user_models.take_remembered({"runs": [secret, "0" * 32], "models": [own]})
    assert state.runs == [secret]
    assert state.own == [own]


def test_a_card_survives_being_named(data: bytes) -> None:
    card = {"preset": "mlp", "curve": [[0.2, 0.1]]}
    named = model_store.named(with_card(data, card), "mine")
    assert dict(parse_model(named, "x").card) == {**card, "name": "mine"}
    assert dataclasses.asdict(parse_model(named, "x").statistics)


# ---- the map of a model of one's own ----------------------------------------------------------------------------


def test_an_own_model_has_a_map_of_real_digits(runs: Path, data: bytes) -> None:
    own = model_store.add(data, "The model", "mine")
    atlas = model_store.atlas(own)
    assert atlas.latents.shape == (2000, 5)
    assert set(atlas.labels.tolist()) == set(range(10))
    assert atlas.umap is None
    digits = model_store._reference_digits()[0][:50]
    np.testing.assert_allclose(model_store.load(own).encode(digits), atlas.latents[:50], atol=0.1)  # kept as bytes
    tensors = safetensors.numpy.load(model_store.atlas_file(own))
    np.testing.assert_array_equal(tensors["basis"], atlas.basis)
    assert "umap" not in tensors


def test_a_latent_of_one_number_has_no_map(runs: Path, tmp_path: Path) -> None:
    spec = Spec.autoencoder((Flatten(), Dense(1)), SPEC.networks["decoder"].layers)
    own = model_store.add(file_of(model_of(spec), tmp_path), "The model", "one")
    with pytest.raises(ModelFileError, match="a single number"):
        model_store.atlas(own)
    for name in ("draw", "map", "arithmetic"):
        page(name, model=own)
