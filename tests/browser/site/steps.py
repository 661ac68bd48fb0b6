"""What is done again and again in a browser that shows the pages of a site."""

import time
from pathlib import Path

import pyotp
import pytest

WEB = Path(__file__).parents[3] / "web"
#: Seconds that anything is waited for: the machine may have much else to do.
PATIENCE = 240
#: What the tile of a camera shows now: shrunk to 48x27, and whether the bright spot between the eyes is in it.
SHOWN = """(camera) => {
    const video = document.querySelector(`[aria-label=${camera}] video`);
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [480, 270];
    const pen = canvas.getContext('2d');
    pen.drawImage(video, 0, 0, 480, 270);
    const data = pen.getImageData(0, 0, 480, 270).data;
    let green = false;
    const small = [];
    for (let n = 0; n < data.length; n += 4) {
        if (data[n + 1] - Math.max(data[n], data[n + 2]) > 60) green = true;
        if (n % 400 === 0) small.push(data[n] >> 4);
    }
    return { green, small: small.join(' '), visible: getComputedStyle(video).visibility };
}"""


def password_of(name):
    return f"nine small {name} lanterns"


def until(page, expression, arg=None):
    """Wait until an expression or function of the page gives something true, and give it. Playwright's own
    `wait_for_function` needs `eval`, which the pages do not allow."""
    end = time.monotonic() + PATIENCE
    while not (found := page.evaluate(expression, arg)):
        assert time.monotonic() < end, expression
        page.wait_for_timeout(100)
    return found


def go(page, site, where):
    page.goto(f"{site.top}/#/{where}")
    page.wait_for_selector("main h2")


def hidden(video):
    return video.evaluate("(one) => getComputedStyle(one).visibility") == "hidden"


def moved(page, times=4, camera="gate"):
    """So many different pictures of a camera's tile, one after the other, none of them with the canary in it."""
    seen = set()
    end = time.monotonic() + PATIENCE
    while len(seen) < times:
        assert time.monotonic() < end
        shown = page.evaluate(SHOWN, camera)
        if shown["visible"] == "visible":
            assert not shown["green"]
            seen.add(shown["small"])
        page.wait_for_timeout(200)


def come_in(page, site, name, purpose, secret=None, first=None):
    """Log in. `secret` is that of the second factor, from which the next code is made: the present one was used.
    `first` is the password that somebody else gave: it opens nothing but the page on which one's own is set."""
    page.goto(site.top)
    if first is not None:
        log_in(page, name, first, purpose)
        page.wait_for_selector("main:has-text('This is a temporary password')")
        page.get_by_label("Current password").fill(first)
        page.get_by_label("New password at least").fill(password_of(name))
        page.get_by_label("New password, again").fill(password_of(name))
        page.keyboard.press("Enter")
    log_in(page, name, password_of(name), purpose)
    if secret is not None:
        page.wait_for_selector("#code")
        page.fill("#code", pyotp.TOTP(secret).at(time.time() + 30))
        page.keyboard.press("Enter")
    page.wait_for_selector(".frame .who a")


def log_in(page, name, password, purpose):
    page.wait_for_selector("h2:has-text('Log in')")
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_label("Reason for this visit").fill(purpose)
    page.keyboard.press("Enter")


def second_factor(page, site, name):
    """Set up on one's own page, which ends the session. The secret."""
    go(page, site, "me")
    card = page.locator(".card:has-text('Second factor')")
    card.get_by_label("Password").fill(password_of(name))
    card.locator("button[type=submit]").click()
    secret = card.locator(".secret").inner_text()
    card.locator(".qr path").wait_for()
    page.fill("#new-code", pyotp.TOTP(secret).now())
    card.locator("button[type=submit]").click()
    page.wait_for_selector("h2:has-text('Log in')")
    return secret


def axe(page):
    """Axe is there from now on: by the debugger, so that the policy of the pages need not allow it."""
    script = WEB / "node_modules" / "axe-core" / "axe.min.js"
    if not script.exists():
        pytest.skip("axe-core is not there: scripts/build-web brings it")
    page.evaluate(script.read_text())


def serious(page, only=None):
    """What axe finds serious or worse on the page as it is now."""
    found = page.evaluate("async (only) => (await axe.run(only)).violations", only or {})
    return [(one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in ("serious", "critical")]
