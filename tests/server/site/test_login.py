"""Coming in: passwords, second factors, sessions, and those who guess."""

import hashlib

import pyotp
import pytest

from passerby.config.roles import Role
from passerby.server.guard import HEADERS as SECURITY
from passerby.server.site.login_throttle import BOTH
from passerby.store.accounts.accounts import FIRST
from passerby.store.audit.log import read
from tests.server.site.conftest import FILE, HEADERS, TOKEN, password_of, serving

WRONG = {"name": "viewer", "password": "not the password", "purpose": "case 7"}
RIGHT = {**WRONG, "password": password_of("viewer")}


def deeds(served, *what):
    with served.place.database.reading() as connection:
        return [(one.who, one.what, one.purpose) for _, one in read(connection) if one.what in what]


def factor(browser, name):
    """Set a second factor up; what makes its codes."""
    told = browser.post("/api/own/factor", {"password": password_of(name)}).json()
    made = pyotp.TOTP(told["secret"])
    return made, told


@pytest.mark.parametrize("role", Role)
def test_each_role_comes_in_and_says_what_for(served, role):
    told = served.as_(role).get("/api/session").json()
    assert (role.value, role.value, "password", "case 7") == tuple(
        told[name] for name in ("name", "role", "by", "purpose")
    )
    assert (f"account:{role.value}", "login", "case 7") == deeds(served, "login")[-1]


@pytest.mark.parametrize("purpose", ["   ", "\n", "\x1b"])
def test_nobody_comes_in_without_a_purpose(served, purpose):
    assert 422 == served.other().post("/api/login", {**RIGHT, "purpose": purpose}).status_code


def test_a_wrong_password_is_written_down(served):
    assert 401 == served.other().post("/api/login", WRONG).status_code
    assert 401 == served.other().post("/api/login", {**WRONG, "name": "my password, by mistake"}).status_code
    assert [("account:viewer", "login_refused", None), ("unknown", "login_refused", None)] == deeds(
        served, "login_refused"
    )


def test_an_unknown_name_is_answered_as_a_wrong_password(served):
    answers = [served.other().post("/api/login", {**WRONG, "name": name}) for name in ("viewer", "nobody")]
    assert answers[0].json() == answers[1].json()
    assert [401, 401] == [answer.status_code for answer in answers]


def test_guessing_is_slow_and_a_right_password_waits_as_well(served):
    for _ in range(BOTH):
        assert 401 == served.other().post("/api/login", WRONG).status_code
    answer = served.other().post("/api/login", RIGHT)
    assert (429, "3") == (answer.status_code, answer.headers["retry-after"])
    served.clock.go(2.5)
    assert 401 == served.other().post("/api/login", WRONG).status_code
    served.clock.go(2.5)
    assert 429 == served.other().post("/api/login", RIGHT).status_code
    served.clock.go(2.5)
    assert 204 == served.other().post("/api/login", RIGHT).status_code


def test_guessing_the_token_is_slow(served):
    for _ in range(BOTH):
        assert 401 == served.other().get("/", params={"token": "guessed"}).status_code
    assert 429 == served.other().get("/", params={"token": TOKEN}).status_code


def test_a_second_factor(served):
    made, told = factor(served.as_("viewer"), "viewer")
    assert told["address"].startswith("otpauth://totp/passerby%20North%20hall:viewer?secret=")
    body = {"password": password_of("viewer"), "secret": told["secret"]}
    browser = served.as_("viewer")
    assert 422 == browser.put("/api/own/factor", {**body, "code": "000000"}).status_code
    code = made.at(int(served.clock.wall))
    assert 204 == browser.put("/api/own/factor", {**body, "code": code}).status_code
    assert 401 == browser.get("/api/session").status_code  # all sessions have ended
    answer = served.other().post("/api/login", RIGHT)
    assert (401, "code") == (answer.status_code, answer.json()["needs"])
    assert 401 == served.other().post("/api/login", {**RIGHT, "code": "000000"}).status_code
    browser = served.enter("viewer", code=code)
    assert True is browser.get("/api/session").json()["totp"]
    assert 401 == served.other().post("/api/login", {**RIGHT, "code": code}).status_code  # each code is good once
    served.clock.go(30)
    browser = served.enter("viewer", code=made.at(int(served.clock.wall)))
    assert 403 == browser.post("/api/own/factor/remove", {"password": "not mine, I sat down here"}).status_code
    assert 204 == browser.post("/api/own/factor/remove", {"password": password_of("viewer")}).status_code
    served.enter("viewer")


def test_codes_are_not_guessed(served):
    made, told = factor(served.as_("viewer"), "viewer")
    body = {"password": password_of("viewer"), "secret": told["secret"], "code": made.at(int(served.clock.wall))}
    assert 204 == served.as_("viewer").put("/api/own/factor", body).status_code
    answers = [served.other().post("/api/login", {**RIGHT, "code": "12345"}).status_code for _ in range(BOTH + 1)]
    assert [*[401] * BOTH, 429] == answers


