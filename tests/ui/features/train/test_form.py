"""The form of the Train page: what it shows is what is trained."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import msgspec
import pytest
from streamlit.testing.v1 import AppTest

from aecore.data.mnist import keras_path
from aecore.training.job import Job
from aecore.training.presets import ALL_PRESETS
from tests.ui.services.test_training_queue import until
from tests.visitors import link_of, open_page, visitor_of
from ui.features.train import mnist_download
from ui.features.train.form import job_of, spec_of
from ui.features.train.state import STROKES, Training, form_of
from ui.services import training_queue

DRAWN = "2,400 synthetic digits, no download"


def field(app: AppTest, name: str) -> Any:
    widgets = [*app.selectbox, *app.number_input, *app.text_area]
    return next(widget for widget in widgets if widget.key == f"train-{name}")


def start_button(app: AppTest) -> Any:
    return next(button for button in app.button if button.label == "Start training")


def job_in(app: AppTest) -> Job:
    """Return the training that a page has started."""
    assert not app.exception
    job = training_queue.job_of(link_of(app)["run"])
    assert job is not None
    return job


def shown_job(app: AppTest) -> Job:
    """Return the training that a form shows, read from its fields as a visitor does."""
    names = [field_.name for field_ in msgspec.structs.fields(type(form_of("mlp"))) if field_.name != "shape"]
    job = job_of(msgspec.convert({name: field(app, name).value for name in names}, type(form_of("mlp"))))
    assert isinstance(job, Job)
    return job


@pytest.fixture
def without_mnist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A newcomer's machine: nothing in the environment, and no MNIST where Keras keeps it."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.delenv("AECORE_MNIST", raising=False)
    monkeypatch.delenv("AECORE_DATA", raising=False)


@pytest.fixture
def with_mnist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mnist.npz").write_bytes(b"digits")  # the form only looks whether it is there
    monkeypatch.setenv("AECORE_MNIST", str(tmp_path / "mnist.npz"))
    monkeypatch.delenv("AECORE_DATA", raising=False)


# ---- the first training ----------------------------------------------------------------------------------------


@pytest.mark.usefixtures("without_mnist")
def test_a_newcomers_first_training_is_what_the_form_shows(runs: Path) -> None:
    app = open_page("train")
    assert field(app, "data").value == STROKES
    shown = shown_job(app)
    start_button(app).click().run()
    assert job_in(app) == shown
    assert shown.source == "strokes"
    assert not app.warning
    until(lambda: (training_queue.look(link_of(app)["run"]) or {})["state"] == "training")


@pytest.mark.usefixtures("with_mnist")
def test_with_mnist_the_first_training_learns_from_a_part_of_it(runs: Path) -> None:
    app = open_page("train")
    assert "MNIST, 100%: 55,000 digits" in field(app, "data").options
    assert field(app, "data").options[-1] == DRAWN
    shown = shown_job(app)
    start_button(app).click().run()
    assert job_in(app) == shown
    assert (shown.source, shown.origin, shown.epochs) == ("mnist", "mlp", 20)
    assert 0 < shown.fraction < 1


@pytest.mark.usefixtures("without_mnist")
def test_a_form_for_mnist_goes_on_with_the_drawn_digits_where_there_is_none(runs: Path) -> None:
    app = open_page("train")
    visitor_of(app).put(Training(form=form_of("book", data=1.0, epochs=3)))
    app.run()
    assert (field(app, "data").value, field(app, "preset").value) == (STROKES, "book")
    start_button(app).click().run()
    assert (job_in(app).source, job_in(app).epochs) == ("strokes", 3)


@pytest.mark.usefixtures("without_mnist")
def test_what_was_typed_last_is_trained_though_it_comes_with_the_press(runs: Path) -> None:
    app = open_page("train")
    field(app, "epochs").set_value(7)
    field(app, "latent").set_value(5)
    start_button(app).click().run()  # one message of the browser has all three
    assert (job_in(app).epochs, job_in(app).spec.latent_dim) == (7, 5)


@pytest.mark.usefixtures("without_mnist")
def test_what_cannot_be_built_is_not_started_though_it_comes_with_the_press(runs: Path) -> None:
    app = open_page("train")
    field(app, "encoder").set_value("lambda")
    start_button(app).click().run()
    assert not app.exception
    assert "run" not in link_of(app)
    assert "unknown layer 'lambda'" in app.warning[0].value


@pytest.mark.usefixtures("without_mnist")
def test_start_queues_what_the_form_says_and_the_address_holds_it(runs: Path) -> None:
    app = open_page("train")
    field(app, "preset").set_value("plane").run()
    field(app, "epochs").set_value(7).run()
    field(app, "corruption").set_value("salt_and_pepper").run()
    start_button(app).click().run()
    job, secret = job_in(app), link_of(app)["run"]
    assert (job.origin, job.epochs, job.corruption, job.source) == ("plane", 7, "salt_and_pepper", "strokes")
    assert job.spec.latent_dim == 2
    start_button(app).click().run()
    assert "Your other training is still running or waiting" in app.warning[0].value
    again = open_page("train", run=secret)  # another day, by the address
    assert visitor_of(again).state(Training) == Training(runs=(secret,), form=visitor_of(again).state(Training).form)
    until(lambda: (training_queue.look(secret) or {})["state"] == "training")


# ---- the form --------------------------------------------------------------------------------------------------


def test_a_preset_fills_the_form_and_each_can_be_started(runs: Path) -> None:
    app = open_page("train")
    for name in ALL_PRESETS:
        field(app, "preset").set_value(name).run()
        assert not app.exception
        assert not app.warning
        assert not start_button(app).disabled, name
        assert shown_job(app).spec == ALL_PRESETS[name].spec
    assert field(app, "latent").value == 16  # "pictures", the last
    assert "conv2d 128" in field(app, "encoder").value


def test_a_visit_to_another_page_does_not_empty_the_form(runs: Path) -> None:
    app = open_page("train")
    field(app, "epochs").set_value(7).run()
    field(app, "rate").set_value(0.00125).run()
    kept = visitor_of(app).state(Training)
    again = open_page("train")
    visitor_of(again).put(kept)
    again.run()
    assert (field(again, "epochs").value, field(again, "rate").value) == (7, 0.00125)


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("encoder", "lambda", "The encoder cannot be read: line 1: unknown layer 'lambda'"),
        ("encoder", "dense 3", "This network cannot be built: encoder, layer 1: dense needs a vector"),
        ("decoder", "dense 3", "This network cannot be built: the decoder must end with shape (28, 28, 1)"),
        ("decoder", "", "the decoder needs 1 to 32 layers"),
        ("encoder", "flatten\ndense 8000 silu", "too large for a training here: "),
    ],
)
def test_a_network_that_cannot_be_is_said_and_not_started(runs: Path, name: str, value: str, says: str) -> None:
    app = open_page("train")
    field(app, name).set_value(value).run()
    assert not app.exception
    assert says in app.warning[0].value
    assert start_button(app).disabled


def test_a_form_describes_a_network_or_says_why_not() -> None:
    for name, preset in ALL_PRESETS.items():
        assert spec_of(form_of(name)) == preset.spec
    assert spec_of(msgspec.structs.replace(form_of("mlp"), encoder="")) != ALL_PRESETS["mlp"].spec
    assert isinstance(spec_of(msgspec.structs.replace(form_of("mlp"), decoder="dense 3")), str)


# ---- MNIST -----------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("without_mnist")
def test_without_mnist_the_page_says_what_to_do_and_offers_the_drawn_digits(runs: Path) -> None:
    app = open_page("train")
    assert "AECORE_MNIST=/path/to/mnist.npz" in app.info[0].value
    assert app.button[0].label == "Download it (11 MB)"
    assert field(app, "data").options == [DRAWN]
    assert not start_button(app).disabled


@pytest.mark.usefixtures("without_mnist")
def test_a_download_of_mnist_shows_how_far_it_is(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    noted, go_on = threading.Event(), threading.Event()

    def fetch(on_progress: Any) -> None:
        on_progress(0.42)
        noted.set()
        assert go_on.wait(60)
        keras_path().parent.mkdir(parents=True)
        keras_path().write_bytes(b"digits")

    monkeypatch.setattr(mnist_download, "fetch_mnist", fetch)
    app = open_page("train")
    app.button[0].click().run()
    assert noted.wait(60)
    app.run()
    assert not app.exception
    assert app.get("progress")[0].proto.text == "Downloading MNIST: 42%"
    go_on.set()
    until(lambda: not mnist_download.is_loading())
    app.run()
    assert not app.exception
    assert "MNIST, 100%: 55,000 digits" in field(app, "data").options


@pytest.mark.usefixtures("without_mnist")
def test_a_download_that_fails_is_said(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fetch(on_progress: Any) -> None:
        raise ValueError("There is no network.")

    monkeypatch.setattr(mnist_download, "fetch_mnist", fetch)
    app = open_page("train")
    app.button[0].click().run()
    until(lambda: not mnist_download.is_loading())
    assert app.run().info[0].value.startswith("There is no network.")
    monkeypatch.setattr(mnist_download, "fetch_mnist", lambda on_progress: None)
    app.button[0].click().run()  # tried again, with more luck: nothing is said of it any more
    until(lambda: not mnist_download.is_loading())
    assert "no network" not in app.run().info[0].value
