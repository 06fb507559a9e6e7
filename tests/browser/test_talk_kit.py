"""What a lecturer has besides the stage: a window of their own, a laser dot, a hand-out, and the list of scenes."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

import aecore
from tests.browser.conftest import READY, canvas, pixels
from tests.browser.rest import painted, settle
from tests.browser.test_follow import light
from tests.browser.test_rooms import PIXELS_ARE, name_of, present
from tests.browser.test_talk import across
from ui.features.talk import scenes

Open = Callable[..., Page]
TALK = scenes.parse(scenes.BUILT_IN.read_text(encoding="utf-8"), aecore.available())
PRINTED = "window.print = () => { window.printed = true }"


def shown_scene(page: Page) -> dict[str, object]:
    """Return what a follower receives of the stage."""
    received: dict[str, object] = page.evaluate(
        """async () => {
            const [modules] = Object.values(globalThis.playgroundModules); // that the page's parts share
            return modules['frontend/lib/component.js'].sceneNow().talk;
        }"""
    )
    return received


def test_the_presenters_window_shows_now_next_and_notes_and_its_keys_lead(app: str, open_page: Open) -> None:
    page = open_page(f"{app}/talk")
    with page.expect_popup() as opened:
        page.get_by_role("button", name="Presenter's window").click()
    desk = opened.value
    now, coming = desk.locator(".now .line"), desk.locator(".next .line")
    expect(now).to_have_text(TALK.scenes[0]["line"])
    expect(coming).to_have_text(TALK.scenes[1]["line"])
    desk.get_by_role("button", name="Next").click()
    expect(page.get_by_text(f"scene 2 of {len(TALK.scenes)}")).to_be_visible()
    expect(now).to_have_text(TALK.scenes[1]["line"])
    expect(desk.locator(".notes")).to_have_text(TALK.scenes[1]["notes"])
    desk.keyboard.press("PageDown")
    expect(now).to_have_text(TALK.scenes[2]["line"])
    page.get_by_role("button", name="Present", exact=True).click()
    page.keyboard.press("End")
    expect(now).to_have_text(TALK.scenes[-1]["line"])
    expect(desk.get_by_text("The last scene.")).to_be_visible()
    expect(coming).to_be_hidden()
    shown = desk.locator("time").inner_text()
    expect(desk.locator("time")).to_have_text(re.compile(r"0:\d\d"))
    expect(desk.locator("time")).not_to_have_text(shown)  # it goes on
    page.keyboard.press("b")
    expect(desk.locator(".desk.blank")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    with desk.expect_event("close"):
        page.get_by_role("link", name="Map", exact=True).click()


def test_the_presenters_window_follows_what_keys_change(app: str, open_page: Open) -> None:
    scene = next(i for i, one in enumerate(TALK.scenes) if one["camera"] == ["latent", "output"])
    page = open_page(f"{app}/talk?talk=1&scene={scene + 1}", ready=False)
    page.wait_for_selector(".stage[data-ready=true]")
    page.keyboard.press(" ")
    with page.expect_popup() as opened:
        page.keyboard.press("p")
    desk = opened.value
    expect(desk.locator(".now .line")).to_have_text(TALK.scenes[scene]["line"])
    page.bring_to_front()
    for _ in range(10):
        page.keyboard.press("+")
    settle(page)
    desk.wait_for_function("document.querySelector('.now .chosen') !== null")
    mirrored = desk.locator(".now [data-testid=stage-output]").evaluate("c => c.toDataURL()")
    assert mirrored == page.get_by_test_id("stage-output").evaluate("c => c.toDataURL()")
    desk.close()
    settle(page)
    with page.expect_popup() as opened:
        page.keyboard.press("p")
    expect(opened.value.locator(".now .line")).to_have_text(TALK.scenes[scene]["line"])


def test_the_laser_dot_is_a_place_in_a_picture(app: str, open_page: Open) -> None:
    page = open_page(f"{app}/talk?talk=1&scene=3", 1024, 768)
    box = page.get_by_test_id("stage-latent").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 0.25 * box["width"], box["y"] + 0.5 * box["height"])
    dot = page.get_by_test_id("stage-laser")
    expect(dot).to_be_hidden()
    page.keyboard.press("l")
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.25 * box["height"])
    expect(dot).to_be_visible()
    place = shown_scene(page)["laser"]
    assert isinstance(place, dict)
    assert abs(place["x"] - 0.5) < 0.02
    assert abs(place["y"] - 0.25) < 0.02
    page.keyboard.press("l")
    expect(dot).to_be_hidden()
    assert shown_scene(page)["laser"] is None


def test_an_audience_sees_what_is_drawn_and_pointed_at_on_stage(app: str, open_page: Open) -> None:
    scene = next(i for i, one in enumerate(TALK.scenes) if one["page"] == "draw" and len(one["camera"]) == 3)
    presenter = open_page(f"{app}/talk")
    link = present(presenter)
    presenter.get_by_role("button", name="Present", exact=True).click()
    title = presenter.locator("dialog .invitation")
    expect(title.get_by_role("img", name="QR code of the room")).to_be_visible()
    expect(title).to_contain_text(name_of(link))
    follower = open_page(link, width=390, height=664)
    phone = open_page(light(link), width=390, height=664)
    for _ in range(scene):
        presenter.keyboard.press("PageDown")
    presenter.keyboard.press("c")
    box = presenter.get_by_test_id("stage-input").bounding_box()
    assert box is not None
    across(presenter, box, (0.3, 0.2), (0.6, 0.8))
    presenter.keyboard.press("l")
    presenter.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.5 * box["height"])
    expect(follower.get_by_test_id("stage-line")).to_have_text(TALK.scenes[scene]["line"])
    follower.wait_for_function(PIXELS_ARE, arg=["[data-testid=stage-output]", pixels(presenter, "stage-output")])
    for page, name, picture in ((follower, "stage-laser", "stage-input"), (phone, "laser", "model-input")):
        dot = page.get_by_test_id(name)
        expect(dot).to_be_visible()
        settle(page)
        assert is_amid(dot, page.get_by_test_id(picture))
    presenter.mouse.move(*middle(presenter.get_by_test_id("stage-line")))
    phone.wait_for_function(POINTS_AT_WORDS)
    phone.get_by_label("slant", exact=True).press("ArrowRight")  # who plays alone has no dot
    expect(phone.get_by_test_id("laser")).to_be_hidden()


POINTS_AT_WORDS = """() => {
    const [dot, words] = ['.laser', '#words'].map((one) => document.querySelector(one).getBoundingClientRect());
    return dot.top > words.top - dot.height && dot.top < words.bottom;
}"""


def middle(one: Locator) -> tuple[float, float]:
    box = one.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def is_amid(dot: Locator, picture: Locator) -> bool:
    return all(abs(a - b) < 4 for a, b in zip(middle(dot), middle(picture), strict=True))


def test_the_hand_out_has_every_scene_with_its_notes(app: str, open_page: Open) -> None:
    page = open_page(f"{app}/talk", script=PRINTED)
    with page.expect_popup() as opened:
        page.get_by_role("button", name="Hand-out").click()
    sheets = opened.value
    sheets.wait_for_function("window.printed")
    assert sheets.locator(".line").all_inner_texts() == [one["line"] for one in TALK.scenes]
    for i, scene in enumerate(TALK.scenes):
        expect(sheets.locator("section > p").nth(i)).to_contain_text(scene.get("notes", ""))
    redrawn = next(i for i, one in enumerate(TALK.scenes) if one["camera"] == ["latent", "output"])
    brightest = (
        sheets.locator("section")
        .nth(redrawn)
        .locator("[data-testid=stage-output]")
        .evaluate("c => Math.max(...c.getContext('2d').getImageData(0, 0, 28, 28).data.filter((_, i) => i % 4 === 0))")
    )
    assert brightest > 200
    pdf = sheets.pdf(prefer_css_page_size=True)
    assert 3 <= pdf.count(b"/Type /Page\n") <= 8


def test_scenes_are_dragged_moved_by_keys_doubled_and_removed(app: str, open_page: Open) -> None:
    page = open_page(f"{app}/talk")
    listed = page.locator(".outline li .line")
    names = [one["line"] for one in TALK.scenes]
    expect(listed).to_have_text(names)
    handle = page.locator(".outline .handle")
    settle(page)  # nothing moves under the pointer
    handle.nth(1).scroll_into_view_if_needed()
    start, end = handle.nth(1).bounding_box(), handle.nth(3).bounding_box()
    assert start is not None
    assert end is not None
    page.mouse.move(start["x"] + 5, start["y"] + 5)
    page.mouse.down()
    page.mouse.move(end["x"] + 5, end["y"] + end["height"] - 2, steps=5)
    page.mouse.up()
    moved = [names[0], names[2], names[3], names[1], *names[4:]]
    expect(listed).to_have_text(moved)
    settle(page)
    text = page.get_by_label("The scenes, as YAML")
    expect(text).to_have_count(1)
    expect(text).to_have_value(_in_order(moved))
    handle.nth(3).focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(listed).to_have_text(names)
    settle(page)
    page.get_by_label("remove scene 2", exact=False).click()
    expect(listed).to_have_text([names[0], *names[2:]])
    settle(page)
    page.get_by_role("button", name="Undo", exact=True).last.click()
    expect(listed).to_have_text(names)
    page.get_by_label("double scene 1", exact=False).first.click()
    expect(listed).to_have_text([names[0], *names])


def _in_order(names: list[str]) -> object:
    return re.compile(".*".join(re.escape(name) for name in names), re.DOTALL)


def test_views_are_collected_on_other_pages_and_outlive_a_reload(app: str, open_page: Open) -> None:
    page = open_page(f"{app}/denoise?kind=salt_and_pepper&level=0.3")
    add = page.get_by_role("button", name="Add this view to my talk")
    add.click()
    expect(page.get_by_text("Scene 1 of your talk")).to_be_visible()
    settle(page)
    page.reload()
    page.wait_for_selector(READY)
    settle(page)
    add.click()
    expect(page.get_by_text("Scene 2 of your talk")).to_be_visible()
    page.get_by_role("link", name="Talk", exact=True).click()
    expect(page.locator(".outline li")).to_have_count(2)
    expect(page.get_by_label("The scenes, as YAML")).to_contain_text("salt_and_pepper")
    page.wait_for_selector(".stage[data-ready=true]")
    painted(page)
    assert canvas(page, "stage-corrupted").max() == 255


def test_a_long_talk_outlives_a_reload_here_and_on_another_page(app: str, open_page: Open) -> None:
    page = open_page(f"{app}/talk")
    text = page.get_by_label("The scenes, as YAML")
    text.fill("talk: Mine\nscenes:\n  - line: One of my own\n" + "# what I say\n" * 2_000)
    page.get_by_role("button", name="Apply", exact=True).click()
    listed = page.locator(".outline li .line")
    expect(listed).to_have_text(["One of my own"])
    settle(page)
    page.reload()
    expect(listed).to_have_text(["One of my own"])
    settle(page)
    page.get_by_role("link", name="Map", exact=True).click()
    page.wait_for_selector(READY)
    settle(page)
    page.reload()
    page.wait_for_selector(READY)
    settle(page)
    page.get_by_role("link", name="Talk", exact=True).click()
    expect(listed).to_have_text(["One of my own"])
    assert len(text.input_value()) > 16_000
