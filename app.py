"""The front door: `streamlit run app.py` serves the app; each visit then runs this script again for its pages."""

import streamlit as st
from starlette.middleware import Middleware

from ui.page_frame import navigation
from ui.server import routes
from ui.server.fair_queue import TURNS
from ui.server.input_guard import InputGuard
from ui.streamlit_compat import is_script_run

if not is_script_run():  # imported by the server, once
    app = st.App(__file__, routes=routes.ROUTES, middleware=[Middleware(InputGuard)], lifespan=routes.lifespan)
else:  # run for a visitor
    with TURNS:
        navigation().run()
