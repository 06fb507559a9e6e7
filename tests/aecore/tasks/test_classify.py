from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import aecore
from aecore.core import manifest, pretrained
from aecore.core.model_file import save_model
from aecore.core.network import Network
from aecore.core.spec import Dense, Spec
from aecore.data.dataset import Dataset
from aecore.tasks import Autoencoder, Head
from aecore.tasks.autoencoder import DECODER, Redraw
from aecore.tasks.classify import HEAD, LATENT, Classify, WithHead
from aecore.training.presets import HEADS
from tests.aecore.conftest import TINY
from tests.architectures import random_weights

SOME = 1500  # test digits on which the cards' figures must hold
RNG = np.random.default_rng(0)


@pytest.mark.parametrize("name", HEADS)
def test_a_shipped_head_gives_probabilities_of_ten_digits(name: str) -> None:
    head = aecore.load(name)
    assert isinstance(head, Head)
    assert aecore.available("head") == sorted(HEADS)
    given = head.classify(RNG.normal(size=(40, 16)).astype(np.float32) * 3)
    assert given.shape == (40, 10)
    assert given.min() >= 0
    np.testing.assert_allclose(given.sum(axis=1), 1, atol=1e-5)
    with pytest.raises(ValueError, match=r"wanted latents \(N, 16\)"):
        head.classify(np.zeros((1, 15), np.float32))


@pytest.mark.parametrize(("name", "of"), HEADS.items())
def test_it_belongs_to_the_model_whose_latent_it_was_trained_on(name: str, of: str) -> None:
    assert pretrained.head(of) == name
    assert aecore.load(name).card["of"] == of
    assert pretrained.head("mlp") is None


@pytest.mark.parametrize(("name", "of"), HEADS.items())
def test_the_figures_of_its_card_hold(name: str, of: str, mnist: Dataset) -> None:
    some = slice(SOME)
    head, latents = aecore.load(name), aecore.load(of).encode(mnist.test.as_float(some))
    right = np.mean(head.classify(latents).argmax(axis=1) == mnist.test.known_labels()[some])
    said = head.card["metrics"]["test_accuracy"]
    assert abs(right - said) < 0.01  # the first digits of the test split are harder than the others
    assert said >= {"default": 0.985, "joint": 0.992}[of]


def test_a_head_of_another_version_of_the_model_is_not_used(ship: Callable[..., Path], tiny: Autoencoder) -> None:
    models = ship("default")
    spec = Spec({LATENT: (4,)}, {HEAD: Network((LATENT,), (Dense(10, "softmax"),))})
    for checksum, found in ((pretrained.sha256("default"), "default_head"), ("0" * 64, None)):
        head = Head(spec, random_weights(spec), None, {"model_sha256": checksum}, task="head")
        save_model(head, models / "default_head.safetensors")
        manifest.write()
        assert pretrained.head("default") == found
    save_model(dataclasses.replace(head, card={}), models / "default_head.safetensors")
    manifest.write()
    assert pretrained.head("default") is None


@pytest.mark.parametrize(
    "spec",
    [
        TINY,
        Spec({LATENT: (16,)}, {HEAD: Network((LATENT,), (Dense(9, "softmax"),))}),
        Spec({"numbers": (16,)}, {HEAD: Network(("numbers",), (Dense(10, "softmax"),))}),
    ],
)
def test_other_networks_are_no_head(spec: Spec) -> None:
    with pytest.raises(ValueError, match="do not read a latent and tell ten digits apart"):
        Head(spec, random_weights(spec), None, {})


def test_a_head_beside_a_task_adds_its_loss_and_its_labels() -> None:
    task, rng = WithHead(Redraw(), 0.5), np.random.default_rng(0)
    images, labels = RNG.random((3, 28, 28)).astype(np.float32), np.array([1, 0, 9])
    assert [(term.output, term.weight) for term in task.terms] == [(DECODER, 1), (HEAD, 0.5)]
    for given in (labels, np.stack([labels, labels * 7], axis=1)):  # a label's first number is its class
        for batch in (task.examples(images, given, rng), task.batch_examples(images, given, rng, 0)):
            np.testing.assert_array_equal(batch.targets[HEAD], labels)
            assert set(batch.targets) == {DECODER, HEAD}
    with pytest.raises(ValueError, match="labelled images only"):
        task.examples(images, None, rng)


def test_smoothing_wants_a_little_of_every_digit() -> None:
    ops = SimpleNamespace(
        clip=np.clip,
        log=np.log,
        mean=np.mean,
        reshape=np.reshape,
        take_along_axis=np.take_along_axis,
        cast=lambda array, kind: np.asarray(array).astype(kind),
    )
    loss = WithHead(Redraw(), 1.0, smoothing=0.1).terms[-1].loss
    assert callable(loss)
    labels, made = np.array([3, 0]), RNG.dirichlet(np.ones(10), 2)
    wanted = 0.9 * np.eye(10)[labels] + 0.01
    np.testing.assert_allclose(loss(ops, labels, made), -(wanted * np.log(made)).sum(axis=1))
    assert (loss(ops, labels[:, None], wanted) < loss(ops, labels, made)).all()


def test_accuracy_counts_the_most_likely_digit() -> None:
    batch = Classify().examples(np.zeros((4, 16), np.float32), np.array([0, 1, 2, 3]), np.random.default_rng(0))
    outputs = {HEAD: np.eye(10, dtype=np.float32)[[0, 1, 2, 9]]}
    assert Classify().metrics["accuracy"](batch, outputs) == 0.75
