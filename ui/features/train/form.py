"""The form of the Train page: a preset, changed within limits, and the digits to learn from."""

from __future__ import annotations

from typing import Any

import streamlit as st

from aecore.core.spec import Dense, Shape, Spec, SpecError
from aecore.data.corruption import KINDS
from aecore.export.layer_text import layers_from_text, layers_to_text
from aecore.training.job import BATCHES, MAX_EPOCHS, MAX_LATENT, MAX_MINUTES, SHARES, Job, JobError
from aecore.training.presets import PRESETS
from ui.features.train.mnist_download import mnist_or_what_to_do
from ui.services import training_queue
from ui.state import session
from ui.state.settings import is_finite
from ui.widgets.model_picker import about

_NONE = "none"
_UNDO = "With one, the network learns to redraw the clean digit from the corrupted: a denoiser."
_STROKES = "strokes"
_MNIST = {share: f"MNIST, {share:.0%}" for share in SHARES}
_SIZES = [n for n in (16, 32, 64, 128, 256, 512) if BATCHES[0] <= n <= BATCHES[1]]
_RATES, _LEVELS = (1e-5, 0.1), (0.05, 1.0)
_LONGEST = 2000  # characters of either half's layers
_CHOICES: dict[str, list[Any]] = {
    "preset": list(PRESETS),
    "data": [*SHARES, _STROKES],
    "batch": _SIZES,
    "corruption": [_NONE, *KINDS],
}
_START = "mlp"
_DEMO = {"epochs": 20, "batch": 64}  # a minute on a fraction of the digits


def training_form() -> None:
    """Show the form; pressing start puts a training in the queue. Where training is not installed, say so instead."""
    if not training_queue.is_installed():
        st.info(training_queue.MISSING, icon=":material/info:")
        return
    form = _keep_form({**_fields_of(_START), **_DEMO, "data": SHARES[1]})
    st.selectbox(
        "Preset",
        _CHOICES["preset"],
        key=session.form_key("preset"),
        on_change=_take_preset,
        help="It fills the form below.",
    )
    st.caption(about(form["preset"]))
    has_mnist = mnist_or_what_to_do()
    choices: list[Any] = [*(SHARES if has_mnist else ()), _STROKES]
    if form["data"] not in choices:
        _fill_form({"data": _STROKES})
    st.selectbox("Digits to learn from", choices, format_func=_data_in_words, key=session.form_key("data"))
    with st.container(key="fields"):
        one, two = st.columns(2)
    one.number_input("Numbers in the latent", 1, MAX_LATENT, key=session.form_key("latent"))
    two.number_input("Epochs", 1, MAX_EPOCHS, key=session.form_key("epochs"))
    one.selectbox("Batch", _SIZES, key=session.form_key("batch"))
    two.number_input("Learning rate", *_RATES, step=1e-4, format="%.5f", key=session.form_key("rate"))
    one.selectbox(
        "Corruption", _CHOICES["corruption"], format_func=_in_words, key=session.form_key("corruption"), help=_UNDO
    )
    plain = form["corruption"] == _NONE
    two.number_input("Its level", *_LEVELS, step=0.05, key=session.form_key("level"), disabled=plain)
    job = _job(form)
    if isinstance(job, Job):
        st.caption(
            f"{job.spec.parameter_count:,} parameters. A training ends after {MAX_MINUTES} minutes at the latest."
        )
    else:
        st.warning(job, icon=":material/error:")
    st.button(
        "Start training",
        icon=":material/play_arrow:",
        type="primary",
        width="stretch",
        disabled=not isinstance(job, Job),
        on_click=_start_training,
        args=(job,),
    )
    problem = session.current().training_problem
    if problem:
        st.warning(problem, icon=":material/error:")
    with st.expander("Layers", icon=":material/layers:", key="layers"):
        _layers(form)


def _layers(form: dict[str, Any]) -> None:
    st.caption(
        "One layer per line: `dense 256 silu`, `conv2d 16 kernel 3 stride 2 relu`, `conv2d_transpose ...`, "
        "`depth_to_space 2`, `flatten`, `reshape 7 7 32`. The layer that makes the latent follows by itself."
    )
    st.text_area("Encoder, from 28 × 28 × 1", height=120, max_chars=_LONGEST, key=session.form_key("encoder"))
    st.text_area("Decoder, back to 28 × 28 × 1", height=200, max_chars=_LONGEST, key=session.form_key("decoder"))
    spec = _spec(form)
    if isinstance(spec, Spec):
        st.code("\n".join(line for name in spec.networks for line in _shapes_in_words(spec, name)), language=None)


