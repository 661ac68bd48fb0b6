"""The pages of a site in a browser, on live cameras: seen moving, drawn on, exported by two persons."""

import re

import pytest
from playwright.sync_api import expect

from passerby.store.audit.log import check, latest
from passerby.store.database import Database
from tests.browser.site.steps import (
    PATIENCE,
    WEB,
    axe,
    come_in,
    go,
    hidden,
    moved,
    second_factor,
    serious,
    until,
)
from tests.cameras.watch_process import count_canaries

#: The pages that each role sees. tests/server/site/auth/test_rights.py requests every route as every role.
OFFERED = {
    "vera": ["Live", "Recordings", "Events", "Counts", "Health"],
    "oscar": ["Live", "Recordings", "Events", "Counts", "Clips", "Health"],
    "audra": ["Live", "Health", "Accounts", "Audit log"],
}
#: Every page that an administrator has, and what is on it when it is whole.
PAGES = {
    "live": "[aria-label=gate][data-state=live]",
    "recordings": "[aria-label=gate] .screen",
    "events": "li.event",
    "counts": ".chart canvas",
    "exports": "#reason",
    "cameras": ".card",
    "settings": "#site-name",
    "health": "[aria-label=gate] dl",
    "accounts": "[aria-label='Open sessions'] td",
    "me": "main .card",
    "camera/gate": ".screen.large img",
    "zones/gate": ".screen.canvas img",
}
#: Bytes of a page before there is film to play, and what is film.
WEIGHT, FILM = 300_000, (".m4s", ".mp4", ".m3u8")
#: Counts, five times a second, how often a picture is there to be seen, and how often one after the other the same one
#: stands there.
STOOD = """() => {
    const video = document.querySelector('[aria-label=gate] video');
    let [at, times] = [-1, 0];
    [window.seen, window.stood] = [0, 0];
    setInterval(() => {
        const visible = getComputedStyle(video).visibility === 'visible';
        window.seen += visible;
        times = visible && video.currentTime === at ? times + 1 : 0;
        at = video.currentTime;
        window.stood = Math.max(window.stood, times);
    }, 200);
}"""


def test_live_pictures_move_and_a_camera_that_is_lost_shows_none(inside, site):
    gate, yard = inside.locator("[aria-label=gate]"), inside.locator("[aria-label=yard]")
    inside.wait_for_selector("[aria-label=gate][data-state=live]")
    moved(inside)
    expect(gate.locator("footer")).to_contain_text("hidden: what was found")
    inside.wait_for_selector("[aria-label=yard][data-state=offline]")
    assert "refuses the connection" in yard.inner_text()
    assert hidden(yard.locator("video"))
    # When the server no longer answers, what was shown last is not left standing.
    inside.route("**/api/**", lambda route: route.abort())
    inside.wait_for_selector("[aria-label=gate][data-state=unreached]")
    assert hidden(gate.locator("video"))
    inside.unroute("**/api/**")
    inside.wait_for_selector("[aria-label=gate][data-state=live]")
    moved(inside, 2)


def test_a_zone_is_drawn_and_its_event_is_raised(inside, site):
    go(inside, site, "zones/gate")
    inside.wait_for_selector(".screen.canvas img")
    inside.wait_for_selector("button:has-text('New zone')")
    box = inside.locator(".shapes-svg").bounding_box()

    def at(x, y):
        return box["x"] + x * box["width"], box["y"] + y * box["height"]

    inside.keyboard.press("z")
    for corner in ((0.05, 0.1), (0.9, 0.1), (0.9, 0.7), (0.05, 0.97)):
        inside.mouse.click(*at(*corner))
    inside.keyboard.press("Enter")
    polygon = inside.locator(".shape.zone > polygon").first
    first = polygon.get_attribute("points")
    # A corner is dragged, a side gets another one, which is taken away again; and steps go back and forth.
    inside.mouse.move(*at(0.9, 0.7))
    inside.mouse.down()
    inside.mouse.move(*at(0.93, 0.9), steps=3)
    inside.mouse.move(*at(0.96, 0.97), steps=3)
    inside.mouse.up()
    expect(polygon).not_to_have_attribute("points", first)
    dragged = polygon.get_attribute("points")
    inside.locator("[data-middle='3']").press("Enter")
    expect(polygon).to_have_attribute("points", re.compile(r"^(\S+ ){4}\S+$"))
    inside.locator("[data-corner='4']").press("Delete")
    expect(polygon).to_have_attribute("points", dragged)
    for _ in range(3):
        inside.keyboard.press("Control+z")
    expect(polygon).to_have_attribute("points", first)
    inside.keyboard.press("Control+y")
    expect(polygon).to_have_attribute("points", dragged)
    inside.check("#alert")
    inside.fill("input[type=number]", "0")
    inside.click("#save")
    inside.wait_for_selector(".site-message:has-text('from now on')")

    text = site.file.read_text()
    assert ("# Our hall." in text, "# by the door" in text) == (True, True)
    assert "zone-1" in text
    # Its picture is not on the disk yet when it is first asked for.
    inside.route("**/api/events/**/thumbnail.jpg", lambda route: route.fulfill(status=404), times=1)
    go(inside, site, "events?kind=presence")
    row = inside.locator("li.event[data-kind=presence]:has-text('zone-1')").first
    picture = row.locator("img")
    picture.wait_for()
    until(inside, "(one) => one.complete && one.naturalWidth > 0", picture.element_handle())
    row.locator("button:has-text('Resolve')").click()
    inside.wait_for_selector("li.event.resolved")
    # It is counted in the zone from the same moment on.
    go(inside, site, "counts?camera=gate")
    inside.wait_for_selector("[aria-label='gate · whole picture'] canvas")


