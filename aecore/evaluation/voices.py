"""The measures of the models of voices, and their tables."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from aecore.core import bands, manifest, pretrained
from aecore.core.model_file import write_atomically
from aecore.core.progress import Say
from aecore.data import noises
from aecore.data.dataset import Dataset, Split, to_bytes
from aecore.data.noises import computed_noise
from aecore.data.sounds import mixed
from aecore.data.spoken_digits import load_spoken_digits, phone_numbers, spoken_digits_path
from aecore.evaluation.result_cache import ResultCache, digest
from aecore.evaluation.sound_measures import best_mask, intelligibility, si_sdr, wiener
from aecore.evaluation.tables import Table
from aecore.tasks import Voice, VoiceDenoiser, load
from aecore.tasks.voice import centred
from aecore.training import classifier

# Noise, ratio in dB, and what is aimed at: SI-SDR in dB, STOI; "recorded" is aimed at relative to the Wiener filter.
CONDITIONS: tuple[tuple[str, float, float | None, float | None], ...] = (
    ("white", 0, 9.5, 0.82),
    ("white", 5, 13.0, None),
    ("pink", 0, 10.5, None),
    ("pink", 5, None, None),
    ("hum", 0, None, None),
    ("crackle", 0, None, None),
    ("recorded", 5, None, None),
)
BEYOND_WIENER = 1.5  # dB, for recorded noises
RECOVERED, REDRAWN, MIDPOINTS, HEARD = 0.60, 0.97, 0.97, 0.95
SEED = {"validation": 100_000, "test": 200_000}
RECIPE = classifier.Recipe(epochs=30, warped_copies=3)

# PESQ of phone numbers of the test recordings, measured by hand in an environment of its own with the package pesq
# 0.0.4, which has no wheels: by the checksum of the denoiser's weights, the date, and the means by condition.
PESQ_GOAL = {"white 0 dB": 2.2}
PESQ_BY_HAND: dict[str, tuple[str, dict[str, dict[str, float]]]] = {
    "9763628a62be9bc3a9ac4dab897018f5b96da318178430a390cb160683d057de": (
        "2026-11-29",
        {
            "white 0 dB": {"noisy": 1.31, "wiener": 1.62, "ours": 1.95, "best": 3.29},
            "white 5 dB": {"noisy": 1.42, "wiener": 2.01, "ours": 2.30, "best": 3.45},
            "pink 0 dB": {"noisy": 1.46, "wiener": 2.01, "ours": 2.27, "best": 3.38},
        },
    )
}

_MEASURING = (
    "core/bands core/forward core/keras_model core/layers core/model core/model_file core/network core/spec "
    "core/spectrum core/tensor_file data/augment data/dataset data/noises data/sounds data/spoken_digits "
    "evaluation/sound_measures evaluation/voices tasks/voice tasks/voice_denoise training/classifier"
)
_SOURCES = [Path(__file__).parents[1] / f"{module}.py" for module in _MEASURING.split()]

Judge = Callable[[np.ndarray], np.ndarray]  # from spectrograms (N, 64, 64) to probabilities (N, 10)


@dataclass(frozen=True)
class Cleaned:
    """The means over phone numbers with one noise at one ratio: SI-SDR in dB and STOI of each way to clean them."""

    noise: str
    ratio: float
    sdr: dict[str, float]
    stoi: dict[str, float | None]
    goal_sdr: float | None
    goal_stoi: float | None


@dataclass(frozen=True)
class Share:
    """A fraction of recordings that the classifier of spoken digits recognises, and what is aimed at."""

    name: str
    value: float
    goal: float | None

    @property
    def is_reached(self) -> bool:
        """Whether the goal is reached, or there is none."""
        return self.goal is None or self.value >= self.goal


@dataclass(frozen=True)
class Figures:
    """All figures on a split's recordings."""

    split: str
    cleaned: list[dict[str, Any]]
    shares: list[dict[str, Any]]

    def rows(self) -> list[Cleaned]:
        """Return the figures of cleaned phone numbers."""
        return [Cleaned(**row) for row in self.cleaned]

    def fractions(self) -> list[Share]:
        """Return the fractions of recognised recordings."""
        return [Share(**row) for row in self.shares]

    def missed(self) -> dict[str, float]:
        """Return the goals that are missed, by name."""
        out = {share.name: share.goal for share in self.fractions() if share.goal is not None and not share.is_reached}
        for row in self.rows():
            name = f"{row.noise} {row.ratio:g} dB"
            if row.goal_sdr is not None and row.sdr["ours"] < row.goal_sdr:
                out[f"{name}: SI-SDR"] = row.goal_sdr
            found = row.stoi["ours"]
            if row.goal_stoi is not None and found is not None and found < row.goal_stoi:
                out[f"{name}: STOI"] = row.goal_stoi
        return out

    def tables(self, denoiser: str = "") -> list[Table]:
        """Return the figures as tables, with the PESQ of the denoiser whose weights have this checksum, if known."""
        missed, out = self.missed(), []
        if self.cleaned:
            out.append(self._cleaned_table(missed))
        if denoiser in PESQ_BY_HAND:
            out.append(_pesq_table(*PESQ_BY_HAND[denoiser]))
        if self.shares:
            out.append(self._shares_table(missed))
        return out

    def _cleaned_table(self, missed: Mapping[str, float]) -> Table:
        heads = ("noise", "noisy", "Wiener filter", "`voice_denoiser`", "best mask", "goal")
        lines = []
        for row in self.rows():
            name = f"{row.noise} {row.ratio:g} dB"
            cells = [_pair(row.sdr[way], row.stoi[way]) for way in ("noisy", "wiener", "ours", "best")]
            goal = "-" if row.goal_sdr is None else _pair(row.goal_sdr, row.goal_stoi)
            late = any(key.startswith(f"{name}:") for key in missed)
            lines.append((name, *cells, f"{goal}{' (missed)' if late else ''}"))
        note = (
            f"SI-SDR in dB / STOI, means over the phone numbers of the {self.split} recordings: ten digits of one "
            "speaker with gaps of 60 ms. The ratio is that of the powers of voice and noise. Recorded: rain, sea, "
            "helicopter, chainsaw and fire, of a fold of ESC-10 that nothing was trained on. The Wiener filter knows "
            "the mean power of the very noise at each frequency; the best mask knows the clean sound."
        )
        return Table("Cleaned voices", note, heads, lines)

    def _shares_table(self, missed: Mapping[str, float]) -> Table:
        lines = [
            (
                share.name,
                f"{share.value:.1%}",
                "-" if share.goal is None else f"{share.goal:.0%}{' (missed)' if share.name in missed else ''}",
            )
            for share in self.fractions()
        ]
        note = (
            f"Fractions of the {self.split} recordings, one digit each, that a classifier of spectrograms recognises; "
            "it was trained on the clean training recordings. Redrawn and heard: of those that it recognises as "
            "recorded. Heard: after the phases have been found, of the spectrogram of the sound."
        )
        return Table("Recognised digits", note, ("measure", "found", "goal"), lines)


