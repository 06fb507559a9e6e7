"""Files that visitors bring to train on, over HTTP: each in a folder of its own, bounded, or refused in a sentence."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from aecore.data.own.stored import read_pictures
from aecore.training.job import OWN, PICTURES
from aecore.training.presets import PRESETS
from tests.aecore.data.own.files import COUNT, LABELS, idx, npz, pictures
from tests.ui.server.test_rooms import ask, serve
from tests.visitors import visiting
from ui.features.train import own_pictures
from ui.features.train.form import job_of
from ui.features.train.state import current_training, form_of, keep_form
from ui.server import expired_sessions
from ui.server import own_data as routes
from ui.server.expired_sessions import forget_expired_sessions
from ui.server.rooms import Rooms
from ui.services import model_store, own_data, training_queue

WHOLE = npz(x=pictures(), y=LABELS)


@pytest.fixture(autouse=True)
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("AECORE_RUNS", str(tmp_path / "runs"))
    return tmp_path / "runs"


@pytest.fixture
def port() -> Iterator[int]:
    with serve(Rooms(), routes.ROUTES) as port:
        yield port


def bring(port: int, data: bytes, name: str = "mine.npz", path: str = "/own-data") -> tuple[int, dict[str, Any]]:
    return ask(port, "POST", path, data, X_File_Name=name)


def test_pictures_arrive_and_the_file_itself_is_deleted(port: int, runs: Path) -> None:
    status, answer = bring(port, WHOLE, "%3Cb%3E..%2F..%2Fmine.npz")
    assert (status, answer["count"]) == (200, COUNT)
    folder = runs / "own" / answer["secret"]
    assert sorted(path.name for path in folder.iterdir()) == ["about.json", PICTURES]
    np.testing.assert_array_equal(read_pictures(folder / PICTURES).images, pictures())
    found = own_data.about(answer["secret"])
    assert found is not None
    assert found["name"] == "<b>../../mine.npz"
    assert found["classes"] == [[str(i), 10] for i in range(4)]
    assert {path.name for path in runs.iterdir()} - {"queue.lock"} == {"own"}  # an earlier test's queue may go on


def test_two_files_are_read_together(port: int, runs: Path) -> None:
    status, first = bring(port, idx(pictures()), path="/own-data?more")
    assert (status, set(first)) == (200, {"secret"})
    assert own_data.about(first["secret"]) is None
    status, second = bring(port, idx(LABELS.astype(np.uint8)), path=f"/own-data/{first['secret']}")
    assert (status, second) == (200, {"secret": first["secret"], "count": COUNT})
    assert own_data.about(first["secret"])["classes"][0] == ["0", 10]


def test_what_cannot_be_used_leaves_nothing_behind(port: int, runs: Path) -> None:
    for data, name, path, status, says in (
        (b"", "a.npz", "/own-data", 422, "is empty"),
        (WHOLE[:100], "a.npz", "/own-data", 422, "damaged or incomplete"),
        (b"words\n" * 40, "-m", "/own-data", 422, "no square pictures|a number is wanted|not known|no rows"),
        (bytes(50_000_001), "a.csv", "/own-data", 422, "larger than 50 MB"),
        (WHOLE, "", "/own-data", 400, "name of the file"),
        (WHOLE, "%00%0a", "/own-data", 400, "name of the file"),
        (WHOLE, "a.npz", f"/own-data/{'0' * 32}", 404, "no longer on this server"),
        (WHOLE, "a.npz", "/own-data/queue.lock", 404, "no longer on this server"),
    ):
        answered, answer = bring(port, data, name, path)
        assert answered == status, (name, answer)
        assert any(one in answer["problem"] for one in says.split("|")), answer
    assert not list((runs / "own").iterdir())


def test_a_third_file_is_refused(port: int) -> None:
    _, first = bring(port, idx(pictures()), path="/own-data?more")
    bring(port, idx(LABELS.astype(np.uint8)), path=f"/own-data/{first['secret']}?more")
    status, answer = bring(port, WHOLE, path=f"/own-data/{first['secret']}")
    assert (status, answer["problem"]) == (400, "Bring at most two files: pictures and their labels.")


def test_many_at_once_are_all_read(port: int) -> None:
    answers: list[tuple[int, dict[str, Any]]] = []
    threads = [threading.Thread(target=lambda: answers.append(bring(port, WHOLE))) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [status for status, _ in answers] == [200] * 5
    assert len({answer["secret"] for _, answer in answers}) == 5


def test_what_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch, port: int, runs: Path) -> None:
    monkeypatch.setattr(own_data, "COMMAND", ("sh", "-c", "exec sleep 60"))
    monkeypatch.setattr(own_data, "MOST_SECONDS", 1)
    start = time.monotonic()
    status, answer = bring(port, WHOLE)
    assert status == 422
    assert "not read within 1 seconds" in answer["problem"]
    assert time.monotonic() - start < 30
    assert not list((runs / "own").iterdir())


def test_the_least_recently_used_go_first(monkeypatch: pytest.MonkeyPatch, runs: Path) -> None:
    monkeypatch.setattr(own_data, "MOST_KEPT", 3)
    secrets = []
    for _ in range(5):
        secrets.append(own_data.begin())
        time.sleep(0.02)
    assert [own_data.find(secret) is not None for secret in secrets] == [False, False, True, True, True]
    for odd in (None, "", "..", "../own", secrets[-1].upper() + "/", 7, ["a"]):
        assert own_data.find(odd) is None
        assert own_data.about(odd) is None


def test_old_pictures_go_though_nobody_comes(runs: Path, port: int) -> None:
    old, new = (bring(port, WHOLE)[1]["secret"] for _ in range(2))
    long_ago = time.time() - own_data.LONGEST - 1
    os.utime(runs / "own" / old / "about.json", (long_ago, long_ago))

    async def serve_for_a_moment() -> None:
        forgetting = asyncio.create_task(forget_expired_sessions())
        for _ in range(100):
            await asyncio.sleep(0.1)
            if own_data.find(old) is None:
                break
        forgetting.cancel()

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(expired_sessions.st, "get_option", lambda name: 1)
        patched.setattr(expired_sessions.streamlit_compat, "drop_expired_sessions", lambda: 0)
        with ThreadPoolExecutor(1) as thread:  # the browser's own loop may run in this one
            thread.submit(asyncio.run, serve_for_a_moment()).result()
    assert own_data.find(old) is None
    assert own_data.find(new) is not None


def test_a_training_gets_a_copy_which_stays(port: int, runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training_queue, "advance", lambda: False)
    monkeypatch.setattr(training_queue, "attend", lambda: None)
    secret = bring(port, WHOLE)[1]["secret"]
    with visiting():
        keep_form(form_of("default"))
        own_pictures.take({"secret": secret, "chosen": True})
        training = current_training()
        assert training.form is not None
        assert (training.pictures, training.form.data) == (secret, OWN)
        job = job_of(training.form)
        assert not isinstance(job, str)
        assert (job.preset.drawings, job.preset.start_from) == (0, None)
        assert PRESETS["default"].drawings > 0
        started = training_queue.start(job, [], secret)
        for path in (runs / "own" / secret).iterdir():
            path.unlink()
        (runs / "own" / secret).rmdir()
        data = job.load_data(runs / started)
        assert len(data.train) + len(data.validation) + len(data.test) == COUNT
        assert own_pictures.data() == {"secret": None}
        with pytest.raises(training_queue.Refused, match="Your pictures are no longer on this server"):
            training_queue.start(job, [], secret)


@pytest.mark.parametrize(
    "payload", [None, 3, [], {}, {"secret": 5}, {"secret": "0" * 32}, {"secret": "../x"}, "0" * 32]
)
def test_forged_reports_change_nothing(payload: Any) -> None:
    with visiting():
        before = current_training()
        own_pictures.take(payload)
        assert current_training() == before


@pytest.mark.parametrize(
    ("file", "name"),
    [("my_photos.zip", "my photos"), ("fashion-t10k-images-idx3-ubyte.gz", "fashion t10k images idx3"), ("<>.npz", "")],
)
def test_a_model_is_offered_the_name_of_its_pictures_file(
    file: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_data, "about", lambda secret: {"name": file})
    assert own_data.name_for_model("secret") == name
    assert not name or model_store.is_name(name)
