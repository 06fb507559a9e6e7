"""Opens a page in a browser once the server answers: `python -m ui.server.open_page http://localhost:8501 /talk`."""

from __future__ import annotations

import sys
import time
import urllib.error
import urllib.request
import webbrowser

from ui.streamlit_compat import HEALTH

_PATIENCE = 60  # seconds
_PAUSE = 0.2


def wait_until_served(address: str, patience: float = _PATIENCE) -> bool:
    """Wait until the app answers at an address, at most `patience` seconds; return whether it does."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        try:
            urllib.request.urlopen(f"{address}/{HEALTH}", timeout=2).close()  # noqa: S310 - our own address
            return True
        except (urllib.error.URLError, OSError):
            time.sleep(_PAUSE)
    return False


if __name__ == "__main__":
    app, path = sys.argv[1:]
    if not wait_until_served(app) or not webbrowser.open(app + path):
        print(f"Open {app + path} in a browser.")
