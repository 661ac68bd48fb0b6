"""Login, logout, the session and its cookie."""

import pytest

from passerby.config.roles import Role
from passerby.server.site.auth.authenticator import MAX_PURPOSES
from passerby.store.audit.log import read
from tests.server.site.fixtures import password_of, serving

WRONG = {"name": "viewer", "password": "not the password", "purpose": "case 7"}


RIGHT = {**WRONG, "password": password_of("viewer")}


def deeds(served, *what):
    with served.context.database.read_transaction() as connection:
        return [(one.actor, one.action, one.purpose) for _, one in read(connection) if one.action in what]


@pytest.mark.parametrize("role", Role)
def test_each_role_logs_in_with_a_purpose(served, role):
    received = served.as_(role).get("/api/session").json()
    assert (role.value, role.value, "password", "case 7") == tuple(
        received[name] for name in ("name", "role", "method", "purpose")
    )
    assert (f"account:{role.value}", "login", "case 7") == deeds(served, "login")[-1]


@pytest.mark.parametrize("purpose", ["   ", "\n", "\x1b"])
def test_login_needs_a_purpose(served, purpose):
    assert 422 == served.other().post("/api/login", {**RIGHT, "purpose": purpose}).status_code


def test_logout_ends_the_session_on_the_server(served):
    viewer = served.as_("viewer")
    cookie = dict(viewer.client.cookies)
    assert 204 == viewer.post("/api/logout").status_code
    browser = served.other(cookies=cookie)
    assert 401 == browser.get("/api/session").status_code


def test_cookies_are_httponly_and_secure(site_data, tmp_path):
    with serving(site_data, tmp_path, secure=True) as served:
        received = served.other().post("/api/login", RIGHT).headers["set-cookie"]
        name = received.partition("=")[0]
        assert "__Host-passerby-8770" == name
        assert {"HttpOnly", "Path=/", "SameSite=strict", "Secure"} <= set(received.split("; "))
        assert "max-age=31536000; includeSubDomains" == served.get("/api/login").headers["strict-transport-security"]


def test_a_new_session_at_each_login(served):
    browser = served.as_("viewer")
    first = dict(browser.client.cookies)
    browser.post("/api/login", RIGHT)
    assert first != dict(browser.client.cookies)


def test_login_options(served):
    received = served.other().get("/api/login").json()
    assert {"site": "North hall", "password": True, "oidc": None, "oidc_url": "/login/oidc"} == received
    assert 404 == served.other().get("/login/oidc?purpose=x").status_code


def test_the_same_purpose_said_again_is_not_logged_again(served):
    viewer = served.as_("viewer")
    before = len(deeds(served, "login"))
    for _ in range(181):
        assert 200 == viewer.put("/api/session/purpose", {"purpose": " case   8"}).status_code
    assert before + 1 == len(deeds(served, "login"))


def test_purposes_that_change_all_the_time_are_limited(served):
    viewer = served.as_("viewer")
    answers = [viewer.put("/api/session/purpose", {"purpose": f"case {n}"}) for n in range(100, 101 + MAX_PURPOSES)]
    assert [*[200] * MAX_PURPOSES, 429] == [answer.status_code for answer in answers]
    assert "retry-after" in answers[-1].headers
