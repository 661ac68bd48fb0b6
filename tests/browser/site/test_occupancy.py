"""How many are inside a place with two doors, as the page of counts shows it."""

import time

import pytest
from playwright.sync_api import expect

from passerby.config.site_file import load_site
from passerby.core.clock import SystemClock, boot_id
from passerby.documents.count_records import CountBin, LineCount
from passerby.documents.status import SiteStatus
from passerby.server.serve import BackgroundServer, listen
from passerby.server.site.app import site_app
from passerby.server.site.auth.authenticator import Authenticator
from passerby.server.site.context import SiteContext
from passerby.server.spa import is_built
from passerby.store.counts.events_and_counts import CountStore
from passerby.store.database import Database
from passerby.store.recordings.index import Recordings
from tests.browser.site.steps import axe, serious

SITE = """\
name: North hall
data: data
timetables:
  - {name: open, hours: [{days: [mon, tue, wed, thu, fri, sat, sun], start: "01:00", end: "23:59"}]}
occupancy:
  - name: hall
    during: open
    doors: [{camera: gate, line: door}, {camera: yard, line: exit, inwards: backward}]
cameras:
  gate: {url: "rtsp://192.0.2.1/", counting: {lines: [{name: door, points: [[0, 0.5], [1, 0.5]]}]}}
  yard: {url: "rtsp://192.0.2.2/", counting: {lines: [{name: exit, points: [[0, 0.5], [1, 0.5]]}]}}
"""
TOKEN = "a token for this test"


def minutes(midnight):
    """A day: 90 come in, 95 leave through the other door (five were missed), nobody at night."""
    for number in range(1440):
        at = midnight + 60 * number
        comes, leaves = (480 <= number < 570), (700 <= number < 795)
        for camera, line, number_of in (("gate", "door", comes), ("yard", "exit", leaves)):
            count = LineCount(line=line, object_class="person", forward=int(number_of), backward=0)
            yield CountBin(camera=camera, start=at, observed_seconds=60.0, trusted=True, lines=(count,))


@pytest.fixture
def address(tmp_path):
    if not is_built("site.html"):
        pytest.skip("the page is not built: scripts/build-web needs npm")
    file, clock = tmp_path / "site.yaml", SystemClock()
    file.write_text(SITE)
    site = load_site(file)
    midnight = int(time.time()) // 86400 * 86400 - 86400
    with Recordings(Database.open(tmp_path / "data", create=True)) as recordings:
        store = CountStore(recordings.database, "north-hall")
        store.add(list(minutes(midnight)), [], clock.now())
        status = SiteStatus(name=site.name, started=0, now=0, clock_trusted=True, cameras={})
        context = SiteContext(file, lambda: site, lambda: status, {}, recordings, None, clock, boot_id())
        listener = listen("127.0.0.1", 0)
        port = listener.getsockname()[1]
        authenticator = Authenticator(recordings.database, clock, boot_id(), TOKEN, "tester")
        with BackgroundServer(site_app(context, authenticator, "127.0.0.1", port), listener):
            yield f"http://127.0.0.1:{port}/?token={TOKEN}"


def test_a_place_has_its_chart_and_its_corrections(page, address):
    page.set_default_timeout(60_000)
    page.goto(f"{address}&purpose=a test")
    page.wait_for_selector(".frame nav")
    page.goto(f"{address.partition('?')[0]}#/counts")
    page.locator(".filters .buttons button").first.click()
    place = page.get_by_role("region", name="Inside: hall")
    expect(place).to_contain_text("Missed on the way in: 5; still counted at closing time: 0", timeout=60_000)
    page.wait_for_selector(".chart canvas")
    axe(page)
    assert [] == serious(page)
