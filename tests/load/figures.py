"""The figures of a crowd, relative to a bare Streamlit page with the same crowd, and the limits for them."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.load.course import Log

CPU_RATIO = 1.6  # of a run, to a bare page's; measured: 1.06 to 1.36, on a busy machine
P95_RATIO = 4.0  # of a rerun, to a bare page's; measured: 0.3 to 2.8, on a busy machine
IDLE, PER_SESSION = 200, 1.0  # megabytes, which do not depend on the machine's speed
FORGOTTEN = 125  # seconds until a lost session is given up


@dataclass(frozen=True)
class Profile:
    """The numbers of visitors and of browsers, the seconds in which they arrive, and how long they move sliders."""

    visitors: int
    within: float
    seconds: float
    browsers: int = 0
    pause: float = 1  # seconds, about, between two actions that are no commits
    is_paced: bool = False  # so few visitors for a processor that reruns have to be fast
    forgotten: float = FORGOTTEN  # seconds to wait in the end


PROFILES = {
    "1": Profile(1, 0, 60, is_paced=True),
    "20": Profile(20, 10, 60, browsers=2, is_paced=True),
    "100": Profile(100, 20, 60, browsers=2),
    "burst": Profile(300, 10, 0),
}
SOAK = Profile(20, 10, 60, is_paced=True)


@dataclass
class Bare:
    """The figures of the same crowd on a bare page: seconds of CPU per run, megabytes."""

    log: Log
    cpu_per_run: float
    idle: float


@dataclass
class Figures:
    """The figures of one crowd: seconds, seconds of CPU, megabytes."""

    profile: Profile
    log: Log
    cpu_per_run: float
    idle: float
    full: float  # when everybody is there and has done everything
    left: float  # long after all have left
    bare: Bare
    browsing: list[float] = field(default_factory=list)

    @property
    def per_session(self) -> float:
        """Megabytes for each visitor."""
        return (self.full - self.idle) / self.profile.visitors

    @property
    def cpu_ratio(self) -> float:
        """The ratio of the CPU time of a run to that of a bare page's run."""
        return self.cpu_per_run / self.bare.cpu_per_run

    @property
    def p95_ratio(self) -> float:
        """The ratio of the 95th percentile of a rerun's seconds to that of the bare page."""
        return p95(self.log.reruns) / p95(self.bare.log.reruns)

    def broken(self) -> list[str]:
        """Return the limits that are broken, as sentences."""
        found = [f"error: {error}" for error in (*self.log.errors, *self.bare.log.errors)[:5]]
        if self.profile.is_paced and self.p95_ratio > P95_RATIO:
            found.append(
                f"p95 of a rerun is {in_ms(p95(self.log.reruns))}, {self.p95_ratio:.2f} times a bare page's "
                f"{in_ms(p95(self.bare.log.reruns))}, wanted {P95_RATIO:g}"
            )
        if self.log.reruns and self.cpu_ratio > CPU_RATIO:  # a join costs more
            found.append(
                f"a run takes {in_ms(self.cpu_per_run)} of CPU, {self.cpu_ratio:.2f} times a bare page's "
                f"{in_ms(self.bare.cpu_per_run)}, wanted {CPU_RATIO:g}"
            )
        if self.idle > IDLE:
            found.append(f"the idle server holds {self.idle:.0f} MB, wanted {IDLE}")
        if self.profile.visitors >= 20 and self.per_session > PER_SESSION:  # of one, it would be what pages load once
            found.append(f"a session takes {self.per_session:.2f} MB, wanted {PER_SESSION}")
        return [f"{self.profile.visitors} visitors: {sentence}" for sentence in found]

    def row(self) -> tuple[str, ...]:
        """Return them as a row of the table."""
        return (
            str(self.profile.visitors),
            median_and_p95(self.log.joins),
            median_and_p95(self.log.reruns),
            median_and_p95(self.bare.log.reruns),
            f"{in_ms(self.cpu_per_run)}, {in_ms(self.bare.cpu_per_run)}: {self.cpu_ratio:.2f}",
            f"{self.idle:.0f} MB, {self.bare.idle:.0f} MB",
            f"{self.per_session:.2f} MB",
            f"{self.left:.0f} MB",
            f"{self.log.runs}",
            str(len(self.log.errors)),
            median_and_p95(self.browsing) if self.browsing else "",
        )


HEADER = (
    "visitors",
    "join: median, p95",
    "rerun: median, p95",
    "a bare page's rerun: median, p95",
    "CPU per run, a bare page's: ratio",
    "idle server, a bare page's",
    "per visitor",
    "long after all left",
    "runs",
    "errors",
    "a browser's slider, told to Python: median, p95",
)

NOTES = (
    "The server has one processor to itself; visitors without a browser, and two browsers beside 20 and 100 of them, "
    "share the others.",
    "Each visitor draws 3 digits, commits a slider about once a second for 60 s, clicks on the map, denoises, and "
    "opens their own link; 300 come within 10 s and only look. CPU is all that the server computes, joins included.",
    "The bare page is a plain Streamlit script with as many elements as the Draw page, half of them widgets. It has "
    "the same processor, and before and after the app the same number of visitors, who move its slider as often.",
    f"Limits: no error; with up to 20 visitors, p95 of a rerun {P95_RATIO:g} times the bare page's; CPU per run "
    f"{CPU_RATIO:g} times the bare page's, unless visitors only come; {IDLE} MB idle; {PER_SESSION:g} MB a visitor.",
)


def plateau_and_end(memory: Sequence[float]) -> tuple[float, float]:
    """Return the median from a sixth to a half of the time, when everybody has come, and that of the last sixth."""
    sixth = max(len(memory) // 6, 1)
    return statistics.median(memory[sixth : 3 * sixth] or memory), statistics.median(memory[-sixth:])


def p95(seconds: Sequence[float]) -> float:
    """Return the 95th percentile, NaN of nothing."""
    return sorted(seconds)[int(0.95 * len(seconds))] if seconds else float("nan")


def median_and_p95(seconds: Sequence[float]) -> str:
    """Write median and 95th percentile."""
    return f"{in_ms(statistics.median(seconds))}, {in_ms(p95(seconds))}" if seconds else "-"


def in_ms(seconds: float) -> str:
    """Write a time in milliseconds."""
    return f"{1000 * seconds:.0f} ms" if seconds >= 0.1 else f"{1000 * seconds:.1f} ms"


def line(cells: Sequence[str]) -> str:
    """Write a line of a table."""
    return f"| {' | '.join(cells)} |"
