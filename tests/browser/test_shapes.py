"""What is drawn is changed with the mouse and with fingers: fixed regions, and the page on a tablet."""

import pytest

from passerby.core.box import Box
from passerby.core.kinds import Kind
from tests.browser.steps import NOTHING_SHOWN, draw, on_screen, opened, saved, settled, until
from tests.clips import constant, write_clip
from tests.plans import permanent_track, plan_for

#: Displayed pixels by which a box may be beside where it was dragged to.
NEAR = 3


@pytest.fixture
def tablet(browser):
    """A tablet with a touch screen, and fingers on it."""
    context = browser.new_context(viewport={"width": 820, "height": 1180}, has_touch=True, is_mobile=True)
    context.set_default_timeout(180_000)
    page = context.new_page()
    yield page, Fingers(context.new_cdp_session(page))
    context.close()


class Fingers:
    """One or two, that go from some places to others."""

    def __init__(self, session):
        self.session = session

    def go(self, begin, end, steps=6):
        self._send("touchStart", begin)
        for step in range(1, steps + 1):
            share = step / steps
            places = zip(begin, end, strict=True)
            self._send("touchMove", [(a + (x - a) * share, b + (y - b) * share) for (a, b), (x, y) in places])
        self._send("touchEnd", [])

    def _send(self, kind, places):
        points = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(places)]
        self.session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


def near(expected, actual):
    return all(abs(a - b) <= NEAR for a, b in zip(expected, actual, strict=True))


def regions(plan):
    return [track for track in saved(plan).tracks(0) if track.kind is Kind.REGION]


def is_at(plan, box):
    """Is there one region, and is it there in all of its frames?"""
    found = regions(plan)
    return len(found) == 1 and all(near(box, key.box) for key in found[0].keyframes)


def shape(page, number):
    """Where a track is on the page."""
    return page.locator(f'.outline > rect[data-track="{number}"]:not(.rim)').bounding_box()


def test_a_fixed_region_is_dragged_resized_and_removed(page, servers, footage, case):
    clip, plan = case
    opened(page, servers.start(clip))
    first, moved, larger = Box(100, 100, 200, 180), Box(160, 130, 260, 210), Box(160, 130, 300, 240)
    a, b, c = (on_screen(page, footage, box) for box in (first, moved, larger))
    page.keyboard.press("Shift+B")
    drag(page, a[:2], a[2:])
    until(page, lambda: is_at(plan, first))
    assert len({key.time for key in regions(plan)[0].keyframes}) == 2

    # By its rim while it is not chosen, by a corner once it is.
    page.wait_for_selector(".frame-canvas.mode-view")
    page.keyboard.press("Escape")
    page.wait_for_selector(".kind-region:not(.selected)")
    page.mouse.click(a[0], (a[1] + a[3]) / 2)  # while nothing is chosen, a drag moves the picture
    page.wait_for_selector(".kind-region.selected")
    drag(page, (a[0], (a[1] + a[3]) / 2), (b[0], (b[1] + b[3]) / 2))
    until(page, lambda: is_at(plan, moved))
    page.wait_for_selector(".frame-canvas.mode-view")
    drag(page, b[2:], c[2:])
    until(page, lambda: is_at(plan, larger))
    page.wait_for_selector(".frame-canvas.mode-view")

    # With the keyboard, back again, and away.
    for key in ("e", "ArrowLeft", "Enter"):
        page.keyboard.press(key)
    until(page, lambda: not is_at(plan, larger))
    page.keyboard.press("Control+z")
    until(page, lambda: is_at(plan, larger))
    page.keyboard.press("Delete")
    until(page, lambda: not regions(plan))
    page.wait_for_selector(".kind-region", state="detached")


def drag(page, begin, end):
    page.mouse.move(*begin)
    page.mouse.down()
    page.mouse.move(*end, steps=5)
    page.mouse.up()


def test_what_is_below_a_covered_picture_can_still_be_chosen(page, servers, footage, case):
    clip, _ = case
    server = servers.start(clip)
    opened(page, server)
    for key in ("Home", "[", "Shift+ArrowRight", "]", "w"):
        page.keyboard.press(key)
    page.wait_for_selector(".kind-region")
    page.keyboard.press("Escape")
    page.wait_for_selector(".kind-region:not(.selected)")
    draw(page, footage, Box(100, 100, 160, 160))
    settled(page, server)
    page.wait_for_selector(".following", state="detached")
    page.keyboard.press("Escape")
    page.wait_for_selector(".outline.selected", state="detached")
    x1, y1, x2, y2 = on_screen(page, footage, Box(100, 100, 160, 160))
    page.mouse.click((x1 + x2) / 2, (y1 + y2) / 2)
    page.wait_for_selector(".kind-face.selected")
    page.mouse.click(x1 - 40, y1 - 40)  # beside it: nothing is chosen
    page.wait_for_selector(".outline.selected", state="detached")


