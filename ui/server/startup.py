"""The server's routes, middleware and start-up, which prepares the process before the first visitor."""

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
from ui.server import room_routes
from ui.server.compression import Compression
from ui.server.expired_sessions import forget_expired_sessions
from ui.server.input_guard import InputGuard
from ui.server.routes import routes
from ui.services import training_queue

_CONNECTIONS = 16_384  # many systems allow 1,024 by default, and each follower of a room needs two


def app_options() -> dict[str, Any]:
    """Return the arguments of `st.App` besides the script.

    Streamlit searches the source of app.py for the app, so `app = st.App(...)` has to be written there literally.
    """
    base_path = st.get_option("server.baseUrlPath")
    return {
        "routes": routes(base_path),
        "middleware": [Middleware(Compression, base_path), Middleware(InputGuard)],
        "lifespan": lifespan,
    }


@contextlib.asynccontextmanager
async def lifespan(app: Any) -> AsyncIterator[None]:
    """Prepare the serving process once, before the first visitor."""
    streamlit_compat.always_run_app()
    system.return_freed_memory()
    # One thread per decode: two threads of BLAS on two busy cores wait for each other (0.9 ms become 16 ms).
    threadpoolctl.threadpool_limits(1, "blas")
    streamlit_compat.without_data_frames()
    streamlit_compat.read_theme_once()
    # Everything loaded by now stays in memory; `gc.freeze` below excludes it from each garbage collection. The first
    # visit would load the model anyway.
    with contextlib.suppress(ModelFileError):  # the page says what is wrong
        load()
    training_queue.attend()  # an earlier server may have left a queue
    system.allow_connections(_CONNECTIONS)
    gc.collect()
    gc.freeze()
    system.trim_memory()
    room_routes.close_with_server(room_routes.ROOMS)
    tasks = [asyncio.create_task(forget_expired_sessions()), asyncio.create_task(room_routes.ROOMS.run())]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
