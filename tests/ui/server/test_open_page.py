from __future__ import annotations

from tests.browser.conftest import serve
from ui.server.open_page import wait_until_served


def test_the_page_is_opened_once_it_is_served() -> None:
    with serve() as address:
        assert wait_until_served(address, patience=10)
    assert not wait_until_served(address, patience=0.3)
