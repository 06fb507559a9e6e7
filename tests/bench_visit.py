"""Measures the first visit for BENCHMARKS.md: time and bytes until a slider moves the picture, and what jumps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from playwright.sync_api import Browser

from ui.features import FEATURES

NETWORKS = {"slow 4G (1.6 Mbit/s, 150 ms)": (1.6e6 / 8, 150), "4G (9 Mbit/s, 60 ms)": (9e6 / 8, 60)}
_LATER_MS = 1500  # after which a page that has opened moves nothing more

# Resolves when the first slider moves the decoded digit, to the milliseconds since the page's address was opened.
MOVES = """async () => {
    for (;;) {
        const roots = [...document.querySelectorAll("*")].map((element) => element.shadowRoot);
        const deck = roots.map((root) => root?.querySelector(".deck")).find(Boolean);
        const slider = deck?.querySelector("[aria-label='latent 1']");
        const digit = deck?.querySelector("[data-testid=decoded]");
        if (slider && digit) {
            const before = digit.toDataURL();
            slider.value = Number(slider.value) > 0 ? -1.5 : 1.5;
            slider.dispatchEvent(new Event("input", { bubbles: true }));
            await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
            if (digit.toDataURL() !== before) return performance.now();
        }
        await new Promise((resolve) => setTimeout(resolve, 20));
    }
}"""
SHIFTS = """() => {
    window.shift = 0;
    new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shift += entry.value;
    }).observe({ type: "layout-shift", buffered: true });
}"""
OPENED = "() => document.querySelector('[data-testid=stApp]') && !('opening' in document.documentElement.dataset)"


@dataclass
class Visit:
    """Seconds and bytes until a slider moves the picture, seconds until the whole page is there, its layout shift."""

    moves: float
    bytes: int
    whole: float
    shift: float


def visit(
    browser: Browser,
    address: str,
    network: tuple[float, int] | None = None,
    *,
    compressed: bool = True,
    phone: bool = False,
) -> Visit:
    """Open an address with an empty cache, over a network of (bytes per second, milliseconds), and measure it."""
    size = {"width": 390, "height": 664} if phone else {"width": 1440, "height": 900}
    headers = {} if compressed else {"Accept-Encoding": "identity"}
    context = browser.new_context(viewport=size, is_mobile=phone, has_touch=phone, extra_http_headers=headers)
    context.add_init_script(f"({SHIFTS})()")
    page = context.new_page()
    session, received = context.new_cdp_session(page), [0]
    session.send("Network.enable")
    session.on("Network.dataReceived", lambda event: received.append(received.pop() + event["encodedDataLength"]))
    if network is not None:
        speed = {"downloadThroughput": network[0], "uploadThroughput": network[0], "latency": network[1]}
        session.send("Network.emulateNetworkConditions", {"offline": False, **speed})
    page.goto(address, wait_until="commit")
    moves = page.evaluate(MOVES) / 1000 if address.rstrip("/").count("/") == 2 else 0
    until = received[0]
    page.wait_for_function(OPENED, timeout=120_000)
    whole = page.evaluate("performance.now()") / 1000
    page.wait_for_timeout(_LATER_MS)  # what comes late may still jump
    shift = page.evaluate("window.shift")
    context.close()
    return Visit(moves, until, whole, shift)


def first_visit(browser: Browser, address: str) -> Iterator[tuple[str, str]]:
    """Measure first visits over slow networks, and the layout shift of every page; yields names and figures."""
    for name, network in NETWORKS.items():
        found, plain = visit(browser, address, network), visit(browser, address, network, compressed=False)
        yield (
            f"first visit, {name}: until a slider moves the picture",
            f"{found.moves:.1f} s, {found.bytes / 1000:.0f} kB; whole page {found.whole:.1f} s; "
            f"sent uncompressed {plain.moves:.1f} s and {plain.whole:.1f} s",
        )
    shifts = {
        (feature.page.title, phone): visit(browser, f"{address}/{feature.page.address}", phone=phone).shift
        for feature in FEATURES
        if feature.page
        for phone in (False, True)
    }
    (title, phone), worst = max(shifts.items(), key=lambda one: one[1])
    where = f"{title}, {'390' if phone else '1440'} px"
    yield f"layout shift while a page loads, the worst of {len(shifts)}", f"{worst:.3f} ({where})"
