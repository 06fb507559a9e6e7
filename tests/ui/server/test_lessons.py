"""The routes of the trainings in the browser: pictures to learn from, and models that come out of it."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy

import aecore
from aecore.core.pretrained import MODELS
from aecore.core.tensor_file import read_header
from aecore.data.own.pictures import Pictures
from aecore.data.own.stored import write_pictures
from aecore.training.job import PICTURES
from tests.ui.server.test_rooms import serve
from ui.server import lessons
from ui.server.rooms import Rooms
from ui.services import lessons as service
from ui.services import model_store, own_data

TRAINED = {"x-model": "trained"}


@dataclass(frozen=True)
class Answer:
    """An answer over HTTP."""

    status_code: int
    content: bytes

    def json(self) -> Any:
        return json.loads(self.content)


@dataclass(frozen=True)
class Client:
    """Asks the routes of a server."""

    port: int

    def get(self, path: str, data: bytes | None = None, headers: dict[str, str] | None = None) -> Answer:
        request = urllib.request.Request(f"http://localhost:{self.port}{path}", data, headers or {})
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                return Answer(response.status, response.read())
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, error.read())

    def post(self, path: str, content: bytes, headers: dict[str, str] | None = None) -> Answer:
        return self.get(path, content, headers)


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    monkeypatch.setenv("AECORE_RUNS", str(tmp_path))
    with serve(Rooms(), lessons.ROUTES) as port:
        yield Client(port)


def test_a_model_is_kept_under_a_name_of_its_own(client: Client) -> None:
    data = (MODELS / "dim2.safetensors").read_bytes()
    answer = client.post("/lessons/model", content=data, headers=TRAINED)
    assert answer.status_code == 200
    assert model_store.load(answer.json()["name"]).latent_dim == aecore.load("dim2").latent_dim


@pytest.mark.parametrize(
    ("data", "status", "says"),
    [
        (b"", 422, "The model"),
        (b"\0" * 100, 422, "The model"),
        (b"\x08" + b"\0" * 7 + b"{}      ", 422, "The model"),
        (b"\0" * ((model_store.MEGABYTES << 20) + 1), 413, "larger than 8 MB"),
        ((MODELS / "colorizer.safetensors").read_bytes(), 422, "not an autoencoder"),
        ((MODELS / "dim2.safetensors").read_bytes()[:-100], 422, "The model"),
    ],
    ids=["nothing", "zeros", "no header", "too large", "another task", "truncated"],
)
def test_what_is_no_model_is_refused_with_a_sentence(client: Client, data: bytes, status: int, says: str) -> None:
    answer = client.post("/lessons/model", content=data, headers=TRAINED)
    assert answer.status_code == status
    assert says in answer.json()["problem"]
    assert answer.json()["problem"].endswith(".")


def test_another_site_cannot_send_a_model(client: Client) -> None:
    answer = client.post("/lessons/model", content=(MODELS / "dim2.safetensors").read_bytes())
    assert answer.status_code == 400


def test_ones_own_pictures_come_with_their_classes(client: Client) -> None:
    secret = own_data.begin()
    folder = own_data.find(secret)
    assert folder
    images = np.random.default_rng(0).integers(0, 256, (30, 8, 8, 3), np.uint8)
    write_pictures(folder / PICTURES, Pictures(images, np.arange(30) % 2, ["cat", "dog"], None, []))
    address = f"/{lessons.own_url(secret)}"
    assert client.get(address).status_code == 404  # they have not been described yet
    (folder / "about.json").write_text(json.dumps({"shape": [8, 8, 3], "count": 30}))
    data = client.get(address).content
    tensors, about = safetensors.numpy.load(data), read_header(data)
    assert json.loads(about["classes"]) == ["cat", "dog"]
    assert json.loads(about["shape"]) == [30, 8, 8, 3]
    order = [int(np.flatnonzero((images == one).all(axis=(1, 2, 3)))[0]) for one in tensors["images"]]
    assert sorted(order) == list(range(30))
    assert [one % 2 for one in order] == tensors["labels"].tolist()
    (folder / PICTURES).unlink()
    assert client.get(address).content == data  # all pictures are read for the first request alone


@pytest.mark.parametrize("secret", ["0" * 32, "x", "..%2f..%2fapp"])
def test_nobody_gets_pictures_without_their_secret(client: Client, secret: str) -> None:
    assert client.get(f"/lessons/own/{secret}.safetensors").status_code == 404


def test_mnist_is_there_where_the_server_has_it(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    service.mnist.cache_clear()
    monkeypatch.setattr(service, "mnist_path", lambda: None)
    assert client.get(f"/{lessons.MNIST_URL}").status_code == 404
    service.mnist.cache_clear()


@pytest.mark.usefixtures("mnist")
def test_mnists_test_digits_are_none_of_the_training_digits(client: Client) -> None:
    asked = [client.get(f"/{url}").content for url in (lessons.TEST_URL, lessons.MNIST_URL)]
    tested, taught = (safetensors.numpy.load(data)["images"] for data in asked)
    assert tested.shape == (service.TESTED, 28, 28)
    assert not {image.tobytes() for image in tested} & {image.tobytes() for image in taught}


@pytest.mark.usefixtures("mnist")
def test_mnists_digits_are_some_of_the_training_digits(client: Client) -> None:
    data = client.get(f"/{lessons.MNIST_URL}").content
    tensors = safetensors.numpy.load(data)
    assert tensors["images"].shape == (service.MOST, 28, 28)
    assert np.bincount(tensors["labels"]).min() > service.MOST / 20
