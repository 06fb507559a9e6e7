"""Lets go of visitors who have left: by itself Streamlit keeps the last ones until another comes, however late."""

from __future__ import annotations

import asyncio
import gc

import streamlit as st

from ui import streamlit_compat


async def forget_expired_sessions() -> None:
    """Drop the sessions whose time to come back is over, again and again; runs until it is cancelled."""
    while True:
        await asyncio.sleep(max(1, st.get_option("server.disconnectedSessionTTL") / 4))
        if streamlit_compat.drop_expired_sessions():
            gc.collect()
