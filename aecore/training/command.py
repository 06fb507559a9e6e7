"""The command that trains a preset.

`python -m aecore.train PRESET --data mnist.npz --epochs N --out FILE [--corruption KIND] [--resume]`

Instead of MNIST, the presets of digits learn from people's own pictures, of every kind that `aecore.data.own` reads.
Every complete epoch is written to FILE.checkpoint; --resume continues from it after an interrupt. When training ends,
or is interrupted, the model is whitened, evaluated on the validation images and saved to FILE.
"""

from __future__ import annotations

import argparse
import dataclasses
import shlex
import sys
from collections.abc import Callable
from pathlib import Path

import threadpoolctl

from aecore.core.arguments import check_writable, positive, seed
from aecore.core.model import Model
from aecore.core.model_file import WriteError, save_model
from aecore.data import named
from aecore.data.corruption import KINDS
from aecore.data.dataset import Dataset
from aecore.data.mnist import load_mnist
from aecore.data.own.examples import examples_of
from aecore.data.own.read import read_own
from aecore.data.own.splits import dataset_of, warnings_of
from aecore.tasks import load, load_model
from aecore.tasks.denoise import Denoise
from aecore.training import color_command, head_command, scene_command, voice_command
from aecore.training.card import after, model_card
from aecore.training.checkpoint import Progress, forget
from aecore.training.color_presets import COLOR_MODELS
from aecore.training.finish import finish
from aecore.training.fit import train
from aecore.training.interrupts import listen
from aecore.training.presets import ALL_PRESETS, ENCODERS, HEADS, Preset
from aecore.training.scene_presets import SCENE_MODELS
from aecore.training.shapes import adapted, for_count, with_latent
from aecore.training.spatial_presets import SPATIAL_MODELS
from aecore.training.voice_presets import VOICE_MODELS

