"""From an empty folder to live masked pictures, a zone whose event comes by mail, and a second account: in the browser
alone."""

import re
import time
from contextlib import ExitStack

import pytest
from playwright.sync_api import expect

from passerby.config.site_file import load_site
from passerby.server.spa import is_built
from passerby.store.audit.log import check
from passerby.store.database import Database
from tests.browser.site.setup_process import (
    CONTROLLER,
    PASSWORD,
    SetupProcess,
    add_camera,
    answer_the_rest,
    choose_disk,
    log_in,
    make_account,
    name_the_site,
    submit,
)
from tests.browser.site.steps import PATIENCE, axe, moved, serious, until
from tests.cameras.servers import free_port, require_rtsp_server, rtsp_server, write_units
from tests.cameras.watch_process import walking_person
from tests.uplink.notifications.fixtures import smtp_server

LOGIN = ("cam", "a secret word")
#: Language, size of the window, and the first words that are read.
READERS = {
    "desktop": ("en-GB", (1280, 800), "Eight short questions"),
    "phone": ("de-DE", (390, 844), "Acht kurze Fragen"),
}
#: Is the bright spot between the eyes in the test picture?
CANARY = """async (image) => {
    const canvas = new OffscreenCanvas(image.naturalWidth, image.naturalHeight);
    const pen = canvas.getContext('2d');
    pen.drawImage(image, 0, 0);
    const data = pen.getImageData(0, 0, canvas.width, canvas.height).data;
    let green = 0, black = 0;
    for (let n = 0; n < data.length; n += 4) {
        if (data[n + 1] - Math.max(data[n], data[n + 2]) > 60) green += 1;
        if (Math.max(data[n], data[n + 1], data[n + 2]) < 12) black += 1;
    }
    return [green, black / (data.length / 4)];
}"""


@pytest.fixture(scope="module")
def camera(models, tmp_path_factory):
    require_rtsp_server()
    if not is_built("setup.html"):
        pytest.skip("the page is not built: scripts/build-web needs npm")
    units = write_units(list(walking_person()), tmp_path_factory.mktemp("camera") / "units")
    with rtsp_server(units, login=LOGIN) as server:
        yield server


def clean(page, where):
    """Nothing serious for axe, and nothing beyond the edge."""
    page.wait_for_timeout(200)
    axe(page)
    assert [] == serious(page), where
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, where


def opened(browser, locale, size):
    context = browser.new_context(
        locale=locale, viewport={"width": size[0], "height": size[1]}, timezone_id="Europe/Berlin"
    )
    context.set_default_timeout(PATIENCE * 1000)
    return context.new_page()


@pytest.mark.parametrize("reader", READERS)
def test_from_an_empty_folder_to_an_event(browser, camera, tmp_path, request, reader):
    locale, size, first_words = READERS[reader]
    config, port = tmp_path / "box" / "site.yaml", free_port()
    programs = ExitStack()
    request.addfinalizer(programs.close)
    program = programs.enter_context(SetupProcess(config, port))
    page = opened(browser, locale, size)
    page.goto(program.address)
    page.wait_for_selector(f"main:has-text('{first_words}')")
    clean(page, "site")
    name_the_site(page, "North hall")
    assert "Europe/Berlin" in config.with_name(".site.yaml.setup").read_text()
    make_account(page, "kim", "northhall1234")  # the name of the site, and digits
    page.wait_for_selector("main [role=alert]")
    clean(page, "account")
    make_account(page, "kim", PASSWORD)
    choose_disk(page)

    # Interrupted here: the address of before opens nothing, the new one goes on at the cameras.
    program.kill()
    earlier, program = program.address, programs.enter_context(SetupProcess(config, port))
    page.goto(earlier)
    page.wait_for_selector("main [role=alert]")
    assert 0 == page.locator(".setup").count()
    page.goto(program.address)
    page.wait_for_selector("section")
    clean(page, "cameras")

    add_camera(page, "Entrance", camera.url(), *LOGIN)
    green, black = page.locator("figure.test img").evaluate(CANARY)
    assert (0, True) == (green, 0.01 < black < 0.6)
    clean(page, "test picture")
    submit(page, last=True)
    page.wait_for_selector(".added li")
    answer_the_rest(page)
    clean(page, "summary")
    submit(page)
    log_in(page, "kim", PASSWORD)
    assert LOGIN[1] not in config.read_text()
    site = load_site(config)
    assert (CONTROLLER, 3) == (site.notice.controller, site.retention.days)

    top = f"http://127.0.0.1:{port}"
    page.wait_for_selector("[aria-label=entrance][data-state=live]")
    moved(page, camera="entrance")
    clean(page, "live")
    box, mail_port = programs.enter_context(smtp_server())
    ask_for_mail(page, top, mail_port)
    draw_zone(page, top)
    page.goto(f"{top}/#/events?kind=presence")
    picture = page.locator("li.event[data-kind=presence] img").first
    picture.wait_for()
    until(page, "(one) => one.complete && one.naturalWidth > 0", picture.element_handle())
    clean(page, "event")
    told = until_mail(box, re.compile("Presence in zone|Anwesenheit in Zone"))
    assert ("kim@hall.example", False) == (told["To"], told.is_multipart())  # and no picture: the site allows none
    second_account(page, browser, top)
    page.context.close()
    assert 0 == program.stop()
    with Database.open(config.parent / "data") as database, database.read_transaction() as connection:
        assert [] == check(connection).flaws


