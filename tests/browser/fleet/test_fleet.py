"""The pages of a fleet in a browser."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.fleet.conftest import NAMES
from tests.browser.site.steps import axe, log_in, password_of, serious

#: Every page that an administrator has, and what is on it when it is whole.
PAGES = {
    "sites": "table tbody tr",
    "site/south": ".chart canvas",
    "sums": ".chart canvas",
    "accounts": "main td",
    "me": "main .card",
}
OFFERED = {
    "vera": ["Sites"],
    "oscar": ["Sites", "Counts"],
    "audra": ["Sites", "Accounts", "Audit log"],
}


@pytest.fixture(autouse=True)
def patient():
    expect.set_options(timeout=60_000)
    yield
    expect.set_options(timeout=None)


@pytest.fixture
def inside(page, pages):
    page.set_default_timeout(60_000)
    page.goto(pages.address)
    page.fill("#purpose", "a test of the pages")
    page.keyboard.press("Enter")
    page.wait_for_selector(".frame nav")
    return page


def test_those_come_first_that_need_somebody(inside):
    rows = inside.locator("main table tbody tr")
    expect(rows).to_have_count(3)
    assert ["West hall", "South school", "North school"] == rows.locator("td:first-child").all_inner_texts()
    expect(rows.nth(0)).to_contain_text("silent")
    expect(rows.nth(1)).to_contain_text("cameras down")
    expect(rows.nth(2)).to_contain_text("nothing")
    assert sorted(NAMES.values()) == sorted(inside.locator(".fleet-plan text").all_text_contents())
    rows.nth(1).get_by_role("link").click()
    expect(inside.get_by_role("heading", name="South school")).to_be_visible()
    expect(inside.locator(".note.bad")).to_contain_text("rewritten: row 280")
    expect(inside.locator("main table tbody tr").first).to_contain_text("down")


def test_sums_say_what_is_missing_from_them(inside, pages):
    inside.goto(f"{pages.top}/#/sums")
    inside.wait_for_selector(".chart canvas")
    lines = inside.locator("main section.card li")
    expect(lines).to_have_count(2)
    expect(lines.first).to_contain_text("observed")
    inside.locator("label", has_text=re.compile("^Count")).locator("select").select_option("backward")
    expect(lines.first).not_to_contain_text(", 0 numbers left out")
    inside.get_by_role("button", name="All together").click()
    expect(lines).to_have_count(1)
    inside.get_by_label("Compare with").select_option("week")
    expect(lines).to_have_count(2)
    expect(lines.nth(1)).to_contain_text("before")
    inside.get_by_role("button", name="Each site").click()
    inside.get_by_label("Compare with").select_option("none")
    inside.get_by_label("Sites").select_option("north")
    inside.get_by_role("button", name="Hours").click()
    inside.get_by_role("button", name="Table").click()
    expect(inside.locator("main table")).to_contain_text("no data")
    with inside.expect_download() as download:
        inside.get_by_role("link", name="CSV").click()
    text = download.value.path().read_text()
    assert text.startswith("site,start,interval,entries,forward,backward")
    assert {"north"} == {line.split(",")[0] for line in text.splitlines()[1:]}


@pytest.mark.parametrize("name", sorted(OFFERED))
def test_each_role_sees_its_own_pages(page, pages, name):
    page.set_default_timeout(60_000)
    page.goto(pages.top)
    log_in(page, name, password_of(name), "a test of the pages")
    page.wait_for_selector(".frame nav")
    assert OFFERED[name] == page.locator(".frame nav a").all_inner_texts()
    expect(page.locator("main table tbody tr")).to_have_count(3)
    page.goto(f"{pages.top}/#/sums")
    if name == "oscar":
        expect(page.locator("main section.card")).to_be_visible()
    else:
        expect(page.locator("main")).to_contain_text("no access")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [(1280, 720), (375, 800)], ids=lambda size: str(size[0]))
def test_nothing_that_axe_finds_serious(inside, pages, theme, size):
    inside.emulate_media(color_scheme=theme)
    inside.set_viewport_size({"width": size[0], "height": size[1]})
    for where, selector in PAGES.items():
        inside.goto(f"{pages.top}/#/{where}")
        inside.wait_for_selector(selector)
        axe(inside)
        assert [] == serious(inside), where
        assert inside.evaluate("document.documentElement.scrollWidth <= innerWidth + 1"), where
