"""Train a preset.

`python -m aecore.train PRESET --data mnist.npz --epochs N --out FILE [--corruption KIND] [--resume]`

Every complete epoch is written to FILE.checkpoint; an interrupt keeps it, --resume goes on from it. When training
ends, or is interrupted, the model is whitened, measured on the validation digits and saved to FILE.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import json
import os
import shlex
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np
import safetensors.numpy
import threadpoolctl

import aecore
from aecore.core.keras_model import Midpoints, build, get_weights, join, set_weights
from aecore.core.mixture import fit_mixture
from aecore.core.model_file import WriteError, round_weights, save_model, write_atomically
from aecore.core.statistics import measure
from aecore.core.whitening import SAMPLES, centre, whiten
from aecore.data.augment import ink_pool, warp_pool
from aecore.data.corruption import KINDS, corrupt
from aecore.data.mnist import Mnist, load_mnist
from aecore.tasks import Autoencoder
from aecore.training import classifier
from aecore.training.presets import PRESETS, Preset


@dataclasses.dataclass
class Progress:
    """What training has done so far: complete epochs, seconds, and (training, validation) error per epoch."""

    epoch: int = 0
    seconds: float = 0.0
    curve: list[tuple[float, float]] = dataclasses.field(default_factory=list)


def train(
    preset: Preset,
    data: Mnist,
    checkpoint: Path,
    seed: int = 0,
    resume: bool = False,
    on_epoch: Callable[[Progress], None] = lambda progress: None,
    on_built: Callable[[keras.Model, keras.Model, Progress], None] = lambda encoder, decoder, progress: None,
    on_batch: Callable[[int, int, float], None] = lambda batches, batch, loss: None,
) -> tuple[keras.Model, keras.Model, Progress]:
    """Train and return (encoder, decoder, progress), leaving a checkpoint after every epoch.

    `on_built` gets encoder, decoder and what a resumed training has done, before the first batch; `on_batch`, between
    two batches, how many the epoch has, how many are done, and their mean error; it may wait, and raise
    KeyboardInterrupt.

    Raises ValueError when there is no checkpoint to resume. An interrupt (Ctrl-C, SIGTERM) ends training early with
    the weights of the last complete epoch; it is raised only when not even one is complete.
    """
    keras.utils.set_random_seed(seed)
    model, encoder, decoder = build(preset.spec, preset.latent_noise, preset.divergence)
    if preset.start_from:
        set_weights(aecore.load(preset.start_from).weights, encoder, decoder)
    images = data.train_images
    if preset.drawings:
        images = np.concatenate([images, ink_pool(images, preset.drawings, seed)])
    steps = -(-len(images) // preset.batch)  # per epoch
    progress = _saved_progress(checkpoint) if resume else Progress()
    polish = preset.polish

    def next_stage() -> keras.Model:
        if polish is None or progress.epoch < preset.epochs:
            return _compile(model, _optimizer(preset, preset.learning_rate, steps * preset.epochs))
        if progress.epoch == preset.epochs:
            write_atomically(_first_stage(checkpoint), safetensors.numpy.save(get_weights(encoder, decoder)))
        recipe = classifier.Recipe(epochs=polish.critic_epochs, seed=polish.critic_seed)
        critic = classifier.network(classifier.fetch(data, _critic(checkpoint), print, recipe))
        midpoints = Midpoints(polish.critic, decoder, critic)
        polished = join(*model.layers[:-1], midpoints, decoder)  # the same weights, in the same order
        return _compile(polished, _optimizer(preset, polish.learning_rate, steps * polish.epochs))

    if resume:
        _restore(model, checkpoint)
    stage = next_stage()
    if resume and progress.epoch != preset.epochs:
        _restore(stage.optimizer, checkpoint)
    on_built(encoder, decoder, progress)

    pool = warp_pool(images, preset.warped_copies, seed) if preset.warped_copies else None
    clean = data.validation_images[..., None]
    given = clean
    if preset.corruption:
        given = corrupt(
            data.validation_images, preset.corruption, preset.corruption_level, np.random.default_rng(seed)
        )[..., None]
    try:
        while progress.epoch < preset.all_epochs:
            if progress.epoch == preset.epochs and stage is model:  # else it was resumed just here
                stage = next_stage()
            start = time.monotonic()
            inputs, targets = _epoch_arrays(preset, images, pool, progress.epoch, seed)
            verbose = 1 if sys.stdout.isatty() else 0
            batches = -(-len(inputs) // preset.batch)
            with _StopBetweenBatches(partial(on_batch, batches)) as stop:
                fit = stage.fit(
                    inputs, targets, batch_size=preset.batch, shuffle=False, verbose=verbose, callbacks=[stop]
                )
                validation, _ = stage.evaluate(given, clean, batch_size=500, verbose=0, callbacks=[stop])
            progress.epoch += 1
            progress.seconds += time.monotonic() - start
            progress.curve.append((float(fit.history["mse"][0]), float(validation)))
            _save(stage, progress, checkpoint)
            on_epoch(progress)
        if polish:
            begun = safetensors.numpy.load_file(_first_stage(checkpoint))
            ended = get_weights(encoder, decoder)
            averaged = {name: polish.share * ended[name] + (1 - polish.share) * begun[name] for name in ended}
            set_weights(averaged, encoder, decoder)
    except KeyboardInterrupt:
        if not progress.curve or not checkpoint.exists():
            raise
        progress = _saved_progress(checkpoint)
        _restore(model, checkpoint)
        print(f"interrupted: keeping epoch {progress.epoch}", flush=True)
    return encoder, decoder, progress


class _StopBetweenBatches(keras.callbacks.Callback):
    """Take an interrupt between two batches: raised inside TensorFlow's own calls, it may come out as another error.

    `on_batch` is called there too, with the number of batches done and their mean error.
    """

    def __init__(self, on_batch: Callable[[int, float], None]) -> None:
        super().__init__()
        self._on_batch = on_batch

    def __enter__(self) -> _StopBetweenBatches:
        self._asked = False
        self._handlers = {number: signal.signal(number, self._ask) for number in (signal.SIGINT, signal.SIGTERM)}
        return self

    def __exit__(self, *error: object) -> None:
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        if error == (None, None, None):
            self._stop_if_asked()  # after the last batch

    def on_train_batch_end(self, batch: int, logs: Mapping[str, float] | None = None) -> None:
        self._on_batch(batch + 1, float((logs or {}).get("loss", np.nan)))
        self._stop_if_asked()

    def on_test_batch_end(self, batch: int, logs: Mapping[str, float] | None = None) -> None:
        self._stop_if_asked()

    def _stop_if_asked(self) -> None:
        if self._asked:
            raise KeyboardInterrupt

    def _ask(self, signum: int, frame: FrameType | None) -> None:
        self._asked = True


def _compile(model: keras.Model, optimizer: keras.optimizers.Optimizer) -> keras.Model:
    model.compile(optimizer, "mse", metrics=["mse"])  # what layers add to the loss is not in the metric
    optimizer.build(model.trainable_variables)
    return model


def _optimizer(preset: Preset, learning_rate: float, steps: int) -> keras.optimizers.Optimizer:
    if not preset.warmup_steps:
        return keras.optimizers.Adam(learning_rate)
    warmup = min(preset.warmup_steps, steps // 4)
    schedule = keras.optimizers.schedules.CosineDecay(
        learning_rate / 100, steps - warmup, alpha=0.01, warmup_target=learning_rate, warmup_steps=warmup
    )
    return keras.optimizers.AdamW(schedule, beta_2=0.99, weight_decay=preset.weight_decay)


def _epoch_arrays(
    preset: Preset, images: np.ndarray, pool: np.ndarray | None, epoch: int, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    # Seeded by epoch, so that a resumed run sees what an uninterrupted one would have seen.
    rng = np.random.default_rng([seed, epoch])
    done = epoch / preset.epochs
    order = rng.permutation(len(images))
    targets = images[order]
    if pool is not None:
        share = preset.warped_share * (0.5 if done >= 0.7 else 1.0)
        warped = np.flatnonzero(rng.random(len(images)) < share)
        copies = rng.integers(len(pool), size=len(warped))
        targets[warped] = pool[copies, order[warped]].astype(np.float32) / 255
    inputs = targets
    if preset.corruption:
        inputs = corrupt(targets, preset.corruption, preset.corruption_level, rng)
    if preset.input_noise and done < 0.75:
        inputs = inputs + preset.input_noise * rng.standard_normal(inputs.shape, np.float32)
    return inputs[..., None], targets[..., None]


def _save(model: keras.Model, progress: Progress, path: Path) -> None:
    arrays = {f"model.{i}": np.asarray(v) for i, v in enumerate(model.weights)}
    arrays |= {f"optimizer.{i}": np.asarray(v) for i, v in enumerate(model.optimizer.variables)}
    header = {"progress": json.dumps(dataclasses.asdict(progress))}
    write_atomically(path, safetensors.numpy.save(arrays, header))


def _saved_progress(path: Path) -> Progress:
    with _opened(path) as file:
        saved = json.loads(file.metadata()["progress"])
        return Progress(saved["epoch"], saved["seconds"], [(a, b) for a, b in saved["curve"]])


def _restore(part: keras.Model | keras.optimizers.Optimizer, path: Path) -> None:
    kind, variables = ("model", part.weights) if isinstance(part, keras.Model) else ("optimizer", part.variables)
    with _opened(path) as file:
        for i, variable in enumerate(variables):
            variable.assign(file.get_tensor(f"{kind}.{i}"))


def _critic(checkpoint: Path) -> Path:
    return checkpoint.with_suffix(".critic")


def _first_stage(checkpoint: Path) -> Path:
    return checkpoint.with_suffix(".first-stage")


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[Any]:
    try:
        with safetensors.safe_open(path, "numpy") as file:
            yield file
    except FileNotFoundError:
        raise ValueError(f"There is no checkpoint {path} to resume.") from None
    except (safetensors.SafetensorError, KeyError, TypeError, ValueError):
        raise ValueError(f"The checkpoint {path} belongs to another preset, or is damaged.") from None


def finish(
    preset: Preset,
    weights: Mapping[str, np.ndarray],
    data: Mnist,
    card: dict[str, Any],
    seed: int = 0,
    samples: int = SAMPLES,
) -> Autoencoder:
    """Make a model of trained weights: whitened, rounded as a file holds them, described and measured. NumPy only.

    `samples` latents say which way the dimensions are turned: fewer are faster, and less exact.
    """
    nothing = np.zeros(preset.spec.latent_dim)
    model = Autoencoder(preset.spec, weights, measure(nothing[None], nothing), card)
    for _ in range(2):  # rounding bends the latents a little, so what is rounded is whitened once more
        new, effect = whiten(preset.spec, model.weights, model.encode(data.train_images), model.decode, samples)
        model = dataclasses.replace(model, weights=round_weights(new))
    # What the second rounding left of the mean goes into the biases, which stay exact.
    mean = model.encode(data.train_images).mean(axis=0, dtype=np.float64)
    model = dataclasses.replace(model, weights=centre(preset.spec, model.weights, mean))
    latents = model.encode(data.train_images)
    model = dataclasses.replace(model, statistics=measure(latents, effect), mixture=fit_mixture(latents, seed))
    return dataclasses.replace(model, card={**card, "metrics": metrics(model, preset, data, seed)})


def metrics(model: Autoencoder, preset: Preset, data: Mnist, seed: int = 0) -> dict[str, float]:
    """Measure the squared error per pixel on validation and test digits, corrupted as the preset says."""
    out = {}
    for split, clean in (("validation", data.validation_images), ("test", data.test_images)):
        given = clean
        if preset.corruption:
            given = corrupt(clean, preset.corruption, preset.corruption_level, np.random.default_rng(seed))
        out[f"{split}_mse"] = round(float(np.mean((model.reconstruct(given) - clean) ** 2)), 6)
    return out


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m aecore.train", description="Train an autoencoder on MNIST.")
    parser.add_argument("preset", choices=sorted(PRESETS))
    parser.add_argument("--data", help="mnist.npz in Keras' layout; default $AECORE_MNIST, else Keras downloads it")
    parser.add_argument("--epochs", type=_positive, help="default: the preset's, and its second stage")
    parser.add_argument("--out", type=Path, required=True, help="the model file to write, .safetensors")
    parser.add_argument("--corruption", choices=sorted(KINDS), help="train a denoiser for this corruption")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--resume", action="store_true", help="go on from FILE.checkpoint")
    options = parser.parse_args(arguments)

    preset = PRESETS[options.preset]
    if options.epochs:
        preset = dataclasses.replace(preset, epochs=options.epochs, polish=None)
    if options.corruption:
        preset = dataclasses.replace(preset, corruption=options.corruption)
    checkpoint = options.out.with_name(options.out.name + ".checkpoint")
    for number in (signal.SIGINT, signal.SIGTERM):  # a shell lets background jobs ignore the first
        signal.signal(number, _interrupt)
    try:
        data = load_mnist(options.data)
        encoder, decoder, progress = train(
            preset, data, checkpoint, options.seed, options.resume, lambda p: _report(preset, p)
        )
    except (ValueError, WriteError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted before the first epoch was complete: nothing saved", file=sys.stderr)
        return 130
    command = ["python", "-m", "aecore.train", options.preset]
    if preset.polish is None:
        command += ["--epochs", str(preset.epochs)]
    if options.corruption:
        command += ["--corruption", options.corruption]
    hyperparameters = dataclasses.asdict(preset)
    del hyperparameters["spec"]
    card = {
        "preset": options.preset,
        "command": shlex.join([*command, "--seed", str(options.seed)]),
        "data": "MNIST: 55,000 training digits, 5,000 for validation, split with seed 0",
        "seed": options.seed,
        "epochs": progress.epoch,
        "seconds": round(progress.seconds),
        "hyperparameters": hyperparameters,
        "versions": {"keras": keras.__version__, "backend": keras.backend.backend(), "numpy": np.__version__},
        "curve": [[round(a, 6), round(b, 6)] for a, b in progress.curve],
    }
    # Two threads of OpenBLAS wait for each other where something else runs: minutes become a quarter of an hour.
    try:
        with threadpoolctl.threadpool_limits(1, "blas"):
            model = finish(preset, get_weights(encoder, decoder), data, card, options.seed)
    except KeyboardInterrupt:
        print(f"interrupted before {options.out} was written: --resume goes on from {checkpoint}", file=sys.stderr)
        return 130
    try:
        save_model(model, options.out)
    except WriteError as error:
        print(f"{error} --resume goes on from {checkpoint}", file=sys.stderr)
        return 1
    if progress.epoch == preset.all_epochs:
        checkpoint.unlink(missing_ok=True)
        _critic(checkpoint).unlink(missing_ok=True)
        _first_stage(checkpoint).unlink(missing_ok=True)
    print(f"{options.out}: validation MSE {model.card['metrics']['validation_mse']:.6f}")
    return 0


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


def _interrupt(signum: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _report(preset: Preset, progress: Progress) -> None:
    left = progress.seconds / progress.epoch * (preset.all_epochs - progress.epoch)
    training, validation = progress.curve[-1]
    print(
        f"epoch {progress.epoch}/{preset.all_epochs}  training MSE {training:.5f}  validation MSE {validation:.5f}  "
        f"{left / 60:.1f} min left",
        flush=True,
    )
