"""Visitors' models: name and use a trained one, download it, and upload one."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

import aecore
from aecore.training.job import OWN
from ui.features.train.state import current_training
from ui.services import model_store, own_data, training_queue
from ui.state.table import choose_model
from ui.state.visitor import current
from ui.widgets.uploads import Uploader, uploader

MODEL_NAME = "model-name"
MODEL_FILE = Uploader("model-file", (".safetensors",), model_store.MEGABYTES)


@dataclass
class NameProblem:
    """Why the name of the trained model was refused, as a sentence."""

    sentence: str = ""


def user_models() -> None:
    """Show the controls that name, use and download the trained model, and the uploader of a model."""
    visitor, upload = current(), current().upload(MODEL_FILE.name)
    if trained() is not None:
        _name_and_use()
    if upload.notice and model_store.is_own(visitor.model):
        st.success(upload.notice, icon=":material/check_circle:")
    label = "Load a model: a file downloaded here, or written by `aecore.save_model`"
    uploader(MODEL_FILE, label, take_model_file)
    if upload.problem:
        st.warning(upload.problem, icon=":material/error:")


def _name_and_use() -> None:
    secret = current_training().runs[-1]
    job = training_queue.job_of(secret)
    if MODEL_NAME not in st.session_state and job is not None and job.source == OWN:  # a click less
        st.session_state[MODEL_NAME] = own_data.name_for_model(current_training().pictures)
    st.text_input(
        "Name of your model",
        max_chars=model_store.MAX_NAME,
        key=MODEL_NAME,
        placeholder="letters, digits, spaces",
        width=320,
    )
    name = model_name()
    named = model_store.is_name(name)
    if (problem := current().memo(NameProblem).sentence) and not named:
        st.warning(problem, icon=":material/error:")

    def write() -> bytes:  # runs at the download, in a thread without access to the session
        model = training_queue.model_file(secret) or b""
        return model_store.named(model, name) if named else model

    with st.container(horizontal=True, gap="small"):
        st.button("Use it on every page", icon=":material/check:", on_click=use_trained, type="primary")
        st.download_button(
            "Download",
            write,
            f"{name.replace(' ', '-') if named else 'model'}.safetensors",
            "application/octet-stream",
            icon=":material/download:",
            on_click="ignore",
        )


def trained() -> bytes | None:
    """Return the newest model file of the training on the page, None while there is none."""
    runs = current_training().runs
    return training_queue.model_file(runs[-1]) if runs else None


def model_name() -> str:
    """Return the model's name that the visitor typed."""
    return str(st.session_state.get(MODEL_NAME, "")).strip()


def use_trained() -> None:
    """Store the newest model of the training on the page under the typed name, and choose it on every page."""
    upload, problem = current().upload(MODEL_FILE.name), current().memo(NameProblem)
    data, name = trained(), model_name()
    upload.problem = upload.notice = problem.sentence = ""
    if not model_store.is_name(name):
        problem.sentence = "Give your model a name: letters, digits, spaces and . + - _, at most 24."
    elif data is not None:
        _show_everywhere(data, "The model", name, current_training().runs[-1])


def take_model_file(data: bytes) -> None:
    """Choose an uploaded model on every page; the page shows a problem with its file."""
    upload = current().upload(MODEL_FILE.name)
    upload.problem = upload.notice = ""
    _show_everywhere(data, "The file", "")


def _show_everywhere(data: bytes, file: str, name: str, secret: str = "") -> None:
    upload = current().upload(MODEL_FILE.name)
    try:
        own = model_store.add(data, file, name)
        if secret:
            model_store.note_training(own, secret)
        choose_model(own)
    except aecore.ModelFileError as problem:
        upload.problem = str(problem)
        return
    label = model_store.label(own)
    upload.notice = f"Every page now uses “{label}”. You find it in the list of models."
