"""Trains every pretrained model again: `python -m aecore.rebuild --data mnist.npz`, run by `make train`.

Models are trained one after the other, each in its own process, in the folder WORK; each finished model replaces the
pretrained file at once, and its student is distilled from it. After an interrupt, the same command continues where it
stopped.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from pathlib import Path

from aecore.core import manifest, pretrained
from aecore.core.arguments import check_writable, positive
from aecore.core.model_file import ModelFileError, WriteError, write_atomically
from aecore.data.cifar10 import HOW_TO_GET, cifar10_path
from aecore.data.pen_strokes import HOW_TO_GET as HOW_TO_GET_PEN_STROKES
from aecore.data.pen_strokes import pen_strokes_path
from aecore.tasks import load_model
from aecore.training.color_presets import COLOR_MODELS
from aecore.training.presets import HEADS, PRESETS, STUDENTS
from aecore.training.scene_presets import SCENE_MODELS
from aecore.training.spatial_presets import SPATIAL_MODELS

LAST_STAGES = {"joint_encoder": "joint"}  # the model that each replaces
# A head is trained after the model whose latent it reads.
ALL = (*PRESETS, *LAST_STAGES, *SPATIAL_MODELS, *HEADS, *COLOR_MODELS, *SCENE_MODELS)
_MINUTES = 10.0  # an estimate, where no model card has the time


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; returns the exit status of the first training that failed, else 0."""
    parser = argparse.ArgumentParser(prog="python -m aecore.rebuild", description="Train every pretrained model.")
    parser.add_argument("--data", help="mnist.npz in Keras' layout; default $AECORE_MNIST, else Keras downloads it")
    parser.add_argument("--only", nargs="+", choices=ALL, help="default: all")
    parser.add_argument("--epochs", type=positive, help="for a trial run; default: each preset's")
    parser.add_argument("--work", type=Path, default=Path("runs/rebuild"), help="where training happens")
    options = parser.parse_args(arguments)
    extra = ["--data", options.data] if options.data else []
    extra += ["--epochs", str(options.epochs)] if options.epochs else []

    names = [name for name in ALL if not options.only or name in options.only]
    if not options.only and cifar10_path() is None:
        print(f"The models of colour stay as they are: there are no photos here. {HOW_TO_GET}")
        names = [name for name in names if name not in COLOR_MODELS]
    if not options.only and pen_strokes_path() is None:
        print(f"The model of scenes stays as it is: there are no pen trajectories here. {HOW_TO_GET_PEN_STROKES}")
        names = [name for name in names if name not in SCENE_MODELS]
    try:
        folders = options.work, pretrained.MODELS, pretrained.students()
        check_writable(*(folder / f"{name}.safetensors" for name in names for folder in folders))
        return _rebuild(names, options.work, extra)
    except (WriteError, ModelFileError) as error:
        print(error, file=sys.stderr)
        return 1


def _rebuild(names: list[str], work: Path, extra: list[str]) -> int:
    """Train these presets, each with the `extra` options; returns the exit status."""
    minutes = {name: _minutes(name) for name in names}
    for i, name in enumerate(names):
        out = work / f"{name}.safetensors"
        left = sum(minutes[other] for other in names[i:] if not _is_finished(work / f"{other}.safetensors"))
        if _is_finished(out):
            print(f"{name} ({i + 1} of {len(names)}) was finished before the interrupt", flush=True)
        else:
            print(f"{name} ({i + 1} of {len(names)}), about {left:.0f} min left in all", flush=True)
            resume = ["--resume"] if _checkpoint(out).exists() else []
            given = _without_data(extra) if name in COLOR_MODELS else extra
            status = _run("aecore.train", name, "--out", str(out), *given, *resume)
            if status or not _is_finished(out):
                return _stopped(status)
            model = pretrained.MODELS / f"{LAST_STAGES.get(name, name)}.safetensors"
            write_atomically(model, out.read_bytes())  # atomic, because a server may read it
            manifest.write_all()  # at once, because the denoiser starts from the listed default model
        if name in STUDENTS and pretrained.student(name) is None:  # none, or distilled from an older version
            print(f"the student of {name}", flush=True)
            student = pretrained.students() / out.name
            status = _run("aecore.distill", name, "--model", str(pretrained.path(name)), "--out", str(student), *extra)
            if status:
                return _stopped(status)
            manifest.write_all()
    for name in names:
        (work / f"{name}.safetensors").unlink()
    return 0


def _without_data(extra: list[str]) -> list[str]:
    """Return options without those of the digits."""
    return extra[2:] if extra[:1] == ["--data"] else extra


def _stopped(status: int) -> int:
    print("stopped; the same command goes on from here", file=sys.stderr)
    return status or 130


def _run(module: str, *options: str) -> int:
    """Run a command of this package; returns its exit status."""
    command = [sys.executable, "-m", module, *options]
    with subprocess.Popen(command) as process:  # noqa: S603, our own module and a preset's name
        while True:
            try:
                return process.wait()
            except KeyboardInterrupt:  # the training has received it, too, and saves its last epoch
                time.sleep(0.1)


def _is_finished(out: Path) -> bool:
    return out.exists() and not _checkpoint(out).exists()


def _checkpoint(out: Path) -> Path:
    return out.with_name(out.name + ".checkpoint")


def _minutes(name: str) -> float:
    """Return the minutes that a model's last training took, from its card."""
    try:
        return float(load_model(pretrained.MODELS / f"{name}.safetensors").card["seconds"]) / 60
    except (ModelFileError, KeyError, TypeError, ValueError):
        return _MINUTES
