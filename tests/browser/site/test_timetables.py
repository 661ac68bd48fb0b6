"""Weekly hours and holidays are entered on the pages, and an alert is limited to them."""

from datetime import date

import pytest
from playwright.sync_api import expect

from passerby.server.spa import is_built
from tests.browser.site.english import english_left
from tests.browser.site.light import light_site
from tests.browser.site.steps import axe, serious
from tests.server.site.fixtures import FILE, site_data  # noqa: F401

WITH_RULE = FILE.replace("  gate:", "      rules: [{name: visit, kind: presence, zone: door}]\n  gate:")
GIVEN = ("English", "Isle of Man", "North hall", "a test", "passerby fleet", "case 7")


@pytest.fixture
def light(site_data, tmp_path):  # noqa: F811
    if not is_built("site.html"):
        pytest.skip("the page is not built: scripts/build-web needs npm")
    expect.set_options(timeout=60_000)
    with light_site(site_data, tmp_path, text=WITH_RULE) as site:
        yield site
    expect.set_options(timeout=None)


def test_an_alert_is_given_outside_of_opening_hours_and_on_holidays(light, page):
    light.enter(page)
    page.goto(f"{light.top}/#/settings")
    card = page.get_by_role("region", name="Timetables")
    expect(card).to_contain_text("No timetable yet")
    card.get_by_role("button", name="Add a timetable").click()
    card.get_by_label("Name of the timetable").fill("School days")
    card.get_by_role("checkbox", name="Fri").uncheck()
    card.get_by_role("button", name="Add hours").click()
    second = card.locator(".hours").nth(1)
    second.get_by_label("Fri").check()
    second.get_by_label("Sat").uncheck()
    second.get_by_label("to", exact=True).fill("13:30")
    card.get_by_label("Public holidays of").select_option("DE")
    card.get_by_label("State or region").select_option(label="Berlin")
    year = date.today().year
    shown = card.locator("details", has_text=f"Public holidays of {year}:")
    shown.locator("summary").click()
    expect(shown).to_contain_text("Good Friday")
    card.get_by_label("First day").fill("2026-12-22")
    card.get_by_label("Last day").fill("2026-12-20")
    card.get_by_role("button", name="Add these days").click()
    expect(card.get_by_role("status")).to_contain_text("before the first")
    card.get_by_label("Last day").fill("2027-01-02")
    card.get_by_role("button", name="Add these days").click()
    expect(card).to_contain_text("2026-12-22 to 2027-01-02 (12 days)")
    card.get_by_role("button", name="Save").click()
    expect(page.locator("body")).to_contain_text("in effect")
    [table] = light.served.context.site.timetables
    assert ("opening-hours", "School days", "DE-BE", 12) == (
        table.name, table.display_name, table.holidays, len(table.extra_holidays),
    )  # fmt: skip
    assert [("mon", "tue", "wed", "thu"), ("fri",)] == [hours.days for hours in table.hours]
    assert "13:30" == table.hours[1].end.isoformat("minutes")

    page.goto(f"{light.top}/#/zones/yard")
    times = page.get_by_label("When this alert is on")
    times.select_option(label="outside of: School days")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("button", name="Save", exact=True)).to_be_disabled()
    [rule] = light.served.context.site.cameras["yard"].counting.rules
    assert ("opening-hours", None) == (rule.outside, rule.during)

    page.goto(f"{light.top}/#/settings")
    expect(card.get_by_role("button", name="Remove this timetable")).to_be_disabled()
    expect(card).to_contain_text("In use, so it cannot be removed: yard")
    page.goto(f"{light.top}/#/zones/yard")
    times.select_option(label="always")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("button", name="Save", exact=True)).to_be_disabled()
    page.goto(f"{light.top}/#/settings")
    card.get_by_role("button", name="Remove this timetable").click()
    with page.expect_response("**/api/timetables") as answer:
        card.get_by_role("button", name="Save").click()
    assert 200 == answer.value.status
    expect(card).to_contain_text("No timetable yet")
    assert () == light.served.context.site.timetables


@pytest.mark.parametrize("width", [1280, 375])
def test_in_german_and_on_a_phone(light, browser, width):
    with browser.new_context(locale="de-DE", viewport={"width": width, "height": 800}) as context:
        page = light.enter(context.new_page())
        page.goto(f"{light.top}/#/settings")
        card = page.get_by_role("region", name="Zeitpläne")
        card.get_by_role("button", name="Zeitplan hinzufügen").click()
        card.get_by_label("Gesetzliche Feiertage von").select_option(label="Deutschland")
        card.get_by_label("Bundesland oder Region").select_option(label="Bayern")
        shown = card.locator("details").first
        shown.locator("summary").click()
        expect(shown).to_contain_text("Karfreitag")
        axe(page)
        assert [] == serious(page)
        assert [] == english_left(page, GIVEN)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1")
        card.get_by_role("button", name="Speichern").click()
        expect(page.locator("body")).to_contain_text("gespeichert und in Kraft")
        assert "DE-BY" == light.served.context.site.timetables[0].holidays
