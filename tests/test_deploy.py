"""What deploy/ says about the project and about itself is true."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from deploy.replicas import REPLICAS, nginx_config
from tests.server import ROOT

DOCKERFILE = (ROOT / "deploy" / "Dockerfile").read_text()
COPIED = [source for line in re.findall(r"^COPY (.*)$", DOCKERFILE, re.M) for source in line.split()[:-1]]


def test_the_image_gets_what_is_there_and_nothing_else_reaches_the_build() -> None:
    ignored = (ROOT / "deploy" / "Dockerfile.dockerignore").read_text().splitlines()
    assert {line[1:] for line in ignored if line.startswith("!")} == set(COPIED)
    assert "*" in ignored
    assert all((ROOT / source).exists() for source in COPIED)


def test_a_space_holds_what_the_dockerfile_copies(tmp_path: Path) -> None:
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("needs a git checkout")
    subprocess.run([ROOT / "deploy" / "space.sh", tmp_path], check=True)
    assert all((tmp_path / source).exists() for source in COPIED)
    port = re.search(r"^EXPOSE (\d+)$", DOCKERFILE, re.M)
    assert port is not None
    assert f"\napp_port: {port[1]}\n" in (tmp_path / "README.md").read_text().split("---")[1]


def test_nginx_names_the_replicas_where_compose_puts_them() -> None:
    compose = (ROOT / "deploy" / "compose.yaml").read_text()
    assert [f"{address}:8501" for address in re.findall(r"ipv4_address: ([\d.]+)", compose)] == list(REPLICAS.values())
    here = nginx_config(1, {"one": 2, "two": 3}, Path("/there"), Path("/here"))
    assert "172.30" not in here
    assert "/srv/" not in here
    assert "/etc/" not in here


def test_windows_has_a_line_for_every_target() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.M)) - {"help"}
    lines = (ROOT / "deploy" / "WINDOWS.md").read_text()
    assert {
        name for row in re.findall(r"^\| (`.*?`) \|", lines, re.M) for name in re.findall(r"`(\w+)`", row)
    } == targets
    for path in re.findall(r"(?:python|py -3.12) (?:-m )?([\w.\\]+)", lines):
        file = ROOT / path.replace("\\", "/") if path.endswith(".py") else ROOT / f"{path.replace('.', '/')}.py"
        assert file.exists() or path in ("pip", "pytest"), path
