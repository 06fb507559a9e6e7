"""Every command ends with one sentence, and no traceback, whatever file or argument it is given."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy

from aecore.core import manifest
from aecore.evaluation import denoising, evaluate
from aecore.latent import atlas_build, directions_find, pca
from aecore.training import rebuild
from deploy import replicas
from tests.server import ROOT
from ui import export_html

COUNT = 5_003


def npz(**changes: Any) -> bytes:
    """A file in Keras' layout with so many digits, changed; None takes an array away."""
    images, labels = np.zeros((COUNT, 28, 28), np.uint8), (np.arange(COUNT) % 10).astype(np.uint8)
    images[:, 4:24, 13:16] = 255
    arrays = {"x_train": images, "y_train": labels, "x_test": images[:30], "y_test": labels[:30], **changes}
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **{key: array for key, array in arrays.items() if array is not None})
    return buffer.getvalue()


# What is in the file (bytes; or arrays that differ; None: there is no file), and what is said about it.
DATA: dict[str, tuple[bytes | dict[str, Any] | None, str]] = {
    "missing": (None, "There is no file"),
    "empty": (b"", "it is no NPZ file"),
    "a text": (b"x_train,y_train\n", "it is no NPZ file"),
    "truncated": (npz()[:4000], "it is truncated or damaged"),
    "without tests": ({"x_test": None}, "it has no x_test, only x_train, y_train, y_test"),
    "few": ({"x_train": np.zeros((40, 28, 28), np.uint8), "y_train": np.zeros(40, np.uint8)}, "more than 5,000"),
    "no test digit": ({"x_test": np.zeros((0, 28, 28), np.uint8), "y_test": np.zeros(0, np.uint8)}, "one test digit"),
    "flat": ({"x_train": np.zeros((COUNT, 784), np.uint8)}, r"wanted x_train .* images\.reshape"),
    "channels last": ({"x_train": np.zeros((COUNT, 28, 28, 1), np.uint8)}, "wanted x_train .* takes the channel away"),
    "bytes as floats": ({"x_test": np.full((30, 28, 28), 255.0)}, r"wanted x_test .* float64; images\.round\(\)"),
    "fractions": ({"x_test": np.full((30, 28, 28), 0.5)}, r"wanted x_test .* float64; \(255 \* images\)\.round"),
    "zeros and ones": ({"x_test": np.ones((30, 28, 28), np.uint8)}, "wanted x_test .* numbers from 0 to 1"),
    "one-hot": ({"y_train": np.eye(10, dtype=np.uint8)[np.arange(COUNT) % 10]}, r"wanted y_train .* labels\.argmax"),
    "a column": ({"y_test": np.zeros((30, 1), np.uint8)}, r"wanted y_test .* labels\[:, 0\]"),
    "texts": ({"y_train": np.array(["7"] * COUNT)}, "wanted y_train .* got <U1"),
    "float labels": ({"y_train": np.zeros(COUNT)}, "wanted y_train .* got float64"),
    "too few labels": ({"y_train": np.zeros(COUNT - 1, np.uint8)}, r"wanted y_train .* got \(5002,\)"),
    "eleven": ({"y_test": np.full(30, 11, np.uint8)}, "wanted y_test .* from 11 to 11"),
    "objects": ({"y_test": np.array([None] * 30)}, "y_test holds Python objects or damaged data"),
}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("data")
    paths = {name: folder / f"{name}.npz" for name in DATA}
    for name, (data, _) in DATA.items():
        if data is not None:
            paths[name].write_bytes(npz(**data) if isinstance(data, dict) else data)
    (folder / "whole.npz").write_bytes(npz())
    return {**paths, "a folder": folder, "whole": folder / "whole.npz"}


def ends_with_a_sentence(
    capsys: pytest.CaptureFixture[str], main: Callable[[list[str]], int], arguments: list[str], says: str
) -> None:
    try:
        status = main(arguments)
    except SystemExit as ended:  # argparse
        status = ended.code if isinstance(ended.code, int) else 1
    error = capsys.readouterr().err.strip()
    assert status in (1, 2)
    assert re.search(says, error), error
    assert "Traceback" not in error
    assert len(error.splitlines()) == 1 or error.startswith("usage: ")


