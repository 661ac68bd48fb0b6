"""What is done again and again in a browser that shows the page of `passerby review`."""

import re
import time

from passerby.documents.plan import Plan

#: Is the canvas of the picture empty?
NOTHING_SHOWN = """() => {
    const canvas = document.querySelector('.frame-canvas canvas');
    return canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.every((value) => value === 0);
}"""


def opened(page, server):
    page.context.add_cookies(server.cookies)
    page.goto(server.address)
    first = page.locator("main.case .rows-table td button.plain").first
    shown = page.locator('.frame-canvas canvas[data-frame="0"]')
    first.or_(shown).first.wait_for()
    if not shown.count():
        first.click()  # a folder is a case: its table comes first
    shown.wait_for()
    assert "token" not in page.url
    server.cookies = page.context.cookies()


def go_to(page, frame):
    """Steps there with the keyboard, by seconds and by frames."""
    now = frame_of(page)
    while now != frame:
        big = abs(frame - now) >= 25
        key = "ArrowRight" if frame > now else "ArrowLeft"
        page.keyboard.press(f"Shift+{key}" if big else key)
        now += (25 if big else 1) * (1 if frame > now else -1)
    page.wait_for_selector(f'.frame-canvas canvas[data-frame="{frame}"]')


def frame_of(page):
    """Counted from 0, as the program does; the page counts from 1."""
    return int(re.search(r"\d+", page.inner_text("#frame")).group(0)) - 1


def on_screen(page, footage, box):
    """Corners of a box of the picture, in pixels of the page."""
    stage = page.locator(".frame-canvas").bounding_box()
    video = footage.plan.videos[0]
    by = min(stage["width"] / video.width, stage["height"] / video.height)
    left = stage["x"] + (stage["width"] - video.width * by) / 2
    top = stage["y"] + (stage["height"] - video.height * by) / 2
    return left + box.x1 * by, top + box.y1 * by, left + box.x2 * by, top + box.y2 * by


def draw(page, footage, box):
    page.keyboard.press("b")
    x1, y1, x2, y2 = on_screen(page, footage, box)
    page.mouse.move(x1, y1)
    page.mouse.down()
    page.mouse.move((x1 + x2) / 2, (y1 + y2) / 2)
    page.mouse.move(x2, y2)
    page.mouse.up()
    page.click(".kind-choice button:has-text('Face')")
    page.wait_for_selector(".frame-canvas.mode-view")
    page.wait_for_selector("section.selected")


def saved(plan):
    return Plan.load(plan)


def until(page, holds, seconds=120):
    """Waits for what is not to be seen on the page, such as what is in the plan."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        page.wait_for_timeout(50)


def settled(page, server):
    """Propagation has ended."""
    url = f"{server.address.partition('?')[0]}api/files/0/propagation"
    until(page, lambda: page.request.get(url).json()["progress"]["state"] != "running")
