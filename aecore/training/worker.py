"""Trains one job in its own process, which communicates through files: `python -m aecore.worker FOLDER`.

FOLDER/job.json is the job (`job.py`). The worker writes progress.json several times a second, preview.json (sixteen
reconstructions, and a map of latents) every few seconds, and after every complete epoch model.safetensors, a model
ready to use, which stays however the process ends; and once, where it learns from pictures that are no digits,
examples.npy, the pixels of the examples in the model's file. FOLDER/control is the request to the worker, "run",
"pause" or "stop", read between batches. With `--resume` the worker continues where an earlier one stopped. It holds
FOLDER/lock as long as it runs, and then removes FOLDER/launched; a second worker of the same folder ends at once.

With `--wait` instead of a folder it starts TensorFlow first, then reads a file for its messages and these arguments, a
line each, from its input; it ends where the input ends without them.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import math
import os
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import threadpoolctl

from aecore.core import system
from aecore.core.model_file import save_model, write_atomically
from aecore.data import catalogue
from aecore.data.own.examples import examples_of
from aecore.training.interrupts import listen
from aecore.training.job import (
    CHECKPOINT,
    EXAMPLES,
    JOB,
    LAUNCHED,
    LOCK,
    MAX_MINUTES,
    MAX_PAUSE,
    MODEL,
    PREVIEW,
    Job,
    JobError,
)
from aecore.training.reports import Reports

if TYPE_CHECKING:  # TensorFlow takes seconds to import: the first progress is reported before that
    from aecore.core.model import Model
    from aecore.training.checkpoint import Progress
    from aecore.training.fit import Trained

_PREVIEW = 2.0  # seconds between two previews
_LOSSES = 600  # points of the curve over the batches
_QUICK = (1_000, 32)  # images and samples for `finish` after each epoch
_THOROUGH = (5_000, 256)  # and at the end


class _Worker:
    def __init__(self, folder: Path, resume: bool) -> None:
        self.folder, self.resume = folder, resume
        self.previewed = 0.0
        self.reason = ""
        self.started = self.paused = 0.0  # when the first batch was done, and seconds of pauses since
        self.before = 0.0  # seconds of earlier runs
        self.reports = Reports(folder)
        self.state = self.reports.state
        if resume:
            self.before = self.reports.resume()

    def obey(self) -> None:
        """Wait while a pause is requested; raise KeyboardInterrupt when training has to end."""
        start = time.monotonic()
        while self.reports.request() == "pause":
            if self.state["state"] != "paused":
                self.reports.write("paused", "Paused.")
            if self.paused + time.monotonic() - start > MAX_PAUSE:
                self.end_with("The pause was long, so the next in line got their turn: you can go on later.")
            time.sleep(0.1)
        if self.state["state"] == "paused":
            self.paused += time.monotonic() - start
        if self.reports.request() == "stop":
            self.end_with("Stopped.")
        if self.state["state"] != "training":
            self.reports.write("training", "")

    def end_with(self, reason: str) -> None:
        self.reason = reason
        raise KeyboardInterrupt

    def run(self) -> None:
        self.reports.write("starting", "TensorFlow is starting.")
        job = self.job = _read_job(self.folder / JOB)
        self.state["epochs"] = job.epochs
        from aecore.training.fit import train  # here, because it imports TensorFlow
        from aecore.training.preview import Preview

        if self.reports.request() == "stop":
            self.end_with("Stopped.")
        self.reports.write("starting", "The data are being prepared.")
        self.data = job.load_data(self.folder)
        self.shown = examples_of(self.data, job.seed)
        if self.shown is not None:  # the pages show them to their owner, one at a time
            buffer = io.BytesIO()
            np.save(buffer, self.shown[0].images)
            write_atomically(self.folder / EXAMPLES, buffer.getvalue())
        self.preview = Preview(job.preset, self.data, job.seed)
        checkpoint = self.folder / CHECKPOINT
        trained = train(
            job.preset,
            self.data,
            checkpoint,
            job.seed,
            self.resume and checkpoint.exists(),
            self.on_epoch,
            self.on_built,
            self.on_batch,
        )
        if trained.progress.epoch < job.epochs:
            raise KeyboardInterrupt  # the model of that epoch has been saved
        self.state["left"] = None
        self.reports.write("finishing", "The last touches: the latent is brought into order.")
        self.save(trained.progress, *_THOROUGH)
        checkpoint.unlink(missing_ok=True)
        self.reports.write("done", f"Done: {job.epochs} {_plural('epoch', job.epochs)}.")

    def on_built(self, trained: Trained) -> None:
        self.trained = trained
        self.preview.connect(trained)
        self.take_over(trained.progress)
        # The losses of an epoch that an earlier process did not complete are dropped.
        epoch = trained.progress.epoch
        self.state["losses"] = [[at, loss] for at, loss in self.state["losses"] if at <= epoch]
        self.show()

    def on_batch(self, batches: int, batch: int, loss: float) -> None:
        if batch == 1:
            self.mean = 0.0
        # Keras reports the mean over the epoch so far; the page shows the loss of this batch.
        own, self.mean = batch * loss - (batch - 1) * self.mean, loss
        if not math.isfinite(loss):
            raise FloatingPointError
        if not self.started:  # the first batch takes seconds, because TensorFlow compiles
            self.started, self.done_before = time.monotonic(), self.done(batch, batches)
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
        self.obey()
        if time.monotonic() - self.previewed > _PREVIEW:
            self.show()
        self.reports.write()
        if elapsed > 60 * MAX_MINUTES:
            self.end_with(f"Stopped after {MAX_MINUTES} minutes, for others want to train too: you can go on.")

    def done(self, batch: int, batches: int) -> float:
        return float((self.state["epoch"] + batch / batches) / self.job.epochs)

    def on_epoch(self, progress: Progress) -> None:
        self.take_over(progress)
        self.save(progress, *_QUICK)
        self.show()
        self.reports.write("training", "")

    def take_over(self, progress: Progress) -> None:
        curve = [[round(a, 6), round(b, 6)] for a, b in progress.curve]
        self.state |= {"epoch": progress.epoch, "batch": 0, "curve": curve}

    def save(self, progress: Progress, images: int, samples: int) -> None:
        from aecore.training.card import model_card
        from aecore.training.finish import finish

        preset, some = self.job.preset, self.data.first(images)
        card = model_card(preset, self.job.label, self.data, progress, self.job.seed)
        card["seconds"] = round(self.state["seconds"])  # without pauses
        try:
            model = finish(preset, self.trained.weights, some, card, self.job.seed, samples, self.shown)
        except (np.linalg.LinAlgError, ValueError):  # numbers that are no longer finite
            raise FloatingPointError from None
        if not _is_finite(model):
            raise FloatingPointError
        save_model(model, self.folder / MODEL)
        self.state["saved"] = progress.epoch

    def show(self) -> None:
        """Write the preview."""
        drawn = self.preview.draw()
        if drawn is not None:
            write_atomically(self.folder / PREVIEW, json.dumps(drawn).encode())
            self.state["preview"] += 1
        self.previewed = time.monotonic()

    def kept(self) -> str:
        saved = self.state["saved"]
        return f"The model of epoch {saved} is kept." if saved else "No epoch was complete, so there is no model."


def _is_finite(model: Model) -> bool:
    numbers = [*model.weights.values(), np.array(list(model.card["metrics"].values()))]
    return all(np.isfinite(array).all() for array in numbers)


def _plural(word: str, count: int) -> str:
    return word if count == 1 else f"{word}s"


def _read_job(path: Path) -> Job:
    """Return the job in a file; raises JobError."""
    try:
        return Job.from_dict(json.loads(system.read(path)))
    except JobError:
        raise
    except OSError as error:
        raise JobError(f"The job {path.name} of this training cannot be read: {error.strerror}.") from None
    except (ValueError, RecursionError):
        raise JobError(f"The job {path.name} of this training is damaged, or no JSON file.") from None


def main(arguments: list[str] | None = None) -> int:
    """Train the job in a folder; returns the exit status, 1 also where another process is at it."""
    parser = argparse.ArgumentParser(prog="python -m aecore.worker", description="Train the job in a folder.")
    parser.add_argument("folder", type=Path, nargs="?", help="where job.json is, and where everything is written")
    parser.add_argument("--resume", action="store_true", help="go on from where it stopped")
    parser.add_argument("--wait", action="store_true", help="start TensorFlow, and read the other arguments then")
    options = parser.parse_args(arguments)
    if options.wait:
        given = _awaited()
        return main(given) if given else 0
    if options.folder is None:
        parser.error("the folder is missing")
    folder = options.folder
    try:
        if not system.hold(folder / LOCK):
            print(f"Another process trains in {folder}.", file=sys.stderr)
            return 1
        (folder / LAUNCHED).unlink(missing_ok=True)
        worker = _Worker(folder, options.resume)
        status = _work(worker)
    except OSError as error:
        print(f"The folder {folder} cannot be used for a training: {error.strerror}.", file=sys.stderr)
        return 1
    if status:
        print(worker.state["sentence"], file=sys.stderr)
    return status


def _awaited() -> list[str]:
    """Start TensorFlow, and return the arguments that come in, none where the input ends.

    Until they come, the data sets are loaded that the form offers first, and kept: that takes seconds, too.
    """
    given: list[str] = []
    reader = threading.Thread(target=lambda: given.append(sys.stdin.read()), daemon=True)
    reader.start()
    import aecore.training.fit
    import aecore.training.preview  # noqa: F401  # both take seconds, which nobody waits for then

    for name in ("mnist", "strokes"):
        if not given:
            with contextlib.suppress(ValueError):  # there is no MNIST here
                catalogue.load(name)
    reader.join()
    log, *arguments = given[0].splitlines() or [""]
    if log:
        with Path(log).open("ab") as file:
            for stream in (sys.stdout, sys.stderr):
                os.dup2(file.fileno(), stream.fileno())
    return arguments


def _work(worker: _Worker) -> int:
    system.yield_to_others()  # the pages' visitors have priority
    listen()
    try:
        with threadpoolctl.threadpool_limits(1, "blas"):  # two threads of OpenBLAS wait for each other
            worker.run()
    except KeyboardInterrupt:
        worker.reports.write("stopped", f"{worker.reason or 'The training was interrupted.'} {worker.kept()}")
    except FloatingPointError:
        (worker.folder / CHECKPOINT).unlink(missing_ok=True)  # it cannot be resumed
        problem = "The error grew beyond all bounds: a smaller learning rate helps."
        worker.reports.write("failed", f"{problem} {worker.kept()}")
        return 1
    except MemoryError:
        worker.reports.write("failed", f"The memory did not suffice: a smaller batch or network helps. {worker.kept()}")
        return 1
    except (JobError, ValueError) as error:
        worker.reports.write("failed", str(error))
        return 1
    except OSError as error:
        (worker.folder / PREVIEW).unlink(missing_ok=True)  # on a full disk, this makes room for the report
        worker.reports.write(
            "failed", f"The files of this training could not be written: {error.strerror}. {worker.kept()}"
        )
        return 1
    return 0
