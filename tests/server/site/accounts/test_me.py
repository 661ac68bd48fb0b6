"""One's own password, second factor and sessions."""

import hashlib

import pyotp

from tests.server.site.fixtures import FILE, password_of, serving

WRONG = {"name": "viewer", "password": "not the password", "purpose": "case 7"}


RIGHT = {**WRONG, "password": password_of("viewer")}


def factor(browser, name):
    """Request a second factor: the app that generates its codes, and the response."""
    enrolled = browser.post("/api/me/totp", {"password": password_of(name)}).json()
    return pyotp.TOTP(enrolled["secret"]), enrolled


def test_a_second_factor(served):
    app, enrolled = factor(served.as_("viewer"), "viewer")
    assert enrolled["uri"].startswith("otpauth://totp/passerby%20North%20hall:viewer?secret=")
    body = {"password": password_of("viewer"), "secret": enrolled["secret"]}
    browser = served.as_("viewer")
    assert 422 == browser.put("/api/me/totp", {**body, "code": "000000"}).status_code
    code = app.at(int(served.clock.wall))
    assert 204 == browser.put("/api/me/totp", {**body, "code": code}).status_code
    assert 401 == browser.get("/api/session").status_code  # all sessions have ended
    answer = served.other().post("/api/login", RIGHT)
    assert (401, "code") == (answer.status_code, answer.json()["needs"])
    assert 401 == served.other().post("/api/login", {**RIGHT, "code": "000000"}).status_code
    # The code that has set it up was used: it is not good for a login too.
    assert 401 == served.other().post("/api/login", {**RIGHT, "code": code}).status_code
    served.clock.go(30)
    code = app.at(int(served.clock.wall))
    browser = served.enter("viewer", code=code)
    assert True is browser.get("/api/session").json()["has_totp"]
    assert 401 == served.other().post("/api/login", {**RIGHT, "code": code}).status_code  # each code is good once
    served.clock.go(30)
    browser = served.enter("viewer", code=app.at(int(served.clock.wall)))
    assert 403 == browser.post("/api/me/totp/remove", {"password": "not mine, I sat down here"}).status_code
    assert 204 == browser.post("/api/me/totp/remove", {"password": password_of("viewer")}).status_code
    served.enter("viewer")


def test_ones_own_password(served):
    browser, other = served.as_("operator"), served.as_("operator")
    new = "nine purple kettles on a shelf"
    wrong = browser.put("/api/me/password", {"old": "not mine, I sat down here", "new": new})
    assert 403 == wrong.status_code
    for weak in ("short", "password1234", "operatoroperator", "aaaaaaaaaaaaaaaa"):
        answer = browser.put("/api/me/password", {"old": password_of("operator"), "new": weak})
        assert 422 == answer.status_code, weak
    assert 204 == browser.put("/api/me/password", {"old": password_of("operator"), "new": new}).status_code
    assert [401, 401] == [one.get("/api/session").status_code for one in (browser, other)]
    served.enter("operator", password=new)


OWN = "a password of my own choice"


def given(served, name="newcomer"):
    """An account that an administrator has just site_data, in another browser."""
    wish = {"name": name, "role": "viewer", "password": password_of(name)}
    assert 200 == served.as_("administrator").post("/api/accounts", wish).status_code
    return served.enter(name)


def test_an_initial_password_only_allows_choosing_ones_own(served):
    browser = given(served)
    assert "password" == browser.get("/api/session").json()["must_set_up"]
    answer = browser.get("/api/cameras")
    assert (403, "password") == (answer.status_code, answer.json()["needs"])
    same = {"old": password_of("newcomer"), "new": password_of("newcomer")}
    assert 422 == browser.put("/api/me/password", same).status_code
    assert 204 == browser.put("/api/me/password", {**same, "new": OWN}).status_code
    browser = served.enter("newcomer", password=OWN)
    assert (None, 200) == (browser.get("/api/session").json()["must_set_up"], browser.get("/api/cameras").status_code)
    # And again when somebody else gives a new one.
    served.as_("administrator").put("/api/accounts/newcomer", {"password": password_of("newcomer")})
    assert "password" == served.enter("newcomer").get("/api/session").json()["must_set_up"]


def test_a_breached_password_is_rejected(site_data, tmp_path):
    (tmp_path / "stolen.txt").write_text(f"{hashlib.sha1(OWN.encode()).hexdigest().upper()}:12\n")
    with serving(site_data, tmp_path, FILE + "web:\n  breached_passwords: stolen.txt\n") as served:
        wish = {"old": password_of("viewer"), "new": OWN}
        answer = served.as_("viewer").put("/api/me/password", wish)
        assert (422, True) == (answer.status_code, "breach" in answer.json()["detail"])
        assert 204 == served.as_("viewer").put("/api/me/password", {**wish, "new": OWN + " and more"}).status_code


def test_ones_own_sessions(served):
    lost, here = served.as_("viewer"), served.as_("viewer")
    assert [False, True] == [one["current"] for one in here.get("/api/me/sessions").json()]
    assert 403 == here.post("/api/me/sessions/end", {"password": "not mine, I sat down here"}).status_code
    assert [True] == [
        one["current"] for one in here.post("/api/me/sessions/end", {"password": password_of("viewer")}).json()
    ]
    assert [401, 200] == [browser.get("/api/session").status_code for browser in (lost, here)]
