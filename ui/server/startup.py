"""What the server is made of, and what it prepares before the first visitor."""

from __future__ import annotations

import asyncio
import contextlib
import gc
from collections.abc import AsyncIterator
from typing import Any

import streamlit as st
import threadpoolctl
from starlette.middleware import Middleware

from aecore import ModelFileError, load
from aecore.core import system
from ui import streamlit_compat
from ui.server import rooms
from ui.server.expired_sessions import forget_expired_sessions
from ui.server.input_guard import InputGuard
from ui.server.routes import routes
from ui.services import training_queue

_CONNECTIONS = 16_384  # many systems start with 1,024, and each follower of a room holds two


def app_options() -> dict[str, Any]:
    """Return what `st.App` takes besides the script.

    Streamlit finds the app by reading app.py: `app = st.App(...)` has to stand there as it is.
    """
    return {
        "routes": routes(st.get_option("server.baseUrlPath")),
        "middleware": [Middleware(InputGuard)],
        "lifespan": lifespan,
    }


@contextlib.asynccontextmanager
async def lifespan(app: Any) -> AsyncIterator[None]:
    """Prepare the serving process once, before the first visitor."""
    streamlit_compat.always_run_app()
    system.spare_memory()
    # One thread per decode: two threads of BLAS on two busy cores wait for each other (0.9 ms become 16 ms).
    threadpoolctl.threadpool_limits(1, "blas")
    streamlit_compat.without_data_frames()
    # What is loaded by now stays for good: freezing it takes it out of every collection of garbage. The first visit
    # would load the model anyway.
    with contextlib.suppress(ModelFileError):  # the page says what is wrong
        load()
    training_queue.attend()  # an earlier server may have left a queue
    system.allow_connections(_CONNECTIONS)
    gc.collect()
    gc.freeze()
    rooms.close_with_server(rooms.ROOMS)
    forgetting = asyncio.create_task(forget_expired_sessions())
    try:
        yield
    finally:
        forgetting.cancel()
