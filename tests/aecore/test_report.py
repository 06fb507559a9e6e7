from __future__ import annotations

import dataclasses
import io
import json

import numpy as np
import pytest
from PIL import Image

from aecore.report import Drawings, Judged, Report, Row, Table, picture, tables

PCA = Row(
    name="PCA-16",
    latent_dim=16,
    weights=13_328,
    bytes=None,
    training_seconds=None,
    encode_ms=0.1,
    decode_ms=0.2,
    validation_mse=0.02,
    test_mse=0.03,
    psnr=15.5,
    ssim=0.5,
    recognition=0.9,
    midpoint_confidence=0.8,
    slider_confidence=0.7,
    gaussian_confidence=0.6,
    latent_mean=0,
    latent_variance=0,
    latent_correlation=0.001,
)
MODEL = dataclasses.replace(
    PCA,
    name="denoiser",
    weights=4_000_000,
    bytes=2_500_000,
    training_seconds=90,
    refined_mse=0.001,
    validation_denoising_mse=0.5,
    test_denoising_mse=2,
    sample_confidence=0.95,
)
REPORT = Report(
    [PCA, MODEL],
    [Drawings(6, 0.7, 0.98, {"default": 0.975, "book": 0.9})],
    Judged(0.991, 0.993, 0.994),
    {"kind": "gaussian", "level": 0.5, "seed": 0},
    refining_steps=3,
    draws=2000,
)


def by_title(report: Report) -> dict[str, Table]:
    return {table.title: table for table in tables(report)}


def column(table: Table, head: str) -> list[str]:
    return [line[list(table.heads).index(head)] for line in table.lines]


def test_cells_carry_their_units_and_a_dash_means_does_not_apply() -> None:
    found = by_title(REPORT)
    assert column(found["Reconstruction"], "MSE, test") == ["0.03000", "0.03000"]
    assert column(found["Reconstruction"], "recognised") == ["90.00%", "90.00%"]
    assert column(found["Reconstruction"], "denoising, test") == ["-", "2.00000"]
    assert column(found["Latents"], "samples") == ["-", "0.950"]
    assert column(found["Cost"], "weights") == ["13,328", "4,000,000"]
    assert column(found["Cost"], "file, MB") == ["-", "2.50"]
    assert column(found["Cost"], "training, min") == ["-", "1.5"]
    assert found["Drawings"].lines == [["6 px, 70%", "98.0%", "97.5%", "-0.5", "90.0%", "-8.0"]]


def test_every_field_is_shown_somewhere() -> None:
    numbers = {field.name for field in dataclasses.fields(Row)} - {"name"}
    shown = tables(REPORT)
    assert sum(len(table.heads) - 1 for table in shown if table.title != "Drawings") == len(numbers)


def test_what_applies_to_no_model_is_left_out() -> None:
    alone = by_title(dataclasses.replace(REPORT, rows=[PCA], drawings=[]))
    assert "Drawings" not in alone
    assert "denoising, test" not in alone["Reconstruction"].heads


def test_the_text_lines_up() -> None:
    for table in tables(REPORT):
        lines = table.text().splitlines()
        assert len(lines) == len(table.lines) + 2
        assert len(set(map(len, lines))) == 1
        assert f"{table.title}\n\n{table.text()}" in REPORT.text()
    assert max(map(len, REPORT.text().splitlines())) < 140


def test_the_markdown_has_as_many_cells_in_every_line() -> None:
    for table in tables(REPORT):
        lines = table.markdown().splitlines()
        assert len(lines) == len(table.lines) + 2
        # A bar in a head such as |mean| would start another cell.
        assert {line.replace("\\|", "").count("|") for line in lines} == {len(table.heads) + 1}
        assert f"## {table.title}\n\n{table.note}\n\n{table.markdown()}" in REPORT.markdown()


def test_the_json_holds_everything() -> None:
    read = json.loads(REPORT.json())
    assert read == dataclasses.asdict(REPORT)
    assert Row(**read["rows"][1]) == MODEL


def test_the_picture_shows_every_digit_at_its_place() -> None:
    rng = np.random.default_rng(0)
    columns = {"input": rng.random((3, 28, 28), np.float32), "ours": rng.uniform(-0.5, 1.5, (3, 28, 28))}
    data = picture(columns)
    with Image.open(io.BytesIO(data)) as image:
        assert (image.format, image.mode) == ("PNG", "L")
        pixels = np.asarray(image)
    for i, images in enumerate(columns.values()):
        for j, digit in enumerate(images):
            shown = pixels[26 + j * 92 :, 8 + i * 92 :][:84:3, :84:3]
            np.testing.assert_allclose(shown / 255, digit.clip(0, 1), atol=0.003)
    assert pixels[:26].max() > 200  # captions
    assert pixels[-1].max() < 50  # the ground


@pytest.mark.parametrize("count", [1, 4])
def test_a_caption_stays_within_its_column(count: int) -> None:
    digits = np.zeros((1, 28, 28), np.float32)
    with Image.open(io.BytesIO(picture({f"PCA-16{' ' * i}": digits for i in range(count)}))) as image:
        captions = np.asarray(image)[:26] > 100
    for gap in range(count + 1):
        assert not captions[:, gap * 92 : gap * 92 + 8].any()
