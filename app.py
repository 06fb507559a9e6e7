"""The front door: `streamlit run app.py` serves the app; each visit then runs this script again for its pages."""

import streamlit as st
from starlette.middleware import Middleware
from streamlit.runtime.scriptrunner import get_script_run_ctx

from ui import static_files
from ui.door import Door
from ui.shell import navigation
from ui.turns import TURNS

if get_script_run_ctx() is None:  # imported by the server, once
    app = st.App(__file__, routes=static_files.ROUTES, middleware=[Middleware(Door)], lifespan=static_files.lifespan)
else:  # run for a visitor
    with TURNS:
        navigation().run()
