"""What an administrator changes on the pages, on live cameras: another camera, and settings in a file of comments."""

import re
import time

import pytest
from playwright.sync_api import expect

from tests.browser.site.steps import PATIENCE, go, until


@pytest.mark.soak  # three cameras at once are too many for a machine that runs other tests beside
def test_a_camera_is_tried_and_another_one_is_watched(inside, site):
    go(inside, site, "cameras")
    gate, yard = inside.locator(".card[aria-label=gate]"), inside.locator(".card[aria-label=yard]")
    gate.get_by_role("button", name="Test connection").click()
    still = gate.locator("figure img")
    still.wait_for()
    assert until(inside, "(one) => one.naturalWidth", still.element_handle()) > 0
    expect(gate.locator("figcaption")).to_contain_text("OK: 480")
    yard.get_by_role("button", name="Test connection").click()
    expect(yard.get_by_role("alert")).to_contain_text("refuses the connection")

    inside.get_by_role("button", name="Add a camera").click()
    inside.fill("#camera-name", "side")
    inside.fill("#camera-url", site.server.url())
    inside.locator("dialog").get_by_role("button", name="Add camera").click()
    inside.wait_for_selector(".card[aria-label=side]")
    text = site.file.read_text()
    assert ("# by the door" in text, "side:" in text) == (True, True)
    go(inside, site, "live")
    inside.wait_for_selector("[aria-label=side][data-state=live]")
    assert "live" == site.watching.cameras()["gate"]["state"]  # which has gone on

    go(inside, site, "cameras")
    inside.on("dialog", lambda dialog: dialog.accept())
    inside.locator(".card[aria-label=side]").get_by_role("button", name="Edit").click()
    inside.get_by_role("button", name="Remove camera").click()
    inside.wait_for_selector(".card[aria-label=side]", state="detached")
    assert "side:" not in site.file.read_text()


def test_settings_are_written_into_the_file_which_keeps_its_comments(inside, site):
    before = site.file.read_text()
    go(inside, site, "settings")
    inside.fill("#retention-days", "5")
    inside.get_by_role("form", name="Settings").get_by_role("button", name="Save").click()
    inside.wait_for_selector(".site-message:has-text('in effect')")
    after = site.file.read_text()
    assert re.search(r"^retention:\n?\s*\{?days: 5", after, re.MULTILINE)
    assert set(before.splitlines()) <= set(after.splitlines())
    go(inside, site, "health")
    expect(inside.locator(".card[aria-label=gate]")).to_contain_text("fps")
    expect(inside.locator(".card[aria-label=yard]")).to_contain_text("refuses the connection")


def test_everybody_may_read_the_public_notice(browser, site):
    """Without a login, a cookie or a script; and what it says is what is so now."""
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        end = time.monotonic() + PATIENCE
        page.goto(f"{site.top}/notice")
        while "On, and recording" not in page.inner_text("body"):  # its first part may not be on the disk yet
            assert time.monotonic() < end
            page.wait_for_timeout(500)
            page.reload()
        expect(page.locator("body")).to_contain_text("City of Northby, 1 Market Square")
        expect(page.locator("body")).to_contain_text(re.compile(r"\bOff\b"))
        assert [] == context.cookies()
