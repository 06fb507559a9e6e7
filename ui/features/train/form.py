"""The form of the Train page: a preset with changes within limits, and the training data."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import streamlit as st

from aecore.core.spec import LAYERS, Dense, Shape, Spec, SpecError
from aecore.data import named
from aecore.data.mnist import mnist_path
from aecore.export.layer_text import example, layers_from_text, layers_to_text
from aecore.training.job import FRACTIONS, MAX_EPOCHS, MAX_LATENT, MAX_MINUTES, OWN, Job, JobError
from aecore.training.presets import ALL_PRESETS
from ui.features.train import own_pictures
from ui.features.train.mnist_download import offer_mnist
from ui.features.train.set_downloads import offer_sets
from ui.features.train.state import (
    BATCH_SIZES,
    CHOICES,
    EPOCHS,
    FIRST,
    LEVELS,
    LONGEST,
    NONE,
    RATES,
    STROKES,
    Form,
    Problem,
    current_training,
    fitted,
    form_of,
    keep_form,
    keep_runs,
)
from ui.services import model_names, own_data, training_queue
from ui.services.terms import explain, terms
from ui.state.declaration import number, text
from ui.state.visitor import current
from ui.widgets.model_picker import about

_UNDO = "With a corruption, the network learns to redraw the clean digit from the corrupted one: it becomes a denoiser."
_MNIST = {fraction: f"MNIST, {fraction:.0%}" for fraction in FRACTIONS}
_START = form_of(FIRST, epochs=EPOCHS, batch=64)  # a minute on a fraction of the digits
_SIDES = {"encoder": ("Encoder, from", 120), "decoder": ("Decoder, back to", 200)}  # px high
WIDGETS = (
    number("train-(latent|epochs|rate|level)"),
    text("train-(preset|data|batch|corruption|encoder|decoder)"),
)


def training_form(bring: Callable[[], object]) -> None:
    """Show the form with a button that queues a training; where training is not installed, a sentence instead.

    `bring` shows what brings the visitor's own pictures.
    """
    if not training_queue.is_installed():
        st.info(training_queue.MISSING, icon=":material/info:")
        return
    has_mnist, brought = mnist_path() is not None, own_data.about(current_training().pictures)
    sets = [name for name in named.SETS if named.is_here(name)]
    choices: list[Any] = [*(FRACTIONS if has_mnist else ()), STROKES, *sets, *([OWN] if brought else [])]
    form = _fill_in(_kept(), choices)
    st.selectbox(
        "Preset",
        CHOICES["preset"],
        key=_key("preset"),
        on_change=_take_preset,
        format_func=model_names.label,
        help="It fills in the form below.",
    )
    st.caption(explain(about(form.preset)), unsafe_allow_html=True)
    if not has_mnist:
        offer_mnist()
    st.selectbox(
        "Pictures to learn from",
        choices,
        format_func=lambda one: own_pictures.in_words(brought) if one == OWN and brought else _data_in_words(one),
        help=terms()["MNIST"],
        **_field("data"),
    )
    if form.data == OWN and brought:
        own_pictures.preview(brought)
    bring()
    offer_sets()
    with st.container(key="fields"):
        one, two = st.columns(2)
    one.number_input("Latent size", 1, MAX_LATENT, help=terms()["latent"], **_field("latent"))
    two.number_input("Epochs", 1, MAX_EPOCHS, help=terms()["epoch"], **_field("epochs"))
    one.selectbox("Batch size", BATCH_SIZES, help=terms()["batch"], **_field("batch"))
    two.number_input("Learning rate", *RATES, step=1e-4, format="%.5f", help=terms()["learning rate"], **_field("rate"))
    one.selectbox("Corruption", CHOICES["corruption"], format_func=_in_words, help=_UNDO, **_field("corruption"))
    two.number_input("Noise level", *LEVELS, step=0.05, disabled=form.corruption == NONE, **_field("level"))
    job = job_of(form)
    if isinstance(job, Job):
        st.caption(
            explain(
                f"{job.spec.parameter_count:,} parameters. Training stops after {MAX_MINUTES} minutes at the latest."
            ),
            unsafe_allow_html=True,
        )
    else:
        st.caption(":material/error: This network cannot be trained: see the layers below.")
    st.button(
        "Start training",
        icon=":material/play_arrow:",
        type="primary",
        width="stretch",
        disabled=not isinstance(job, Job),
        on_click=_start_training,
    )
    if problem := current().memo(Problem).sentence:
        st.warning(problem, icon=":material/error:")
    with st.expander("Layers", icon=":material/layers:", key="layers"):
        _layers(form, job if isinstance(job, str) else "")


def _key(field: str) -> str:
    return f"train-{field}"


def _field(name: str) -> dict[str, Any]:
    return {"key": _key(name), "on_change": _keep}


def _layers(form: Form, problem: str) -> None:
    """Show the fields of the layers, and a problem with them below the one that it names."""
    written = ", ".join(f"`{example(name)}`" for name in LAYERS)
    sentence = f"One layer per line: {written}. The layer that makes the latent is added automatically."
    st.caption(explain(sentence), unsafe_allow_html=True)
    named = next((side for side in _SIDES if side in problem), "")
    for side, (label, height) in _SIDES.items():
        shown = " × ".join(map(str, form.shape))
        st.text_area(f"{label} {shown}", height=height, max_chars=LONGEST, **_field(side))
        if problem and side == (named or "decoder"):
            st.warning(problem, icon=":material/error:")
    spec = spec_of(form)
    if isinstance(spec, Spec):
        st.code("\n".join(line for name in spec.networks for line in _shapes_in_words(spec, name)), language=None)


def _shapes_in_words(spec: Spec, name: str) -> list[str]:
    before, *made = spec.layer_shapes[name]
    layers = zip(spec.networks[name].layers, made, strict=True)
    rows = [f"{_shape(after):<13} {layers_to_text([layer])}" for layer, after in layers]
    return [f"{_shape(before):<13} into the {name}", *rows]


def _shape(shape: Shape) -> str:
    return "×".join(map(str, shape))


def spec_of(form: Form) -> Spec | str:
    """Return the network that the form describes, or a sentence that says why it is invalid."""
    sides = {}
    for side in _SIDES:
        try:
            sides[side] = layers_from_text(getattr(form, side))
        except SpecError as error:
            return f"The {side} cannot be read: {error}."
    try:
        return Spec.autoencoder((*sides["encoder"], Dense(form.latent)), sides["decoder"], form.shape)
    except SpecError as error:
        return f"This network cannot be built: {error}."


def job_of(form: Form) -> Job | str:
    """Return the training that the form describes, or a sentence that says why it is invalid."""
    spec = spec_of(form)
    if isinstance(spec, str):
        return spec
    try:
        return Job(
            origin=form.preset,
            spec=spec,
            epochs=form.epochs,
            batch=form.batch,
            learning_rate=form.rate,
            corruption=None if form.corruption == NONE else form.corruption,
            corruption_level=form.level,
            source="mnist" if isinstance(form.data, float) else form.data,
            fraction=form.data if isinstance(form.data, float) else 1.0,
        )
    except JobError as error:
        return str(error)


def _take_preset() -> None:
    preset = st.session_state[_key("preset")]
    if preset in ALL_PRESETS:
        kept, problem = _kept(), current().memo(Problem)
        problem.sentence = ""
        try:
            form = form_of(preset, kept.shape, data=kept.data)
        except SpecError as error:
            problem.sentence = f"“{model_names.label(preset)}” cannot be made for these pictures: {error}."
            form = kept
        keep_form(form)
        _show(form)


def _kept() -> Form:
    return current_training().form or _START


def _keep() -> None:
    """Store the values of the form's widgets; an invalid value leaves the stored form unchanged."""
    kept = _kept()
    values = {name: st.session_state.get(_key(name), value) for name, value in kept.to_json().items()}
    form = Form.from_report(values) or kept
    keep_form(form if form.data == kept.data else fitted(form))


