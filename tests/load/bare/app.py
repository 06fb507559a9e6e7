"""A plain Streamlit page with $ELEMENTS elements, half of them widgets: what a rerun costs that has nothing to do."""

import os

import streamlit as st

value = st.slider("value", -3.0, 3.0, 0.0, 0.01)
st.markdown(f"It is at {value}.")
for i in range(int(os.environ["ELEMENTS"]) - 2):
    if i % 2:
        st.button(f"Button {i}", key=f"button-{i}", help="It does nothing.")
    else:
        st.caption(f"Text {i}, which says nothing either.")
