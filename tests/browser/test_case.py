"""A case in the browser: from the start page to the packed release, with the mouse, and with the keyboard alone."""

import csv
import io
import json
import shutil
import zipfile
from pathlib import Path

import pytest

from passerby.core.box import Box
from passerby.core.kinds import Kind
from passerby.documents.plan import Plan
from tests import stills
from tests.browser.conftest import started
from tests.browser.steps import until
from tests.clips import constant, everything, write_clip
from tests.plans import permanent_track, plan_for

AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
NUMBER = "24-17"
#: From the start page to the packed release, eleven files; corrections come on top.
MAX_CLICKS = 25
#: Clicks of a pointer: a button that is pressed with Enter sends a click too, without one.
COUNT_CLICKS = """() => {
    window.clicks = 0;
    window.addEventListener('click', (event) => { if (event.isTrusted && event.detail > 0) window.clicks += 1; }, true);
}"""
#: Names of buttons that nobody can press: even when scrolled to, something lies above, or they are outside.
OUT_OF_REACH = """() => {
    const shown = (one) => one.checkVisibility() && !one.disabled && one.getBoundingClientRect().width > 0;
    const lost = [];
    const top = document.querySelector('dialog[open]') ?? document;
    for (const one of [...top.querySelectorAll('button, select, input, summary')].filter(shown)) {
        one.scrollIntoView({ block: 'nearest', inline: 'nearest' });
        const { left, top, width, height } = one.getBoundingClientRect();
        const above = document.elementFromPoint(left + width / 2, top + height / 2);
        if (!above || !(one.contains(above) || above.contains(one))) lost.push(one.outerHTML.slice(0, 90));
    }
    return lost;
}"""
#: Number and name of the file that is shown.
CURRENT_FILE = (
    "() => { const s = document.querySelector('header select'); return [s.value, s.selectedOptions[0].text]; }"
)
SIZES = {
    "1280x720": ({"width": 1280, "height": 720}, "light"),
    "853x480, a window at 150 %": ({"width": 853, "height": 480}, "light"),
    "a tablet": ({"width": 820, "height": 1180}, "light"),
    "dark": ({"width": 1280, "height": 720}, "dark"),
}


def film(path, number):
    """A film with a plan, so that it is not searched: what is tested here is the case."""
    write_clip(path, times=constant(12))
    tracks = (
        permanent_track(1, Box(4, 4, 28, 20)),
        permanent_track(2, Box(60 + number, 40, 80 + number, 60), Kind.FACE),
    )
    path.with_name(f"{path.stem}.plan.json").write_text(plan_for(path, *tracks).to_json())


@pytest.fixture(scope="module")
def eleven(tmp_path_factory):
    """Five films, one of them with sound, five photos, and a file that is broken."""
    folder = tmp_path_factory.mktemp("request") / "films"
    folder.mkdir()
    for number in range(4):
        film(folder / f"film-{number}.mp4", number)
    everything(folder / "sound.mp4")
    (folder / "sound.plan.json").write_text(
        plan_for(folder / "sound.mp4", permanent_track(1, Box(4, 4, 28, 20))).to_json()
    )
    for number in range(5):
        stills.image(seed=number).save(folder / f"photo-{number}.jpg", quality=90)
    (folder / "broken.mp4").write_bytes((folder / "film-0.mp4").read_bytes()[:600])
    return folder


@pytest.fixture(scope="module")
def office(eleven, tmp_path_factory, models):
    """A server with a case of two films, in which tests only look."""
    root = tmp_path_factory.mktemp("office")
    for name in ("film-0.mp4", "film-1.mp4"):
        (root / "cases" / NUMBER).mkdir(parents=True, exist_ok=True)
        shutil.copy(eleven / name, root / "cases" / NUMBER / name)
        plan = name.replace(".mp4", ".plan.json")
        shutil.copy(eleven / plan, root / "cases" / NUMBER / plan)
    (root / "cases" / NUMBER / "passerby-case.json").write_text(
        json.dumps({"details": {"number": NUMBER, "requestor": "J. Roe"}, "created": "2026-03-01T10:30:00+00:00"})
    )
    with started() as servers:
        yield servers.start("--cases", root / "cases", "--root", root)


def begin(page, server):
    page.context.add_cookies(server.cookies)
    page.goto(server.address)
    page.wait_for_selector("#case-number")
    server.cookies = page.context.cookies()


def shown(page, frame=0):
    page.wait_for_selector(f'.frame-canvas canvas[data-frame="{frame}"]')


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


