"""Screenshots for docs/guide/review.md, of the demo's clip: python scripts/screenshots.py

Needs Chromium and the built page (scripts/build-web). About two minutes.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from passerby.core.kinds import Kind
from passerby.demo.portrait import portrait
from passerby.demo.sample import make_sample
from passerby.engine.api import analyse

FOLDER = Path(__file__).parent.parent / "docs" / "guide" / "review"
WIDTH, HEIGHT = 1280, 720


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        clip = Path(folder) / "yard.mp4"
        make_sample(clip, portrait())
        write_uncertain_plan(clip)
        program = [sys.executable, "-m", "passerby"]
        arguments = ["review", str(clip), "--port", "0", "--no-browser", "--reviewer", "J. Doe"]
        with subprocess.Popen([*program, *arguments], stdout=subprocess.PIPE, text=True) as server:
            assert server.stdout is not None
            found = re.search(r"http://\S+", server.stdout.readline())
            assert found is not None
            try:
                take_screenshots(found.group(0))
            finally:
                server.terminate()


def write_uncertain_plan(clip: Path) -> None:
    """Save a plan in which the plate is uncertain, as in poor light: the demo's clip has nothing to review."""
    found = analyse(clip)
    tracks = [
        track.model_copy(
            update={"keyframes": tuple(key.model_copy(update={"score": 0.4 * key.score}) for key in track.keyframes)}
        )
        if track.kind is Kind.PLATE
        else track
        for track in found.tracks(0)
    ]
    video = found.videos[0].model_copy(update={"tracks": tuple(tracks)})
    plan = found.model_copy(update={"videos": (video, *found.videos[1:])})
    clip.with_suffix(".plan.json").write_text(plan.to_json(), encoding="utf-8")


def take_screenshots(address: str) -> None:
    with sync_playwright() as playwright:
        chromium = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        page.set_default_timeout(3_600_000)
        page.goto(address)
        page.wait_for_selector('.frame-canvas canvas[data-frame="0"]')
        for _ in range(4):
            page.keyboard.press("Shift+ArrowRight")
        page.wait_for_selector('.frame-canvas canvas[data-frame="100"]')
        page.keyboard.press("n")
        save(page, "queue")
        page.keyboard.press("Home")
        for _ in range(3):
            page.keyboard.press("Shift+ArrowRight")
        page.keyboard.press("v")
        page.wait_for_selector(".banner.original")
        page.keyboard.press("b")
        for _ in range(10):
            page.keyboard.press("ArrowLeft")
        save(page, "draw")
        page.keyboard.press("Enter")
        page.wait_for_selector("section.selected")
        page.keyboard.press("v")
        page.wait_for_selector(".following", state="detached")
        page.select_option("#kind", "text")
        page.keyboard.press("r")
        page.keyboard.type("b(6)")
        page.keyboard.press("Enter")
        page.wait_for_timeout(1500)
        save(page, "track")
        page.keyboard.press("[")
        for _ in range(2):
            page.keyboard.press("Shift+ArrowRight")
        page.keyboard.press("]")
        page.wait_for_timeout(500)
        save(page, "spans")
        page.keyboard.press("4")
        page.locator("#export-now").click()
        page.wait_for_selector(".verdict:has-text('Independent check')")
        page.wait_for_timeout(500)
        save(page, "export")
        page.keyboard.press("5")
        page.click("button:has-text('Pick 60 random frames')")
        page.wait_for_selector("img.spot-check")
        for left in (59, 58, 57):
            page.wait_for_selector("button:has-text('Nothing to hide is visible'):enabled")
            page.keyboard.press("a")
            page.wait_for_selector(f"text={left} still to judge")
        save(page, "judge")
        page.emulate_media(color_scheme="dark")
        page.wait_for_timeout(300)
        save(page, "dark")
        page.keyboard.press("?")
        page.wait_for_timeout(300)
        save(page, "help")
        browser.close()


def save(page: Page, name: str) -> None:
    page.wait_for_timeout(600)
    shot = FOLDER / f"{name}.png"
    page.screenshot(path=shot)
    Image.open(shot).convert("RGB").save(FOLDER / f"{name}.webp", quality=80, method=6)
    shot.unlink()
    print(f"docs/guide/review/{name}.webp")


if __name__ == "__main__":
    main()
