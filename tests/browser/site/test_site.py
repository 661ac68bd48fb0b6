"""The pages of a site in a browser, on live cameras: seen moving, drawn on, exported by two persons."""

import re
import time
from pathlib import Path

import pyotp
import pytest

from passerby.store.audit import check, latest
from passerby.store.database import Database
from tests.cameras.watching import canaries

ROOT = Path(__file__).parents[3]
WEB = ROOT / "web"
PASSWORD = "nine small lanterns"
#: Every page that an administrator has.
PAGES = ["live", "events", "counts", "exports", "cameras", "settings", "health", "accounts", "me"]
PAGES += ["camera/gate", "zones/gate"]
#: Bytes of a page before there is film to play.
WEIGHT = 300_000
#: What the tile shows now: shrunk to 48x27, and whether the bright spot between the eyes is to be seen in it.
SHOWN = """() => {
    const video = document.querySelector('[aria-label=gate] video');
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


def go(page, site, where):
    page.goto(f"{site.top}/#/{where}")
    page.wait_for_selector("main h2")


def moved(page, times=4):
    """So many different pictures of the tile, one after the other, none of them with the canary in it."""
    seen = set()
    end = time.monotonic() + 180
    while len(seen) < times:
        assert time.monotonic() < end
        shown = page.evaluate(SHOWN)
        if shown["visible"] == "visible":
            assert not shown["green"]
            seen.add(shown["small"])
        page.wait_for_timeout(200)


@pytest.mark.soak
def test_live_pictures_move_and_a_camera_that_is_lost_shows_none(inside, site):
    gate, yard = inside.locator("[aria-label=gate]"), inside.locator("[aria-label=yard]")
    inside.wait_for_selector("[aria-label=gate][data-state=live]")
    moved(inside)
    inside.wait_for_selector("[aria-label=yard][data-state=offline]")
    assert "refuses the connection" in yard.inner_text()
    assert "hidden" == yard.locator("video").evaluate("(one) => getComputedStyle(one).visibility")
    # When the server no longer answers, what was shown last is not left standing.
    inside.route("**/api/**", lambda route: route.abort())
    inside.wait_for_selector("[aria-label=gate][data-state=unreached]")
    assert "hidden" == gate.locator("video").evaluate("(one) => getComputedStyle(one).visibility")
    inside.unroute("**/api/**")
    inside.wait_for_function("document.querySelector('[aria-label=gate] video').currentTime > 0.5")
    inside.wait_for_selector("[aria-label=gate]:is([data-state=live], [data-state=covered])")


@pytest.mark.soak
def test_a_zone_is_drawn_and_its_event_is_raised(inside, site):
    go(inside, site, "zones/gate")
    inside.wait_for_selector(".screen.canvas img")
    box = inside.locator(".shapes-svg").bounding_box()

    def at(x, y):
        return box["x"] + x * box["width"], box["y"] + y * box["height"]

    inside.keyboard.press("z")
    for corner in ((0.1, 0.1), (0.9, 0.1), (0.9, 0.8), (0.1, 0.8)):
        inside.mouse.click(*at(*corner))
    inside.keyboard.press("Enter")
    polygon = inside.locator(".shape.zone > polygon").first
    first = polygon.get_attribute("points")
    # A corner is dragged, a side gets another one, which is taken away again; and steps go back and forth.
    inside.mouse.move(*at(0.9, 0.8))
    inside.mouse.down()
    inside.mouse.move(*at(0.95, 0.9), steps=3)
    inside.mouse.move(*at(0.98, 0.98), steps=3)
    inside.mouse.up()
    dragged = polygon.get_attribute("points")
    assert first != dragged
    inside.locator("[data-middle='3']").press("Enter")
    assert 5 == len(polygon.get_attribute("points").split())
    inside.locator("[data-corner='4']").press("Delete")
    assert dragged == polygon.get_attribute("points")
    for _ in range(3):
        inside.keyboard.press("Control+z")
    assert first == polygon.get_attribute("points")
    inside.keyboard.press("Control+y")
    assert dragged == polygon.get_attribute("points")
    inside.check("#tell")
    inside.fill("input[type=number]", "0")
    inside.click("#save")
    inside.wait_for_selector(".site-message:has-text('from now on')")

    text = site.file.read_text()
    assert ("# Our hall." in text, "# by the door" in text) == (True, True)
    assert "zone-1" in text
    go(inside, site, "events?kind=presence")
    inside.wait_for_selector("li.event[data-kind=presence]:has-text('zone-1')")
    row = inside.locator("li.event").first
    picture = row.locator("img")
    picture.wait_for()
    inside.wait_for_function("(one) => one.complete && one.naturalWidth > 0", arg=picture.element_handle())
    row.locator("button:has-text('Close')").click()
    inside.wait_for_selector("li.event.closed")
    # It is counted in the zone from the same moment on.
    go(inside, site, "counts?camera=gate")
    inside.wait_for_selector("[aria-label='gate · whole picture'] canvas")


@pytest.mark.soak
def test_a_recording_is_found_by_its_time_and_plays(inside, site):
    go(inside, site, "camera/gate")
    inside.wait_for_selector(".screen.large img")
    newest = inside.input_value("#go-to")
    inside.fill("#go-to", newest.split()[1])
    inside.keyboard.press("Enter")
    assert newest == inside.input_value("#go-to")
    line = inside.locator("[role=slider]")
    now = int(line.get_attribute("aria-valuenow"))
    line.press("ArrowLeft")
    assert now - 1 == int(line.get_attribute("aria-valuenow"))
    line.press("+")
    box = line.bounding_box()
    inside.mouse.move(box["x"] + box["width"] / 2, box["y"] + 40)
    inside.wait_for_function("document.querySelector('.preview img')?.naturalWidth > 0")
    line.press("PageDown")
    line.press("Home")
    inside.click("[aria-label=Play]")
    inside.wait_for_function("document.querySelector('.screen.large video').currentTime > 0.5")
    shown = int(line.get_attribute("aria-valuenow"))
    inside.wait_for_function(f"Number(document.querySelector('[role=slider]').getAttribute('aria-valuenow')) > {shown}")


@pytest.mark.soak
def test_a_clip_takes_two_persons(inside, site, browser, tmp_path):
    go(inside, site, "accounts")
    for name, role in (("olga", "operator"), ("audra", "auditor")):
        inside.click("button:has-text('Add an account')")
        inside.fill("#account-name", name)
        inside.select_option("dialog select", role)
        inside.fill("#account-password", PASSWORD)
        inside.click("dialog form button[type=submit]")
        inside.wait_for_selector(f"td:has-text('{name}')")
    go(inside, site, "exports")
    inside.fill("#reason", "case 7")
    inside.click("form button:has-text('Ask for this clip')")
    inside.wait_for_selector(".clip[data-state=waiting]")
    assert 0 == inside.locator(".clip button:has-text('Agree')").count()

    other = browser.new_context()
    other.set_default_timeout(180_000)
    second = other.new_page()
    second.goto(site.top)
    come_in(second, "olga", "second pair of eyes")
    secret = second_factor(second, site)
    come_in(second, "olga", "second pair of eyes", secret)
    assert 0 == second.locator("nav a:has-text('Settings')").count()
    go(second, site, "exports")
    second.click(".clip button:has-text('Agree')")
    second.wait_for_selector(".clip[data-state=done]")
    assert 0 == second.locator(".clip a:has-text('Take')").count()
    other.close()

    inside.wait_for_selector(".clip[data-state=done]")
    with inside.expect_download() as taken:
        inside.click(".clip a:has-text('Take')")
    taken.value.save_as(tmp_path / "clip.mp4")
    seen, _, frames = canaries(tmp_path / "clip.mp4")
    assert (0, True) == (seen, frames > 0)


def come_in(page, name, purpose, secret=None):
    page.wait_for_selector("h2:has-text('Log in')")
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("What are you here for").fill(purpose)
    page.keyboard.press("Enter")
    if secret is not None:
        page.wait_for_selector("#code")
        page.fill("#code", pyotp.TOTP(secret).now())
        page.keyboard.press("Enter")
    page.wait_for_selector(".frame nav")


def second_factor(page, site):
    """Set up on one's own page. It ends the session."""
    go(page, site, "me")
    card = page.locator(".card:has-text('Second factor')")
    card.get_by_label("Password").fill(PASSWORD)
    card.locator("button[type=submit]").click()
    secret = card.locator(".secret").inner_text()
    card.locator(".qr path").wait_for()
    page.fill("#new-code", pyotp.TOTP(secret).now())
    card.locator("button[type=submit]").click()
    return secret