def _pesq_table(date: str, means: Mapping[str, Mapping[str, float]]) -> Table:
    lines = []
    for name, row in means.items():
        goal = PESQ_GOAL.get(name)
        late = " (missed)" if goal and row["ours"] < goal else ""
        cells = (f"{row[way]:.2f}" for way in ("noisy", "wiener", "ours", "best"))
        lines.append((name, *cells, f"{goal}{late}" if goal else "-"))
    note = (
        "PESQ, narrow band (ITU-T P.862), from 1 to 4.5: means over the same phone numbers of the test recordings, "
        f"measured by hand on {date} with the package pesq 0.0.4, which has to be compiled."
    )
    return Table(
        "How good it sounds", note, ("noise", "noisy", "Wiener filter", "`voice_denoiser`", "best mask", "goal"), lines
    )


def report(folder: Path | None, say: Say, keep: Path, judge_file: Path, card: bool = False) -> list[Table]:
    """Return the tables of the pretrained models of voices, and write them into a folder as voices.md and voices.json.

    `keep` is the file of what an earlier run found, `judge_file` that of the classifier; with `card`, the figures are
    written into the models' cards. None where a model, or the recordings, are missing. Raises ModelFileError,
    ValueError and WriteError.
    """
    names = [name for name in ("voice_denoiser", "voice") if pretrained.available(name)]
    if not names or spoken_digits_path() is None or noises.noises_path() is None:
        return []
    models = {name: load(name) for name in names}
    data = load_spoken_digits()
    key = " ".join(["voices", *(digest(model.weights) for model in models.values()), digest({"": data.test.images})])
    found = ResultCache(keep, _SOURCES).get(
        key,
        Figures,
        lambda: measure(models.get("voice_denoiser"), models.get("voice"), data, "test", say, judge_file),
    )
    denoiser = digest(models["voice_denoiser"].weights) if "voice_denoiser" in models else ""
    tables = found.tables(denoiser)
    if folder:
        head = "# Voices\n\nWritten by `python -m aecore.evaluate --write FOLDER`; not to be edited by hand."
        write_atomically(folder / "voices.md", "\n\n".join([head, *(t.section() for t in tables), ""]).encode())
        write_atomically(folder / "voices.json", f"{json.dumps(asdict(found), indent=2)}\n".encode())
    if card:
        write_cards(models, found)
    return tables


