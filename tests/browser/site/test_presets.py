"""An operator turns a camera to a preset on its enlarged tile; an administrator enters the port."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from passerby.server.spa import is_built
from tests.browser.site.english import english_left
from tests.browser.site.light import light_site
from tests.browser.site.steps import axe, serious
from tests.cameras.onvif_device import onvif_device
from tests.server.site.fixtures import FILE, password_of, site_data  # noqa: F401


@pytest.fixture
def turning(site_data, tmp_path):  # noqa: F811
    """(the site, requests to its camera)"""
    if not is_built("site.html"):
        pytest.skip("the page is not built: scripts/build-web needs npm")
    expect.set_options(timeout=60_000)
    asked = []
    with onvif_device("not in any file", asked) as (_, service):
        at = urlsplit(service)
        before = "url: rtsp://192.0.2.2/stream1\n    user: passerby"
        text = FILE.replace(before, f"url: rtsp://{at.hostname}/s\n    user: admin")
        with light_site(site_data, tmp_path, text=text) as site:
            yield site, asked, at.port
    expect.set_options(timeout=None)


def test_the_port_is_entered_and_an_operator_turns_the_camera(turning, browser):
    site, asked, port = turning
    with browser.new_context(locale="de-DE") as context:
        page = site.enter(context.new_page(), "ein Test")
        page.goto(f"{site.top}/#/live")
        tile = page.get_by_label("gate", exact=True)
        tile.get_by_role("button", name="Groß").click()
        expect(tile.get_by_role("group", name="Schwenken nach")).to_have_count(0)
        page.goto(f"{site.top}/#/cameras")
        page.get_by_role("button", name="Ändern").nth(1).click()
        card = page.get_by_role("dialog", name="gate ändern")
        card.get_by_label("ONVIF-Port").fill(str(port))
        card.get_by_role("button", name="Speichern").click()
        expect(page.locator("body")).to_contain_text("gespeichert")
        page.get_by_role("button", name="Abmelden").click()
        page.get_by_label("Name", exact=True).fill("operator")
        page.get_by_label("Passwort").fill(password_of("operator"))
        page.get_by_label("Grund dieses Besuchs").fill("ein Test")
        page.keyboard.press("Enter")
        page.wait_for_selector(".frame h1")
        page.goto(f"{site.top}/#/live")
        tile.get_by_role("button", name="Groß").click()
        presets = tile.get_by_role("group", name="Schwenken nach")
        expect(presets.get_by_role("button")).to_have_text(["Gate", "Bicycle stands", "7"])
        axe(page)
        assert [] == serious(page)
        assert [] == english_left(page, ("North hall", "Bicycle stands", "operator"))
        presets.get_by_role("button", name="Bicycle stands").click()
        expect(page.locator("body")).to_contain_text("Die Kamera schwenkt nach: Bicycle stands")
        assert 1 == sum("GotoPreset" in request for request in asked)