def _fill_in(form: Form, choices: list[Any]) -> Form:
    """Set the form's widgets from a form, with strokes in place of data that are missing; returns the form."""
    if form.data not in choices:
        form = msgspec.structs.replace(form, data=STROKES)
    form = fitted(form)
    keep_form(form)
    _show(form)
    return form


def _show(form: Form) -> None:
    for name, value in form.to_json().items():
        if name != "shape" and st.session_state.get(_key(name)) != value:
            st.session_state[_key(name)] = value


def _data_in_words(data: Any) -> str:
    if data in named.SETS:
        return f"{named.SETS[data].title}: {'×'.join(map(str, named.SETS[data].shape[:2]))} {named.SETS[data].noun}"
    if data == STROKES:
        return "2,400 synthetic digits, no download"
    return f"{_MNIST[data]}: {round(55_000 * data):,} digits"


def _in_words(corruption: str) -> str:
    return corruption.replace("_", " ")


def _start_training() -> None:
    """Put a training in the queue; the page shows why that is not possible."""
    _keep()  # the last typed value arrives together with the press of the button
    training, problem = current_training(), current().memo(Problem)
    job, runs = job_of(_kept()), list(training.runs)
    problem.sentence = ""
    if isinstance(job, str):
        return  # the page shows the sentence
    try:
        keep_runs([*runs, training_queue.start(job, runs, training.pictures or "")])
    except training_queue.Refused as refused:
        problem.sentence = str(refused)
