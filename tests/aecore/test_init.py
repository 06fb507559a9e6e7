from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import aecore

FORBIDDEN = ("tensorflow", "keras", "streamlit", "plotly", "streamlit_drawable_canvas")


def test_the_public_names_are_there() -> None:
    for name in aecore.__all__:
        assert getattr(aecore, name) is not None
    assert {"Autoencoder", "ModelFileError", "available", "corrupt", "load"} <= set(aecore.__all__)


@pytest.mark.parametrize("module", ["aecore", "aecore.evaluate", "aecore.manifest", "aecore.worker"])
def test_importing_and_using_it_brings_no_framework_along(module: str, run_python: Callable[..., Any]) -> None:
    code = (
        f"import sys, {module}, aecore, numpy as np\n"
        "model = aecore.load(aecore.available()[0])\n"
        "model.reconstruct(np.zeros((1, 28, 28), np.float32))\n"
        f"print([name for name in {FORBIDDEN} if name in sys.modules])"
    )
    done = run_python("-c", code)
    assert done.stdout.strip() == "[]", done.stderr


def test_every_command_says_how_it_is_used_and_does_nothing_else(run_python: Callable[..., Any]) -> None:
    commands = [path.stem for path in Path(aecore.__file__).parent.glob("*.py") if path.stem != "__init__"]
    assert {
        "train",
        "evaluate",
        "atlas",
        "directions",
        "distill",
        "pca",
        "denoising",
        "rebuild",
        "worker",
        "manifest",
        "recordings",
    } == {*commands}
    code = (
        "import contextlib, importlib, io, sys\n"
        "for name in sys.argv[1:]:\n"
        "    with contextlib.redirect_stdout(io.StringIO()) as said, contextlib.suppress(SystemExit):\n"
        "        importlib.import_module(f'aecore.{name}').main(['--help'])\n"
        "        raise AssertionError(f'{name} went on')\n"
        "    assert said.getvalue().startswith(f'usage: python -m aecore.{name} '), said.getvalue()"
    )
    done = run_python("-c", code, *commands)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr


def test_the_tests_themselves_keep_tensorflow_out() -> None:
    assert "tensorflow" not in sys.modules  # else parity would be measured in a process that an app never has
