"""The application as a whole: security headers, other sites, and what needs no login."""

import pytest

from passerby.server.guard import CONTENT_SECURITY_POLICY
from passerby.server.guard import SECURITY_HEADERS as SECURITY
from tests.server.site.fixtures import HEADERS, TOKEN, serving


@pytest.mark.parametrize("path", ["/", "/api/login", "/api/session", "/api/cameras", "/assets/none.js"])
def test_every_response_has_security_headers(served, path):
    found = served.get(path).headers
    assert SECURITY == {name: found[name] for name in SECURITY}
    assert "unsafe" not in found["content-security-policy"]
    assert "server" not in found


def changing(served):
    return [
        (method, path)
        for path, methods in served.client.app.openapi()["paths"].items()
        for method in methods
        if method not in ("get", "head")
    ]


def test_cross_site_requests_change_nothing(served):
    """No form and no script of another site can send our header, or come from our origin."""
    bare = {"host": HEADERS["host"]}
    for method, path in changing(served):
        assert 403 == served.client.request(method, path, headers=bare, json={}).status_code, path
        elsewhere = {**HEADERS, "origin": "https://evil.example"}
        assert 403 == served.client.request(method, path, headers=elsewhere, json={}).status_code, path
        marked = {**HEADERS, "sec-fetch-site": "cross-site"}
        assert 403 == served.client.request(method, path, headers=marked, json={}).status_code, path
    assert 20 < len(changing(served))


def test_links_of_other_sites_reach_only_the_page(served):
    link = {**HEADERS, "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
    assert 403 != served.client.get("/", headers=link).status_code
    assert 403 == served.client.get("/api/cameras", headers=link).status_code
    framed = {**link, "sec-fetch-dest": "iframe"}
    assert 403 == served.client.get("/", headers=framed).status_code


def test_unknown_host_headers_are_rejected(served):
    assert 403 == served.client.get("/api/login", headers={**HEADERS, "host": "evil.example"}).status_code


def test_local_status_needs_no_login(served):
    nobody = served.other()
    assert "North hall" == nobody.get("/api/status").json()["name"]
    assert "passerby_camera_live" in nobody.get("/metrics").text
    assert 401 == nobody.get("/api/health").status_code


def test_other_machines_need_a_login_for_everything(site_data, tmp_path):
    with serving(site_data, tmp_path, local=False) as served:
        for path in ("/api/status", "/metrics", "/api/health", "/api/cameras", "/api/live"):
            assert served.other().get(path).status_code in (401, 404), path


def test_the_token_opens_nothing_for_other_machines(site_data, tmp_path):
    with serving(site_data, tmp_path, local=False) as served:
        answer = served.get("/", params={"token": TOKEN, "purpose": "case 7"})
        assert (401, None) == (answer.status_code, answer.headers.get("set-cookie"))
        assert 401 == served.get("/api/session").status_code


def test_a_fault_is_answered_with_security_headers(served, monkeypatch):
    def broken(*_):
        raise ZeroDivisionError

    monkeypatch.setattr(served.authenticator.accounts, "all", broken)
    answer = served.get("/api/accounts")
    assert (500, "no-store") == (answer.status_code, answer.headers["cache-control"])
    assert CONTENT_SECURITY_POLICY == answer.headers["content-security-policy"]
    assert "ZeroDivision" not in answer.text
