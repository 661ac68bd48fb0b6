"""The public page over HTTP: for everybody, beside pages that are not, and cheap however often it is asked."""

from pathlib import Path

import pytest
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from passerby.config.site_file import parse_site
from passerby.core.errors import UsageError
from passerby.documents.status import CameraHealth, SiteStatus, State
from passerby.server.notice import app as serving
from passerby.server.notice.app import Told, beside
from passerby.store.database import Database
from passerby.store.recordings.index import Recordings
from tests.notice.conftest import SITE
from tests.notice.scenes import quiet_day, recorded
from tests.store.footage import Clock

STATUS = SiteStatus(
    name="North hall",
    since=1.0,
    now=2.0,
    clock_trusted=True,
    cameras={"yard": CameraHealth(state=State.LIVE), "hall": CameraHealth(state=State.LOST)},
)


async def closed(scope, receive, send):
    """What the notice stands beside: it lets nobody in."""
    await PlainTextResponse("Log in.", 401)(scope, receive, send)


@pytest.fixture
def site(tmp_path):
    Database.open(tmp_path / "data", make=True).close()
    return parse_site(SITE, Path(tmp_path / "site.yaml"), {})


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def told(site, clock):
    return Told(site, lambda: STATUS, clock)


@pytest.fixture
def client(site, told):
    return TestClient(beside(closed, site, lambda: STATUS, told=told), base_url="http://127.0.0.1:8770")


def test_it_is_for_everybody(client):
    answer = client.get("/notice")
    assert (200, "text/html; charset=utf-8") == (answer.status_code, answer.headers["content-type"])
    assert "Yard, towards the gate" in answer.text
    assert "On now, not recording" in answer.text
    assert "Off now" in answer.text
    assert "set-cookie" not in answer.headers


def test_it_may_be_led_to_from_elsewhere_by_any_name(client):
    elsewhere = {"host": "school.example.org", "sec-fetch-site": "cross-site"}
    assert 200 == client.get("/notice", headers=elsewhere).status_code
    assert 401 == client.get("/api/status", headers=elsewhere).status_code


def test_what_is_beside_it_stays_closed(client):
    assert 401 == client.get("/api/live").status_code
    for path in ("/notice/../api/live", "/noticeboard", "/notice%2f..%2fapi/live"):
        assert client.get(path).status_code in (401, 404)


def test_each_language(client):
    assert 'lang="de"' in client.get("/notice/de").text
    assert 'href="/notice"' in client.get("/notice/de").text
    assert 'href="/notice/de"' in client.get("/notice").text
    for other in ("fr", "de/x", "%00", "de.html"):
        assert 404 == client.get(f"/notice/{other}").status_code


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_it_only_tells(client, method):
    assert 405 == client.request(method, "/notice").status_code


def test_it_can_do_nothing_in_a_browser(client):
    for path in ("/notice", "/notice/none"):
        policy = client.get(path).headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "script-src" not in policy
    assert "nosniff" == client.get("/notice").headers["x-content-type-options"]


def test_the_store_is_asked_once_a_minute(client, told, clock, monkeypatch):
    opened = []
    there = serving.stored
    monkeypatch.setattr(serving, "stored", lambda *given: opened.append(1) or there(*given))
    for _ in range(5):
        client.get("/notice")
    assert 1 == len(opened)
    clock.go(61)
    client.get("/notice")
    assert 2 == len(opened)
    told.drawn(30)


def test_outlines_come_when_they_are_drawn(client, told, site, clock):
    with Recordings(Database.open(Path(site.data)), boot="first") as recordings:
        quiet_day(recordings, clock)
        clock.go(60)
        recorded(recordings, clock)
    client.get("/notice")
    told.drawn(60)
    assert 1 == client.get("/notice").text.count("<svg")


def test_a_folder_that_is_gone_is_not_in_the_way(client, told, site):
    Path(site.data).rename(Path(site.data).with_name("away"))
    answer = client.get("/notice")
    assert (200, True) == (answer.status_code, "cannot be told at the moment" in answer.text)
    told.drawn(30)


def test_a_site_without_notice_has_no_page(site):
    silent = site.model_copy(update={"notice": None})
    assert beside(closed, silent, lambda: STATUS) is closed
    with pytest.raises(UsageError):
        Told(silent, lambda: STATUS, Clock())
