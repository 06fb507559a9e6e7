"""The learning rate of our presets is that of Keras' CosineDecay, without its branches."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

CODE = """
import json
import keras
from aecore.training.warm_cosine import WarmCosine
found = []
for steps, warmup in ((100, 25), (1000, 200), (50, 0)):
    wanted = keras.optimizers.schedules.CosineDecay(
        3e-3 / 100 if warmup else 3e-3,
        steps - warmup,
        alpha=0.01,
        warmup_target=3e-3 if warmup else None,
        warmup_steps=warmup,
    )
    for step in (0, 1, 24, 25, 26, 49, 50, 99, 100, 500, 5000):
        found.append([float(WarmCosine(3e-3, steps, warmup)(step)), float(wanted(step))])
print(json.dumps(found))
"""


def test_it_is_that_of_keras(run_python: Callable[..., Any]) -> None:
    done = run_python("-c", CODE)
    assert done.returncode == 0, done.stderr
    pairs = json.loads(done.stdout.splitlines()[-1])
    assert all(abs(found - wanted) < 1e-8 for found, wanted in pairs), pairs
    assert len({round(found, 7) for found, _ in pairs}) > 15
