"""Takes the pictures of docs/guide/pages.md: python scripts/site_screenshots.py [CLIP]

Watches CLIP, by default the demo's, as a camera, and another that is not there. Needs Chromium and the pages
(scripts/web). Each page is taken as on a desk, and live, events and zones also as on a phone.
About four minutes on a quiet machine.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from passerby.cli.portrait import portrait
from passerby.cli.sample import make_sample
from passerby.store.folder import DataFolder

FOLDER = Path(__file__).parent.parent / "docs" / "guide" / "site"
SITE = """\
name: North hall
status: {{port: 0}}
pages: {{two_persons: true}}
cameras:
  yard:
    url: {clip}
    hide: [face, plate]
    frames_a_second: 4
    longest_side: 640
    counting:
      zones:
        - {{name: gate, polygon: [[0.08, 0.25], [0.5, 0.3], [0.55, 0.95], [0.05, 0.95]], count: [person, car]}}
      lines:
        - {{name: kerb, points: [[0.3, 0.7], [0.95, 0.75]], count: [person, car]}}
      rules:
        - {{name: somebody, kind: presence, zone: gate, hold: 1, count: [person, car]}}
  stairs:
    url: rtsp://127.0.0.1:9/0
"""
#: Pages, with how they are called in the guide, and what is there when they are whole.
PAGES = {
    "live": ("live", "[aria-label=yard][data-state=live]"),
    "camera/yard": ("recordings", ".screen.large img"),
    "events": ("events", "li.event img"),
    "counts?camera=yard": ("counts", ".chart canvas"),
    "zones/yard": ("zones", ".screen.canvas img"),
    "exports": ("clips", ".clip"),
    "cameras": ("cameras", ".card"),
    "settings": ("settings", "#site-name"),
    "health": ("health", ".card"),
    "accounts": ("accounts", "td"),
}
ON_A_PHONE = ("live", "events", "zones")


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        clip = Path(sys.argv[1]).resolve() if sys.argv[1:] else folder / "yard.mp4"
        if not sys.argv[1:]:
            make_sample(clip, portrait())
        DataFolder.make(folder / "data").close()
        site = folder / "site.yaml"
        site.write_text(SITE.format(clip=clip), encoding="utf-8")
        program = [sys.executable, "-m", "passerby", "watch", "-c", str(site)]
        with subprocess.Popen(program, stderr=subprocess.PIPE, text=True) as watching:
            assert watching.stderr is not None
            address = next(m.group(0) for line in watching.stderr if (m := re.search(r"http://\S+token=\S+", line)))
            try:
                with sync_playwright() as playwright:
                    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
                    browser = playwright.chromium.launch(
                        executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
                    )
                    take(browser, address)
                    browser.close()
            finally:
                watching.terminate()
                watching.stderr.read()


def take(browser: Browser, address: str) -> None:
    desk = entered(browser, address, 1280, 800)
    top = address.partition("/?")[0]
    prepare(desk, top)
    for where, (name, there) in PAGES.items():
        shown(desk, f"{top}/#/{where}", there)
        save(desk, name)
    desk.emulate_media(color_scheme="dark")
    shown(desk, f"{top}/#/camera/yard", ".screen.large img")
    save(desk, "dark")
    phone = entered(browser, address, 375, 740)
    for where, (name, there) in PAGES.items():
        if name in ON_A_PHONE:
            shown(phone, f"{top}/#/{where}", there)
            save(phone, f"{name}-phone")


def entered(browser: Browser, address: str, width: int, height: int) -> Page:
    page = browser.new_page(viewport={"width": width, "height": height})
    page.set_default_timeout(600_000)
    page.goto(address)
    page.fill("#purpose", "pictures for the guide")
    page.keyboard.press("Enter")
    page.wait_for_selector(".frame nav")
    return page


def prepare(page: Page, top: str) -> None:
    """Something that each page can show: an event, counts, an account, a clip that waits for a second person."""
    shown(page, f"{top}/#/live", "[aria-label=yard][data-state=live]")
    shown(page, f"{top}/#/events", "li.event[data-kind=presence] img")
    shown(page, f"{top}/#/accounts", "button:has-text('Add an account')")
    page.click("button:has-text('Add an account')")
    page.fill("#account-name", "olga")
    page.select_option("dialog select", "operator")
    page.fill("#account-password", "nine small lanterns")
    page.click("dialog form button[type=submit]")
    page.wait_for_selector("td:has-text('olga')")
    shown(page, f"{top}/#/exports", "#reason")
    page.fill("#reason", "police request 17")
    page.click("form button:has-text('Ask for this clip')")
    page.wait_for_selector(".clip")
    time.sleep(70)  # the first minute has to be counted to its end


def shown(page: Page, address: str, there: str) -> None:
    page.goto(address)
    page.wait_for_selector(there)


def save(page: Page, name: str) -> None:
    page.wait_for_timeout(1200)
    shot = FOLDER / f"{name}.png"
    page.screenshot(path=shot)
    Image.open(shot).convert("RGB").save(FOLDER / f"{name}.webp", quality=78, method=6)
    shot.unlink()
    print(f"docs/guide/site/{name}.webp")


if __name__ == "__main__":
    main()
