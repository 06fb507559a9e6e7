"""The results of `aecore.evaluate` as tables, for the terminal and in Markdown."""

from __future__ import annotations

import dataclasses
import textwrap
from collections.abc import Sequence

from aecore.evaluation.findings import Corrupted, Denoising, Drawings, HeadRow, Report, Student

WIDE = "denoiser_wide"  # the denoiser whose latent is a map: beside those of sixteen numbers


def text(report: Report) -> str:
    """Return the tables with explanations, for a terminal."""
    return "\n\n".join(table.page() for table in tables(report))


def markdown(report: Report) -> str:
    """Return the tables with explanations, in Markdown."""
    head = "# Evaluation\n\nWritten by `python -m aecore.evaluate --write FOLDER`; not to be edited by hand."
    return "\n\n".join([head, *(table.section() for table in tables(report))])


@dataclasses.dataclass(frozen=True)
class Table:
    """A table: title, explanation, column heads, rows of as many cells, and a conclusion."""

    title: str
    note: str
    heads: Sequence[str]
    lines: Sequence[Sequence[str]]
    verdict: str = ""

    def page(self) -> str:
        """Return title, explanation, table and conclusion for a terminal."""
        parts = [self.title, self.text(), textwrap.fill(self.note, 120), textwrap.fill(self.verdict, 120)]
        return "\n\n".join(part for part in parts if part)

    def section(self) -> str:
        """Return title, explanation, table and conclusion in Markdown."""
        return "\n\n".join(part for part in [f"## {self.title}", self.note, self.markdown(), self.verdict] if part)

    def text(self) -> str:
        """Return the table for a terminal."""
        rows = [self.heads, *self.lines]
        widths = [max(len(row[i]) for row in rows) for i in range(len(self.heads))]
        out = [
            "  ".join(
                cell.rjust(w) if i else cell.ljust(w) for i, (cell, w) in enumerate(zip(row, widths, strict=True))
            )
            for row in rows
        ]
        return "\n".join([out[0], "-" * len(out[0]), *out[1:]])

    def markdown(self) -> str:
        """Return the table in Markdown."""
        rule = ["---", *["---:"] * (len(self.heads) - 1)]
        rows = [[cell.replace("|", "\\|") for cell in row] for row in [self.heads, rule, *self.lines]]
        return "\n".join(f"| {' | '.join(row)} |" for row in rows)


# Title: (head of the column, field of Row, format, factor)
_COLUMNS: dict[str, tuple[tuple[str, str, str, float], ...]] = {
    "Reconstruction": (
        ("numbers", "latent_dim", "d", 1),
        ("MSE, validation", "validation_mse", ".5f", 1),
        ("MSE, test", "test_mse", ".5f", 1),
        ("refined", "refined_mse", ".5f", 1),
        ("PSNR", "psnr", ".2f", 1),
        ("SSIM", "ssim", ".4f", 1),
        ("recognised", "recognition", ".2%", 1),
        ("denoising, validation", "validation_denoising_mse", ".5f", 1),
        ("denoising, test", "test_denoising_mse", ".5f", 1),
    ),
    "Latents": (
        ("midpoints", "midpoint_confidence", ".3f", 1),
        ("slider moves", "slider_confidence", ".3f", 1),
        ("samples", "sample_confidence", ".3f", 1),
        ("Gaussian samples", "gaussian_confidence", ".3f", 1),
        ("largest |mean|", "latent_mean", ".4f", 1),
        ("|variance - 1|", "latent_variance", ".4f", 1),
        ("|correlation|", "latent_correlation", ".4f", 1),
    ),
    "Cost": (
        ("weights", "weights", ",d", 1),
        ("file, MB", "bytes", ".2f", 1e-6),
        ("encode, ms", "encode_ms", ".2f", 1),
        ("decode, ms", "decode_ms", ".2f", 1),
        ("training, min", "training_seconds", ".1f", 1 / 60),
    ),
}


