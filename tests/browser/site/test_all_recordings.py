"""The recordings of all cameras at one time, and clips of several over one span."""

import re

from playwright.sync_api import expect

from tests.browser.site.steps import axe, go, serious, until


def test_all_cameras_are_seen_at_one_time_and_play(inside, site):
    go(inside, site, "recordings")
    gate, yard = inside.locator("[aria-label=gate]"), inside.locator("[aria-label=yard]")
    picture = gate.locator("img")
    picture.wait_for()
    until(inside, "(one) => one.complete && one.naturalWidth > 0", picture.element_handle())
    expect(yard).to_contain_text("Nothing was recorded")
    lines = inside.get_by_role("slider")
    expect(lines).to_have_count(2)
    # One time for all: what one line is moved to, the other shows.
    lines.first.press("Home")
    begun = lines.first.get_attribute("aria-valuenow")
    expect(lines.last).to_have_attribute("aria-valuenow", begun)
    inside.click("[aria-label=Play]")
    until(inside, "document.querySelector('[aria-label=gate] video')?.currentTime > 0.5")
    for line in (lines.first, lines.last):
        expect(line).not_to_have_attribute("aria-valuenow", begun)
    inside.click("[aria-label=Pause]")
    expect(gate.locator("video")).to_have_count(0)
    axe(inside)
    assert [] == serious(inside)
    # The picture leads to that camera's own page, at the same time.
    gate.locator("a").first.click()
    inside.wait_for_selector(".screen.large img")
    assert re.search(r"#/camera/gate\?at=\d+", inside.url)


def test_clips_of_several_cameras_are_requested_at_once(inside, site):
    go(inside, site, "recordings")
    inside.locator("[aria-label=gate] img").wait_for()
    line = inside.get_by_role("slider").first
    line.press("Home")
    inside.click("button:has-text('Clip starts here')")
    for _ in range(3):
        line.press("ArrowRight")
    inside.click("button:has-text('Clip ends here')")
    inside.click("button:has-text('Request clips')")
    inside.wait_for_selector("#reason")
    assert (True, False) == tuple(inside.get_by_label(name, exact=True).is_checked() for name in ("gate", "yard"))
    inside.check("label:has-text('yard') input")
    inside.fill("#reason", "case 11")
    inside.click("form button:has-text('Request clips')")
    # The camera without a recording does not keep the other from its clip.
    inside.wait_for_selector(".site-message.bad:has-text('Not requested: yard')")
    expect(inside.locator(".clip:has-text('case 11')")).to_have_count(1)
    expect(inside.locator(".clip:has-text('case 11') h3")).to_contain_text("gate")
