"""A trained model: named, used on the other pages, taken home and brought back."""

from __future__ import annotations

import streamlit as st

import aecore
from ui.services import model_store, training_queue
from ui.state import session


def own_models() -> None:
    """Offer to name and use what the training on the page made, to take it home, and to bring a model back."""
    state = session.current()
    if trained() is not None:
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            st.text_input(
                "Name of your model",
                max_chars=model_store.MAX_NAME,
                key=session.MODEL_NAME,
                placeholder="letters, digits, spaces",
                width=230,
            )
            st.button("Use it on every page", icon=":material/check:", on_click=use_trained, type="primary")
            name = model_name()
            named = model_store.is_name(name)
            secret = state.runs[-1]

            def write() -> bytes:  # when it is asked for, in a thread that knows nothing of the session
                model = training_queue.model_file(secret) or b""
                return model_store.named(model, name) if named else model

            st.download_button(
                "Download",
                write,
                f"{name.replace(' ', '-') if named else 'model'}.safetensors",
                "application/octet-stream",
                icon=":material/download:",
                on_click="ignore",
            )
    if state.model_problem:
        st.warning(state.model_problem, icon=":material/error:")
    if state.model_notice and model_store.is_own(state.model):
        st.success(state.model_notice, icon=":material/check_circle:")
    st.file_uploader(
        "Load a model: a file that was downloaded here, or that `aecore.save_model` wrote",
        type=session.MODELS,
        key=session.model_file_key(state),
        max_upload_size=model_store.MEGABYTES,
        on_change=take_model_upload,
    )


def control_training(wish: object) -> None:
    """Pause, stop or go on with the training on the page, as the browser asks; anything else is ignored."""
    state = session.current()
    state.training_problem = ""
    if isinstance(wish, str) and state.runs:
        try:
            training_queue.control(state.runs[-1], wish, state.runs)
        except training_queue.Refused as problem:
            state.training_problem = str(problem)


def trained() -> bytes | None:
    """Return the model file that the training on the page made so far."""
    runs = session.current().runs
    return training_queue.model_file(runs[-1]) if runs else None


def model_name() -> str:
    """Return the name in the form, as the visitor wrote it."""
    return str(st.session_state.get(session.MODEL_NAME, "")).strip()


def use_trained() -> None:
    """Keep the model that the training on the page made so far under the name in the form, and show it everywhere."""
    state, data, name = session.current(), trained(), model_name()
    state.model_problem = state.model_notice = ""
    if not model_store.is_name(name):
        state.model_problem = "Give your model a name: letters, digits, spaces and . + - _, at most 24."
    elif data is not None:
        _own(data, "The model", name)


def take_model_upload() -> None:
    """Take over the model in the uploader, and empty it."""
    state = session.current()
    data = session.take_file(session.model_file_key(state))
    state.model_file += 1
    state.model_problem = state.model_notice = ""
    if data is not None:
        _own(data, "The file", "")


def _own(data: bytes, file: str, name: str) -> None:
    state = session.current()
    try:
        own = model_store.add(data, file, name)
        session.choose_model(own)
    except aecore.ModelFileError as problem:
        state.model_problem = str(problem)
        return
    state.view = "own"
    state.model_notice = (
        f"`{model_store.label(own)}` is the model on every page now. You find it in the list of models."
    )


def leave_lost_model() -> None:
    """Go on with a shipped model when the visitor's own is not kept here any more; raises ModelFileError."""
    state = session.current()
    if model_store.is_own(state.model) and not model_store.exists(state.model):
        session.choose_model(session.usable_models()[0])
        state.notices.append(f"Your model is not kept here any more: load its file again. Showing `{state.model}`.")


def take_remembered(payload: object) -> None:
    """Take back the trainings and models that this browser remembers of an earlier visit; anything else is ignored."""
    if not isinstance(payload, dict):
        return
    state = session.current()
    runs, own = (payload.get(key) for key in ("runs", "models"))
    if isinstance(runs, list) and not state.runs:
        state.runs = [s for s in runs[-session.MOST_OWN :] if isinstance(s, str) and training_queue.find(s)]
    if isinstance(own, list):
        earlier = [name for name in own[-session.MOST_OWN :] if isinstance(name, str) and model_store.exists(name)]
        state.own = [*(name for name in earlier if name not in state.own), *state.own][-session.MOST_OWN :]
