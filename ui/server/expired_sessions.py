"""Lets go of visitors who have left: by itself Streamlit keeps the last ones until another comes, however late."""

from __future__ import annotations

import asyncio
import gc

from streamlit import config, runtime
from streamlit.runtime.app_session import AppSession


async def forget_departed() -> None:
    """Drop the sessions whose time to come back is over, again and again; runs until it is cancelled."""
    sessions = runtime.get_instance()._session_mgr._session_storage._cache  # type: ignore[attr-defined]
    while True:
        await asyncio.sleep(max(1, config.get_option("server.disconnectedSessionTTL") / 4))
        if expired := sessions.expire():
            for _, info in expired:
                _empty(info.session)
            gc.collect()


def _empty(session: AppSession) -> None:
    session.shutdown()  # lets go of uploads and pictures
    # Streamlit's main loop holds the session that it served last for as long as nobody else comes: of that one, too,
    # nothing is left but that it is shut down.
    state = session._state
    vars(session).clear()
    session._state = state
