"""What is done on the picture and on the timeline below it: boxes, dragging, ranges, rows."""

from passerby.core.box import Box
from passerby.core.kinds import Kind
from tests.browser.footage import plan_times
from tests.browser.steps import draw, opened, saved, settled, until
from tests.clips import constant, write_clip
from tests.plans import permanent_track, plan_for


def test_boxes_by_keyboard_and_by_mouse(page, servers, footage, case):
    clip, plan = case
    server = servers.start(clip)
    opened(page, server)
    page.keyboard.press("b")
    before = page.locator(".kind-draft > rect").first.bounding_box()
    for key in ("ArrowLeft", "ArrowUp", "Shift+ArrowRight", "Shift+ArrowDown"):
        page.keyboard.press(key)
    after = page.locator(".kind-draft > rect").first.bounding_box()
    assert after["x"] < before["x"]
    assert after["y"] < before["y"]
    assert after["width"] > before["width"]
    page.keyboard.press("Escape")
    assert () == saved(plan).corrections
    draw(page, footage, Box(100, 100, 160, 160))
    settled(page, server)
    number = saved(plan).tracks(0)[-1].number
    grip = page.locator(f'.grip.se[data-track="{number}"]').bounding_box()
    page.mouse.move(grip["x"] + 4, grip["y"] + 4)
    page.mouse.down()
    page.mouse.move(grip["x"] + 44, grip["y"] + 24, steps=4)
    page.mouse.up()
    page.wait_for_selector(".frame-canvas.mode-view")
    until(page, lambda: saved(plan).tracks(0)[-1].interpolate(plan_times(clip)[0]).box.width > 75)
    page.keyboard.press("Delete")
    page.wait_for_selector("text=Nothing is selected")
    until(page, lambda: len(footage.plan.tracks(0)) == len(saved(plan).tracks(0)))


def test_the_row_of_the_chosen_track_is_in_view(page, servers, tmp_path):
    clip = write_clip(tmp_path / "crowd.mp4", times=constant(12))
    crowd = [permanent_track(n, Box(4, 4, 28, 20).translate(n % 80, n % 60), Kind.FACE) for n in range(1, 61)]
    (tmp_path / "crowd.plan.json").write_text(plan_for(clip, *crowd).to_json())
    opened(page, servers.start(clip))

    def in_view():
        first, last = page.locator(".rows canvas").get_attribute("data-rows").split()
        return range(int(first), int(last))

    assert 0 in in_view()
    assert 39 not in in_view()
    page.keyboard.press("2")
    page.click(".track-list button:has-text('face 40')")
    until(page, lambda: 39 in in_view())
    page.click(".track-list button:has-text('face 1')")
    until(page, lambda: 0 in in_view())


def test_a_drag_moves_the_picture_unless_an_item_is_chosen_and_boxes_may_be_locked(page, servers, footage, case):
    clip, plan = case
    server = servers.start(clip)
    opened(page, server)
    number = footage.plan.tracks(0)[0].number if footage.plan.tracks(0) else None
    if number is None:  # the demo's clip hides nobody: a box is drawn first
        draw(page, footage, Box(500, 300, 700, 500))
        settled(page, server)
        number = saved(plan).tracks(0)[-1].number
        while page.locator(".shape.selected").count():  # the first may end what the page still takes for following
            page.keyboard.press("Escape")
            page.wait_for_timeout(100)
    corrections = len(saved(plan).corrections)
    shape = page.locator(f'.shape[data-track="{number}"]')

    def middle():
        box = shape.bounding_box()
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def drag():
        x, y = middle()
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + 30, y + 20, steps=4)
        page.mouse.up()
        return x, y

    page.mouse.move(*middle())
    page.mouse.wheel(0, -300)
    page.wait_for_selector("text=125 %")
    page.mouse.wheel(0, -300)
    x, y = drag()
    until(page, lambda: middle() != (x, y))  # the picture has moved, and the box with it
    assert corrections == len(saved(plan).corrections)
    page.mouse.click(*middle())
    page.wait_for_selector(f'.shape.selected[data-track="{number}"]')
    page.keyboard.press("q")
    drag()
    assert corrections == len(saved(plan).corrections)  # locked
    page.keyboard.press("q")
    drag()
    until(page, lambda: corrections < len(saved(plan).corrections))


def test_ranges_have_lanes_and_stand_over_the_picture(page, servers, footage, case):
    clip, plan = case
    opened(page, servers.start(clip))
    for key in ("ArrowRight", "ArrowRight", "[", "Home", "]", "w"):  # an end before the start swaps them
        page.keyboard.press(key)
    page.wait_for_selector(".banner >> text=blacked out")
    track = saved(plan).tracks(0)[-1]
    times = plan_times(clip)
    assert (times[0], times[2]) == (track.start, track.end)
    page.keyboard.press("Control+z")
    page.wait_for_selector("text=The mask of Blacked-out area")
    page.wait_for_selector(".banner >> text=blacked out", state="detached")
