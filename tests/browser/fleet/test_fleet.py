"""The pages of a fleet in a browser."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.fleet.conftest import NAMES
from tests.browser.site.english import english_left
from tests.browser.site.steps import axe, log_in, password_of, serious

#: Every page that an administrator has, and what is on it when it is whole.
PAGES = {
    "sites": "table tbody tr",
    "site/south": ".chart canvas",
    "sums": ".chart canvas",
    "accounts": "main td",
    "me": "main .card",
}
#: Every page of a fleet: its title in the menu where it is there, and what is on it for those who may see it.
ALL_PAGES = {
    "sites": ("Sites", "main table tbody tr"),
    "site/south": (None, "main .card"),
    "sums": ("Counts", "main section.card"),
    "accounts": ("Accounts", "main td"),
    "log": ("Audit log", "table.log tbody tr"),
    "me": (None, "main .card"),
}
#: Pages of a site that a fleet has for nobody: there is nothing that they could show.
PAGES_OF_A_SITE = ("events", "counts", "exports", "cameras", "settings", "health", "camera/gate", "zones/gate")
#: What people said that they are here for.
PURPOSES = ("a test of the pages", "the yearly audit", "case 12")
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
    expect(inside.get_by_role("region", name="Cameras", exact=True).locator("tbody tr").first).to_contain_text("down")


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
    choose(inside, "North school")
    inside.get_by_role("button", name="Hours").click()
    inside.get_by_role("button", name="Table").click()
    expect(inside.locator("main table").first).to_contain_text("no data")
    with inside.expect_download() as download:
        inside.get_by_role("link", name="CSV", exact=True).click()
    text = download.value.path().read_text()
    assert text.startswith("site,display_name,start,interval,entries,forward,backward")
    assert {"north,North school"} == {",".join(line.split(",")[:2]) for line in text.splitlines()[1:]}


def selector(page, label):
    return page.locator("label", has_text=re.compile(f"^{label}")).locator("select")


def choose(page, *names):
    """Choose these sites on the page of counts, and no others."""
    page.locator(".choose-sites summary").click()
    if page.locator(".choose-sites input:checked").count():
        page.get_by_role("button", name="All sites").click()
    for name in names:
        page.get_by_label(name).check()
    page.locator(".choose-sites summary").click()


def test_several_sites_a_camera_and_a_line(inside, pages):
    """Sites have their names and not those of their certificates; of a camera no more is summed up than it counted."""
    inside.goto(f"{pages.top}/#/sums")
    lines = inside.locator("main section.card li")
    expect(lines).to_have_count(2)
    assert ["North school", "South school"] == [text.partition(":")[0] for text in lines.all_inner_texts()]
    expect(inside.locator(".chart .u-legend")).to_contain_text("South school")
    expect(selector(inside, "Camera")).to_have_count(0)
    both = lines.all_inner_texts()
    choose(inside, "South school")
    expect(lines).to_have_count(1)
    assert both[1:] == lines.all_inner_texts()
    expect(inside.get_by_text("Sites: South school")).to_be_visible()
    choose(inside, "North school", "South school")
    expect(lines).to_have_count(2)
    selector(inside, "Camera").select_option("hall")
    expect(lines).to_have_count(1)
    expect(lines.first).to_contain_text("North school")
    selector(inside, "Camera").select_option("gate")
    expect(lines).to_have_count(2)
    selector(inside, "Line or zone").select_option("door")
    expect(lines).to_have_count(2)
    assert "location=door" in inside.get_by_role("link", name="CSV", exact=True).get_attribute("href")


@pytest.mark.parametrize("name", sorted(OFFERED))
def test_each_role_sees_its_own_pages(page, pages, name):
    page.set_default_timeout(60_000)
    page.goto(pages.top)
    log_in(page, name, password_of(name), "a test of the pages")
    page.wait_for_selector(".frame nav")
    assert OFFERED[name] == page.locator(".frame nav a").all_inner_texts()
    expect(page.locator("main table tbody tr")).to_have_count(3)
    for where, (title, selector) in ALL_PAGES.items():
        page.goto(f"{pages.top}/#/{where}")
        if title is None or title in OFFERED[name]:
            expect(page.locator(selector).first).to_be_visible()
        else:
            expect(page.locator("main")).to_contain_text("no access")
    for where in PAGES_OF_A_SITE:
        page.goto(f"{pages.top}/#/{where}")
        expect(page.locator("main")).to_contain_text("no access")


def test_the_audit_log_says_who_saw_what(page, pages):
    """An auditor reads it, has its chain verified, and finds an export in it."""
    page.set_default_timeout(60_000)
    page.goto(pages.top)
    log_in(page, "oscar", password_of("oscar"), "case 12")
    page.goto(f"{pages.top}/#/sums")
    with page.expect_download():
        page.get_by_role("link", name="CSV", exact=True).click()
    page.get_by_role("button", name="Log out").click()
    log_in(page, "audra", password_of("audra"), "the yearly audit")
    page.goto(f"{pages.top}/#/log")
    export = page.locator("table.log tbody tr", has_text="fleet counts").first
    expect(export).to_contain_text("oscar")
    expect(export).to_contain_text("case 12")
    page.get_by_role("button", name="Verify").click()
    expect(page.locator("#checked")).to_contain_text("Intact")
    axe(page)
    assert [] == serious(page)


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


@pytest.mark.parametrize("width", [1280, 375])
def test_a_german_browser_gets_german_pages(browser, pages, width):
    with browser.new_context(locale="de-DE", viewport={"width": width, "height": 800}) as context:
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.goto(pages.address)
        page.fill("#purpose", "ein Test")
        page.keyboard.press("Enter")
        page.wait_for_selector(".frame h1")
        axe(page)
        for where, selector in PAGES.items():
            page.goto(f"{pages.top}/#/{where}")
            page.wait_for_selector(selector)
            page.wait_for_timeout(500)
            assert [] == english_left(page, (*NAMES.values(), *PURPOSES)), where
            assert [] == serious(page), where
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1"), where
        page.goto(f"{pages.top}/#/sums")
        page.get_by_role("link", name="Abweichungen als CSV").wait_for()
        with page.expect_download() as download:
            page.get_by_role("link", name="Abweichungen als CSV").click()
        assert 4 == len(download.value.path().read_text().splitlines())