@pytest.mark.soak
def test_the_auditor_sees_the_log_and_it_is_whole(page, site):
    page.goto(site.top)
    come_in(page, "audra", "the yearly look")
    assert ["Live", "Health", "Accounts", "Log"] == page.locator("nav a").all_inner_texts()
    go(page, site, "log")
    page.click("button:has-text('Check the whole log')")
    page.wait_for_selector("#checked:has-text('Whole')")
    for what in ("case 7", "second pair of eyes", "a test of the pages"):
        assert page.locator(f"td:has-text('{what}')").count() > 0
    axe(page)
    assert [] == serious(page, {})
    with Database.open(site.data) as database, database.reading() as connection:
        assert () == check(connection).flaws
        deeds = {entry.what for _, entry in latest(connection, None, 500)}
    assert {"login", "viewed", "export", "agreed", "exported", "taken", "changed"} <= deeds


@pytest.mark.soak
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_each_page_is_clean_and_light(inside, site, theme):
    """Nothing serious for axe, nothing beyond a phone's edge, and little to fetch before there is film."""
    fetched = {}
    inside.on("response", lambda answer: fetched.setdefault(answer.url, answer))
    inside.emulate_media(color_scheme=theme)
    if theme == "dark":
        inside.set_viewport_size({"width": 375, "height": 740})
    only = {"runOnly": ["color-contrast"]} if theme == "dark" else {}
    inside.reload()
    inside.wait_for_selector(".frame nav")
    axe(inside)
    wrong, wide = [], []
    for where in PAGES:
        go(inside, site, where)
        inside.wait_for_timeout(300)
        wrong += [(where, *one) for one in serious(inside, only)]
        width = inside.evaluate("document.documentElement.scrollWidth - innerWidth")
        wide += [(where, width)] if width > 0 else []
    assert ([], []) == (wrong, wide)
    assets = {url: len(answer.body()) for url, answer in fetched.items() if "/assets/" in url and "/hls" not in url}
    assert 30_000 < sum(assets.values()) < WEIGHT, assets


def axe(page):
    script = WEB / "node_modules" / "axe-core" / "axe.min.js"
    if not script.exists():
        pytest.skip("axe-core is not there: scripts/web brings it")
    page.evaluate(script.read_text())  # by the debugger, so the content security policy need not allow it


def serious(page, only):
    found = page.evaluate("async (only) => (await axe.run(only)).violations", only)
    return [(one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in ("serious", "critical")]


def test_every_text_is_in_the_catalogue():
    for path in (WEB / "src" / "site").glob("*.tsx"):
        loose = re.findall(r">\s*([A-Z][a-z]+(?: [a-z]+)+)\s*<", path.read_text())
        assert [] == loose, path.name
