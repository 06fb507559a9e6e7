"""The front door: `streamlit run app.py` serves the app; each visit then runs this script again for its pages."""

import streamlit as st

from ui.features import FEATURES
from ui.page_frame import navigation
from ui.server import startup
from ui.server.fair_queue import TURNS
from ui.state.declaration import install
from ui.streamlit_compat import is_script_run

install(FEATURES)
if not is_script_run():  # imported by the server, once
    app = st.App(__file__, **startup.app_options())
else:  # run for a visitor
    with TURNS:
        navigation().run()
