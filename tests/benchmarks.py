"""Writes BENCHMARKS.md: one section per command that measures, each with its machine, its date and how to repeat it."""

from __future__ import annotations

import datetime
import os
import platform
import re
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path

import streamlit

from tests.browser.chromium import browser_path
from tests.server import ROOT

BENCHMARKS = ROOT / "BENCHMARKS.md"
SECTIONS = (
    "Speed",
    "Load",
    "A hall",
    "A hall's troubles",
    "A wall of digits",
    "Soak",
    "Faults",
)  # in the order of the file
TITLE = """# Benchmarks

Each section is written by the command it names, which repeats it. Trust ratios more than milliseconds."""


def write_section(
    name: str,
    command: str,
    rows: Iterable[Sequence[str]],
    notes: Iterable[str] = (),
    header: Sequence[str] = ("what", "figure"),
    path: Path = BENCHMARKS,
) -> None:
    """Write a section's table and notes into BENCHMARKS.md, without changing other sections; raises ValueError.

    Every row has as many cells as the header.
    """
    if name not in SECTIONS:
        raise ValueError(f"{name!r} is none of {SECTIONS}")
    rows = [header, ["---"] * len(header), *rows]
    if any(len(row) != len(header) for row in rows):
        raise ValueError(f"not every row has {len(header)} cells")
    parts = [f"{datetime.date.today()}, {commit()}: {machine()}. Repeat: `{command}`.", "\n".join(map(_line, rows))]
    if notes:
        parts.append("\n".join(f"- {_one_line(note)}" for note in notes))
    sections = read_sections(path) | {name: "\n\n".join(parts)}
    texts = [f"## {each}\n\n{sections[each]}" for each in SECTIONS if each in sections]
    path.write_text("\n\n".join([TITLE, *texts]) + "\n")


def read_sections(path: Path = BENCHMARKS) -> dict[str, str]:
    """Return the text under each heading of the file, {} where there is no file yet."""
    _, *texts = re.split(r"^## ", path.read_text() if path.exists() else "", flags=re.MULTILINE)
    return {heading: body.strip() for heading, _, body in (text.partition("\n") for text in texts)}


def machine() -> str:
    """Return a description of the machine: processor, memory and versions, not its name."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return ", ".join(
        (
            f"{os.cpu_count()} cores ({_processor()})",
            f"{memory:.0f} GiB",
            _system(),
            f"Python {platform.python_version()}",
            f"Streamlit {streamlit.__version__}",
            _chromium(),
        )
    )


def commit() -> str:
    """Return the commit that is checked out, with a remark when other files than BENCHMARKS.md differ from it."""
    try:
        changed = _output("git", "status", "--porcelain", "--", ":/", f":!{BENCHMARKS.name}")
        return f"commit {_output('git', 'rev-parse', '--short', 'HEAD')}{' with changes' if changed else ''}"
    except (OSError, subprocess.CalledProcessError):  # no git, or no checkout
        return "commit unknown"


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    found = re.search(r"^model name\s*: (.+)$", info.read_text(), re.MULTILINE) if info.exists() else None
    return found[1] if found else platform.machine()


def _system() -> str:
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except OSError:  # macOS
        return f"{platform.system()} {platform.release()}"


def _chromium() -> str:
    path = browser_path(whole=True)
    version = re.search(r"\d[\d.]+", _output(path, "--version")) if path else None
    return f"Chromium {version[0]}" if version else "Playwright's Chromium"


def _output(*command: str) -> str:
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(_one_line(cell).replace('|', chr(92) + '|') for cell in cells)} |"


def _one_line(text: str) -> str:
    return " ".join(text.split())
