"""Screenshots for docs/guide/case.md, from the start page to the recipient: python scripts/case_screenshots.py

The demo's clip, two parts of it, two photos and a broken file. Needs Chromium, ffmpeg and the built page
(scripts/build-web). About five minutes.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from passerby.demo.portrait import portrait
from passerby.demo.sample import make_sample
from passerby.verify.report.signing import CONFIG_VARIABLE, load_key

FOLDER = Path(__file__).parent.parent / "docs" / "guide" / "case"
WIDTH, HEIGHT = 1280, 720
NUMBER = "24-17"


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        os.environ[CONFIG_VARIABLE] = str(root / "config")  # a key of its own, and no agency
        make_request(root / "footage" / "request-24-17")
        program = [sys.executable, "-m", "passerby", "review", "--cases", str(root / "cases")]
        options = ["--root", str(root / "footage"), "--port", "0", "--no-browser", "--reviewer", "A. Lee"]
        with (
            subprocess.Popen([*program, *options], stdout=subprocess.PIPE, text=True) as server,
            sync_playwright() as playwright,
        ):
            assert server.stdout is not None
            found = re.search(r"http://\S+", server.stdout.readline())
            assert found is not None
            chromium = shutil.which("chromium") or shutil.which("chromium-browser")
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
            page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
            page.set_default_timeout(600_000)
            try:
                page.goto(found.group(0))
                make_case(page)
                review(page)
                release(page)
                receive(page, root)
            finally:
                browser.close()
                server.terminate()


def make_request(folder: Path) -> None:
    """What was asked for."""
    folder.mkdir(parents=True)
    film = folder / "yard.mp4"
    make_sample(film, portrait())
    for name, start in (("gate.mp4", "3"), ("interview.mp4", "0")):
        cut(film, folder / name, "-ss", start, "-t", "2", "-c:v", "libx264", "-crf", "20")
    for name, start in (("photo-1.jpg", "1"), ("photo-4.jpg", "4")):
        cut(film, folder / name, "-ss", start, "-frames:v", "1", "-q:v", "3")
    (folder / "broken.mp4").write_bytes(film.read_bytes()[:2000])
    (folder / ".DS_Store").write_bytes(b"of the file manager")


def cut(film: Path, part: Path, *options: str) -> None:
    subprocess.run(["ffmpeg", "-v", "error", "-i", str(film), *options, str(part)], check=True)


def make_case(page: Page) -> None:
    page.wait_for_selector("#case-number")
    page.keyboard.type(NUMBER)
    page.keyboard.press("Tab")
    page.keyboard.type("J. Roe")
    page.fill("#case-requested", "2026-02-28")
    page.fill("#case-agency", "Town of Exampleton")
    page.fill("#case-officer", "A. Lee")
    page.click("text=Add files or folders")
    page.click(".folder-list >> text=request-24-17")
    page.wait_for_selector("text=photo-4.jpg")
    save(page, "folders")
    page.click("text=Add this whole folder")
    save(page, "start")
    page.click("text=Create case")
    page.wait_for_function("() => document.querySelectorAll('tr.state-to_check').length === 5")
    page.wait_for_selector("tr.state-failed")
    page.wait_for_timeout(2000)  # thumbnails
    save(page, "table")


def review(page: Page) -> None:
    page.click("text=Reasons…")
    page.wait_for_selector("dialog[open]")
    for number, (code, law, text, kind) in enumerate(
        (
            ("b(6)", "5 U.S.C. 552(b)(6)", "Unwarranted invasion of personal privacy", "Face"),
            ("b(7)(C)", "5 U.S.C. 552(b)(7)(C)", "Law enforcement record, personal privacy", "Plate"),
        )
    ):
        if number:
            page.click("text=Add a reason")
        row = page.locator(".reason-rows > li").nth(number)
        for field, typed in enumerate((code, law, text)):
            row.locator("input:not([type=checkbox])").nth(field).fill(typed)
        row.locator(f"label:has-text('{kind}') input").check()
    save(page, "reasons")
    page.click("dialog button:has-text('Save')")
    page.wait_for_selector("dialog[open]", state="detached")
    page.click("button:has-text('yard.mp4')")
    shown(page)
    for _ in range(3):
        page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("t")
    page.wait_for_selector("#reason")
    page.wait_for_timeout(5000)  # the strip of thumbnails
    save(page, "file")
    page.keyboard.press("Escape")
    page.keyboard.press("Shift+G")
    page.wait_for_selector("canvas[data-drawn]")
    page.wait_for_timeout(1500)
    page.click(".item-card")
    save(page, "gallery")
    page.keyboard.press("Shift+G")
    shown(page)
    for _ in range(5):
        before = page.locator("header select").input_value()
        page.click("#reviewed-next")
        page.wait_for_function("(was) => document.querySelector('header select')?.value !== was", arg=before)
    page.wait_for_selector("text=Files of the case")
    page.wait_for_timeout(1500)
    save(page, "missing")


def release(page: Page) -> None:
    page.click("#release-now")
    page.wait_for_selector("[data-archive]")
    page.wait_for_timeout(1500)
    save(page, "released")


def receive(page: Page, root: Path) -> None:
    """The package, unpacked by the requestor: the report on the case, and its check in the browser."""
    folder = root / "received"
    (archive,) = (root / "cases" / NUMBER).glob("*-release.zip")
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(folder)
    page.goto((folder / "case-report.html").as_uri())
    save(page, "report")
    page.goto((folder / "check.html").as_uri())
    page.fill("#key", load_key(root / "config").fingerprint)
    page.set_input_files("#folder", folder)
    page.wait_for_selector("text=Genuine and unchanged")
    page.evaluate("document.querySelector('h2:nth-of-type(2)').scrollIntoView()")
    save(page, "check")


def shown(page: Page) -> None:
    page.wait_for_selector(".frame-canvas canvas[data-frame]")


def save(page: Page, name: str) -> None:
    page.wait_for_timeout(600)
    shot = FOLDER / f"{name}.png"
    page.screenshot(path=shot)
    Image.open(shot).convert("RGB").save(FOLDER / f"{name}.webp", quality=80, method=6)
    shot.unlink()
    print(f"docs/guide/case/{name}.webp")


if __name__ == "__main__":
    main()