def test_a_press_without_a_drag_draws_nothing(page, servers, footage, case):
    clip, plan = case
    server = servers.start(clip)
    opened(page, server)
    page.keyboard.press("b")
    x1, y1, x2, y2 = on_screen(page, footage, Box(200, 200, 240, 240))
    page.mouse.click((x1 + x2) / 2, (y1 + y2) / 2)
    box = page.locator(".kind-draft > rect").first.bounding_box()
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    assert near(((x1 + x2) / 2, (y1 + y2) / 2), middle)
    assert page.locator(".frame-canvas.mode-draw").is_visible()
    assert () == saved(plan).corrections


def test_keys_go_on_after_a_click(page, servers, footage, case):
    """A button and a tick box keep Space and Enter for themselves, and nothing else."""
    clip, _ = case
    opened(page, servers.start(clip))
    page.click("button:has-text('Outlines')")
    page.keyboard.press("ArrowRight")
    page.wait_for_selector("#frame:has-text('Frame 2 ')")
    page.click("text=I have reviewed this file")
    page.keyboard.press("ArrowRight")
    page.wait_for_selector("#frame:has-text('Frame 3 ')")
    page.keyboard.press("2")
    page.wait_for_selector("#tab-track[aria-selected=true]")


def test_fingers_draw_and_correct(tablet, servers, footage, case):
    page, fingers = tablet
    clip, plan = case
    server = servers.start(clip)
    opened(page, server)
    page.get_by_role("tab", name="Item").tap()
    page.get_by_role("button", name="Draw a box").tap()
    x1, y1, x2, y2 = on_screen(page, footage, Box(100, 100, 160, 160))
    fingers.go([(x1, y1)], [(x2, y2)])
    page.wait_for_timeout(500)  # as a person does, who reads the question first
    page.locator(".kind-choice button:has-text('Face')").tap()
    page.wait_for_selector("section.selected")
    settled(page, server)
    number = saved(plan).tracks(0)[-1].number
    at = shape(page, number)
    middle = at["x"] + at["width"] / 2, at["y"] + at["height"] / 2
    fingers.go([middle], [(middle[0] + 40, middle[1])])
    until(page, lambda: near((at["x"] + 40, at["width"]), (shape(page, number)["x"], shape(page, number)["width"])))
    page.wait_for_selector(".frame-canvas.mode-view")
    settled(page, server)
    after = shape(page, number)
    # A corner is caught beside it as well: a finger is wide.
    corner = after["x"] + after["width"] + 8, after["y"] + after["height"] + 8
    fingers.go([corner], [(corner[0] + 30, corner[1] + 30)])
    until(page, lambda: near((after["width"] + 30,), (shape(page, number)["width"],)))
    page.wait_for_selector(".frame-canvas.mode-view")
    assert page.evaluate("window.scrollY") == 0


def zoom(page):
    return int(page.locator(".transport .quiet:has-text('%')").inner_text().split()[0])


def test_two_fingers_zoom(tablet, servers, footage, case):
    page, fingers = tablet
    clip, plan = case
    server = servers.start(clip)
    opened(page, server)
    stage = page.locator(".frame-canvas").bounding_box()
    x, y = stage["x"] + stage["width"] / 2, stage["y"] + stage["height"] / 2
    assert 100 == zoom(page)
    fingers.go([(x - 30, y), (x + 30, y)], [(x - 90, y), (x + 90, y)])
    page.wait_for_function(
        "Number([...document.querySelectorAll('.transport .quiet')].at(-1).innerText.split(' ')[0]) > 200"
    )
    fingers.go([(x - 90, y), (x + 90, y)], [(x - 20, y), (x + 20, y)])
    until(page, lambda: zoom(page) == 100)
    assert not page.evaluate(NOTHING_SHOWN)
    assert () == saved(plan).corrections


def test_rows_are_scrolled_with_a_finger(tablet, servers, tmp_path):
    page, fingers = tablet
    clip = write_clip(tmp_path / "crowd.mp4", times=constant(12))
    crowd = [permanent_track(n, Box(4, 4, 28, 20).translate(n % 80, n % 60), Kind.FACE) for n in range(1, 61)]
    (tmp_path / "crowd.plan.json").write_text(plan_for(clip, *crowd).to_json())
    server = servers.start(clip)
    opened(page, server)
    rows = page.locator(".rows").bounding_box()
    x, y = rows["x"] + rows["width"] / 2, rows["y"] + rows["height"] - 20
    fingers.go([(x, y)], [(x, y - 80)])
    page.wait_for_function("Number(document.querySelector('.rows canvas').dataset.rows.split(' ')[0]) >= 4")
    assert "Frame 1 of 12" == page.inner_text("#frame")  # nothing was sought
    fingers.go([(x, y)], [(x + 100, y)])
    page.wait_for_function("!document.querySelector('#frame').innerText.startsWith('Frame 1 ')")