READERS = {
    "evaluate": evaluate.main,
    "atlas": atlas_build.main,
    "directions": directions_find.main,
    "pca": pca.main,
    "denoising": denoising.main,
}


@pytest.mark.parametrize("name", [*DATA, "a folder"])
@pytest.mark.parametrize("command", READERS)
def test_data_that_cannot_be_used(
    files: dict[str, Path], capsys: pytest.CaptureFixture[str], command: str, name: str
) -> None:
    says = DATA[name][1] if name in DATA else "it cannot be read"
    ends_with_a_sentence(capsys, READERS[command], ["--data", str(files[name])], says)


TRAINING = """
import contextlib, io, json, sys
from aecore.training.command import main
ends = []
for arguments in json.load(sys.stdin):
    said = io.StringIO()
    with contextlib.redirect_stderr(said):
        try:
            status = main(arguments)
        except SystemExit as ended:
            status = ended.code
    ends.append([status, said.getvalue()])
json.dump(ends, sys.stdout)
"""


def test_training(files: dict[str, Path], tmp_path: Path) -> None:
    out = tmp_path / "m.safetensors"
    (tmp_path / "text").write_text("not a folder")
    foreign = tmp_path / "foreign.safetensors"
    (tmp_path / "foreign.safetensors.checkpoint").write_bytes(safetensors.numpy.save({"w": np.zeros(3)}))
    cases = [
        (["book", "--data", str(files["missing"]), "--out", str(out)], "There is no file"),
        (["book", "--data", str(files["empty"]), "--out", str(out)], "is empty"),
        (["book", "--data", str(files["a text"]), "--out", str(out)], "a header and no rows"),
        (["book", "--data", str(files["truncated"]), "--out", str(out)], "damaged or incomplete"),
        (["book", "--data", str(files["objects"]), "--out", str(out)], "holds Python objects"),
        (["book", "--data", str(tmp_path / "text"), "--out", str(out)], "has 'not' where a number|header and no rows"),
        (["book", "--data", str(tmp_path), str(out), "--out", str(out)], "A folder comes alone"),
        (["colorizer", "--data", "a", "b", "--out", str(out)], "are trained on one file"),
        (["book", "--data", "x", "--out", str(tmp_path)], "cannot be written: Is a directory"),
        (["book", "--data", "x", "--out", str(tmp_path / "text" / "m")], "cannot be written: "),
        (["book", "--data", "x", "--out", str(out), "--epochs", "0"], "wanted a whole number, at least 1; got '0'"),
        (["book", "--data", "x", "--out", str(out), "--epochs", "1.5"], "wanted a whole number, at least 1; got '1.5'"),
        (["book", "--data", "x", "--out", str(out), "--seed", "-1"], "wanted a whole number from 0 to 4294967295"),
        (["none", "--data", "x", "--out", str(out)], "invalid choice: 'none'"),
        (["book", "--data", str(files["whole"]), "--out", str(out), "--resume"], "There is no checkpoint"),
        (["book", "--data", str(files["whole"]), "--out", str(foreign), "--resume"], "but no checkpoint of a training"),
    ]
    run = subprocess.run(
        [sys.executable, "-c", TRAINING],
        input=json.dumps([arguments for arguments, _ in cases]),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for (arguments, says), (status, error) in zip(cases, json.loads(run.stdout), strict=True):
        assert status in (1, 2), arguments
        assert re.search(says, error), (arguments, error)
        assert "Traceback" not in error
    assert not out.exists()


def test_training_without_tensorflow_says_what_is_missing(tmp_path: Path) -> None:
    (tmp_path / "keras.py").write_text("raise ModuleNotFoundError('none', name='keras')")
    command = [sys.executable, "-m", "aecore.train", "book", "--out", "m.safetensors"]
    found = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)])}
    run = subprocess.run(command, env=found, cwd=tmp_path, capture_output=True, text=True)
    assert run.returncode == 1
    assert run.stderr == "Training needs the package keras: pip install -r requirements.txt.\n"


