"""Takes the pictures of docs/guide/notice.md, of a yard that never was: python scripts/notice_pictures.py

Needs Chromium for the page; the sign is a page of its PDF file.
"""

from __future__ import annotations

import io
import shutil
import sys
import tempfile
from pathlib import Path

import pypdfium2
from PIL import Image
from playwright.sync_api import sync_playwright

from passerby.config.notice import Language
from passerby.config.site_file import parse_site
from passerby.notice.page import page
from passerby.notice.sign import sign, sign_pdf
from passerby.notice.site_facts import facts, stored
from passerby.notice.view_outline import outline
from passerby.store.counts.events_and_counts import Counts
from passerby.store.database import Database
from passerby.store.recordings.index import Recordings

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "docs" / "guide" / "notice"
#: A telephone, px.
WIDTH, HEIGHT = 375, 1100


def main() -> None:
    sys.path.insert(0, str(ROOT))  # the yard that never was belongs to the tests
    from tests.notice.conftest import SITE
    from tests.notice.scenes import quiet_day, recorded
    from tests.store.footage import Clock

    FOLDER.mkdir(exist_ok=True)
    text = SITE.replace(', "Nobody <b>falls</b> & is not found"', ", The hall is not too full")
    site, clock = parse_site(text, ROOT / "site.yaml", {}), Clock()
    with tempfile.TemporaryDirectory() as folder, Recordings(Database.open(Path(folder) / "data", make=True)) as there:
        quiet_day(there, clock)
        clock.go(120)
        recorded(there, clock)
        drawn = {"yard": outline(there, Counts(there.database, site.topic), "yard", clock.wall)}
        told = facts(site, clock.go(2), stored(there, clock.now()), None, drawn)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium") or shutil.which("chromium-browser"),
            args=["--no-sandbox", "--disable-gpu"],
        )
        shown = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, device_scale_factor=1.5)
        shown.set_content(page(told, Language.EN, lambda language: f"{language.value}.html"))
        _save(Image.open(io.BytesIO(shown.screenshot())), "page")
        browser.close()
    (paper,) = pypdfium2.PdfDocument(sign_pdf(sign(told)))
    _save(paper.render(scale=1.2).to_pil(), "sign")


def _save(picture: Image.Image, name: str) -> None:
    picture.convert("RGB").save(FOLDER / f"{name}.webp", quality=75)


if __name__ == "__main__":
    main()
