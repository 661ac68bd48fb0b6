"""Notifications from the page to the mailbox: an administrator sets up the mail server, an operator chooses, and a
camera that is not there, a test and a clip arrive by a real SMTP server."""

import time

import pytest
from playwright.sync_api import expect

from tests.browser.site.steps import PATIENCE, axe, come_in, go, serious
from tests.uplink.notifications.fixtures import smtp_server

PASSWORD = "a password of the city"


@pytest.fixture(scope="module")
def mailbox():
    with smtp_server() as found:
        yield found


def until_mail(box, words):
    """The mail whose subject holds these words."""
    end = time.monotonic() + PATIENCE
    while not (found := [mail for mail in box.mails if words in mail["Subject"]]):
        assert time.monotonic() < end, [mail["Subject"] for mail in box.mails]
        time.sleep(0.2)
    return found[-1]


def set_up_mail(page, site, port):
    go(page, site, "settings")
    card = page.locator("section:has(#site-notifications)")
    card.get_by_label("E-mail", exact=True).check()
    card.get_by_label("Mail server").fill("127.0.0.1")
    card.get_by_label("Encryption").select_option("none")
    card.get_by_label("Port", exact=True).fill(str(port))
    card.get_by_label("Sent from").fill("cameras@hall.example")
    card.get_by_label("Address of these pages").fill("https://cameras.hall.example")
    card.get_by_role("button", name="Save").click()
    expect(page.locator(".site-message")).to_contain_text("Saved")


def test_from_the_page_to_the_mailbox(inside, browser, site, mailbox):
    box, port = mailbox
    set_up_mail(inside, site, port)
    with browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        page = context.new_page()
        page.set_default_timeout(PATIENCE * 1000)
        come_in(page, site, "oscar", "a test of notifications")
        go(page, site, "me")
        card = page.locator("section:has(#notifications)")
        expect(card.get_by_label("A clip waits for my approval: E-mail")).not_to_be_checked()
        expect(card.get_by_label("New version of passerby: E-mail")).to_have_count(0)  # not for an operator
        card.get_by_label("E-mail address").fill("oscar@hall.example")
        expect(card.get_by_role("button", name="Send me a test")).to_be_disabled()  # it goes to what is saved
        for kind in ("Camera offline", "Camera back", "A clip waits for my approval", "Events: presence"):
            card.get_by_label(f"{kind}").check()
        card.get_by_role("button", name="Save").click()
        expect(page.locator(".site-message")).to_contain_text("Done")
        card.get_by_role("button", name="Send me a test").click()
        mail = until_mail(box, "This is a test")
        assert ("oscar@hall.example", "North hall: This is a test") == (mail["To"], mail["Subject"])
        expect(card).to_contain_text("Last sent")
        page.reload()
        page.wait_for_selector("#notifications")
        expect(page.get_by_label("Camera offline: E-mail")).to_be_checked()
        expect(page.get_by_label("Camera back: E-mail")).to_be_checked()


def test_a_clip_that_waits_is_told_to_who_may_decide(inside, browser, site, mailbox):
    box, _ = mailbox
    start = inside.evaluate(
        """async () => {
            const now = Date.now() / 1000;
            const found = await fetch(`/api/recordings/gate?start=${now - 3600}&end=${now}`);
            return (await found.json()).spans[0].start + 0.5;
        }"""
    )
    made = inside.evaluate(
        """async (start) => (await fetch('/api/exports', {
            method: 'POST',
            headers: { 'x-passerby': 'test', 'content-type': 'application/json' },
            body: JSON.stringify({ camera: 'gate', start, end: start + 1, purpose: 'a bicycle was taken' }),
        })).status""",
        start,
    )
    assert 200 == made
    mail = until_mail(box, "A clip waits for your approval (gate)")
    text = mail.get_content()
    assert "https://cameras.hall.example/#/exports" in text
    assert "bicycle" not in text  # the reason is for the audit log
    assert not mail.is_multipart()


def test_a_server_that_goes_away_is_told_and_german_mails_follow_the_account(browser, site, mailbox):
    box, _ = mailbox
    with browser.new_context(locale="de-DE", viewport={"width": 390, "height": 844}) as context:
        page = context.new_page()
        page.set_default_timeout(PATIENCE * 1000)
        page.goto(site.top)
        page.get_by_label("Name", exact=True).fill("oscar")
        page.get_by_label("Passwort").fill("nine small oscar lanterns")
        page.get_by_label("Grund dieses Besuchs").fill("ein Test")
        page.keyboard.press("Enter")
        page.wait_for_selector(".frame .who a")
        go(page, site, "me")
        page.get_by_label("Sprache dieser Seiten und Ihrer Benachrichtigungen").select_option("de")
        expect(page.locator("main h2")).to_have_text("Mein Konto")
        card = page.locator("section:has(#notifications)")
        box.refuse = "550 unknown"
        try:
            card.get_by_role("button", name="Mir einen Test schicken").click()
            expect(card).to_contain_text("der Mailserver lehnt diese Adresse ab (550 unknown)")
        finally:
            box.refuse = None
        card.get_by_role("button", name="Mir einen Test schicken").click()
        mail = until_mail(box, "Dies ist ein Test")
        assert "Benachrichtigungen von North hall kommen hier an." in mail.get_content()
        expect(card).to_contain_text("Zuletzt geschickt")
    with browser.new_context(locale="en-US") as context:  # another browser, the same account
        page = context.new_page()
        page.set_default_timeout(PATIENCE * 1000)
        come_in(page, site, "oscar", "a test of notifications")
        expect(page.locator("nav")).to_contain_text("Ereignisse")


@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_is_out_of_reach(inside, browser, site, width):
    inside.set_viewport_size({"width": width, "height": 844})
    axe(inside)
    go(inside, site, "settings")
    inside.wait_for_selector("#site-notifications")
    inside.wait_for_timeout(500)
    assert [] == serious(inside)
    assert inside.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    with browser.new_context(viewport={"width": width, "height": 844}) as context:
        page = context.new_page()
        page.set_default_timeout(PATIENCE * 1000)
        come_in(page, site, "audra", "a test of notifications")
        axe(page)
        go(page, site, "me")
        page.wait_for_selector("#notifications")
        page.wait_for_timeout(500)
        assert [] == serious(page)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
