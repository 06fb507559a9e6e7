"""The app, for visitors without a browser."""

from __future__ import annotations

from tests.browser.conftest import app

__all__ = ["app"]
