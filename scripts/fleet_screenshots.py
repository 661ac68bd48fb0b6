"""Screenshots for docs/guide/fleet.md, of a fictional fleet: scripts/fleet_screenshots.py [--preview FOLDER]

Needs Chromium and the built pages (scripts/build-web). Half a minute. With --preview every page is captured at desktop
and phone size, in light and dark, as PNG into FOLDER, and the guide is not changed.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright
from tests.browser.fleet.conftest import fill
from tests.fleet.running import make_fleet

from passerby.cli.common.fleet_server import running_fleet, serve_fleet_pages
from passerby.fleet.store.database import FleetDatabase

FOLDER = Path(__file__).parent.parent / "docs" / "guide" / "fleet"
DESKTOP, PHONE = (1280, 800), (390, 844)
#: Pages: their name in the guide, and a selector that matches when they are complete.
PAGES = {
    "sites": ("sites", ".fleet-plan"),
    "site/south": ("site", ".chart canvas"),
    "sums": ("counts", ".chart canvas"),
}


def main(preview: Path | None) -> None:
    """Write them."""
    with tempfile.TemporaryDirectory() as temporary:
        fleet = make_fleet(Path(temporary), mqtt=False)
        with FleetDatabase(fleet.address) as database:
            fill(database)
        settings = fleet.folder.settings()
        with (
            running_fleet(fleet.folder, settings) as running,
            serve_fleet_pages(fleet.folder, settings, running, print) as address,
            sync_playwright() as playwright,
        ):
            chromium = playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
            )
            for size in (DESKTOP, PHONE) if preview else (DESKTOP,):
                for theme in ("light", "dark") if preview else ("light",):
                    context = chromium.new_context(
                        viewport={"width": size[0], "height": size[1]},
                        color_scheme=theme,
                    )
                    page = context.new_page()
                    page.goto(f"{address}&purpose=screenshots")
                    page.wait_for_selector(".frame h1")
                    for where, (name, selector) in PAGES.items():
                        page.goto(f"{address.partition('?')[0]}#/{where}")
                        page.wait_for_selector(selector)
                        page.wait_for_timeout(800)
                        save(page, f"{name}-{size[0]}-{theme}" if preview else name, preview)
                    context.close()
            chromium.close()


def save(page: Page, name: str, preview: Path | None) -> None:
    """As PNG into the preview, or as WebP into the guide."""
    if preview is not None:
        page.screenshot(path=preview / f"{name}.png", full_page=True)
        return
    FOLDER.mkdir(exist_ok=True)
    shot = FOLDER / f"{name}.png"
    page.screenshot(path=shot, full_page=True)
    Image.open(shot).convert("RGB").save(FOLDER / f"{name}.webp", quality=80, method=6)
    shot.unlink()


if __name__ == "__main__":
    main(Path(sys.argv[2]) if sys.argv[1:2] == ["--preview"] else None)