def write_cards(models: Mapping[str, Any], found: Figures) -> None:
    """Write the figures, and which of them miss their goal, into the cards of pretrained models, by name.

    Raises ModelFileError when a file now holds another model.
    """
    shares = {share.name: round(share.value, 4) for share in found.fractions()}
    cleaned = {f"{row.noise} {row.ratio:g} dB: SI-SDR": round(row.sdr["ours"], 2) for row in found.rows()}
    own = {
        "voice_denoiser": {**cleaned, **{name: v for name, v in shares.items() if "noise" in name}},
        "voice": {name: v for name, v in shares.items() if "noise" not in name},
    }
    for name, model in models.items():
        missed = {key: goal for key, goal in found.missed().items() if key.removesuffix(": STOI") in own[name]}
        manifest.add_to_card(pretrained.path(name), model, {found.split: own[name], "missed_goals": missed})


def measure(
    denoiser: VoiceDenoiser | None, voice: Voice | None, data: Dataset, split: str, say: Say, judge_file: Path
) -> Figures:
    """Return all figures on the recordings of a split, "validation" or "test"."""
    recordings: Split = getattr(data, split)
    judge = functools.partial(classifier.probabilities, classifier.fetch(shown(data), judge_file, say, RECIPE))
    cleaned, shares = [], [Share("as recorded", _right(judge, spectrograms(recordings), recordings), None)]
    if denoiser:
        cleaned = [asdict(row) for row in clean_numbers(denoiser, recordings, split, say)]
        shares += recognised_in_noise(denoiser, judge, recordings, SEED[split])
    if voice:
        say("voices: digits of sixteen numbers")
        shares += recognised_redrawn(voice, judge, recordings, SEED[split])
    return Figures(split, cleaned, [asdict(share) for share in shares])


def shown(data: Dataset) -> Dataset:
    """Return spoken digits as spectrograms (N, 64, 64) uint8 with the digits as labels, for the classifier."""

    def of(split: Split) -> Split:
        return Split(to_bytes(spectrograms(split)), split.known_labels()[:, 0])

    return replace(data, train=of(data.train), validation=of(data.validation), test=of(data.test))


def spectrograms(split: Split) -> np.ndarray:
    """Return the spectrograms (N, 64, 64) float32 in [0, 1] of recordings, each in the middle."""
    clips, rows = split.as_float(), split.known_labels()
    return bands.pictures(np.stack([centred(c[: r[3]]) for c, r in zip(clips, rows, strict=True)])).clip(0, 1)