def test_a_recording_is_found_by_its_time_and_plays(inside, site):
    go(inside, site, "camera/gate")
    inside.wait_for_selector(".screen.large img")
    line = inside.locator("[role=slider]")
    newest, shown = inside.input_value("#go-to"), int(line.get_attribute("aria-valuenow"))
    inside.fill("#go-to", newest.split()[1])
    inside.keyboard.press("Enter")
    expect(inside.locator("#go-to")).to_have_value(newest)
    line.press("ArrowLeft")
    expect(line).to_have_attribute("aria-valuenow", re.compile(f"{shown - 1}|{shown - 2}"))
    for _ in range(8):  # from an hour to a quarter of a minute
        line.press("+")
    box = line.bounding_box()
    # From the right to the left: a camera that was changed a moment ago has a gap behind it.
    for n in range(PATIENCE):
        inside.mouse.move(box["x"] + box["width"] * (0.99 - n % 40 / 50), box["y"] + 40)
        inside.wait_for_timeout(1000)
        if inside.evaluate("document.querySelector('.preview img')?.naturalWidth > 0"):
            break
    else:
        pytest.fail("no preview")
    line.press("Home")
    inside.click("[aria-label=Play]")
    until(inside, "document.querySelector('.screen.large video').currentTime > 0.5")
    shown = line.get_attribute("aria-valuenow")
    until(
        inside,
        "(shown) => Number(document.querySelector('[role=slider]').getAttribute('aria-valuenow')) > shown",
        shown,
    )


def test_a_clip_takes_two_persons(inside, site, browser, tmp_path):
    go(inside, site, "accounts")
    inside.click("button:has-text('Add an account')")
    inside.fill("#account-name", "olga")
    inside.select_option("dialog select", "operator")
    inside.fill("#account-password", "to be changed by olga at once")
    inside.click("dialog form button[type=submit]")
    inside.wait_for_selector("td:has-text('olga')")
    go(inside, site, "exports")
    inside.fill("#reason", "case 7")
    inside.click("form button:has-text('Request this clip')")
    inside.wait_for_selector(".clip[data-state=pending]")
    assert 0 == inside.locator(".clip button:has-text('Approve')").count()

    with browser.new_context() as other:
        other.set_default_timeout(PATIENCE * 1000)
        second = other.new_page()
        come_in(second, site, "olga", "second pair of eyes", first="to be changed by olga at once")
        secret = second_factor(second, site, "olga")
        come_in(second, site, "olga", "second pair of eyes", secret)
        badge = second.locator(".frame nav a:has-text('Clips') .badge")
        expect(badge).to_contain_text("waiting for your decision: 1")
        go(second, site, "exports")
        second.click(".clip button:has-text('Approve')")
        expect(badge).to_have_count(0)
        second.wait_for_selector(".clip[data-state=done]")
        assert 0 == second.locator(".clip a:has-text('Download')").count()

    inside.wait_for_selector(".clip[data-state=done]")
    with inside.expect_download() as taken:
        inside.click(".clip a:has-text('Download')")
    taken.value.save_as(tmp_path / "clip.mp4")
    seen, _, frames = count_canaries(tmp_path / "clip.mp4")
    assert (0, True) == (seen, frames > 0)
    entries = [entry for entry in logged(site) if entry.purpose == "case 7" or entry.action == "approved"]
    assert ["export_downloaded", "export_completed", "approved", "export_requested"] == [
        entry.action for entry in entries
    ]
    assert "account:olga" == entries[2].actor


def logged(site):
    """The last rows of the log, which is whole; the newest first."""
    with Database.open(site.data) as database, database.read_transaction() as connection:
        assert [] == check(connection).flaws
        return [entry for _, entry in latest(connection, None, 500)]


def test_each_role_is_offered_its_own_pages(browser, site):
    for name, pages in OFFERED.items():
        with browser.new_context(viewport={"width": 1280, "height": 720}) as context:
            context.set_default_timeout(PATIENCE * 1000)
            page = context.new_page()
            come_in(page, site, name, f"what {name} is here for")
            # Beside a name may stand how many things wait there.
            names = [re.match(r"\D+", text)[0].strip() for text in page.locator("nav a").all_inner_texts()]
            assert pages == names
            page.goto(f"{site.top}/#/settings")
            page.wait_for_selector("main:has-text('Your role has no access')")
            if name == "audra":
                page.goto(f"{site.top}/#/live")
                page.wait_for_selector("[aria-label=gate]:has-text('Auditors do not see pictures')")
                assert hidden(page.locator("[aria-label=gate] video"))