KNOWN = ALL_PRESETS | ENCODERS | SPATIAL_MODELS


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m aecore.train",
        description="Train a model of digits or other pictures, or its head, or one of colour, scenes or voices.",
    )
    parser.add_argument("preset", choices=[*sorted(KNOWN), *HEADS, *COLOR_MODELS, *SCENE_MODELS, *VOICE_MODELS])
    parser.add_argument(
        "--data",
        nargs="+",
        type=Path,
        metavar="FILE",
        help="mnist.npz in Keras' layout; default $AECORE_MNIST, else Keras downloads it. Or your own pictures: npz, "
        "npy, idx (pictures and labels), CSV, parquet, a zip or folder of PNG and JPEG; or a data set by name, "
        f"{', '.join(named.SETS)}, where its files are. For models of colour: "
        "cifar10_scans.npz; default: that in $AECORE_DATA, else Keras downloads CIFAR-10. Of voices: "
        "spoken_digits.npz; default: that in $AECORE_DATA",
    )
    parser.add_argument("--epochs", type=positive, help="default: the preset's, and its second stage")
    parser.add_argument("--latent", type=positive, metavar="N", help="numbers in the latent; default: the preset's")
    parser.add_argument("--out", type=Path, required=True, help="the model file to write, .safetensors")
    parser.add_argument("--corruption", choices=sorted(KINDS), help="train a denoiser for this corruption")
    parser.add_argument(
        "--start", type=Path, metavar="FILE", help="begin with this model instead of the pretrained one"
    )
    parser.add_argument("--seed", type=seed, default=0)
    parser.add_argument("--resume", action="store_true", help="go on from FILE.checkpoint")
    options = parser.parse_args(arguments)
    if options.preset in (*HEADS, *COLOR_MODELS, *SCENE_MODELS, *VOICE_MODELS):
        if options.data and len(options.data) > 1:
            parser.error("heads, models of colour, scenes and voices are trained on one file")
        options.data = options.data[0] if options.data else None
    if options.preset in HEADS:
        if options.corruption:
            parser.error("heads are not trained on corruptions")
        return _train_whole(options, head_command.make, head_command.checkpoints)
    if options.preset in COLOR_MODELS:
        if options.corruption:
            parser.error("models of colour are not trained on corruptions")
        return _train_whole(options, color_command.make, color_command.checkpoints)
    if options.preset in SCENE_MODELS:
        if options.corruption:
            parser.error("the model of scenes is not trained on corruptions")
        return _train_whole(options, scene_command.make, scene_command.checkpoints)
    if options.preset in VOICE_MODELS:
        if options.corruption:
            parser.error("models of voices have noises of their own")
        return _train_whole(options, voice_command.make, voice_command.checkpoints)

    if options.preset in SPATIAL_MODELS and options.latent:
        parser.error("the numbers in a spatial latent are not chosen")
    preset = _preset(options)
    checkpoint = options.out.with_name(options.out.name + ".checkpoint")
    listen()
    try:
        check_writable(options.out, checkpoint)
        data = _data(options.data, options.seed)
        start = _start(options, preset)
        preset = adapted(preset, data.shape, data.shows_digits)
        if not data.shows_digits:
            preset = for_count(preset, len(data.train))
        trained = train(
            preset,
            data,
            checkpoint,
            options.seed,
            options.resume,
            lambda p: _report(preset, p),
            initial=start.weights if start else None,
        )
    except (ValueError, WriteError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted before the first epoch was complete: nothing saved", file=sys.stderr)
        return 130
    card = {
        **model_card(preset, options.preset, data, trained.progress, options.seed),
        "command": _command(options, None if options.preset in ENCODERS or preset.polish else preset.epochs),
    }
    if start and preset.frozen:
        card = after(start.card, card)
    # Two threads of OpenBLAS wait for each other beside other work: minutes become a quarter of an hour.
    try:
        with threadpoolctl.threadpool_limits(1, "blas"):
            model = finish(
                preset, trained.weights, data, card, options.seed, shown=examples_of(data, options.seed), before=start
            )
    except KeyboardInterrupt:
        print(f"interrupted before {options.out} was written: --resume goes on from {checkpoint}", file=sys.stderr)
        return 130
    except ValueError as error:  # np.linalg.LinAlgError is one
        print(f"No model can be made of this training: its latents have no spread ({error}).", file=sys.stderr)
        return 1
    try:
        save_model(model, options.out)
    except WriteError as error:
        print(f"{error} --resume goes on from {checkpoint}", file=sys.stderr)
        return 1
    if trained.progress.epoch == preset.all_epochs:
        forget(checkpoint)
    _print_figures(options, model)
    return 0


def _data(paths: list[Path] | None, seed: int) -> Dataset:
    """Return MNIST, or the pictures in somebody's own files, about which it prints what was done; raises ValueError."""
    if not paths:
        return load_mnist()
    if len(paths) == 1 and str(paths[0]) in named.SETS:
        return named.load(str(paths[0]))
    if len(paths) == 1:
        try:
            return load_mnist(paths[0])
        except ValueError:
            if not paths[0].exists():
                raise
    pictures = read_own(paths, seed)
    for sentence in (*pictures.notices, *warnings_of(pictures)):
        print(sentence, flush=True)
    return dataset_of(pictures, title=f"{len(pictures):,} pictures of {paths[0].name}", seed=seed)


def _start(options: argparse.Namespace, preset: Preset) -> Model | None:
    """Return the model that training begins with, None for random weights; raises ValueError."""
    if options.start:
        return load_model(options.start)
    return load(preset.start_from) if preset.start_from else None


def _train_whole(
    options: argparse.Namespace,
    make: Callable[[argparse.Namespace, Path], Model],
    checkpoints: Callable[[Path], list[Path]],
) -> int:
    """Train a model that is of no use before all its epochs, and write it; returns the exit status."""
    checkpoint = options.out.with_name(options.out.name + ".checkpoint")
    listen()
    try:
        check_writable(options.out, checkpoint)
        model = make(options, checkpoint)
        model = dataclasses.replace(model, card={**model.card, "command": _command(options, options.epochs)})
        save_model(model, options.out)
    except (ValueError, WriteError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"interrupted: --resume goes on from the last complete epoch, in {checkpoint.parent}", file=sys.stderr)
        return 130
    for path in checkpoints(checkpoint):
        forget(path)
    _print_figures(options, model)
    return 0


def _print_figures(options: argparse.Namespace, model: Model) -> None:
    figures = ", ".join(f"{name.replace('_', ' ')} {value:.6f}" for name, value in model.card["metrics"].items())
    print(f"{options.out}: {figures}")


def _preset(options: argparse.Namespace) -> Preset:
    """Return the preset with the changes of the options."""
    preset = KNOWN[options.preset]
    if options.latent:
        preset = dataclasses.replace(with_latent(preset, options.latent), polish=None, start_from=None)
    if options.epochs:
        preset = dataclasses.replace(preset, epochs=options.epochs, polish=None)
    if options.corruption:
        level = preset.task.level if isinstance(preset.task, Denoise) else 1.0
        preset = dataclasses.replace(preset, task=Denoise(options.corruption, level))
    return preset


def _command(options: argparse.Namespace, epochs: int | None) -> str:
    """Return the command that trains this model again, with `epochs` where they are not the preset's own."""
    command = ["python", "-m", "aecore.train", options.preset]
    if epochs:
        command += ["--epochs", str(epochs)]
    if options.latent:
        command += ["--latent", str(options.latent)]
    if options.corruption:
        command += ["--corruption", options.corruption]
    return shlex.join([*command, "--seed", str(options.seed)])


def _report(preset: Preset, progress: Progress) -> None:
    left = progress.seconds / progress.epoch * (preset.all_epochs - progress.epoch)
    training, validation = progress.curve[-1]
    print(
        f"epoch {progress.epoch}/{preset.all_epochs}  training error {training:.5f}  "
        f"validation error {validation:.5f}  {left / 60:.1f} min left",
        flush=True,
    )
