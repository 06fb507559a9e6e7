from __future__ import annotations

from tests.server import serving
from ui.server.open_page import wait_until_served


def test_the_page_is_opened_once_it_is_served() -> None:
    with serving() as server:
        assert wait_until_served(server.address, patience=10)
    assert not wait_until_served(server.address, patience=0.3)
