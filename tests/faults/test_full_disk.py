"""The disk is full, truly: what was there stays as it was, a sentence says why, and with room again all goes on."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

import aecore
from aecore.core.model_file import WriteError
from aecore.latent.atlas_file import load_atlas, save_atlas
from aecore.latent.directions import load_directions, save_directions
from aecore.training.job import JOB, MODEL, PROGRESS, Job
from aecore.training.presets import PRESETS
from tests.browser.conftest import latents
from tests.browser.rest import settle
from tests.conftest import write_strokes
from tests.faults.conftest import Report
from tests.server import ROOT, serving
from ui import export_html

Visit = Callable[..., Page]
WHY = "No space left on device"
MODEL_FILE = ROOT / "assets/models/mlp.safetensors"


class Disk:
    """A small file system of its own."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def fill(self, free: int = 0) -> None:
        """Leave no more than `free` bytes of room."""
        with (self.path / "filler").open("wb") as file:
            file.write(bytes(shutil.disk_usage(self.path).free - free))

    def free(self) -> None:
        (self.path / "filler").unlink()


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    path = tmp_path / "disk"
    path.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "none", path], capture_output=True, text=True)
    if mounted.returncode:
        pytest.skip(f"needs the right to mount a small file system: {mounted.stderr.strip()}")
    try:
        yield Disk(path)
    finally:
        subprocess.run(["umount", "--lazy", path], check=True)


def test_whatever_is_saved_leaves_the_old_file_and_says_why(disk: Disk, capsys: pytest.CaptureFixture[str]) -> None:
    writers: dict[str, Callable[[Path], object]] = {
        "model.safetensors": lambda path: aecore.save_model(aecore.load("mlp"), path),
        "atlas.safetensors": lambda path: save_atlas(load_atlas("plane"), path),
        "directions.json": lambda path: save_directions(load_directions("mlp"), path),
    }
    for name in (*writers, "demo.html"):
        (disk.path / name).write_text("what was there before")
    disk.fill()
    there = sorted(disk.path.iterdir())
    for name, write in writers.items():
        with pytest.raises(WriteError, match=rf"^\S*{name} cannot be written: {WHY}\. What was there before"):
            write(disk.path / name)
    assert export_html.main(["--model", "book", "--out", str(disk.path / "demo.html")]) == 1
    assert re.fullmatch(rf"\S*demo\.html cannot be written: {WHY}\..*\n", capsys.readouterr().err)
    assert sorted(disk.path.iterdir()) == there
    for name in (*writers, "demo.html"):
        assert (disk.path / name).read_text() == "what was there before"


def test_a_training_ends_with_a_sentence_and_the_model_before_it(
    disk: Disk, tmp_path: Path, run_python: Callable[..., Any]
) -> None:
    data = write_strokes(tmp_path / "strokes.npz", training=500, test=10, seed=3)
    out, folder = disk.path / "mine.safetensors", disk.path / "run"
    folder.mkdir()
    job = Job("mlp", PRESETS["mlp"].spec, epochs=1, batch=64, learning_rate=1e-3, source="strokes")
    (folder / JOB).write_text(json.dumps(job.to_dict()))
    for path in (out, folder / MODEL):
        path.write_text("what was there before")
    disk.fill(free=300_000)  # enough to tell how it goes, too little for what is trained
    code = (
        "import sys; from aecore.train import main; from aecore.worker import main as work\n"
        "out, data, folder = sys.argv[1:]\n"
        "status = main(['mlp', '--data', data, '--epochs', '1', '--out', out])\n"
        "print(status, work([folder]), file=sys.stderr)"  # in one process, for TensorFlow takes long to start
    )
    done = run_python("-c", code, str(out), str(data), str(folder))
    *_, said, of_worker, statuses = done.stderr.splitlines()
    assert statuses == "1 1"
    assert re.fullmatch(rf"\S*mine\.safetensors\.checkpoint cannot be written: {WHY}\..*", said)
    assert "Traceback" not in done.stderr
    progress = json.loads((folder / PROGRESS).read_text())
    assert progress["state"] == "failed"
    assert progress["sentence"].startswith(f"The files of this training could not be written: {WHY}.")
    assert of_worker == progress["sentence"]
    for path in (out, folder / MODEL):
        assert path.read_text() == "what was there before"


@pytest.mark.proof  # `make faults` runs it
def test_the_page_says_so_and_goes_on_when_there_is_room(disk: Disk, visit: Visit, report: Report) -> None:
    file = {"name": "mlp.safetensors", "mimeType": "application/octet-stream", "buffer": MODEL_FILE.read_bytes()}
    with serving(runs=disk.path) as server:
        disk.fill()
        page = visit(f"{server.address}/train")
        page.get_by_test_id("stFileUploader").locator("input[type=file]").set_input_files(file)
        expect(page.get_by_text(f"The file cannot be kept here: {WHY}.")).to_be_visible()
        settle(page)
        page.get_by_role("button", name="Start training").click()
        expect(page.get_by_text(f"The server cannot keep a training now: {WHY}.")).to_be_visible()
        disk.free()
        settle(page)
        page.get_by_test_id("stFileUploader").locator("input[type=file]").set_input_files(file)
        expect(page.get_by_text("Every page now uses")).to_be_visible()
        page.get_by_role("link", name="Draw").first.click()
        page.wait_for_selector(".deck[data-ready=true]")
        assert len(latents(page)) == 16
    report.row("disk full while saving, exporting, training", "old files intact, a sentence on the page")
