"""No page is half in English for somebody who reads German: every page of an administrator."""

import pytest
from playwright.sync_api import expect

from passerby.server.spa import is_built
from tests.browser.site.english import english_left
from tests.browser.site.light import light_site
from tests.server.site.fixtures import site_data  # noqa: F401

PAGES = (
    *("live", "recordings", "events", "counts", "exports", "cameras", "settings", "health", "administration"),
    *("accounts", "me", "camera/yard", "zones/yard"),
)
#: Names and reasons that people gave, languages and places that are called so in German too.
GIVEN = ("North hall", "case 7", "English", "operator", "refused", "a=stress")


@pytest.fixture
def page(site_data, tmp_path, browser):  # noqa: F811
    if not is_built("site.html"):
        pytest.skip("the page is not built: scripts/build-web needs npm")
    with light_site(site_data, tmp_path) as site, browser.new_context(locale="de-DE") as context:
        yield site, site.enter(context.new_page(), "ein Test")


def test_every_page_is_german(page):
    site, shown = page
    found = {}
    for where in PAGES:
        shown.goto(f"{site.top}/#/{where}")
        expect(shown.locator("main h2")).to_be_visible(timeout=60_000)
        shown.wait_for_timeout(1200)
        found[where] = english_left(shown, GIVEN)
    assert {} == {where: lines for where, lines in found.items() if lines}
