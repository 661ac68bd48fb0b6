"""The public page over HTTP: public, beside pages that require a login."""

from pathlib import Path

import pytest
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from passerby.config.site_file import parse_site
from passerby.core.errors import UsageError
from passerby.documents.status import CameraHealth, CameraState, SiteStatus
from passerby.server.notice.app import with_notice
from passerby.server.notice.page_cache import NoticePage
from passerby.store.database import Database
from tests.notice.conftest import SITE
from tests.store.footage import Clock

STATUS = SiteStatus(
    name="North hall",
    started=1.0,
    now=2.0,
    clock_trusted=True,
    cameras={"yard": CameraHealth(state=CameraState.LIVE), "hall": CameraHealth(state=CameraState.LOST)},
)


async def closed(scope, receive, send):
    """The app that the page is mounted beside: it requires a login."""
    await PlainTextResponse("Log in.", 401)(scope, receive, send)


@pytest.fixture
def site(tmp_path):
    Database.open(tmp_path / "data", create=True).close()
    return parse_site(SITE, Path(tmp_path / "site.yaml"), {})


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def page(site, clock):
    return NoticePage(site, lambda: STATUS, clock)


@pytest.fixture
def client(site, page):
    return TestClient(with_notice(closed, site, lambda: STATUS, page=page), base_url="http://127.0.0.1:8770")


def test_it_needs_no_login(client):
    answer = client.get("/notice")
    assert (200, "text/html; charset=utf-8") == (answer.status_code, answer.headers["content-type"])
    assert "Yard, towards the gate" in answer.text
    assert "On, not recording" in answer.text
    assert "Off" in answer.text
    assert "set-cookie" not in answer.headers


def test_other_sites_may_link_to_it_by_any_host_name(client):
    elsewhere = {"host": "school.example.org", "sec-fetch-site": "cross-site"}
    assert 200 == client.get("/notice", headers=elsewhere).status_code
    assert 401 == client.get("/api/status", headers=elsewhere).status_code


def test_the_other_pages_still_require_a_login(client):
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
def test_it_is_read_only(client, method):
    assert 405 == client.request(method, "/notice").status_code


def test_its_policy_allows_no_scripts(client):
    for path in ("/notice", "/notice/none"):
        policy = client.get(path).headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "script-src" not in policy
    assert "nosniff" == client.get("/notice").headers["x-content-type-options"]


def test_a_site_without_notice_has_no_page(site):
    silent = site.model_copy(update={"notice": None})
    assert with_notice(closed, silent, lambda: STATUS) is closed
    with pytest.raises(UsageError):
        NoticePage(silent, lambda: STATUS, Clock())