def clean_numbers(denoiser: VoiceDenoiser, split: Split, name: str, say: Say) -> Iterator[Cleaned]:
    """Yield the figures of the phone numbers of a split for each noise."""
    numbers = phone_numbers(split)
    folds = noises.TEST if name == "test" else noises.VALIDATION
    recorded = noises.recorded_noises().of(folds).sounds
    for kind, ratio, goal, goal_stoi in CONDITIONS:
        say(f"voices, cleaning: {kind} {ratio:g} dB")
        sdr: dict[str, list[float]] = {}
        stoi: dict[str, list[float | None]] = {}
        for i, clean in enumerate(numbers):
            rng = np.random.default_rng(SEED[name] + i)
            if kind == "recorded":
                noise = np.resize(recorded[(7 * i) % len(recorded)], len(clean))
            else:
                noise = computed_noise(kind, len(clean), rng)
            noisy = mixed(clean, noise, ratio)
            ways = {
                "noisy": noisy,
                "wiener": wiener(noisy, noisy - clean),
                "ours": denoiser.clean(noisy),
                "best": best_mask(noisy, clean),
            }
            for way, made in ways.items():
                sdr.setdefault(way, []).append(si_sdr(clean, made))
                stoi.setdefault(way, []).append(intelligibility(clean, made))
        means = {way: float(np.mean(values)) for way, values in sdr.items()}
        if kind == "recorded":
            goal = means["wiener"] + BEYOND_WIENER
        yield Cleaned(kind, ratio, means, {way: _mean(values) for way, values in stoi.items()}, goal, goal_stoi)


def recognised_in_noise(denoiser: VoiceDenoiser, judge: Judge, split: Split, seed: int) -> list[Share]:
    """Return how many digits are recognised in white noise of their own power, and cleaned."""
    rows, noisy, cleaned = split.known_labels(), [], []
    for i, (clip, row) in enumerate(zip(split.as_float(), rows, strict=True)):
        clean = centred(clip[: row[3]])
        loud = np.sqrt(np.mean(np.square(clean[clean != 0])))
        heard = clean + loud * computed_noise("white", len(clean), np.random.default_rng([seed, i]))
        noisy.append(heard)
        cleaned.append(denoiser.clean(heard))
    before, after = (_right(judge, bands.pictures(np.stack(sounds)).clip(0, 1), split) for sounds in (noisy, cleaned))
    clear = _right(judge, spectrograms(split), split)
    return [
        Share("in white noise, 0 dB", before, None),
        Share("cleaned of that noise", after, None),
        Share("of what the noise cost, won back", (after - before) / max(clear - before, 1e-9), RECOVERED),
    ]


def recognised_redrawn(voice: Voice, judge: Judge, split: Split, seed: int) -> list[Share]:
    """Return how many digits are recognised redrawn, heard, and half-way between two recordings of one digit."""
    given, labels = spectrograms(split), split.known_labels()[:, 0]
    known = judge(given).argmax(axis=1) == labels
    clips = np.stack([centred(c[: r[3]]) for c, r in zip(split.as_float(), split.known_labels(), strict=True)])
    latents, rng = voice.encode(clips), np.random.default_rng(seed)
    partner = np.arange(len(labels))
    for digit in range(10):
        own = np.flatnonzero(labels == digit)
        cycle = rng.permutation(own)
        partner[cycle] = np.roll(cycle, 1)
    between = voice.decode_pictures((latents + latents[partner]) / 2)
    heard = voice.pictures(voice.decode(latents)).clip(0, 1)

    def right(pictures: np.ndarray, which: np.ndarray) -> float:
        return float(np.mean(judge(pictures).argmax(axis=1)[which] == labels[which]))

    every = np.ones(len(labels), bool)
    return [
        Share("redrawn from sixteen numbers", right(voice.decode_pictures(latents), known), REDRAWN),
        Share("midpoints of two recordings of a digit", right(between, every), MIDPOINTS),
        Share("heard: redrawn, with phases", right(heard, known), HEARD),
    ]


def _right(judge: Judge, pictures: np.ndarray, split: Split) -> float:
    return float(np.mean(judge(pictures).argmax(axis=1) == split.known_labels()[:, 0]))


def _mean(values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if len(known) == len(values) else None


def _pair(sdr: float, stoi: float | None) -> str:
    return f"{sdr:.1f} / {'-' if stoi is None else f'{stoi:.2f}'}"