def test_ones_own_password(served):
    browser, other = served.as_("operator"), served.as_("operator")
    new = "nine purple kettles on a shelf"
    wrong = browser.put("/api/own/password", {"old": "not mine, I sat down here", "new": new})
    assert 403 == wrong.status_code
    for weak in ("short", "password1234", "operatoroperator", "aaaaaaaaaaaaaaaa"):
        answer = browser.put("/api/own/password", {"old": password_of("operator"), "new": weak})
        assert 422 == answer.status_code, weak
    assert 204 == browser.put("/api/own/password", {"old": password_of("operator"), "new": new}).status_code
    assert [401, 401] == [one.get("/api/session").status_code for one in (browser, other)]
    served.enter("operator", password=new)


OWN = "a password of my own choice"


def given(served, name="newcomer"):
    """An account that an administrator has just made, in another browser."""
    wish = {"name": name, "role": "viewer", "password": password_of(name)}
    assert 200 == served.as_("administrator").post("/api/accounts", wish).status_code
    return served.enter(name)


def test_a_password_that_somebody_else_gave_is_good_for_taking_ones_own(served):
    browser = given(served)
    assert "password" == browser.get("/api/session").json()["owes"]
    answer = browser.get("/api/cameras")
    assert (403, "password") == (answer.status_code, answer.json()["needs"])
    same = {"old": password_of("newcomer"), "new": password_of("newcomer")}
    assert 422 == browser.put("/api/own/password", same).status_code
    assert 204 == browser.put("/api/own/password", {**same, "new": OWN}).status_code
    browser = served.enter("newcomer", password=OWN)
    assert (None, 200) == (browser.get("/api/session").json()["owes"], browser.get("/api/cameras").status_code)
    # And again when somebody else gives a new one.
    served.as_("administrator").put("/api/accounts/newcomer", {"password": password_of("newcomer")})
    assert "password" == served.enter("newcomer").get("/api/session").json()["owes"]


def test_a_password_that_somebody_else_gave_is_not_good_for_long(served):
    given(served)
    served.clock.go(FIRST + 1)
    wish = {"name": "newcomer", "password": password_of("newcomer"), "purpose": "case 7"}
    answer = served.other().post("/api/login", wish)
    assert (422, True) == (answer.status_code, "14 days" in answer.json()["detail"])
    assert ("account:newcomer", "login_refused", None) == deeds(served, "login_refused")[-1]


def test_a_stolen_password_cannot_be_taken(made, tmp_path):
    (tmp_path / "stolen.txt").write_text(f"{hashlib.sha1(OWN.encode()).hexdigest().upper()}:12\n")
    with serving(made, tmp_path, FILE + "pages:\n  stolen: stolen.txt\n") as served:
        wish = {"old": password_of("viewer"), "new": OWN}
        answer = served.as_("viewer").put("/api/own/password", wish)
        assert (422, True) == (answer.status_code, "stolen somewhere" in answer.json()["detail"])
        assert 204 == served.as_("viewer").put("/api/own/password", {**wish, "new": OWN + " and more"}).status_code


def test_everybody_sets_up_a_second_factor_where_the_site_says_so(made, tmp_path):
    with serving(made, tmp_path, FILE + "pages:\n  second_factor: true\n") as served:
        browser = served.as_("viewer")
        assert "factor" == browser.get("/api/session").json()["owes"]
        answer = browser.get("/api/cameras")
        assert (403, "factor") == (answer.status_code, answer.json()["needs"])
        codes, told = factor(browser, "viewer")
        now = served.clock.now().wall
        body = {"password": password_of("viewer"), "secret": told["secret"], "code": codes.at(now)}
        assert 204 == browser.put("/api/own/factor", body).status_code
        browser = served.enter("viewer", code=codes.at(now + 30))
        assert (None, 200) == (browser.get("/api/session").json()["owes"], browser.get("/api/cameras").status_code)
        assert 200 == served.get("/api/cameras").status_code  # by the token: whoever has it is at the machine itself


def test_sessions_are_seen_and_ended(served):
    viewer, administrator = served.as_("viewer"), served.as_("administrator")
    found = administrator.get("/api/sessions").json()
    (one,) = [session for session in found if session["name"] == "viewer"]
    assert ("account:viewer", "password", "case 7", False) == tuple(one[n] for n in ("who", "by", "purpose", "own"))
    assert 204 == administrator.delete(f"/api/sessions/{one['id']}").status_code
    assert 401 == viewer.get("/api/session").status_code
    assert 404 == administrator.delete(f"/api/sessions/{one['id']}").status_code


