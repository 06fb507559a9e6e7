"""Train one job in a process of its own, and tell how it goes through files: `python -m aecore.worker FOLDER`.

FOLDER/job.json says what to train (`job.py`). The worker writes progress.json several times a second, preview.json
(sixteen digits redrawn, and a map of the latents) every few seconds, and after every complete epoch
model.safetensors, a model ready to use: whatever ends the process, that one stays. FOLDER/control holds what is asked
of it: "run", "pause" or "stop", read between batches. With `--resume` it goes on from where it stopped.
"""

from __future__ import annotations

import base64
import contextlib
import dataclasses
import json
import math
import os
import signal
import sys
import time
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

import numpy as np
import threadpoolctl

from aecore.core.model_file import save_model, write_atomically
from aecore.data.corruption import corrupt
from aecore.data.mnist import Mnist, load_mnist, mnist_path
from aecore.data.synthetic import synthetic_digits
from aecore.training.job import (
    CHECKPOINT,
    CONTROL,
    JOB,
    MAX_MINUTES,
    MAX_PAUSE,
    MODEL,
    PREVIEW,
    PROGRESS,
    Job,
    JobError,
)
from aecore.training.presets import PRESETS

if TYPE_CHECKING:  # TensorFlow takes seconds to import: progress is told before
    import keras

    from aecore.tasks import Autoencoder
    from aecore.training.fit import Progress

GRID, POINTS = 16, 500  # digits redrawn, latents on the map
_PAUSE = 0.3  # seconds between two words of progress
_PREVIEW = 2.0  # the same, between two previews
_MANY = 10_000  # warped copies; fewer are there in a few seconds
_LOSSES = 600  # points of the curve over the batches
_QUICK = (1_000, 32)  # digits and samples that a model is finished with after each epoch
_THOROUGH = (5_000, 256)  # and at the end