def test_the_auditor_sees_the_log_and_verifies_it(inside, site, browser):
    inside.wait_for_selector("[aria-label=gate][data-state=live]")
    with browser.new_context(viewport={"width": 1280, "height": 720}) as context:
        context.set_default_timeout(PATIENCE * 1000)
        page = context.new_page()
        come_in(page, site, "audra", "the yearly look")
        go(page, site, "log")
        page.wait_for_selector("tr:has-text('viewed'):has-text('a test of the pages')")
        page.wait_for_selector("tr:has-text('logged in'):has-text('the yearly look')")
        page.click("button:has-text('Verify the log')")
        page.wait_for_selector("#checked:has-text('Intact')")
        axe(page)
        assert [] == serious(page)
    assert {"login", "viewed", "log_verified"} <= {entry.action for entry in logged(site)}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_each_page_is_clean_and_light(inside, site, theme):
    """Nothing serious for axe, nothing beyond a phone's edge, and little to fetch before there is film."""
    inside.emulate_media(color_scheme=theme)
    if theme == "dark":
        inside.set_viewport_size({"width": 375, "height": 740})
    only = {"runOnly": ["color-contrast"]} if theme == "dark" else None
    wrong, wide, heavy = [], [], []
    for where, there in PAGES.items():
        inside.goto("about:blank")
        weight = weighed(inside)
        inside.goto(f"{site.top}/#/{where}")
        inside.wait_for_selector(there)
        until(inside, "!document.querySelector('main').innerText.includes('Loading')")
        heavy += [(where, sum(weight().values()))] if not 20_000 < sum(weight().values()) < WEIGHT else []
        axe(inside)
        wrong += [(where, *one) for one in serious(inside, only)]
        width = inside.evaluate("document.documentElement.scrollWidth - innerWidth")
        wide += [(where, width)] if width > 0 else []
    assert ([], [], []) == (wrong, wide, heavy)


def weighed(page):
    """What a browser that kept nothing fetches from now on: bytes on the line by address, film left out."""
    session = page.context.new_cdp_session(page)
    addresses, lengths = {}, {}
    session.on(
        "Network.requestWillBeSent", lambda event: addresses.update({event["requestId"]: event["request"]["url"]})
    )
    session.on(
        "Network.loadingFinished", lambda event: lengths.update({event["requestId"]: event["encodedDataLength"]})
    )
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    return lambda: {
        addresses[one]: length
        for one, length in lengths.items()
        if not addresses.get(one, ".mp4").partition("?")[0].endswith(FILM)
    }


def test_thumbnails_load_lazily(inside, site):
    """Thumbnails as they are scrolled to, previews when the pointer rests, and hls.js when there is film to play."""
    asked = []
    inside.on("request", lambda request: asked.append(request.url))
    go(inside, site, "camera/gate")
    inside.wait_for_selector(".screen.large img")
    assert [] == [url for url in asked if "/assets/hls" in url or "size=160" in url]
    go(inside, site, "events")
    inside.wait_for_selector("li.event")
    assert 0 == inside.locator("li.event img:not([loading=lazy])").count()


def test_video_is_not_shown_while_the_server_reports_the_camera_as_covered(inside):
    said = {}

    def answer(route):
        route.fulfill(json=[{**one, **said} for one in route.fetch().json()])

    inside.route("**/api/cameras", answer)
    inside.wait_for_selector("[aria-label=gate][data-state=live]")
    for state in ("covered", "offline", "connecting"):
        said["state"] = state
        inside.wait_for_selector(f"[aria-label=gate][data-state={state}]")
        assert hidden(inside.locator("[aria-label=gate] video"))
    inside.unroute("**/api/cameras")


def test_the_page_says_why_a_picture_is_black(inside):
    told = {"covered_now": None, "unseen_now": 0.3}

    def tell(route):
        cameras = route.fetch().json()
        route.fulfill(json=[camera | told for camera in cameras])

    inside.route("**/api/cameras", tell)
    footer = inside.locator("[aria-label=gate] footer")
    expect(footer).to_contain_text("and 30 % that changed and is not checked yet")
    told |= {"covered_now": "motion"}
    expect(footer).to_contain_text("all hidden: motion could not be followed")
    inside.unroute("**/api/cameras")


def test_a_picture_that_stands_still_is_not_left_standing(inside, site):
    """The camera keeps its connection and sends nothing more."""
    inside.wait_for_selector("[aria-label=gate][data-state=live]")
    inside.evaluate(STOOD)
    moved(inside, 2)
    site.server.command("quiet")
    inside.wait_for_selector("[aria-label=gate]:not([data-state=live])")
    assert hidden(inside.locator("[aria-label=gate] video"))
    site.server.command("talk")
    assert 0 < inside.evaluate("window.seen")
    assert 50 > inside.evaluate("window.stood")


def test_every_text_is_in_the_catalogue():
    for path in (WEB / "src" / "site").rglob("*.tsx"):
        loose = re.findall(r">\s*([A-Z][a-z]+(?: [a-z]+)+)\s*<", path.read_text())
        assert [] == loose, path.name
