"""The pages of cases in every size, in both languages, and without a connection."""

import shutil

import pytest

from tests.browser.case_steps import AXE, NUMBER, OUT_OF_REACH, SIZES, begin, shown
from tests.browser.steps import until


@pytest.mark.parametrize(("size", "theme"), SIZES.values(), ids=SIZES)
def test_every_page_fits_and_has_nothing_that_axe_finds_serious(page, office, size, theme):
    if not AXE.exists():
        pytest.skip("axe-core is not there: scripts/build-web brings it")
    page.set_viewport_size(size)
    page.emulate_media(color_scheme=theme)
    begin(page, office)
    page.evaluate(AXE.read_text())  # by the debugger, so the content security policy need not allow it
    wrong = []

    def check(what):
        page.wait_for_timeout(150)
        found = page.evaluate("async () => (await axe.run()).violations")
        wrong.extend(
            (what, one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in ("serious", "critical")
        )
        wrong.extend((what, "out of reach", lost) for lost in page.evaluate(OUT_OF_REACH))
        if page.evaluate("document.documentElement.scrollWidth") > size["width"]:
            wrong.append((what, "wider than the window", ""))

    page.wait_for_selector(f"text={NUMBER}")
    check("start page")
    page.click("text=Open a folder as a case")
    page.wait_for_selector(".folder-list")
    check("folders")
    page.keyboard.press("Escape")
    page.click(f"td >> text={NUMBER}")
    until(page, lambda: 2 == page.locator("td button.plain").count())
    check("case")
    page.click("text=Reasons…")
    check("reasons")
    page.keyboard.press("Escape")
    page.click("button:has-text('film-0.mp4')")
    shown(page)
    for panel in "12345":
        page.keyboard.press(panel)
        page.keyboard.press("t") if panel == "2" else None
        check(f"file, panel {panel}")
    page.keyboard.press("?")
    page.wait_for_selector("dialog.help[open]")
    check("help")
    if size["height"] >= 720:  # all of it is seen at once
        dialog = "document.querySelector('dialog.help')"
        assert page.evaluate(f"{dialog}.scrollHeight <= {dialog}.clientHeight")
    page.keyboard.press("Escape")
    page.keyboard.press("Shift+G")
    page.wait_for_selector("canvas[data-drawn]")
    check("gallery")
    assert [] == wrong, wrong


def test_a_lost_connection_is_said_and_what_was_typed_stays(page, servers, eleven, tmp_path, models):
    for suffix in (".mp4", ".plan.json"):
        shutil.copy(eleven / f"film-0{suffix}", tmp_path)
    server = servers.start(tmp_path, "--cases", tmp_path / "cases")
    page.goto(server.address)
    page.click("button:has-text('film-0.mp4')")
    shown(page)
    page.keyboard.press("t")
    page.fill("#reason", "b(6), typed for long")
    server.kill()
    page.wait_for_selector(".connection-lost")
    assert "Connection lost. This last change was not saved." in page.inner_text(".connection-lost")
    page.keyboard.press("Escape")  # the field is left, and cannot be saved
    assert "b(6), typed for long" == page.input_value("#reason")


def test_the_browser_chooses_the_language(browser, office):
    context = browser.new_context(locale="de-AT")
    page = context.new_page()
    begin(page, office)
    page.wait_for_selector("text=Neuer Vorgang")
    assert "de" == page.get_attribute("html", "lang")
    context.close()


def test_long_names_do_not_break_the_table(page, servers, eleven, tmp_path, models):
    for name in ("n" * 200, "\u76e3" * 60):
        for suffix in (".mp4", ".plan.json"):
            shutil.copy(eleven / f"film-0{suffix}", tmp_path / f"{name}{suffix}")
    page.set_viewport_size({"width": 853, "height": 480})
    page.goto(servers.start(tmp_path, "--cases", tmp_path / "cases").address)
    until(page, lambda: 2 == page.locator("tr.state-to_check").count())
    edges = "[...document.querySelectorAll('main *')].map((one) => one.getBoundingClientRect().right)"
    assert page.evaluate(f"Math.max(...{edges})") <= 853
    page.click("button:has-text('nnn')")
    shown(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 853
    assert [] == page.evaluate(OUT_OF_REACH)
