"""What may be trained for a visitor: every preset, and nothing that would hold up a server."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aecore.core.spec import Conv2D, Dense, Flatten, Reshape, Spec, SpecError
from aecore.training.job import FRACTIONS, MAX_EPOCHS, Job, JobError, check_size, multiplications
from aecore.training.presets import ALL_PRESETS

SMALL = Spec.autoencoder((Flatten(), Dense(8)), (Dense(784, "sigmoid"), Reshape((28, 28, 1))))


def job(**changes: Any) -> Job:
    return Job(**{"origin": "mlp", "spec": SMALL, "epochs": 3, "batch": 64, "learning_rate": 1e-3, **changes})


@pytest.mark.parametrize("name", ALL_PRESETS)
def test_every_preset_is_allowed_and_survives_its_file(name: str) -> None:
    preset, settings = ALL_PRESETS[name], ALL_PRESETS[name].task.settings()
    wanted = job(
        origin=name,
        spec=preset.spec,
        epochs=preset.epochs,
        batch=preset.batch,
        learning_rate=preset.learning_rate,
        **settings,
    )
    assert Job.from_dict(wanted.to_dict()) == wanted
    # What takes minutes before the first epoch, or a critic of its own, is for the shipped models.
    short = {"warped_copies": 0, "drawings": 0, "polish": None}
    assert dataclasses.replace(wanted.preset, **short) == dataclasses.replace(preset, **short)


def test_a_changed_network_does_not_start_from_anothers_weights() -> None:
    assert job(origin="denoiser").preset.start_from is None
    assert job(origin="denoiser", spec=ALL_PRESETS["denoiser"].spec).preset.start_from == "default"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"origin": "nobody"}, "There is no preset"),
        ({"epochs": 0}, "epochs must be a whole number from 1 to 100"),
        ({"epochs": MAX_EPOCHS + 1}, "epochs"),
        ({"epochs": 2.5}, "epochs"),
        ({"epochs": True}, "epochs"),
        ({"batch": 8}, "batch"),
        ({"batch": 100_000}, "batch"),
        ({"learning_rate": 0}, "learning rate"),
        ({"learning_rate": float("nan")}, "learning rate"),
        ({"learning_rate": "0.1"}, "learning rate"),
        ({"corruption": "pickle"}, "Unknown corruption"),
        ({"corruption_level": 1.5}, "corruption level"),
        ({"source": "/etc/passwd"}, "Unknown data"),
        ({"fraction": 0.5}, "fraction"),
        ({"seed": -1}, "seed"),
    ],
)
def test_what_is_out_of_bounds_gets_a_sentence(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(JobError, match=says) as caught:
        job(**changes)
    assert str(caught.value).endswith(".")


def test_a_job_written_before_fractions_were_called_so_is_read() -> None:
    data = job(fraction=0.05).to_dict()
    assert Job.from_dict({("share" if name == "fraction" else name): value for name, value in data.items()}) == job(
        fraction=0.05
    )


HUGE: dict[str, Spec] = {
    "a wide latent": Spec.autoencoder((Flatten(), Dense(65)), SMALL.networks["decoder"].layers),
    "many parameters": Spec.autoencoder(
        (Flatten(), Dense(4096), Dense(2048), Dense(8)), SMALL.networks["decoder"].layers
    ),
    "many multiplications": Spec.autoencoder(
        (Conv2D(64, 9), Conv2D(8, 9), Flatten(), Dense(8)), SMALL.networks["decoder"].layers
    ),
    "much to hold": Spec.autoencoder(
        (*[Conv2D(70, 1)] * 3, Conv2D(1, 1), Flatten(), Dense(8)), SMALL.networks["decoder"].layers
    ),
}


@pytest.mark.parametrize("name", HUGE)
def test_a_network_that_is_too_large_is_refused_with_its_size(name: str) -> None:
    with pytest.raises(SpecError, match="at most"):
        check_size(HUGE[name])
    with pytest.raises(JobError, match=r"too large for a training here: [\d,]+ "):
        job(spec=HUGE[name])


def test_multiplications_are_counted() -> None:
    assert multiplications(SMALL) == 784 * 8 + 8 * 784
    spec = Spec.autoencoder((Conv2D(3, 5, 2), Flatten(), Dense(8)), SMALL.networks["decoder"].layers)
    assert multiplications(spec) == 14 * 14 * 3 * 25 + 14 * 14 * 3 * 8 + 8 * 784


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4),
)


@given(
    JSON | st.dictionaries(st.sampled_from(sorted(job().to_dict())), JSON).map(lambda some: {**job().to_dict(), **some})
)
def test_a_forged_file_is_read_or_refused(data: Any) -> None:
    try:
        found = Job.from_dict(data)
    except JobError:
        return
    assert found.fraction in FRACTIONS
    assert found.preset.epochs <= MAX_EPOCHS
