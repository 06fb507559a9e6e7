"""The app, for visitors without a browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.browser.conftest import serve


@pytest.fixture(scope="session")
def app() -> Iterator[str]:
    with serve() as address:
        yield address