def _shapes_in_words(spec: Spec, name: str) -> list[str]:
    before, *made = spec.layer_shapes[name]
    layers = zip(spec.networks[name].layers, made, strict=True)
    rows = [f"{_shape(after):<13} {layers_to_text([layer])}" for layer, after in layers]
    return [f"{_shape(before):<13} into the {name}", *rows]


def _shape(shape: Shape) -> str:
    return "×".join(map(str, shape))


def _spec(form: dict[str, Any]) -> Spec | str:
    """Build the network that the form describes; else a sentence."""
    sides = {}
    for side in ("encoder", "decoder"):
        try:
            sides[side] = layers_from_text(form[side])
        except SpecError as error:
            return f"The {side} cannot be read: {error}."
    try:
        return Spec.autoencoder((*sides["encoder"], Dense(int(form["latent"]))), sides["decoder"])
    except SpecError as error:
        return f"This network cannot be built: {error}."


def _job(form: dict[str, Any]) -> Job | str:
    spec = _spec(form)
    if isinstance(spec, str):
        return spec
    data = form["data"]
    try:
        return Job(
            origin=form["preset"],
            spec=spec,
            epochs=int(form["epochs"]),
            batch=int(form["batch"]),
            learning_rate=float(form["rate"]),
            corruption=None if form["corruption"] == _NONE else form["corruption"],
            corruption_level=float(form["level"]),
            source=_STROKES if data == _STROKES else "mnist",
            share=1.0 if data == _STROKES else data,
        )
    except JobError as error:
        return str(error)


def _take_preset() -> None:
    preset = st.session_state[session.form_key("preset")]
    if preset in PRESETS:
        _fill_form(_fields_of(preset))


def _fields_of(name: str) -> dict[str, Any]:
    preset, settings = PRESETS[name], PRESETS[name].task.settings()
    return {
        "preset": name,
        "latent": preset.spec.latent_dim,
        "encoder": layers_to_text(preset.spec.networks["encoder"].layers[:-1]),
        "decoder": layers_to_text(preset.spec.networks["decoder"].layers),
        "epochs": preset.epochs,
        "batch": preset.batch,
        "rate": preset.learning_rate,
        "corruption": settings.get("corruption", _NONE),
        "level": settings.get("corruption_level", 0.5),
    }


def _data_in_words(data: Any) -> str:
    if data == _STROKES:
        return "2,400 digits drawn by this project's own pen"
    return f"{_MNIST[data]}: {round(55_000 * data):,} digits"


def _in_words(corruption: str) -> str:
    return corruption.replace("_", " ")


def _fill_form(values: dict[str, Any]) -> None:
    """Put values into the form of the Train page, before its widgets are shown."""
    session.current().form = {**session.current().form, **values}
    for name, value in values.items():
        st.session_state[session.form_key(name)] = value


def _keep_form(start: dict[str, Any]) -> dict[str, Any]:
    """Return what the form of the Train page holds, `start` at first; a visit to another page does not empty it."""
    state = session.current()
    for name, value in {**start, **state.form}.items():
        found = st.session_state.setdefault(session.form_key(name), value)
        if found not in _CHOICES.get(name, [found]):  # a browser may send anything
            found = st.session_state[session.form_key(name)] = start[name]
        state.form[name] = found
    return state.form


def read_form(report: object) -> dict[str, Any]:
    """Read the form as a browser kept it; empty unless each of its fields could have been filled in like this."""
    if not isinstance(report, dict) or set(report) != {"data", *_fields_of(_START)}:
        return {}
    form = {**report, **{name: float(report[name]) for name in ("rate", "level") if is_finite(report[name])}}
    ranges = {"latent": (1, MAX_LATENT), "epochs": (1, MAX_EPOCHS), "rate": _RATES, "level": _LEVELS}
    sound = (
        all(form[name] in among for name, among in _CHOICES.items())
        and all(is_finite(form[name]) and low <= form[name] <= high for name, (low, high) in ranges.items())
        and all(isinstance(form[name], int) for name in ("latent", "epochs", "batch"))
        and all(isinstance(form[name], str) and len(form[name]) <= _LONGEST for name in ("encoder", "decoder"))
    )
    return form if sound else {}


def _start_training(job: Job) -> None:
    """Start a training, or take its place in the queue; why it cannot be is said on the page."""
    state = session.current()
    state.training_problem = ""
    try:
        secret = training_queue.start(job, state.runs)
    except training_queue.Refused as problem:
        state.training_problem = str(problem)
        return
    state.runs = [*state.runs, secret][-session.MOST_OWN :]
