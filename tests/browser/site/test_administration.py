"""The page Administration of a site that runs: a camera is started again, a backup is made and restored."""

import json
import zipfile

import pytest
from playwright.sync_api import expect

from tests.browser.site.steps import PATIENCE, axe, go, serious

PASSPHRASE = "nine small lanterns in a row"


def open_page(page, site):
    page.set_default_timeout(PATIENCE * 1000)
    go(page, site, "administration")
    page.wait_for_selector("#restart ~ ul li")


def test_a_camera_is_started_again_and_comes_back(inside, site):
    open_page(inside, site)
    inside.on("dialog", lambda dialog: dialog.accept())
    inside.get_by_role("button", name="Restart: gate").click()
    expect(inside.locator(".site-message")).to_contain_text("gate is being restarted.")
    site.watching.wait_until(lambda status: 0 < status.get("frames", 0) < 30)  # it counts anew
    go(inside, site, "live")
    inside.wait_for_selector("[aria-label=gate][data-state=live]")


def test_a_backup_is_made_and_restored_in_the_browser(inside, site, tmp_path):
    open_page(inside, site)
    card = inside.locator("section:has(#backup)")
    button = card.get_by_role("button", name="Download a backup")
    card.get_by_label("Passphrase at least").fill(PASSPHRASE)
    expect(button).to_be_disabled()
    card.get_by_label("Passphrase, again").fill(PASSPHRASE)
    with inside.expect_download() as download:
        button.click()
    backup = tmp_path / download.value.suggested_filename
    download.value.save_as(backup)
    assert backup.name.startswith("north-hall-")
    assert "scrypt" == json.loads(backup.read_text())["kdf"]
    assert "gate" not in backup.read_text()
    before = site.file.read_text()
    site.file.write_text(before.replace("hide: [face]", "hide: [face, text]"))
    card = inside.locator("section:has(#restore)")
    card.get_by_label("Backup").set_input_files(backup)
    card.get_by_label("Passphrase").fill("another passphrase")
    card.get_by_role("button", name="Restore").click()
    expect(inside.locator(".site-message")).to_contain_text("Wrong passphrase, or the backup was damaged.")
    card.get_by_label("Passphrase").fill(PASSPHRASE)
    card.get_by_role("button", name="Restore").click()
    expect(card.locator(".note")).to_contain_text("Restored from the backup of North hall")
    expect(card.locator(".note")).to_contain_text("Accounts left alone: vera, oscar, audra")
    assert before == site.file.read_text()


def test_a_version_is_named_and_the_support_bundle_names_nobody(inside, site, tmp_path):
    open_page(inside, site)
    card = inside.locator("section:has(#updates)")
    expect(card).to_contain_text("No newer version is known.")
    card.get_by_label("Newest version").fill("999.1")
    card.get_by_role("button", name="Save").click()
    expect(card).to_contain_text("passerby 999.1 is available.")
    with inside.expect_download() as download:
        inside.get_by_role("link", name="Download the support bundle").click()
    path = tmp_path / "support.zip"
    download.value.save_as(path)
    with zipfile.ZipFile(path) as file:
        everything = "".join(file.read(name).decode() for name in file.namelist())
    for planted in ("North hall", "gate", "yard", "oscar", "127.0.0.1", "Northby"):
        assert planted not in everything


@pytest.mark.parametrize(("width", "locale"), [(1280, "en-US"), (390, "de-DE")])
def test_nothing_is_out_of_reach(browser, site, width, locale):
    with browser.new_context(locale=locale, viewport={"width": width, "height": 844}) as context:
        page = context.new_page()
        page.set_default_timeout(PATIENCE * 1000)
        page.goto(site.address)
        page.fill("#purpose", "a test of the pages")
        page.keyboard.press("Enter")
        page.wait_for_selector(".frame .who a")
        axe(page)
        open_page(page, site)
        page.wait_for_timeout(500)
        assert [] == serious(page)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
