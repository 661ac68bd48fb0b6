"""A case in the browser: from the start page to the packed release, with the mouse, and with the keyboard alone."""

import csv
import io
import json
import shutil
import zipfile

from tests.browser.case_steps import (
    COUNT_CLICKS,
    CURRENT_FILE,
    MAX_CLICKS,
    NUMBER,
    begin,
    shown,
)
from tests.browser.steps import until


def test_eleven_files_from_the_start_page_to_the_packed_release(page, servers, eleven, tmp_path, models):
    server = servers.start("--cases", tmp_path / "cases", "--root", eleven.parent)
    page.add_init_script(f"({COUNT_CLICKS})()")
    begin(page, server)

    # The case: typed with Tab from field to field, the folder chosen with the mouse.
    page.wait_for_function("() => document.activeElement.id === 'case-number'")
    page.keyboard.type(NUMBER)
    for text in ("J. Roe", "", "Town of Exampleton", "A. Lee"):
        if text:
            page.keyboard.press("Tab")
            page.keyboard.type(text)
        else:
            page.fill("#case-requested", "2026-02-28")
            page.focus("#case-requested")
            for _ in range(3):  # day, month, year
                page.keyboard.press("Tab")
    page.click("text=Add files or folders")
    page.click(".folder-list >> text=films")
    page.click("text=Add this whole folder")
    page.click("text=Create case")

    # The table: ten files become ready, one is broken, and it is said what to do.
    page.wait_for_selector(".case .rows-table")
    assert 11 == page.locator(".case tbody tr").count()
    until(page, lambda: 10 == page.locator("tr.state-to_check").count(), 300)
    assert "Ask for another copy of the file" in page.inner_text("tr.state-failed")
    assert 5 == page.locator("td:text-is('photo')").count()
    assert page.locator("#release-now").is_disabled()

    # File after file; one of them is corrected with keys.
    page.click("text=Next file to review")
    seen = set()
    for _ in range(10):
        page.wait_for_selector(".frame-canvas canvas[data-frame='0']")
        number, name = page.evaluate(CURRENT_FILE)
        seen.add(number)
        if name.startswith("film-2"):
            page.keyboard.press("t")
            page.wait_for_selector("#reason")
            page.keyboard.press("r")
            page.keyboard.type("b(7)(C)")
            page.keyboard.press("Escape")  # saved when the field is left
            page.wait_for_selector("text=Saved")
        page.click("#reviewed-next")
        page.wait_for_function("(was) => document.querySelector('header select')?.value !== was", arg=number)
    assert 10 == len(seen)

    # What is missing is said before; then all of it goes out.
    page.wait_for_selector("text=Not ready, and so not in the release: 1")
    assert "broken.mp4: cannot be opened" in page.inner_text(".note")
    page.click("#release-now")
    page.wait_for_selector("[data-archive]", timeout=900_000)
    assert page.evaluate("window.clicks") <= MAX_CLICKS

    case = tmp_path / "cases" / NUMBER
    with zipfile.ZipFile(case / page.get_attribute("[data-archive]", "data-archive")) as packed:
        report = json.loads(packed.read("case-report.json"))["report"]
        rows = list(csv.DictReader(io.StringIO(packed.read("exemption-log.csv").decode())))
        names = packed.namelist()
    assert 10 == len(report["files"])
    assert {"clean", "review"} >= {file["verdict"] for file in report["files"]}  # all were checked independently
    assert [("broken.mp4", "failed")] == [(file["name"], file["reason"]) for file in report["missing"]]
    assert {
        "number": NUMBER,
        "requestor": "J. Roe",
        "requested": "2026-02-28",
        "agency": "Town of Exampleton",
        "officer": "A. Lee",
    } == report["case"]
    assert ["b(7)(C)"] == [row["code"] for row in rows if row["code"]]
    assert not any(name.endswith((".plan.json", ".review.json")) for name in names)
    # The originals are where they were, and as they were; nothing was written beside them.
    assert 11 + 5 == len(list(eleven.iterdir()))


def test_a_case_with_the_keyboard_alone(page, servers, eleven, tmp_path, models):
    """At 853x480, which is a window of 1280x720 at 150 %."""
    folder = tmp_path / "two"
    folder.mkdir()
    for name in ("film-0", "film-1"):
        for suffix in (".mp4", ".plan.json"):
            shutil.copy(eleven / f"{name}{suffix}", folder)
    page.set_viewport_size({"width": 853, "height": 480})
    page.add_init_script(f"({COUNT_CLICKS})()")
    begin(page, servers.start("--cases", tmp_path / "cases", "--root", tmp_path))

    def press(selector, key="Enter"):
        page.focus(selector)
        page.keyboard.press(key)

    page.keyboard.type(NUMBER)
    press("button:has-text('Add files or folders')")
    page.wait_for_selector(".folder-list")
    press(".folder-list button:has-text('two')")
    page.wait_for_selector("text=film-0.mp4")
    press("button:has-text('Add this whole folder')")
    press("button:has-text('Create case')")
    until(page, lambda: 2 == page.locator("tr.state-to_check").count())
    page.keyboard.press("Shift+N")
    shown(page)
    # Everybody but one, and undone; a box of a kind; then reviewed, both files.
    page.keyboard.press("Shift+G")
    press(".item-card:has-text('Face 2')", "Space")
    press("button:has-text('Hide everybody but this one')")
    page.wait_for_selector("text=knows no faces")
    page.keyboard.press("Control+z")
    page.wait_for_selector("text=Undone. Face 2 is hidden again.")
    page.keyboard.press("Shift+G")
    page.keyboard.press("b")
    page.keyboard.press("4")
    page.wait_for_selector("section.selected h3:has-text('Text 3')")
    page.keyboard.press("Escape")
    page.keyboard.press("Shift+D")
    page.wait_for_function(
        "() => document.querySelector('header select')?.selectedOptions[0].text.startsWith('film-1')"
    )
    shown(page)
    page.keyboard.press("Shift+D")
    page.wait_for_selector("text=Files of the case")
    press("#release-now")
    page.wait_for_selector("[data-archive]", timeout=600_000)
    assert 0 == page.evaluate("window.clicks")
    assert list((tmp_path / "cases" / NUMBER).glob("*-release.zip"))
