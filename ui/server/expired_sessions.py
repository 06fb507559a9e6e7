"""Frees what visitors have left behind: their sessions, the pictures that they brought to train on, and rooms.

Streamlit alone frees sessions only when another visitor comes.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc

import streamlit as st

from ui import streamlit_compat
from ui.server.room_routes import ROOMS
from ui.services import own_data


async def forget_expired_sessions() -> None:
    """Drop expired sessions, old pictures and unused rooms at regular intervals; runs until it is cancelled."""
    while True:
        await asyncio.sleep(max(1, st.get_option("server.disconnectedSessionTTL") / 4))
        if streamlit_compat.drop_expired_sessions():
            gc.collect()
        ROOMS.sweep()
        with contextlib.suppress(OSError):
            await asyncio.to_thread(own_data.prune)
