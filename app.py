"""The entry point: `streamlit run app.py` serves the app, and runs this script again on each interaction."""

import streamlit as st

from ui.features import FEATURES
from ui.page_frame import navigation
from ui.server import startup
from ui.server.fair_queue import FAIR_QUEUE
from ui.state.declaration import install
from ui.streamlit_compat import is_script_run

install(FEATURES)
if not is_script_run():  # imported by the server, once
    app = st.App(__file__, **startup.app_options())
else:  # run for a visitor
    with FAIR_QUEUE:
        navigation().run()
