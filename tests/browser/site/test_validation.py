"""A person counts minutes that were drawn, and the page of counts says how far the program's counts are off."""

import os
import time
from pathlib import Path

import pytest
from playwright.sync_api import expect

from passerby.config.site_file import load_site
from passerby.documents.count_records import CountBin, LineCount
from passerby.documents.count_validation import DirectionCounts
from passerby.documents.status import SiteStatus
from passerby.server.serve import BackgroundServer, listen
from passerby.server.site.app import site_app
from passerby.server.site.auth.authenticator import Authenticator
from passerby.server.site.context import SiteContext
from passerby.server.spa import is_built
from passerby.store.audit.log import read
from passerby.store.counts.events_and_counts import CountStore
from passerby.store.counts.tables import validation_stretches
from passerby.store.counts.validations import Validations
from passerby.store.database import Database
from passerby.store.recordings.index import Recordings
from passerby.verify.report.signing import load_key, sign_validation
from tests.browser.site.steps import axe, serious
from tests.store.footage import Clock, parts

SITE = """\
name: North hall
data: data
cameras:
  yard: {url: "rtsp://192.0.2.1/", counting: {lines: [{name: door, points: [[0.2, 0.4], [0.8, 0.6]]}]}}
"""
TOKEN = "a token for this test"
MINUTES = 21


@pytest.fixture
def recordings(tmp_path, monkeypatch):
    """Minutes that were recorded and counted, the newest of them an hour ago."""
    monkeypatch.setenv("PASSERBY_CONFIG", str(tmp_path / "config"))
    clock = Clock(wall=float(int(time.time()) // 60 * 60 - 5400))
    begin = int(clock.wall)
    with Recordings(Database.open(tmp_path / "data", create=True), boot="first") as recordings:
        writer = recordings.writer("yard")
        for part in parts(clock, count=60 * MINUTES + 2):
            writer.append(part)
        writer.close()
        line = LineCount(line="door", object_class="person", forward=2, backward=1)
        bins = [
            CountBin(camera="yard", start=begin + 60 * minute, observed_seconds=60.0, trusted=True, lines=(line,))
            for minute in range(MINUTES)
        ]
        CountStore(recordings.database, "north-hall", boot="first").add(bins, [], clock.now())
        yield recordings, clock


@pytest.fixture
def address(recordings, tmp_path):
    if not is_built("site.html"):
        pytest.skip("the page is not built: scripts/build-web needs npm")
    stored, clock = recordings
    file = tmp_path / "site.yaml"
    file.write_text(SITE)
    site = load_site(file)
    status = SiteStatus(name=site.name, started=0, now=0, clock_trusted=True, cameras={})
    context = SiteContext(file, lambda: site, lambda: status, {}, stored, None, clock, "first")
    listener = listen("127.0.0.1", 0)
    port = listener.getsockname()[1]
    authenticator = Authenticator(stored.database, clock, "first", TOKEN, "tester")
    with BackgroundServer(site_app(context, authenticator, "127.0.0.1", port), listener):
        yield f"http://127.0.0.1:{port}/?token={TOKEN}"


def shot(page, name):
    """For a person to look at, where a folder is named for it."""
    if folder := os.environ.get("PASSERBY_SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def count_the_others(database):
    """As the person goes on: who sees one more forward in each."""
    validations = Validations(database)
    while (stretch := validations.next(1)) is not None:
        validations.save(1, stretch.number, DirectionCounts(forward=3, backward=1))
    validations.finish(1, "North hall", time.time(), lambda report: sign_validation(report, load_key()))


def test_a_person_counts_and_the_page_says_how_far_off_it_is(page, address, recordings):
    database = recordings[0].database
    page.set_default_timeout(60_000)
    page.goto(f"{address}&purpose=a test")
    page.wait_for_selector(".frame nav")
    top = address.partition("?")[0]
    page.goto(f"{top}#/counts")
    expect(page.get_by_text("Not checked by a person yet.")).to_be_visible(timeout=60_000)
    page.get_by_role("link", name="Check the counts").click()
    page.get_by_label("Number of minutes").fill("20")
    page.get_by_role("button", name="Draw minutes").click()
    expect(page.get_by_role("heading", name="Minute 1 of 20")).to_be_visible(timeout=60_000)
    save = page.get_by_role("button", name="Save and go on")
    expect(save).to_be_disabled()
    page.get_by_label("Speed").select_option("4")
    page.get_by_role("button", name="Play the minute").click()
    expect(page.get_by_text("seconds left")).to_contain_text("50 seconds left", timeout=60_000)
    for key in "ffbf":
        page.keyboard.press(key)
    page.keyboard.press("Backspace")
    expect(page.get_by_role("button", name="forward F 2")).to_be_visible()
    shot(page, "validation-counting")
    axe(page)
    assert [] == serious(page)
    expect(save).to_be_enabled(timeout=60_000)
    save.click()
    expect(page.get_by_role("heading", name="Minute 2 of 20")).to_be_visible(timeout=60_000)
    expect(page.get_by_role("button", name="forward F 0")).to_be_visible()
    with database.read_transaction() as connection:
        first = connection.execute(validation_stretches.select().where(validation_stretches.c.done)).one()
        viewed = [dict(entry.details) for _, entry in read(connection) if entry.action == "viewed"]
    assert (0, 2, 1) == (first.number, first.person_forward, first.person_backward)
    assert {("yard", "recording")} == {(one["camera"], one["kind"]) for one in viewed}, "the look is in the audit log"
    count_the_others(database)
    page.goto(f"{top}#/counts")
    page.reload()
    card = page.get_by_role("region", name="yard · door")
    expect(card).to_contain_text("counts 24 % too few (95 %: ", timeout=60_000)
    expect(card).to_contain_text("from 20 minutes on")
    page.wait_for_selector(".chart canvas")
    shot(page, "validation-result")
    axe(page)
    assert [] == serious(page)
    page.get_by_role("link", name="Check the counts").click()
    expect(page.get_by_role("link", name="Signed result")).to_be_visible(timeout=60_000)