def test_a_dropped_file_is_copied_into_the_case(page, servers, eleven, tmp_path, models):
    begin(page, servers.start("--cases", tmp_path / "cases", "--root", tmp_path))
    page.keyboard.type(NUMBER)
    page.click("text=Create case")
    page.wait_for_selector("text=This case has no files yet")
    photo = (eleven / "photo-0.jpg").read_bytes()
    page.evaluate(
        """([bytes]) => {
            const transfer = new DataTransfer();
            transfer.items.add(new File([new Uint8Array(bytes)], 'dropped.jpg'));
            const zone = document.querySelector('.drop-zone');
            zone.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true }));
        }""",
        [list(photo)],
    )
    page.wait_for_selector("td:has-text('dropped.jpg')")
    assert photo == (tmp_path / "cases" / NUMBER / "dropped.jpg").read_bytes()


def test_one_bad_name_does_not_keep_the_others_out(page, servers, eleven, tmp_path, models):
    folder = tmp_path / "films"
    folder.mkdir()
    photo = (eleven / "photo-0.jpg").read_bytes()
    for name in ("good.jpg", ".DS_Store", "._good.jpg", "turned\u202egpj.jpg", "x" * 240 + ".jpg"):
        (folder / name).write_bytes(photo)
    with open(bytes(folder) + b"/caf\xe9.jpg", "wb") as file:
        file.write(photo)
    begin(page, servers.start("--cases", tmp_path / "cases", "--root", tmp_path))
    page.keyboard.type("\u4e8b" * 100)
    page.click("text=Add files or folders")
    page.click(".folder-list >> text=films")
    page.click("text=Add this whole folder")
    page.click("text=Create case")
    page.wait_for_selector("text=2 hidden files were left out.")
    until(page, lambda: 2 == page.locator("tr.state-to_check").count())
    note = page.inner_text("section.note")
    assert "turned<U+202E>gpj.jpg: its name holds characters that cannot be seen" in note
    assert "caf\ufffd.jpg: its name, or that of its folder, holds bytes that are no letters" in note
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280
    page.evaluate(
        """([bytes]) => {
            const transfer = new DataTransfer();
            for (const name of ['first.jpg', '.DS_Store', 'tur\u202ened.jpg', 'a:b?.jpg', 'last.jpg'])
                transfer.items.add(new File([new Uint8Array(bytes)], name));
            const drop = new DragEvent('drop', { dataTransfer: transfer, bubbles: true });
            document.querySelector('.drop-zone').dispatchEvent(drop);
        }""",
        [list(photo)],
    )
    page.wait_for_selector("td:has-text('last.jpg')")
    for name in ("first.jpg", "a_b_.jpg"):
        assert page.locator(f"td:has-text('{name}')").count()
    page.wait_for_selector("text=1 hidden file was left out.")
    assert "The name holds characters that cannot be seen" in page.inner_text("section.note")


def test_a_file_that_failed_is_tried_again(page, servers, eleven, tmp_path, models):
    for suffix in (".mp4", ".plan.json"):
        shutil.copy(eleven / f"film-0{suffix}", tmp_path)
    film = tmp_path / "film-0.mp4"
    whole = film.read_bytes()
    film.write_bytes(whole[:600])
    page.goto(servers.start(tmp_path, "--cases", tmp_path / "cases").address)
    page.wait_for_selector("tr.state-failed")
    film.write_bytes(whole)  # another copy of the file was put there
    page.click("button.retry")
    page.wait_for_selector("tr.state-to_check")
    assert 0 == page.locator("button.retry").count()


def test_a_type_in_all_files_is_undone_in_one_step(page, servers, eleven, tmp_path, models):
    for name in ("film-0", "film-1"):
        for suffix in (".mp4", ".plan.json"):
            shutil.copy(eleven / f"{name}{suffix}", tmp_path)
    page.goto(servers.start(tmp_path, "--cases", tmp_path / "cases").address)
    until(page, lambda: 2 == page.locator("tr.state-to_check").count())
    page.click("button:has-text('Show in all files')")
    page.wait_for_selector("text=2 items changed.")
    page.click("button:has-text('Undo in all files')")
    page.wait_for_selector("text=Undone: 2 items are as they were.")
    for name in ("film-0", "film-1"):
        tracks = Plan.load(tmp_path / f"{name}.plan.json").tracks(0)
        assert [False, False] == [bool(track.visible) for track in tracks]


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