def ask_for_mail(page, top, port):
    """The site's mail server, and what this account wants to be told."""
    page.goto(f"{top}/#/settings")
    site = page.locator("section:has(#site-notifications)")
    site.get_by_label(re.compile("^E-[Mm]ail$")).check()
    site.get_by_label(re.compile("^Mail ?server$")).fill("127.0.0.1")
    site.get_by_label(re.compile("Encryption|Verschlüsselung")).select_option("none")
    site.get_by_label("Port", exact=True).fill(str(port))
    site.get_by_label(re.compile("Sent from|Absender")).fill("cameras@hall.example")
    site.get_by_label(re.compile("Address of these pages|Adresse dieser Seiten")).fill("https://cameras.hall.example")
    clean(page, "mail server")
    site.get_by_role("button", name=re.compile("Save|Speichern")).click()
    page.wait_for_selector(".site-message")
    page.goto(f"{top}/#/me")
    own = page.locator("section:has(#notifications)")
    own.get_by_label(re.compile("E-[Mm]ail.*(address|Adresse)")).fill("kim@hall.example")
    own.get_by_label(re.compile("Events: presence|Ereignisse: Anwesenheit")).check()
    clean(page, "notifications")
    own.get_by_role("button", name=re.compile("Save|Speichern")).click()
    page.wait_for_selector(".site-message")


def until_mail(box, words):
    """The mail whose subject has these words."""
    end = time.monotonic() + PATIENCE
    while not (found := [mail for mail in box.mails if words.search(mail["Subject"])]):
        assert time.monotonic() < end, [mail["Subject"] for mail in box.mails]
        time.sleep(0.2)
    return found[-1]


def draw_zone(page, top):
    page.goto(f"{top}/#/zones/entrance")
    page.wait_for_selector(".screen.canvas img")
    page.get_by_role("button", name=re.compile("New zone|Neue Zone")).wait_for()
    box = page.locator(".shapes-svg").bounding_box()
    page.keyboard.press("z")
    for x, y in ((0.05, 0.1), (0.9, 0.1), (0.9, 0.95), (0.05, 0.95)):
        page.mouse.click(box["x"] + x * box["width"], box["y"] + y * box["height"])
    page.keyboard.press("Enter")
    page.check("#alert")
    page.fill("input[type=number]", "0")
    clean(page, "zone")
    page.click("#save")
    page.wait_for_selector(".site-message button")


def second_account(page, browser, top):
    """Made by the first, with a password that opens nothing but the page on which one's own is chosen."""
    page.goto(f"{top}/#/accounts")
    page.locator("main .heading button").first.click()
    page.fill("#account-name", "olga")
    page.select_option("dialog select", "operator")
    page.fill("#account-password", "to be changed by olga at once")
    page.click("dialog form button[type=submit]")
    page.wait_for_selector("td:has-text('olga')")
    other = opened(browser, "en-GB", (1280, 800))
    other.goto(top)
    log_in(other, "olga", "to be changed by olga at once")
    other.wait_for_selector("main:has-text('This is a temporary password')")
    for label, text in (
        ("Current password", "to be changed by olga at once"),
        ("New password at least", "seven grey olga kettles"),
        ("New password, again", "seven grey olga kettles"),
    ):
        other.get_by_label(label).fill(text)
    other.keyboard.press("Enter")
    other.wait_for_selector("h2:has-text('Log in')")
    log_in(other, "olga", "seven grey olga kettles")
    expect(other.locator("[aria-label=entrance]")).to_be_visible()
    other.context.close()
