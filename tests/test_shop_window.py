"""The README's GIF is short and small, and the README shows it."""

from __future__ import annotations

from PIL import Image

from tests.shop_window import FRAME_MS, MOST_BYTES, SHOWN, TARGET


def test_the_readme_shows_some_twenty_seconds_of_the_app() -> None:
    readme = (TARGET.parents[1] / "README.md").read_text(encoding="utf-8")
    assert f"](assets/{TARGET.name})" in readme
    assert TARGET.stat().st_size <= MOST_BYTES
    with Image.open(TARGET) as film:
        assert film.size == SHOWN
        assert 15 <= getattr(film, "n_frames", 1) * FRAME_MS / 1000 <= 25
