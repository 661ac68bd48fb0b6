"""Takes the pictures of docs/guide/pages.md, of a yard that never was: scripts/site_screenshots.py [--look FOLDER]

Watches a drawn yard as a camera, beside another that is not there; the counts of the hours before are made up. Needs
Chromium and the pages (scripts/web). About a minute. With --look every page is taken on a desk
and on a telephone, in light and in dark, as PNG into FOLDER, and the guide is left alone: pictures to be looked at.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from yard import ENDS, SITE, fill, make_yard

FOLDER = Path(__file__).parent.parent / "docs" / "guide" / "site"
#: Seconds that something is waited for, and that one page is.
PATIENCE, PAGE = 600, 120
DESK, PHONE = (1280, 720), (390, 844)
#: Pages, with how they are called in the guide, what is there when they are whole, and who looks.
PAGES = {
    "live": ("live", "[aria-label=yard][data-state=live]", "adam"),
    "camera/yard": ("recordings", ".screen.large img", "adam"),
    "events": ("events", "li.event img", "adam"),
    "counts?camera=yard": ("counts", ".chart canvas", "adam"),
    "zones/yard": ("zones", ".screen.canvas img", "adam"),
    "exports": ("clips", ".clip", "adam"),
    "cameras": ("cameras", ".card", "adam"),
    "settings": ("settings", "#site-name", "adam"),
    "health": ("health", ".card", "adam"),
    "accounts": ("accounts", "td", "adam"),
    "me": ("me", ".card", "adam"),
    "log": ("log", "td", "audra"),
}
ON_A_DESK = ("live", "recordings", "events", "counts", "zones", "clips", "health", "log")
ON_A_PHONE = ("live", "recordings", "events", "zones")


@dataclass
class Taken:
    """Where pictures go: `look` None is the guide."""

    look: Path | None

    def save(self, page: Page, name: str) -> None:
        page.wait_for_timeout(1200)  # until pictures on it have come, and nothing slides any more
        if self.look is not None:
            page.screenshot(path=self.look / f"{name}.png", full_page=True)
            print(self.look / f"{name}.png", flush=True)
            return
        shot = FOLDER / f"{name}.png"
        page.screenshot(path=shot)
        Image.open(shot).convert("RGB").save(FOLDER / f"{name}.webp", quality=72, method=6)
        shot.unlink()
        print(f"docs/guide/site/{name}.webp", flush=True)


def main() -> None:
    look = Path(sys.argv[2]) if sys.argv[1:2] == ["--look"] else None
    (look or FOLDER).mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name, watched(Path(name)) as top, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium") or shutil.which("chromium-browser"),
            args=["--no-sandbox", "--disable-gpu"],
        )
        take(browser, top, Taken(look))
        browser.close()


@contextmanager
def watched(folder: Path) -> Iterator[str]:
    """The yard, watched as a camera. Where the pages are, without the key to them: everybody here has an account."""
    make_yard(folder / "yard.mp4")
    site = folder / "site.yaml"
    site.write_text(SITE.format(clip=folder / "yard.mp4"), encoding="utf-8")
    fill(folder / "data", time.time())
    program = [sys.executable, "-m", "passerby", "watch", "-c", str(site)]
    with subprocess.Popen(program, stderr=subprocess.PIPE, text=True) as watching:
        said: list[str] = []
        assert watching.stderr is not None
        threading.Thread(target=said.extend, args=(watching.stderr,), daemon=True).start()
        try:
            yield address(watching, said).partition("/?")[0]
        finally:
            watching.terminate()
            watching.wait(PATIENCE)


def address(watching: subprocess.Popen[str], said: list[str]) -> str:
    """Where the pages are, when the program has said it. Raises TimeoutError with what it has said instead."""
    end = time.monotonic() + PATIENCE
    while not (kept := [line.split()[-1] for line in said if "their address is in" in line]):
        if time.monotonic() > end or watching.poll() is not None:
            raise TimeoutError("".join(said))
        time.sleep(0.2)
    return Path(kept[0]).read_text(encoding="utf-8").strip()


def take(browser: Browser, top: str, taken: Taken) -> None:
    desks = {name: entered(browser, top, DESK, name) for name in ("adam", "audra")}
    prepare(desks["adam"], top)
    phones = {name: entered(browser, top, PHONE, name) for name in ("adam", "audra")}
    if taken.look is not None:
        look(desks, phones, top, taken)
        return
    for where, (name, there, who) in PAGES.items():
        if name in ON_A_DESK:
            shown(desks[who], f"{top}/#/{where}", there)
            taken.save(desks[who], name)
        if name in ON_A_PHONE:
            shown(phones[who], f"{top}/#/{where}", there)
            taken.save(phones[who], f"{name}-phone")
    desks["adam"].emulate_media(color_scheme="dark")
    shown(desks["adam"], f"{top}/#/camera/yard", ".screen.large img")
    taken.save(desks["adam"], "dark")


def look(desks: dict[str, Page], phones: dict[str, Page], top: str, taken: Taken) -> None:
    """Everything, and the way in."""
    for kind, size, pages in (("desk", DESK, desks), ("phone", PHONE, phones)):
        for theme in ("light", "dark"):
            for where, (name, there, who) in PAGES.items():
                pages[who].emulate_media(color_scheme=theme)
                shown(pages[who], f"{top}/#/{where}", there)
                taken.save(pages[who], f"{name}-{kind}-{theme}")
            browser = pages["adam"].context.browser
            assert browser is not None
            page = opened(browser, size)
            page.emulate_media(color_scheme=theme)
            shown(page, top, "h2:has-text('Log in')")
            taken.save(page, f"login-{kind}-{theme}")
            shown(page, f"{top}/notice", "h2")
            taken.save(page, f"notice-{kind}-{theme}")
            page.context.close()


def opened(browser: Browser, size: tuple[int, int]) -> Page:
    context: BrowserContext = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, timezone_id="Europe/Berlin", has_touch=size is PHONE
    )
    context.set_default_timeout(PAGE * 1000)
    return context.new_page()


def entered(browser: Browser, top: str, size: tuple[int, int], name: str) -> Page:
    """Somebody who has logged in, and said what for."""
    page = opened(browser, size)
    page.goto(top)
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Password").fill(f"{name} {ENDS}")
    page.get_by_label("What are you here for").fill("the yearly look" if name == "audra" else "bicycle of 24 November")
    page.keyboard.press("Enter")
    page.wait_for_selector(".frame .who a")
    return page


def prepare(page: Page, top: str) -> None:
    """Something that each page can show: live pictures, an event of them, clips in two states."""
    shown(page, f"{top}/#/live", "[aria-label=yard][data-state=live]")
    shown(page, f"{top}/#/events?kind=presence", "li.event img")
    browser = page.context.browser
    assert browser is not None
    other = entered(browser, top, DESK, "olga")
    for reason, asks, agrees in (("police request 17", page, other), ("insurance case 4/26", other, None)):
        shown(asks, f"{top}/#/exports", "#reason")
        asks.fill("#reason", reason)
        asks.click("form button:has-text('Ask for this clip')")
        asks.wait_for_selector(f".clip:has-text('{reason}')")
        if agrees is not None:
            shown(agrees, f"{top}/#/exports", ".clip button:has-text('Agree')")
            agrees.click(".clip button:has-text('Agree')")
            agrees.wait_for_selector(".clip[data-state=done]")
    other.context.close()


def shown(page: Page, address: str, there: str) -> None:
    page.goto(address)
    page.wait_for_selector(there)


if __name__ == "__main__":
    main()
