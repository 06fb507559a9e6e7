"""The second stage of a training, on strokes of two kinds: it makes what lies half-way look like one of them."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from aecore.data.mnist import VALIDATION
from tests.conftest import draw_strokes

pytestmark = pytest.mark.proof  # six trainings of two stages

# Trains with and without a critic; then again with one, interrupted after 2 epochs, where the second stage begins, and
# after 3.
TRAIN = """
import json, sys
from dataclasses import replace
from pathlib import Path

import numpy as np
from aecore.training import classifier
from aecore.data.mnist import load_mnist
from aecore.training.presets import PRESETS, Polish
from aecore.training.fit import train

data, folder = load_mnist(sys.argv[1]), Path(sys.argv[2])
judge = classifier.train(data, classifier.Recipe(epochs=2, warped_copies=0, seed=1), lambda said: None)


def run(name, critic, stop=0, resume=False, end_weight=0.9):
    def interrupt(progress):
        if progress.epoch == stop:
            raise KeyboardInterrupt
    polish = Polish(epochs=3, learning_rate=3e-3, critic=critic, end_weight=end_weight, critic_epochs=1)
    preset = replace(PRESETS["mlp"], epochs=2, warped_copies=0, latent_noise=0.04, polish=polish)
    trained = train(preset, data, folder / name, 0, resume, interrupt)
    encoder, decoder, progress = *trained.networks.values(), trained.progress
    z = encoder.predict(data.validation.as_float()[:1000, ..., None], verbose=0)
    halfway = decoder.predict((z[:500] + z[500:]) / 2, verbose=0)[..., 0]
    sure = classifier.probabilities(judge, halfway).max(axis=1).mean()
    error = np.mean((decoder.predict(z, verbose=0)[..., 0] - data.validation.as_float(slice(1000))) ** 2)
    return {"epochs": progress.epoch, "curve": progress.curve, "sure": float(sure), "error": float(error)}


done = {"plain": run("plain", 0.0), "critic": run("critic", 0.01)}
done["stopped"] = [run("again", 0.01, stop=2), run("again", 0.01, stop=3, resume=True)]
done["back"] = run("back", 0.01, end_weight=0.0)
done["resumed"] = run("again", 0.01, resume=True)
print(json.dumps(done), file=sys.stderr)
"""


@pytest.fixture(scope="module")
def done(run_python: Callable[..., subprocess.CompletedProcess[str]], tmp_path_factory: Any) -> dict[str, Any]:
    folder: Path = tmp_path_factory.mktemp("polish")
    images = draw_strokes(VALIDATION + 2_010, np.random.default_rng(4))
    # Which of two kinds a stroke is, its place says: a little to the left or right of the middle is hard to tell.
    labels = (images.sum(axis=1) @ np.arange(28) / images.sum(axis=(1, 2)) > 13.5).astype(np.uint8)
    images = np.rint(images * 255).astype(np.uint8)
    np.savez(folder / "two.npz", x_train=images[10:], y_train=labels[10:], x_test=images[:10], y_test=labels[:10])
    ran = run_python("-c", TRAIN, str(folder / "two.npz"), str(folder))
    assert ran.returncode == 0, ran.stderr
    found: dict[str, Any] = json.loads(ran.stderr.splitlines()[-1])
    return found


def test_a_critic_makes_midpoints_clearer_and_costs_little(done: dict[str, Any]) -> None:
    assert done["plain"]["epochs"] == done["critic"]["epochs"] == 5
    assert done["critic"]["sure"] > done["plain"]["sure"]
    # Until it sets in, nothing differs; and the error that is told is the squared error alone.
    assert done["critic"]["curve"][:2] == done["plain"]["curve"][:2]
    assert np.allclose(done["critic"]["curve"][2:], done["plain"]["curve"][2:], rtol=0.5)


def test_no_share_of_the_second_stage_leaves_the_first(done: dict[str, Any]) -> None:
    assert np.allclose(done["back"]["curve"], done["critic"]["curve"], rtol=0.02)
    first, last = done["back"]["curve"][1][1], done["back"]["curve"][-1][1]
    assert abs(done["back"]["error"] - first) < 0.2 * abs(last - first)  # the curve is of all validation images


def test_interrupts_cost_nothing(done: dict[str, Any]) -> None:
    whole = done["critic"]["curve"]
    assert [stopped["epochs"] for stopped in done["stopped"]] == [2, 3]
    assert done["stopped"][0]["curve"] == whole[:2]
    assert done["resumed"]["epochs"] == 5
    assert np.allclose(done["resumed"]["curve"], whole, rtol=0.02)  # the noise on the latent is another
    assert np.isclose(done["resumed"]["sure"], done["critic"]["sure"], atol=0.02)
