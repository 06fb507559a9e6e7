"""The pixels of examples are fetched once, and everybody who waits for them is told."""

from __future__ import annotations

from playwright.sync_api import Page, Route

WANT = """async () => {
    const { picturesOf } = await import('../lib/example_pictures.js');
    const pictures = picturesOf({ pictures: 'own-pictures/here' });
    const first = (number) => pictures.get(number)?.[0];
    const told = (numbers) => new Promise((resolve) => pictures.want(numbers, () => resolve(numbers.map(first))));
    const early = [told([3, 5]), told([5, 3]), told([5, 7])];
    return Promise.all(early);
}"""


def test_whoever_waits_for_what_another_part_has_asked_for_is_told(modules: Page) -> None:
    asked = []

    def answer(route: Route) -> None:
        which = route.request.url.split("which=")[1].split(",")
        asked.append(which)
        route.fulfill(body=b"".join(bytes([51 * int(number) % 256]) * 4 for number in which))

    modules.route("**/own-pictures/here?*", answer)
    first, second, third = modules.evaluate(WANT)
    assert asked == [["3", "5"], ["7"]]
    assert [round(one, 3) for one in first] == [0.6, 1.0]
    assert [round(one, 3) for one in second] == [1.0, 0.6]
    assert round(third[0], 3) == 1.0
