"""A trained model: named, used on the other pages, taken home and brought back."""

from __future__ import annotations

import streamlit as st

from ui import library, session, training


def own_models() -> None:
    """Offer to name and use what the training on the page made, to take it home, and to bring a model back."""
    state = session.current()
    if session.trained() is not None:
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            st.text_input(
                "Name of your model",
                max_chars=library.MAX_NAME,
                key=session.MODEL_NAME,
                placeholder="letters, digits, spaces",
                width=230,
            )
            st.button("Use it on every page", icon=":material/check:", on_click=session.use_trained, type="primary")
            name = session.model_name()
            named = library.is_name(name)
            secret = state.runs[-1]

            def write() -> bytes:  # when it is asked for, in a thread that knows nothing of the session
                model = training.model_file(secret) or b""
                return library.named(model, name) if named else model

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
    if state.model_notice and library.is_own(state.model):
        st.success(state.model_notice, icon=":material/check_circle:")
    st.file_uploader(
        "Load a model: a file that was downloaded here, or that `aecore.save_model` wrote",
        type=["safetensors"],
        key=session.model_file_key(state),
        max_upload_size=library.MEGABYTES,
        on_change=session.take_model_upload,
    )
