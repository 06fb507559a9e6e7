"""A plain Streamlit page with $ELEMENTS elements, half of them widgets, to measure the cost of an empty rerun."""

import os

import streamlit as st

value = st.slider("value", -3.0, 3.0, 0.0, 0.01)
st.markdown(f"It is at {value}.")
for i in range(int(os.environ["ELEMENTS"]) - 2):
    if i % 2:
        st.button(f"Button {i}", key=f"button-{i}", help="It does nothing.")
    else:
        st.caption(f"Text {i}, which says nothing either.")