@pytest.mark.parametrize(
    ("main", "arguments", "says"),
    [
        (denoising.main, ["--digits", "0"], "wanted a whole number, at least 1"),
        (denoising.main, ["--model", "denoiser"], "wanted NAME=FILE"),
        (denoising.main, ["--data", "WHOLE", "--model", "other=none.safetensors"], "none.safetensors is missing"),
        (denoising.main, ["--data", "WHOLE", "--model", "other=FOREIGN"], "but not a model of this playground"),
        (directions_find.main, ["--model", "none"], "There is no model called 'none'"),
        (directions_find.main, ["--data", "WHOLE", "--model", "default"], "too few digits with a loop"),
        (directions_find.main, ["--data", "WHOLE", "--model", "plane"], "A latent of 2 cannot change 5 attributes"),
        (atlas_build.main, ["--only", "none"], "There is no model called 'none'"),
        (atlas_build.main, ["--data", "WHOLE", "--only", "mlp"], "The map needs more than 30 images, and got 30"),
        (evaluate.main, ["--write", "none"], "there is no folder none"),
        (evaluate.main, ["--data", "WHOLE", "--keep", "FOLDER"], "cannot be written: Is a directory"),
        (rebuild.main, ["--only", "none"], "invalid choice: 'none'"),
        (rebuild.main, ["--epochs", "-1"], "wanted a whole number, at least 1"),
        (rebuild.main, ["--work", "FOREIGN"], "cannot be written"),
        (export_html.main, ["--model", "none"], "There is no model called 'none'"),
        (export_html.main, ["--model", "../models/book"], "There is no model called"),
        (export_html.main, ["--model", "book", "--out", "FOLDER"], "cannot be written: Is a directory"),
    ],
)
def test_other_arguments(
    files: dict[str, Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    main: Callable[[list[str]], int],
    arguments: list[str],
    says: str,
) -> None:
    foreign = tmp_path / "foreign.safetensors"
    foreign.write_bytes(safetensors.numpy.save({"weight": np.zeros(3, np.float32)}))
    (tmp_path / "folder").mkdir()
    names = {"WHOLE": files["whole"], "FOREIGN": foreign, "FOLDER": tmp_path / "folder"}
    arguments = [str(names.get(argument, argument)).replace("FOREIGN", str(foreign)) for argument in arguments]
    ends_with_a_sentence(capsys, main, arguments, says)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "The folder .* cannot be used for a training: No such file"),
        ({}, "The job job.json of this training cannot be read: No such file"),
        ({"job.json": "{"}, "The job job.json of this training is damaged, or no JSON file"),
        ({"job.json": "[]"}, "A job must be a mapping"),
    ],
)
def test_a_worker_without_a_job(tmp_path: Path, content: dict[str, str] | None, says: str) -> None:
    folder = tmp_path / "job"
    if content is not None:
        folder.mkdir()
        for name, text in content.items():
            (folder / name).write_text(text)
    # A process of its own: a worker lowers its priority, and listens to signals.
    command = [sys.executable, "-m", "aecore.worker", str(folder)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 1
    assert re.search(says, run.stderr)
    assert len(run.stderr.splitlines()) == 1


def test_a_manifest_that_cannot_be_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(manifest, "MODELS", tmp_path / "models")
    (tmp_path / "models").write_text("not a folder")
    ends_with_a_sentence(capsys, manifest.main, [], "cannot be written")


@pytest.mark.parametrize("port", ["abc", "-1", "65536", "1.5"])
def test_replicas_on_an_odd_port(
    port: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORT", port)
    ends_with_a_sentence(capsys, lambda arguments: replicas.main(), [], "PORT must be a number from 0 to 65535")
