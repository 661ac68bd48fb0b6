"""Pictures for docs/guide/notice.md, of a fictional site: python scripts/notice_pictures.py

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
from passerby.notice.page import render_page
from passerby.notice.sign import make_sign, sign_pdf
from passerby.notice.site_facts import read_store_facts, site_facts
from passerby.notice.view_outline import view_outline
from passerby.store.counts.events_and_counts import CountStore
from passerby.store.database import Database
from passerby.store.recordings.index import Recordings

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "docs" / "guide" / "notice"
#: A phone screen, px.
WIDTH, HEIGHT = 375, 1100


def main() -> None:
    sys.path.insert(0, str(ROOT))  # the fictional site belongs to the tests
    from tests.notice.conftest import SITE
    from tests.notice.scenes import record, record_empty_day
    from tests.store.footage import Clock

    FOLDER.mkdir(exist_ok=True)
    text = SITE.replace(', "Nobody <b>falls</b> & is not found"', ", The hall is not too full")
    site, clock = parse_site(text, ROOT / "site.yaml", {}), Clock()
    with (
        tempfile.TemporaryDirectory() as folder,
        Recordings(Database.open(Path(folder) / "data", create=True)) as recordings,
    ):
        record_empty_day(recordings, clock)
        clock.go(120)
        record(recordings, clock)
        outlines = {"yard": view_outline(recordings, CountStore(recordings.database, site.topic), "yard", clock.wall)}
        facts = site_facts(site, clock.go(2), read_store_facts(recordings, clock.now()), None, outlines)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium") or shutil.which("chromium-browser"),
            args=["--no-sandbox", "--disable-gpu"],
        )
        page_view = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, device_scale_factor=1.5)
        page_view.set_content(render_page(facts, Language.EN, lambda language: f"{language.value}.html"))
        _save(Image.open(io.BytesIO(page_view.screenshot())), "page")
        browser.close()
    (sheet,) = pypdfium2.PdfDocument(sign_pdf(make_sign(facts)))
    _save(sheet.render(scale=1.2).to_pil(), "sign")


def _save(picture: Image.Image, name: str) -> None:
    picture.convert("RGB").save(FOLDER / f"{name}.webp", quality=75)


if __name__ == "__main__":
    main()
