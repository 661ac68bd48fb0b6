"""The pages in German: for a browser that asks for it, and for one in which it was chosen."""

import pytest
from playwright.sync_api import expect

from tests.browser.site.steps import PATIENCE, axe, go, serious

PAGES = ("live", "events", "counts", "exports", "cameras", "settings", "health", "administration", "accounts", "me")
OF_A_CAMERA = ("camera/gate", "zones/gate")


@pytest.mark.parametrize("width", [1280, 375])
def test_a_german_browser_gets_german_pages(browser, site, width):
    with browser.new_context(locale="de-DE", viewport={"width": width, "height": 800}) as context:
        page = context.new_page()
        page.set_default_timeout(PATIENCE * 1000)
        page.goto(site.address)
        expect(page.locator("body")).to_contain_text("Grund dieses Besuchs")
        page.fill("#purpose", "ein Test der Seiten")
        page.keyboard.press("Enter")
        page.wait_for_selector(".frame .who a")
        assert "de" == page.evaluate("document.documentElement.lang")
        axe(page)
        for where in (*PAGES, *OF_A_CAMERA):
            go(page, site, where)
            page.wait_for_timeout(300)
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), where
            assert [] == serious(page), where
        go(page, site, "me")
        expect(page.locator("main")).to_contain_text("Diese Sitzung endet")


def test_somebody_chooses_german_and_gets_it_from_then_on(inside, site):
    go(inside, site, "me")
    expect(inside.locator("main h2")).to_have_text("My account")
    inside.get_by_label("Language").select_option("de")
    expect(inside.locator("main h2")).to_have_text("Mein Konto")
    go(inside, site, "settings")
    expect(inside.locator("main h2")).to_have_text("Einstellungen")