def tables(report: Report) -> list[Table]:
    """Return the tables of a report; a column without any value is left out."""
    out = []
    for title, columns in _COLUMNS.items():
        used = [column for column in columns if any(getattr(row, column[1]) is not None for row in report.rows)]
        heads = ["model", *(head for head, *_ in used)]
        lines = [[row.name, *(_cell(getattr(row, key), form, by) for _, key, form, by in used)] for row in report.rows]
        out.append(Table(title, _note(title, report), heads, lines))
    if report.drawings:
        out.append(_drawings_table(report.drawings, _note("Drawings", report)))
    if report.heads:
        out.append(_heads_table(report.heads))
    if report.students:
        out.append(_students_table(report.students))
    if report.denoising:
        out.append(denoising_table(report.denoising))
    return out


def denoising_table(denoising: Denoising) -> Table:
    """Return the table of denoising, the smallest error of sixteen numbers in each row marked, and a conclusion."""
    heads = ["corruption", *(head for name in denoising.rows[0].found for head in (name, "PSNR", "SSIM"))]
    lines = []
    for row in denoising.rows:
        best = min(quality.mse for name, quality in row.found.items() if name != WIDE)
        line = [row.label]
        for name, quality in row.found.items():
            psnr = "∞" if quality.psnr is None else f"{quality.psnr:.2f}"
            line += [
                f"{quality.mse:.5f}{'*' if quality.mse == best and name != WIDE else ' '}",
                psnr,
                f"{quality.ssim:.4f}",
            ]
        lines.append(line)
    note = (
        f"{denoising.digits:,} {denoising.split} digits, corrupted with seed {denoising.seed}, against the clean ones: "
        "the corrupted input itself, then what each model makes of it. Below each name the squared error per pixel, "
        "the smallest of a row marked with *; PSNR in dB (∞: a digit came through untouched) and SSIM are means over "
        "the digits. Levels are those of `corrupt`; gaussian noise of mean and standard deviation 0.5 is the "
        "article's corruption."
    )
    if WIDE in denoising.rows[0].found:
        note += (
            f" `{WIDE}` has a map of numbers in place of the others' sixteen, and is not marked: it shows what a "
            "bottleneck of sixteen numbers costs."
        )
    return Table("Denoising", note, heads, lines, _verdict(denoising.rows))


def _verdict(rows: Sequence[Corrupted]) -> str:
    """Return a sentence: where `denoiser` has a smaller error than the others, and its loss on clean digits."""
    names = rows[0].found
    if "denoiser" not in names:
        return ""
    claims = []

    def compare(name: str, other: str, called: str) -> None:
        if name in names and other in names:
            lost = [row.label for row in rows if row.found[name].mse >= row.found[other].mse]
            won = f"{len(rows) - len(lost)} of {len(rows)} rows, not in: {', '.join(lost)}" if lost else "every row"
            claims.append(f"`{name}` has a smaller squared error than {called} in {won}.")

    compare("denoiser", "book_denoiser", "`book_denoiser`")
    compare("denoiser", "input", "the corrupted input itself")
    for row in rows:
        if row.kind == "clean" and "default" in names:
            loss = row.found["denoiser"].mse - row.found["default"].mse
            claims.append(
                f"On clean digits its error is {abs(loss):.5f} {'larger' if loss > 0 else 'smaller'} than `default`'s."
            )
    compare(WIDE, "denoiser", "`denoiser`")
    return " ".join(claims)


