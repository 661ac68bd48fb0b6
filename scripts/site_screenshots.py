"""Screenshots for docs/guide/pages.md, of a fictional site: scripts/site_screenshots.py [--preview FOLDER]

Runs a synthetic video as a camera, beside an unreachable one; the counts of the hours before are fake. Needs Chromium
and the built pages (scripts/build-web). About a minute. With --preview every page is captured at desktop and phone
size, in light and dark, as PNG into FOLDER, and the guide is not changed.
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

from demo_site import PASSWORD_SUFFIX, SITE, fill_data_folder, write_camera_video
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

FOLDER = Path(__file__).parent.parent / "docs" / "guide" / "site"
#: Timeouts in seconds: of the program, and of one page.
PROGRAM_TIMEOUT_S, PAGE_TIMEOUT_S = 600, 120
DESKTOP, PHONE = (1280, 720), (390, 844)
#: Pages: their name in the guide, a selector that matches when they are complete, and the account.
PAGES = {
    "live": ("live", "[aria-label=yard][data-state=live]", "adam"),
    "recordings": ("all-recordings", ".tile img", "adam"),
    "camera/yard": ("recordings", ".screen.large img", "adam"),
    "events": ("events", "li.event img", "adam"),
    "counts?camera=yard": ("counts", ".chart canvas", "adam"),
    "zones/yard": ("zones", ".screen.canvas img", "adam"),
    "exports": ("clips", ".clip", "adam"),
    "cameras": ("cameras", ".card", "adam"),
    "settings": ("settings", "#site-name", "adam"),
    "health": ("health", ".card", "adam"),
    "administration": ("administration", "#restart ~ ul li", "adam"),
    "accounts": ("accounts", "td", "adam"),
    "me": ("notifications", "table.choices", "adam"),
    "log": ("log", "td", "audra"),
}
DESKTOP_PAGES = (
    *("live", "recordings", "events", "counts", "zones", "clips", "health", "log"),
    *("notifications", "administration"),
)
PHONE_PAGES = ("live", "recordings", "events", "zones")


@dataclass
class ScreenshotTarget:
    """Where screenshots go: `preview` None is the guide."""

    preview: Path | None

    def save(self, page: Page, name: str) -> None:
        page.wait_for_timeout(1200)  # until images have loaded, and transitions have ended
        if name == "notifications":
            page.locator("#notifications").evaluate(
                "(heading) => window.scrollBy(0, heading.getBoundingClientRect().top - 60)"
            )
        if self.preview is not None:
            page.screenshot(path=self.preview / f"{name}.png", full_page=True)
            print(self.preview / f"{name}.png", flush=True)
            return
        shot = FOLDER / f"{name}.png"
        page.screenshot(path=shot)
        Image.open(shot).convert("RGB").save(FOLDER / f"{name}.webp", quality=72, method=6)
        shot.unlink()
        print(f"docs/guide/site/{name}.webp", flush=True)


def main() -> None:
    preview = Path(sys.argv[2]) if sys.argv[1:2] == ["--preview"] else None
    (preview or FOLDER).mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name, running_site(Path(name)) as top, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium") or shutil.which("chromium-browser"),
            args=["--no-sandbox", "--disable-gpu"],
        )
        take(browser, top, ScreenshotTarget(preview))
        browser.close()


@contextmanager
def running_site(folder: Path) -> Iterator[str]:
    """Run `passerby watch` with the fictional site. The address of the pages, without the token: users log in."""
    write_camera_video(folder / "yard.mp4")
    site = folder / "site.yaml"
    site.write_text(SITE.format(clip=folder / "yard.mp4"), encoding="utf-8")
    fill_data_folder(folder / "data", time.time())
    program = [sys.executable, "-m", "passerby", "watch", "-c", str(site)]
    with subprocess.Popen(program, stderr=subprocess.PIPE, text=True) as watching:
        lines: list[str] = []
        assert watching.stderr is not None
        threading.Thread(target=lines.extend, args=(watching.stderr,), daemon=True).start()
        try:
            yield read_address(watching, lines).partition("/?")[0]
        finally:
            watching.terminate()
            watching.wait(PROGRAM_TIMEOUT_S)


def read_address(watching: subprocess.Popen[str], lines: list[str]) -> str:
    """The address of the pages, once the program has printed it. Raises TimeoutError with its output."""
    end = time.monotonic() + PROGRAM_TIMEOUT_S
    while not (kept := [line.split()[-1] for line in lines if "the address is in" in line]):
        if time.monotonic() > end or watching.poll() is not None:
            raise TimeoutError("".join(lines))
        time.sleep(0.2)
    return Path(kept[0]).read_text(encoding="utf-8").strip()


def take(browser: Browser, top: str, target: ScreenshotTarget) -> None:
    desks = {name: logged_in(browser, top, DESKTOP, name) for name in ("adam", "audra")}
    prepare(desks["adam"], top)
    phones = {name: logged_in(browser, top, PHONE, name) for name in ("adam", "audra")}
    if target.preview is not None:
        take_previews(desks, phones, top, target)
        return
    for where, (name, there, who) in PAGES.items():
        if name in DESKTOP_PAGES:
            show(desks[who], f"{top}/#/{where}", there)
            target.save(desks[who], name)
        if name in PHONE_PAGES:
            show(phones[who], f"{top}/#/{where}", there)
            target.save(phones[who], f"{name}-phone")
    desks["adam"].emulate_media(color_scheme="dark")
    show(desks["adam"], f"{top}/#/camera/yard", ".screen.large img")
    target.save(desks["adam"], "dark")


def take_previews(desks: dict[str, Page], phones: dict[str, Page], top: str, target: ScreenshotTarget) -> None:
    """Every page, and the login."""
    for kind, size, pages in (("desk", DESKTOP, desks), ("phone", PHONE, phones)):
        for theme in ("light", "dark"):
            for where, (name, there, who) in PAGES.items():
                pages[who].emulate_media(color_scheme=theme)
                show(pages[who], f"{top}/#/{where}", there)
                target.save(pages[who], f"{name}-{kind}-{theme}")
            browser = pages["adam"].context.browser
            assert browser is not None
            page = open_page(browser, size)
            page.emulate_media(color_scheme=theme)
            show(page, top, "h2:has-text('Log in')")
            target.save(page, f"login-{kind}-{theme}")
            show(page, f"{top}/notice", "h2")
            target.save(page, f"notice-{kind}-{theme}")
            page.context.close()


def open_page(browser: Browser, size: tuple[int, int]) -> Page:
    context: BrowserContext = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, timezone_id="Europe/Berlin", has_touch=size is PHONE
    )
    context.set_default_timeout(PAGE_TIMEOUT_S * 1000)
    return context.new_page()


def logged_in(browser: Browser, top: str, size: tuple[int, int], name: str) -> Page:
    """A page with a logged-in user, who has entered a purpose."""
    page = open_page(browser, size)
    page.goto(top)
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Password").fill(f"{name} {PASSWORD_SUFFIX}")
    page.get_by_label("Reason for this visit").fill("the yearly look" if name == "audra" else "bicycle of 24 November")
    page.keyboard.press("Enter")
    page.wait_for_selector(".frame .who a")
    return page


def prepare(page: Page, top: str) -> None:
    """Content for each page: live video, an event, clips in two states."""
    show(page, f"{top}/#/live", "[aria-label=yard][data-state=live]")
    show(page, f"{top}/#/events?kind=presence", "li.event img")
    browser = page.context.browser
    assert browser is not None
    other = logged_in(browser, top, DESKTOP, "olga")
    for reason, asks, agrees in (("police request 17", page, other), ("insurance case 4/26", other, None)):
        show(asks, f"{top}/#/exports", "#reason")
        asks.fill("#reason", reason)
        asks.click("form button:has-text('Request this clip')")
        asks.wait_for_selector(f".clip:has-text('{reason}')")
        if agrees is not None:
            show(agrees, f"{top}/#/exports", ".clip button:has-text('Approve')")
            agrees.click(".clip button:has-text('Approve')")
            agrees.wait_for_selector(".clip[data-state=done]")
    other.context.close()


def show(page: Page, address: str, selector: str) -> None:
    page.goto(address)
    page.wait_for_selector(selector)


if __name__ == "__main__":
    main()
