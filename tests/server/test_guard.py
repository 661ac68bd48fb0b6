import asyncio
import threading

import pytest
from starlette.testclient import TestClient

from passerby.server.auth import SessionAuth
from passerby.server.guard import CONTENT_SECURITY_POLICY, RequestGuard, host_check, is_loopback
from passerby.server.review.app import review_app
from tests.server.fixtures import HEADERS, HOST, PORT, TOKEN, opened

OURS = f"{HOST}:{PORT}"


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True),
        ("localhost", True),
        ("::1", True),
        ("[::1]", True),
        ("127.5.5.5", True),
        ("0.0.0.0", False),
        ("::", False),
        ("192.168.1.4", False),
        ("example.org", False),
    ],
)
def test_loopback_addresses(host, expected):
    assert expected is is_loopback(host)


@pytest.mark.parametrize("host", [OURS, f"localhost:{PORT}", f"[::1]:{PORT}", "127.0.0.1", "LOCALHOST:8765"])
def test_allowed_hosts(host):
    assert host_check(HOST, PORT)(host)


@pytest.mark.parametrize(
    "host", ["", "evil.example", f"evil.example:{PORT}", "127.0.0.1:80", f"127.0.0.1.evil.example:{PORT}"]
)
def test_unknown_hosts(host):
    assert not host_check(HOST, PORT)(host)


def test_a_server_on_all_interfaces_accepts_addresses_but_no_foreign_names():
    check = host_check("0.0.0.0", PORT)
    assert check(f"192.168.1.4:{PORT}")
    assert not check(f"evil.example:{PORT}")


def test_dns_rebinding_is_rejected(review):
    assert 403 == review.client.get("/api/files", headers=HEADERS | {"host": "evil.example"}).status_code


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_cross_site_requests_are_rejected(review, site):
    assert 403 == review.client.get("/api/files", headers=HEADERS | {"sec-fetch-site": site}).status_code
    assert 403 == review.client.get("/", headers=HEADERS | {"sec-fetch-site": site}).status_code


def test_a_form_of_another_site_is_rejected(review):
    headers = HEADERS | {"origin": "http://evil.example"}
    assert 403 == review.client.post("/api/files/0/undo", headers=headers).status_code
    assert 403 == review.client.post("/api/files/0/undo", headers={"host": OURS}).status_code
    assert 200 == review.client.post("/api/files/0/undo", headers=HEADERS | {"origin": f"http://{OURS}"}).status_code


def test_requests_need_a_session(review):
    review.client.cookies.clear()
    for path in ("/api/session", "/api/files", "/api/files/0", "/api/files/0/masked/0/0", "/api/files/0/original/0/0"):
        assert 401 == review.client.get(path, headers=HEADERS).status_code
    assert 401 == review.client.post("/api/files/0/undo", headers=HEADERS).status_code
    assert 401 == review.client.get("/?token=guessed", headers=HEADERS).status_code


def test_the_cookie_is_httponly_and_same_site(review):
    client = TestClient(review_app(review.library, SessionAuth(token="x"), HOST, PORT), follow_redirects=False)
    answer = client.get("/?token=x", headers=HEADERS)
    assert (303, "/") == (answer.status_code, answer.headers["location"])
    received = answer.headers["set-cookie"].lower()
    assert "httponly" in received
    assert "samesite=strict" in received


def test_the_token_is_good_for_one_browser_and_a_file_of_this_machine_may_lead_there(review):
    link = HEADERS | {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
    assert 303 == review.client.get(f"/?token={TOKEN}", headers=link).status_code  # the browser that used it
    review.client.cookies.clear()
    assert 401 == review.client.get(f"/?token={TOKEN}", headers=link).status_code


@pytest.mark.parametrize(
    "path", ["/", "/api/files", "/api/nothing", "/api/files/0/masked/0/0", "/api/files/0/original/0/0"]
)
def test_every_response_has_security_headers(review, path):
    headers = review.client.get(path, headers=HEADERS).headers
    assert CONTENT_SECURITY_POLICY == headers["content-security-policy"]
    assert "no-store" == headers["cache-control"]
    assert "nosniff" == headers["x-content-type-options"]


def test_no_outside_address_is_allowed():
    assert "http" not in CONTENT_SECURITY_POLICY
    assert "*" not in CONTENT_SECURITY_POLICY
    assert "unsafe" not in CONTENT_SECURITY_POLICY


def test_a_large_request_is_rejected(review):
    headers = HEADERS | {"content-type": "application/json"}
    answer = review.client.post("/api/files/0/edit", content=b" " * (2 << 20), headers=headers)
    assert 413 == answer.status_code
    unsaid = review.client.post("/api/files/0/edit", content=iter([b"{}"]), headers=headers)  # of no stated length
    assert 413 == unsaid.status_code


def test_originals_are_shown_on_loopback_only(clip, tmp_path):
    import shutil

    from tests.server.fixtures import review_paths

    for path in (clip, review_paths(clip).plan):
        shutil.copy(path, tmp_path)
    elsewhere = opened(tmp_path / clip.name, host="192.168.1.4", client_host=f"192.168.1.4:{PORT}")
    headers = HEADERS | {"host": f"192.168.1.4:{PORT}"}
    received = elsewhere.client.get("/api/session", headers=headers)
    assert False is received.json()["originals_allowed"]
    assert 403 == elsewhere.client.get("/api/files/0/original/0/0", headers=headers).status_code
    assert 200 == elsewhere.client.get("/api/files/0/masked/0/0", headers=headers).status_code


class SlowSessions:
    """Its database is locked until `released`."""

    def __init__(self):
        self.released, self.asked = threading.Event(), 0

    def principal_of(self, cookie):
        self.asked += 1
        assert self.released.wait(10)
        return "somebody" if cookie == "known" else None


def test_nobody_waits_while_a_session_is_looked_up():
    """Sessions that take long hold up neither each other nor anybody who sends no cookie."""
    sessions = SlowSessions()

    async def application(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    guard = RequestGuard(application, sessions, "session", host_check(HOST, PORT))

    async def status_of(path, cookie=None):
        answers = []
        headers = [(b"host", OURS.encode())] + ([] if cookie is None else [(b"cookie", f"session={cookie}".encode())])
        scope = {"type": "http", "method": "GET", "path": path, "headers": headers}

        async def send(message):
            answers.append(message)

        await guard(scope, None, send)
        return answers[0]["status"]

    async def visit():
        waiting = [asyncio.create_task(status_of("/api/files", cookie)) for cookie in ("known", "guessed")]
        at_once = [await status_of("/"), await status_of("/api/files")]
        while sessions.asked < 2:
            await asyncio.sleep(0.01)
        sessions.released.set()
        return at_once, await asyncio.gather(*waiting)

    assert ([200, 401], [200, 401]) == asyncio.run(asyncio.wait_for(visit(), 20))