def _note(title: str, report: Report) -> str:
    judged, corruption = report.classifier, report.corruption
    return {
        "Reconstruction": (
            "Squared error per pixel against the clean digits, pixels in [0, 1]; refined: after "
            f"{report.refining_steps} steps of search from the encoder's latent. PSNR in dB and SSIM are means over "
            "the test digits. Recognised: the classifier gives the redrawn test digit its label; of the digits "
            f"themselves it recognises {judged.test_recognition:.2%} (validation digits: "
            f"{judged.validation_recognition:.2%}). Denoising: {corruption['kind']} noise of mean and standard "
            f"deviation {corruption['level']} added, clipped."
        ),
        "Latents": (
            f"Mean confidence of the classifier in its answer, for {report.draws:,} each: midpoints of two test "
            "digits, one number moved by two standard deviations, samples of the model's mixture and of a plain "
            f"Gaussian. For the test digits themselves it is {judged.test_confidence:.3f}. Then how far the latents "
            "of the training digits are from white."
        ),
        "Cost": "Milliseconds for one image in NumPy on one thread, the median of 50.",
        "Drawings": (
            "Test digits drawn anew on a canvas of 280 px and normalised: how many the classifier recognises as drawn, "
            "and as redrawn by a model; the difference in percentage points."
        ),
    }[title]


def _cell(value: float | None, form: str, factor: float) -> str:
    return "-" if value is None else f"{value if factor == 1 else value * factor:{form}}"


def _drawings_table(drawings: Sequence[Drawings], note: str) -> Table:
    names = list(drawings[0].reconstructed)
    heads = ["pen, extent", "drawn", *(head for name in names for head in (name, "points"))]
    lines = []
    for row in drawings:
        line = [f"{row.pen} px, {row.extent:.0%}", f"{row.recognition:.1%}"]
        for recognition in row.reconstructed.values():
            line += [f"{recognition:.1%}", f"{100 * (recognition - row.recognition):+.1f}"]
        lines.append(line)
    return Table("Drawings", note, heads, lines)


def _heads_table(heads: Sequence[HeadRow]) -> Table:
    lines = [
        [
            row.name,
            f"{row.weights:,}",
            f"{row.bytes / 1e3:.0f}",
            f"{row.validation_accuracy:.2%}",
            f"{row.test_accuracy:.2%}",
            f"{row.test_mse:.5f}",
        ]
        for row in heads
    ]
    note = (
        "A head is a small network that sees nothing but the latent, and tells which digit it is of: how many digits "
        "it is right about, and the squared error of the model that it belongs to. The latent of `default` was learned "
        "without labels, that of `joint` together with a head."
    )
    return Table("Heads", note, ["head of", "weights", "kB", "right, validation", "right, test", "MSE, test"], lines)


def _students_table(students: Sequence[Student]) -> Table:
    """Return the table of students: a line for each kind of images."""
    heads = ["student of", "images", "PSNR", "same class"]
    lines, verdicts = [], []
    for row in students:
        kinds = {"decoded": "decoded test latents", "slider": "a slider moved", "attribute": "an attribute moved"}
        for key, kind in {**kinds, "reconstruction": "reconstructions"}.items():
            figures = getattr(row, f"{key}_psnr"), getattr(row, f"{key}_agreement")
            lines.append([row.name, kind, _cell(figures[0], ".2f", 1), _cell(figures[1], ".2%", 1)])
        verdicts.append(
            f"The student of `{row.name}` has {row.weights:,} weights; its encoder is a file of "
            f"{row.encoder_bytes / 1000:.0f} kB, its decoder one of {row.decoder_bytes / 1000:.0f} kB. The latents of "
            f"both encoders differ by {row.latent_difference:.3f} standard deviations on average. The squared error of "
            f"its own reconstructions is {row.test_mse:.5f}, its teacher's {row.teacher_mse:.5f}."
        )
    note = (
        "A student is a small model with its teacher's latent, which pages use until the teacher's weights have "
        "arrived. Its images against its teacher's: PSNR in dB, means over the test digits, and how many images the "
        "classifier gives the same class. Both decoders with the teacher's latents, with one number at any value of "
        "its slider, with one attribute at any value of its slider; reconstructions, of each with its own encoder."
    )
    return Table("Students", note, heads, lines, " ".join(verdicts))
