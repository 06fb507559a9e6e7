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
from ui.server import rooms
from ui.server.expired_sessions import forget_expired_sessions
from ui.server.input_guard import InputGuard
from ui.server.routes import routes
from ui.services import training_queue

_CONNECTIONS = 16_384  # many systems allow 1,024 by default, and each follower of a room needs two


def app_options() -> dict[str, Any]:
    """Return the arguments of `st.App` besides the script.

    Streamlit searches the source of app.py for the app, so `app = st.App(...)` has to be written there literally.
    """
    return {
        "routes": routes(st.get_option("server.baseUrlPath")),
        "middleware": [Middleware(InputGuard)],
        "lifespan": lifespan,
    }


<<<<<<< HEAD
def spare_memory() -> None:
    """Have the C library give memory back where it can (glibc: Linux): 205 -> 193 MB after the first page.

    Every thread would keep a heap of its own, and what a large array leaves would never be given back.
    """
    with contextlib.suppress(OSError, AttributeError):
        libc = ctypes.CDLL("libc.so.6")
        for option, value in ((-8, 2), (-3, 2 << 20), (-1, 2 << 20)):  # M_ARENA_MAX, M_MMAP_THRESHOLD, M_TRIM_THRESHOLD
            libc.mallopt(option, value)


def _allow_connections() -> None:
    """Allow more connections than the 1,024 that many systems start with: each follower of a room holds two."""
    with contextlib.suppress(ImportError, OSError, ValueError):  # not on Windows, which counts them otherwise
        resource = importlib.import_module("resource")
        now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = _CONNECTIONS if most == resource.RLIM_INFINITY else min(_CONNECTIONS, most)
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(now, wanted), most))


=======
>>>>>>> main
@contextlib.asynccontextmanager
async def lifespan(app: Any) -> AsyncIterator[None]:
    """Prepare the serving process once, before the first visitor."""
    streamlit_compat.always_run_app()
<<<<<<< HEAD
    spare_memory()
=======
    system.spare_memory()
>>>>>>> main
    # One thread per decode: two threads of BLAS on two busy cores wait for each other (0.9 ms become 16 ms).
    threadpoolctl.threadpool_limits(1, "blas")
    streamlit_compat.without_data_frames()
    # Everything loaded by now stays in memory; `gc.freeze` below excludes it from each garbage collection. The first
    # visit would load the model anyway.
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