class _Worker:
    def __init__(self, folder: Path, resume: bool) -> None:
        self.folder, self.resume = folder, resume
        self.told = self.previewed = 0.0
        self.reason = ""
        self.started = self.paused = 0.0  # when the first batch was done, and how long nothing happened since
        self.before = 0.0  # seconds of earlier runs
        self.state: dict[str, Any] = {
            "state": "starting",
            "sentence": "TensorFlow is starting.",
            "epoch": 0,
            "epochs": 0,
            "batch": 0,
            "batches": 0,
            "curve": [],
            "losses": [],
            "seconds": 0.0,
            "left": None,
            "preview": 0,
            "saved": 0,  # the epoch of the model in the file
        }
        if resume:
            with contextlib.suppress(OSError, ValueError):
                self.state |= json.loads((folder / PROGRESS).read_text())
                self.before = self.state["seconds"]

    # ---- what is told, and what is asked --------------------------------------------------------------------

    def tell(self, state: str = "", sentence: str = "") -> None:
        if state:
            self.state |= {"state": state, "sentence": sentence}
        elif time.monotonic() - self.told < _PAUSE:
            return
        self.told = time.monotonic()
        write_atomically(self.folder / PROGRESS, json.dumps(self.state).encode())

    def asked(self) -> str:
        try:
            return (self.folder / CONTROL).read_text().strip()
        except OSError:
            return "run"

    def obey(self) -> None:
        """Wait while a pause is asked for; raise KeyboardInterrupt when training is to end."""
        start = time.monotonic()
        while self.asked() == "pause":
            if self.state["state"] != "paused":
                self.tell("paused", "Paused.")
            if self.paused + time.monotonic() - start > MAX_PAUSE:
                self.end_with("The pause was long, so the next in line got their turn: you can go on later.")
            time.sleep(0.1)
        if self.state["state"] == "paused":
            self.paused += time.monotonic() - start
        if self.asked() == "stop":
            self.end_with("Stopped.")
        if self.state["state"] != "training":
            self.tell("training", "")

    def end_with(self, reason: str) -> None:
        self.reason = reason
        raise KeyboardInterrupt

    # ---- training --------------------------------------------------------------------------------------------

    def run(self) -> None:
        self.tell("starting", "TensorFlow is starting.")
        job = self.job = Job.from_dict(json.loads((self.folder / JOB).read_text()))
        self.state["epochs"] = job.epochs
        from aecore.training.fit import train  # late, as said above

        if self.asked() == "stop":
            self.end_with("Stopped.")
        self.tell("starting", "The digits are being prepared.")
        self.data = _load(job)
        self.digits = self.data.validation_images[:POINTS]
        self.labels = self.data.validation_labels[:POINTS]
        self.given = self.digits
        if job.corruption:
            rng = np.random.default_rng(job.seed)
            self.given = corrupt(self.digits, job.corruption, job.corruption_level, rng)
        self.points: np.ndarray | None = None
        checkpoint = self.folder / CHECKPOINT
        *_, progress = train(
            job.preset,
            self.data,
            checkpoint,
            job.seed,
            self.resume and checkpoint.exists(),
            self.on_epoch,
            self.on_built,
            self.on_batch,
        )
        if progress.epoch < job.epochs:
            raise KeyboardInterrupt  # the model of that epoch has been saved
        self.state["left"] = None
        self.tell("finishing", "The last touches: the latent is brought into order.")
        self.save(progress, *_THOROUGH)
        checkpoint.unlink(missing_ok=True)
        self.tell("done", f"Done: {job.epochs} {_plural('epoch', job.epochs)}.")

    def on_built(self, encoder: keras.Model, decoder: keras.Model, progress: Progress) -> None:
        self.encoder, self.decoder = encoder, decoder
        self.take_over(progress)
        # Of the epoch that an earlier process did not complete, nothing is left.
        self.state["losses"] = [[epoch, loss] for epoch, loss in self.state["losses"] if epoch <= progress.epoch]
        warped = self.job.preset.warped_copies * len(self.data.train_images)
        if warped > _MANY:
            self.tell("starting", f"{warped:,} warped copies of the digits are being made: up to a minute.")
        self.show()

    def on_batch(self, batches: int, batch: int, loss: float) -> None:
        if batch == 1:
            self.mean = 0.0
        # Keras reports the mean over the epoch so far; what this batch added is of more interest.
        own, self.mean = batch * loss - (batch - 1) * self.mean, loss
        if not math.isfinite(loss):
            raise FloatingPointError
        if not self.started:  # the first batch takes seconds: TensorFlow prepares itself
            self.started, self.done_before = time.monotonic(), self.done(batch, batches)
        self.obey()
        epoch = self.state["epoch"]
        step = -(-batches * self.job.epochs // _LOSSES)
        if batch % step == 0 or batch == batches:
            self.state["losses"].append([round(epoch + batch / batches, 4), round(max(own, 0.0), 6)])
        elapsed = time.monotonic() - self.started - self.paused
        done = self.done(batch, batches)
        left = elapsed * (1 - done) / (done - self.done_before) if done > self.done_before else None
        self.state |= {
            "batch": batch,
            "batches": batches,
            "seconds": round(self.before + elapsed, 1),
            "left": None if left is None else round(left, 1),
        }
        if time.monotonic() - self.previewed > _PREVIEW:
            self.show()
        self.tell()
        if elapsed > 60 * MAX_MINUTES:
            self.end_with(f"Stopped after {MAX_MINUTES} minutes, for others want to train too: you can go on.")

    def done(self, batch: int, batches: int) -> float:
        return float((self.state["epoch"] + batch / batches) / self.job.epochs)

    def on_epoch(self, progress: Progress) -> None:
        self.take_over(progress)
        self.save(progress, *_QUICK)
        self.show()
        self.tell("training", "")

    def take_over(self, progress: Progress) -> None:
        curve = [[round(a, 6), round(b, 6)] for a, b in progress.curve]
        self.state |= {"epoch": progress.epoch, "batch": 0, "curve": curve}

    def save(self, progress: Progress, digits: int, samples: int) -> None:
        import keras

        from aecore.core.keras_model import get_weights
        from aecore.training.fit import finish

        data, card = _some(self.data, digits), self.card(progress)
        card["versions"] = {"keras": keras.__version__, "backend": keras.backend.backend(), "numpy": np.__version__}
        try:
            model = finish(self.job.preset, get_weights(self.encoder, self.decoder), data, card, self.job.seed, samples)
        except (np.linalg.LinAlgError, ValueError):  # numbers that are not finite any more
            raise FloatingPointError from None
        if not _is_finite(model):
            raise FloatingPointError
        save_model(model, self.folder / MODEL)
        self.state["saved"] = progress.epoch

    def card(self, progress: Progress) -> dict[str, Any]:
        job = self.job
        fields = dataclasses.asdict(job.preset)
        del fields["spec"]
        count = f"{len(self.data.train_images):,}"
        return {
            "preset": job.origin if job.spec == PRESETS[job.origin].spec else f"{job.origin}, layers changed",
            "data": f"{count} digits of MNIST"
            if job.source == "mnist"
            else f"{count} digits drawn by the project's pen",
            "seed": job.seed,
            "epochs": progress.epoch,
            "seconds": round(self.state["seconds"]),
            "hyperparameters": fields,
            "curve": self.state["curve"],
        }

    def show(self) -> None:
        """Write the preview of what encoder and decoder make of the digits now."""
        latents = np.asarray(self.encoder(self.given[..., None], training=False))
        redrawn = np.asarray(self.decoder(latents[:GRID], training=False))[..., 0]
        if np.isfinite(latents).all() and np.isfinite(redrawn).all():
            self.points = flat(latents, self.labels, self.points)
            preview = {
                "clean": _base64(self.digits[:GRID]),
                "given": _base64(self.given[:GRID]) if self.job.corruption else None,
                "redrawn": _base64(redrawn),
                "points": self.points.round(3).tolist(),
                "labels": "".join(map(str, self.labels.tolist())),
                "axes": min(self.job.spec.latent_dim, 3),
            }
            write_atomically(self.folder / PREVIEW, json.dumps(preview).encode())
            self.state["preview"] += 1
        self.previewed = time.monotonic()

    def kept(self) -> str:
        saved = self.state["saved"]
        return f"The model of epoch {saved} is kept." if saved else "No epoch was complete, so there is no model."


def flat(latents: np.ndarray, labels: np.ndarray, before: np.ndarray | None = None) -> np.ndarray:
    """Lay latents (N, D) out flat, (N, 2) within [-1, 1].

    Two numbers are laid out as they are; one number along x, by its digit along y; more by their two principal
    components, turned and mirrored so that they lie as near as can be to the points `before` (orthogonal Procrustes).
    """
    centred = latents - latents.mean(axis=0)
    if latents.shape[1] == 1:
        return np.column_stack([_within(centred)[:, 0], (labels - 4.5) / 5])
    if latents.shape[1] == 2:
        return _within(centred)
    axes = np.linalg.svd(centred, full_matrices=False)[2][:2]
    points = centred @ axes.T
    if before is not None:
        left, _, right = np.linalg.svd(points.T @ before)
        points = points @ (left @ right)
    return _within(points)


def _within(points: np.ndarray) -> np.ndarray:
    return points / max(float(np.abs(points).max(initial=0)), 1e-9)


def _load(job: Job) -> Mnist:
    """Return the digits that a job asks for; raises ValueError when they are not there."""
    if job.source == "strokes":
        return synthetic_digits(job.seed)
    path = mnist_path()
    if path is None:
        raise ValueError("MNIST is not on this server any more: train on the drawn digits, or download it.")
    try:
        data = load_mnist(path)
    except ValueError:  # its sentence holds a path, which is the operator's business
        raise ValueError("The file of MNIST on this server is damaged, or something else.") from None
    count = max(1, round(job.share * len(data.train_images)))
    order = np.random.default_rng(job.seed).permutation(len(data.train_images))[:count]
    held_out = max(1_000, round(job.share * len(data.validation_images)))
    return dataclasses.replace(
        data,
        train_images=data.train_images[order],
        train_labels=data.train_labels[order],
        validation_images=data.validation_images[:held_out],
        validation_labels=data.validation_labels[:held_out],
    )


def _some(data: Mnist, count: int) -> Mnist:
    fields = dataclasses.fields(data)
    return Mnist(**{f.name: getattr(data, f.name)[:count] for f in fields})


def _is_finite(model: Autoencoder) -> bool:
    numbers = [*model.weights.values(), np.array(list(model.card["metrics"].values()))]
    return all(np.isfinite(array).all() for array in numbers)


def _base64(images: np.ndarray) -> str:
    return base64.b64encode(np.rint(images.clip(0, 1) * 255).astype(np.uint8).tobytes()).decode()


def _plural(word: str, count: int) -> str:
    return word if count == 1 else f"{word}s"


def main(arguments: list[str] | None = None) -> int:
    """Train the job in a folder; returns the exit status."""
    folder, *options = sys.argv[1:] if arguments is None else arguments
    worker = _Worker(Path(folder), "--resume" in options)
    os.nice(10)  # the visitors of the pages come first
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    try:
        with threadpoolctl.threadpool_limits(1, "blas"):  # two threads of OpenBLAS wait for each other
            worker.run()
    except KeyboardInterrupt:
        worker.tell("stopped", f"{worker.reason or 'The training was interrupted.'} {worker.kept()}")
    except FloatingPointError:
        (worker.folder / CHECKPOINT).unlink(missing_ok=True)  # there is nothing in it to go on from
        problem = "The error grew beyond all bounds: a smaller learning rate helps."
        worker.tell("failed", f"{problem} {worker.kept()}")
        return 1
    except MemoryError:
        worker.tell("failed", f"The memory did not suffice: a smaller batch or network helps. {worker.kept()}")
        return 1
    except (JobError, ValueError) as error:
        worker.tell("failed", str(error))
        return 1
    except OSError as error:
        (worker.folder / PREVIEW).unlink(missing_ok=True)  # on a full disk, makes room to say so
        worker.tell("failed", f"The files of this training could not be written: {error.strerror}. {worker.kept()}")
        return 1
    return 0


def _interrupt(signum: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
