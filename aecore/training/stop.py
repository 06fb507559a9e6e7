"""A Keras callback that ends a training between two batches, when a person or the system requests it."""

from __future__ import annotations

import signal
from collections.abc import Callable, Mapping
from types import FrameType

import keras
import numpy as np

from aecore.training.interrupts import SIGNALS


class StopBetweenBatches(keras.callbacks.Callback):
    """Raise interrupts between two batches: raised inside a call of TensorFlow, they may become another error.

    `on_batch` is called there too, with the number of batches done and their mean loss; it may raise KeyboardInterrupt.
    """

    def __init__(self, on_batch: Callable[[int, float], None]) -> None:
        super().__init__()
        self._on_batch = on_batch

    def __enter__(self) -> StopBetweenBatches:
        self._asked = False
        self._handlers = {number: signal.signal(number, self._ask) for number in SIGNALS}
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
