from __future__ import annotations

import numpy as np
import pytest

from aecore.core import progress


def test_steps_make_what_one_run_makes_and_count_to_the_end() -> None:
    given = np.arange(2500, dtype=np.float32).reshape(-1, 1)
    lines: list[str] = []
    sizes: list[int] = []

    def double(part: np.ndarray) -> np.ndarray:
        sizes.append(len(part))
        return 2 * part

    np.testing.assert_array_equal(progress.in_steps(double, given, "doubling", lines.append), 2 * given)
    assert max(sizes) <= 1000
    assert lines == [f"doubling: {done} of 2,500" for done in ("1,000", "2,000", "2,500")]


def test_it_speaks_on_standard_error_and_seldom(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    now = 100.0
    monkeypatch.setattr(progress.time, "monotonic", lambda: now)
    say = progress.seldom(pause=2)
    for i in range(10):
        now = 100.5 + i
        say(f"line {i}")
    out, err = capsys.readouterr()
    assert out == ""
    assert err.split("\n") == ["line 2", "line 5", "line 8", ""]
