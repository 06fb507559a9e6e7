"""BENCHMARKS.md holds one section per command that measures; writing one leaves the others alone."""

from __future__ import annotations

import datetime
import os
import platform
import socket
from pathlib import Path

import pytest
import streamlit

from tests.benchmarks import BENCHMARKS, SECTIONS, TITLE, read_sections, write_section
from tests.server import ROOT


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "BENCHMARKS.md"


def test_sections_stand_in_their_order_whichever_is_written_first(path: Path) -> None:
    for name in reversed(SECTIONS):
        write_section(name, f"make {name.lower()}", [("a", "1 ms")], path=path)
    assert path.read_text().startswith(TITLE)
    assert [line[3:] for line in path.read_text().splitlines() if line.startswith("## ")] == list(SECTIONS)


def test_a_section_written_anew_replaces_itself_and_nothing_else(path: Path) -> None:
    write_section("Speed", "make bench", [("drag", "4 ms")], path=path)
    write_section("Faults", "make faults", [("killed", "back in 1 s")], path=path)
    before = read_sections(path)
    write_section("Speed", "make bench", [("drag", "5 ms")], ["a note"], path=path)
    after = read_sections(path)
    assert after["Faults"] == before["Faults"]
    assert "5 ms" in after["Speed"]
    assert "4 ms" not in after["Speed"]
    assert after["Speed"].endswith("\n\n- a note")


def test_a_section_says_what_it_was_measured_on_and_how_to_repeat_it(path: Path) -> None:
    write_section("Load", "make load", [("1", "30 ms"), ("100", "60 ms")], header=("visitors", "p95"), path=path)
    about, table = read_sections(path)["Load"].split("\n\n")
    for said in (
        str(datetime.date.today()),
        "commit ",
        f"{os.cpu_count()} cores (",
        " GiB",
        f"Python {platform.python_version()}",
        f"Streamlit {streamlit.__version__}",
        "Chromium",
        "`make load`",
    ):
        assert said in about
    assert table == "| visitors | p95 |\n| --- | --- |\n| 1 | 30 ms |\n| 100 | 60 ms |"


def test_cells_and_notes_cannot_break_the_table(path: Path) -> None:
    write_section("Soak", "make soak", [("a | b", "1\n2")], ["## Speed\nis fine"], path=path)
    assert "| a \\| b | 1 2 |\n" in path.read_text()
    assert set(read_sections(path)) == {"Soak"}
    with pytest.raises(ValueError, match="2 cells"):
        write_section("Soak", "make soak", [("alone",)], path=path)
    with pytest.raises(ValueError, match="none of"):
        write_section("Sped", "make bench", [], path=path)


def test_the_files_own_sections_name_no_machine_and_no_place_on_it(path: Path) -> None:
    write_section("Speed", "make bench", [("drag", "4 ms")], path=path)
    assert set(read_sections()) <= set(SECTIONS)
    for text in (path.read_text(), BENCHMARKS.read_text()):
        assert socket.gethostname() not in text
        assert not [place for place in (str(Path.home()), str(ROOT), "/home/", "/tmp") if place in text]
