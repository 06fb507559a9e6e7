from __future__ import annotations

import dataclasses
import json

from aecore.evaluation.findings import Corrupted, Denoising, Drawings, HeadRow, Judged, Quality, Report, Row, Student
from aecore.evaluation.tables import WIDE, Table, denoising_table, markdown, tables, text

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


def corrupted(kind: str, level: float, mean: float | None, **errors: float) -> Corrupted:
    found = {name: Quality(mse, None if mse == 0 else 12.345, 0.98765) for name, mse in errors.items()}
    return Corrupted(kind, level, mean, found)


DENOISING = Denoising(
    "test",
    10_000,
    0,
    [
        corrupted("clean", 0, None, input=0, default=0.0044, book_denoiser=0.0123, denoiser=0.0056),
        corrupted("gaussian", 0.5, 0.5, input=0.3, default=0.2, book_denoiser=0.0152, denoiser=0.014),
        corrupted("salt_and_pepper", 1, None, input=0.05, default=0.2, book_denoiser=0.09, denoiser=0.1),
    ],
)
STUDENT = Student(
    name="default",
    weights=123_456,
    encoder_bytes=81_400,
    decoder_bytes=99_600,
    decoded_psnr=30.125,
    decoded_agreement=0.9812,
    slider_psnr=29.5,
    slider_agreement=0.975,
    attribute_psnr=None,
    attribute_agreement=None,
    reconstruction_psnr=28,
    reconstruction_agreement=1,
    latent_difference=0.12345,
    test_mse=0.0061,
    teacher_mse=0.0045,
)
HEAD = HeadRow(
    name="default",
    weights=3_466,
    bytes=9_520,
    validation_accuracy=0.9874,
    test_accuracy=0.98761,
    test_mse=0.00446,
)
REPORT = Report(
    [PCA, MODEL],
    [Drawings(6, 0.7, 0.98, {"default": 0.975, "book": 0.9})],
    Judged(0.991, 0.993, 0.994),
    {"kind": "gaussian", "level": 0.5, "seed": 0},
    refining_steps=3,
    draws=2000,
    denoising=DENOISING,
    students=[STUDENT],
    heads=[HEAD],
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
    assert sum(
        len(table.heads) - 1 for table in shown if table.title not in ("Drawings", "Denoising", "Heads", "Students")
    ) == len(numbers)


def test_what_applies_to_no_model_is_left_out() -> None:
    alone = by_title(dataclasses.replace(REPORT, rows=[PCA], drawings=[], denoising=None, students=[]))
    assert not {"Drawings", "Denoising", "Students"} & alone.keys()
    assert "denoising, test" not in alone["Reconstruction"].heads


def test_students_have_a_line_for_each_kind_of_images_and_a_sentence() -> None:
    table = by_title(REPORT)["Students"]
    assert table.lines == [
        ["default", "decoded test latents", "30.12", "98.12%"],
        ["default", "a slider moved", "29.50", "97.50%"],
        ["default", "an attribute moved", "-", "-"],
        ["default", "reconstructions", "28.00", "100.00%"],
    ]
    assert table.verdict == (
        "The student of `default` has 123,456 weights; its encoder is a file of 81 kB, its decoder one of 100 kB. The "
        "latents of both encoders differ by 0.123 standard deviations on average. The squared error of its own "
        "reconstructions is 0.00610, its teacher's 0.00450."
    )


def test_heads_have_their_accuracy_beside_the_error_of_their_model() -> None:
    table = by_title(REPORT)["Heads"]
    assert table.lines == [["default", "3,466", "10", "98.74%", "98.76%", "0.00446"]]
    assert "Heads" not in by_title(dataclasses.replace(REPORT, heads=()))


def test_denoising_has_a_line_per_corruption_and_three_cells_per_column() -> None:
    table = by_title(REPORT)["Denoising"]
    assert column(table, "corruption") == ["clean", "gaussian 0.5, mean 0.5", "salt_and_pepper 1"]
    assert list(table.heads)[1::3] == ["input", "default", "book_denoiser", "denoiser"]
    assert table.lines[0][1:7] == ["0.00000*", "∞", "0.9877", "0.00440 ", "12.35", "0.9877"]


def test_the_smallest_error_of_a_row_is_marked() -> None:
    for row, line in zip(DENOISING.rows, denoising_table(DENOISING).lines, strict=True):
        errors = [quality.mse for quality in row.found.values()]
        marked = [cell.endswith("*") for cell in line[1::3]]
        assert marked == [error == min(errors) for error in errors]
        assert sum(marked) == 1


def test_the_wide_latent_has_a_column_but_takes_no_part_in_the_choice_of_the_best() -> None:
    errors = (0.002, 0.009, 0.2)
    rows = [
        dataclasses.replace(row, found={**row.found, WIDE: Quality(mse, 12.345, 0.98765)})
        for row, mse in zip(DENOISING.rows, errors, strict=True)
    ]
    table, before = denoising_table(dataclasses.replace(DENOISING, rows=rows)), denoising_table(DENOISING)
    assert list(table.heads)[-3:] == [WIDE, "PSNR", "SSIM"]
    assert [line[:-3] for line in table.lines] == before.lines
    assert [line[-3] for line in table.lines] == ["0.00200 ", "0.00900 ", "0.20000 "]
    assert table.verdict.removeprefix(before.verdict) == (
        " `denoiser_wide` has a smaller squared error than `denoiser` in 2 of 3 rows, not in: salt_and_pepper 1."
    )
    assert "is not marked" in table.note
    assert "is not marked" not in before.note


def without(*names: str, kinds: tuple[str, ...] = ("clean", "gaussian", "salt_and_pepper")) -> Denoising:
    rows = [
        dataclasses.replace(row, found={name: quality for name, quality in row.found.items() if name not in names})
        for row in DENOISING.rows
        if row.kind in kinds
    ]
    return dataclasses.replace(DENOISING, rows=rows)


def test_below_the_table_stands_what_it_comes_to() -> None:
    assert denoising_table(DENOISING).verdict == (
        "`denoiser` has a smaller squared error than `book_denoiser` in 2 of 3 rows, not in: salt_and_pepper 1. "
        "`denoiser` has a smaller squared error than the corrupted input itself in 1 of 3 rows, not in: clean, "
        "salt_and_pepper 1. On clean digits its error is 0.00120 larger than `default`'s."
    )
    better = denoising_table(without(kinds=("gaussian",))).verdict
    assert "than `book_denoiser` in every row." in better
    assert "clean" not in better
    assert markdown(REPORT).endswith(denoising_table(DENOISING).verdict)


def test_a_model_that_is_not_there_has_no_column_and_is_not_spoken_of() -> None:
    table = denoising_table(without("book_denoiser"))
    assert "book_denoiser" not in [*table.heads, table.verdict]
    assert "book_denoiser" not in table.page()
    assert [len(line) for line in table.lines] == [len(table.heads)] * 3 == [10] * 3
    assert "default" not in denoising_table(without("default")).page()
    assert denoising_table(without("denoiser")).verdict == ""


def test_the_text_lines_up() -> None:
    for table in tables(REPORT):
        lines = table.text().splitlines()
        assert len(lines) == len(table.lines) + 2
        assert len(set(map(len, lines))) == 1
        assert f"{table.title}\n\n{table.text()}" in text(REPORT)
    assert max(map(len, text(REPORT).splitlines())) < 140


def test_the_markdown_has_as_many_cells_in_every_line() -> None:
    for table in tables(REPORT):
        lines = table.markdown().splitlines()
        assert len(lines) == len(table.lines) + 2
        # A bar in a head such as |mean| would start another cell.
        assert {line.replace("\\|", "").count("|") for line in lines} == {len(table.heads) + 1}
        assert f"## {table.title}\n\n{table.note}\n\n{table.markdown()}" in markdown(REPORT)


def test_the_json_holds_everything() -> None:
    read = json.loads(REPORT.json())
    assert read == dataclasses.asdict(REPORT)
    assert Row(**read["rows"][1]) == MODEL
    assert read["denoising"]["rows"][0]["found"]["input"] == {"mse": 0, "psnr": None, "ssim": 0.98765}
