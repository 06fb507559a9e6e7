"""Frees the sessions of visitors who have left: Streamlit alone does that only when another visitor comes."""

from __future__ import annotations

import asyncio
import gc

import streamlit as st

from ui import streamlit_compat


async def forget_expired_sessions() -> None:
    """Drop expired sessions at regular intervals; runs until it is cancelled."""
    while True:
        await asyncio.sleep(max(1, st.get_option("server.disconnectedSessionTTL") / 4))
        if streamlit_compat.drop_expired_sessions():
            gc.collect()