def test_ones_own_sessions(served):
    lost, here = served.as_("viewer"), served.as_("viewer")
    assert [False, True] == [one["own"] for one in here.get("/api/own/sessions").json()]
    assert 403 == here.post("/api/own/sessions/end", {"password": "not mine, I sat down here"}).status_code
    assert [True] == [
        one["own"] for one in here.post("/api/own/sessions/end", {"password": password_of("viewer")}).json()
    ]
    assert [401, 200] == [browser.get("/api/session").status_code for browser in (lost, here)]


def test_going_out_ends_the_session_on_the_server(served):
    viewer = served.as_("viewer")
    cookie = dict(viewer.client.cookies)
    assert 204 == viewer.post("/api/logout").status_code
    browser = served.other(cookies=cookie)
    assert 401 == browser.get("/api/session").status_code


@pytest.mark.parametrize(("idle", "longest"), [(3599, 200), (3601, 401)])
def test_a_session_ends_when_nothing_is_asked_for(served, idle, longest):
    viewer = served.as_("viewer")
    served.clock.go(idle)
    assert longest == viewer.get("/api/session").status_code


def test_a_session_ends_in_any_case(served):
    viewer = served.as_("viewer")
    for _ in range(23):
        served.clock.go(1800)
        assert 200 == viewer.get("/api/session").status_code
    served.clock.go(1801)
    assert 401 == viewer.get("/api/session").status_code


def test_the_cookie_is_not_in_the_database(served):
    cookies = [*served.client.cookies.values(), *served.as_("viewer").client.cookies.values()]
    served.place.database.close()
    found = b"".join(path.read_bytes() for path in (served.place.config.parent / "data").glob("passerby.db*"))
    assert 2 == len(cookies)
    assert not any(cookie.encode() in found for cookie in cookies)
    assert password_of("viewer").encode() not in found
    assert b"$argon2id$" in found


def test_cookies_cannot_be_read_by_scripts_and_stay_on_tls(made, tmp_path):
    with serving(made, tmp_path, secure=True) as served:
        told = served.other().post("/api/login", RIGHT).headers["set-cookie"]
        name = told.partition("=")[0]
        assert "__Host-passerby-8770" == name
        assert {"HttpOnly", "Path=/", "SameSite=strict", "Secure"} <= set(told.split("; "))
        assert "max-age=31536000; includeSubDomains" == served.get("/api/login").headers["strict-transport-security"]


def test_a_new_session_at_each_login(served):
    browser = served.as_("viewer")
    first = dict(browser.client.cookies)
    browser.post("/api/login", RIGHT)
    assert first != dict(browser.client.cookies)


@pytest.mark.parametrize("path", ["/", "/api/login", "/api/session", "/api/cameras", "/assets/none.js"])
def test_security_headers_go_with_every_answer(served, path):
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


def test_requests_of_other_sites_change_nothing(served):
    """No form and no script of another site can send our header, or come from our origin."""
    bare = {"host": HEADERS["host"]}
    for method, path in changing(served):
        assert 403 == served.client.request(method, path, headers=bare, json={}).status_code, path
        elsewhere = {**HEADERS, "origin": "https://evil.example"}
        assert 403 == served.client.request(method, path, headers=elsewhere, json={}).status_code, path
        marked = {**HEADERS, "sec-fetch-site": "cross-site"}
        assert 403 == served.client.request(method, path, headers=marked, json={}).status_code, path
    assert 20 < len(changing(served))


def test_a_link_may_lead_to_the_page_and_to_nothing_else(served):
    link = {**HEADERS, "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
    assert 403 != served.client.get("/", headers=link).status_code
    assert 403 == served.client.get("/api/cameras", headers=link).status_code
    framed = {**link, "sec-fetch-dest": "iframe"}
    assert 403 == served.client.get("/", headers=framed).status_code


def test_other_names_are_refused(served):
    assert 403 == served.client.get("/api/login", headers={**HEADERS, "host": "evil.example"}).status_code


def test_what_this_machine_may_ask_without_a_login(served):
    nobody = served.other()
    assert "North hall" == nobody.get("/api/status").json()["name"]
    assert "passerby_camera_live" in nobody.get("/metrics").text
    assert 401 == nobody.get("/api/health").status_code


def test_elsewhere_nothing_is_told_without_a_login(made, tmp_path):
    with serving(made, tmp_path, local=False) as served:
        for path in ("/api/status", "/metrics", "/api/health", "/api/cameras", "/api/live"):
            assert served.other().get(path).status_code in (401, 404), path


def test_the_way_in_is_told_and_no_more(served):
    told = served.other().get("/api/login").json()
    assert {"site": "North hall", "password": True, "oidc": None, "leave": "/login/leave"} == told
    assert 404 == served.other().get("/login/leave?purpose=x").status_code
