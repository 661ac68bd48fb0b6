"""Screenshots for docs/guide/site.md, of the first run of a fictional site: scripts/first_run_screenshots.py [FOLDER]

A synthetic video is served as a camera by RTSP. Needs Chromium, the RTSP server of the tests and the built pages
(scripts/build-web). About a minute. With FOLDER every question is captured there, at desktop and phone size, in English
and German, as PNG, and the guide is not changed.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from PIL import Image
from playwright.sync_api import Page, sync_playwright
from tests.browser.site.setup_process import (
    PASSWORD,
    SetupProcess,
    add_camera,
    choose_disk,
    make_account,
    name_the_site,
    submit,
)
from tests.cameras.servers import RtspServer, free_port, rtsp_server, write_units

from passerby.demo.portrait import portrait
from passerby.demo.sample import draw_background, read_image

FOLDER = Path(__file__).parent.parent / "docs" / "guide" / "site"
DESKTOP, PHONE = (1280, 800), (390, 844)
STREAM = (1280, 720)
LOGIN = ("passerby", "a secret word")
#: What the guide shows in place of this machine's own.
ADDRESS, DATA = "rtsp://192.168.1.20/stream1", "/srv/recordings"

Save = Callable[[Page, str], None]


def main(preview: Path | None) -> None:
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        units = write_units(pictures(), folder / "units")
        chromium = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        with rtsp_server(units, login=LOGIN) as server:
            for size in (DESKTOP, PHONE) if preview else (DESKTOP,):
                for locale in ("en-GB", "de-DE") if preview else ("en-GB",):
                    page = chromium.new_context(
                        locale=locale,
                        viewport={"width": size[0], "height": size[1]},
                        timezone_id="Europe/Berlin",
                    ).new_page()
                    page.set_default_timeout(240_000)
                    go_through(page, folder / f"{size[0]}{locale}", server, saving(preview, f"{size[0]}-{locale}"))
                    page.context.close()
        chromium.close()


def pictures() -> list[np.ndarray]:
    """Three seconds of a yard with a poster, from a camera that trembles a little."""
    scene = draw_background(read_image(portrait()))
    still = cv2.resize(scene, STREAM, interpolation=cv2.INTER_AREA)
    return [np.ascontiguousarray(np.roll(still, shift, axis=1)) for shift in (0, 1, 2, 1) * 8]


def go_through(page: Page, folder: Path, server: RtspServer, save: Save) -> None:
    """All questions, with a picture of each."""
    program = SetupProcess(folder / "site.yaml", free_port())
    try:
        page.goto(program.address)
        page.wait_for_selector("#site-name")
        save(page, "site")
        name_the_site(page, "North School")
        save(page, "account")
        make_account(page, "kim", PASSWORD)
        page.wait_for_selector(".choose")
        page.evaluate("(text) => { document.querySelector('.choose b').textContent = text }", DATA)
        save(page, "disk")
        choose_disk(page)
        save(page, "cameras")
        add_camera(page, "Yard", server.url(), *LOGIN)
        page.evaluate("(text) => { document.querySelector('#camera-url').value = text }", ADDRESS)
        save(page, "camera")
        submit(page, last=True)
        page.wait_for_selector(".added li")
        submit(page)
        page.wait_for_selector("fieldset input[type=checkbox]")
        submit(page, last=True)
        page.wait_for_selector("figure.test img")
        save(page, "hide")
        submit(page)
        page.wait_for_selector("#days")
        save(page, "retention")
        submit(page)
        page.wait_for_selector("#controller")
        save(page, "notice")
        for number, text in enumerate(
            ("North School, 1 High Street, 12345 Town", "privacy@school.example", "Property")
        ):
            page.locator("main form input").nth(number).fill(text)
        page.fill("textarea", "No bicycle is stolen")
        submit(page)
        page.wait_for_selector("input[name=access]")
        save(page, "access")
        submit(page)
        page.wait_for_selector(".summary")
        page.evaluate("(text) => { document.querySelectorAll('.summary dd')[2].textContent = text }", DATA)
        save(page, "finish")
    finally:
        program.kill()


def saving(preview: Path | None, kind: str) -> Save:
    """How a picture is kept."""

    def save(page: Page, name: str) -> None:
        page.wait_for_timeout(600)
        if preview is not None:
            preview.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=preview / f"{kind}-{name}.png", full_page=True)
        elif name in ("camera", "hide", "finish"):
            shot = FOLDER / f"first-run-{name}.png"
            page.screenshot(path=shot, full_page=True)
            Image.open(shot).convert("RGB").save(shot.with_suffix(".webp"), quality=72, method=6)
            shot.unlink()
            print(f"docs/guide/site/first-run-{name}.webp", flush=True)

    return save


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else None)
