"""The chosen model as Keras code that can be copied and run."""

from __future__ import annotations

import streamlit as st

from aecore.export.keras_code import keras_code
from ui.services import model_store
from ui.services.examples import has_own_pictures
from ui.services.terms import explain
from ui.state.visitor import current


def _data(model: str) -> str:
    if has_own_pictures(model):
        return "your pictures: the code says how they are stored."
    return explain("MNIST; the models here were trained longer, and on warped digits, too.")


def show_keras_code() -> None:
    """Show the Keras code of the chosen model, with a button that copies it and one that downloads it."""
    name = current().model
    spec = model_store.load(name).spec
    code = keras_code(spec, f"The model {model_store.label(name)}, {spec.parameter_count:,} parameters, in Keras 3")
    st.markdown(
        "### The code\n"
        f"The same layers and the same {spec.parameter_count:,} parameters as in the picture above, as "
        f"Keras code. Run it, and it trains on {_data(name)}",
        unsafe_allow_html=True,
    )
    with st.container(key="listing"):
        st.code(code, language="python", height=420)
        st.download_button("Download autoencoder.py", code, "autoencoder.py", "text/x-python", on_click="ignore")
