"""Passwords, second factors, sessions, and guessing them."""

import threading

import pyotp
import pytest

from passerby.server.login_throttle import FREE_PER_PAIR, TooManyAttempts
from passerby.store.accounts import passwords
from passerby.store.accounts.accounts import INITIAL_PASSWORD_S
from passerby.store.accounts.passwords import HashingBusy, HashingPlaces
from passerby.store.audit.log import read
from tests.server.site.fixtures import FILE, TOKEN, password_of, serving

WRONG = {"name": "viewer", "password": "not the password", "purpose": "case 7"}


RIGHT = {**WRONG, "password": password_of("viewer")}


def deeds(served, *what):
    with served.context.database.read_transaction() as connection:
        return [(one.actor, one.action, one.purpose) for _, one in read(connection) if one.action in what]


def factor(browser, name):
    """Request a second factor: the app that generates its codes, and the response."""
    enrolled = browser.post("/api/me/totp", {"password": password_of(name)}).json()
    return pyotp.TOTP(enrolled["secret"]), enrolled


def test_a_wrong_password_is_logged(served):
    assert 401 == served.other().post("/api/login", WRONG).status_code
    assert 401 == served.other().post("/api/login", {**WRONG, "name": "my password, by mistake"}).status_code
    assert [("account:viewer", "login_failed", None), ("unknown", "login_failed", None)] == deeds(
        served, "login_failed"
    )


def test_an_unknown_name_gets_the_same_response_as_a_wrong_password(served):
    answers = [served.other().post("/api/login", {**WRONG, "name": name}) for name in ("viewer", "nobody")]
    assert answers[0].json() == answers[1].json()
    assert [401, 401] == [answer.status_code for answer in answers]


def test_guessing_is_slow_and_the_right_password_waits_too(served):
    for _ in range(FREE_PER_PAIR):
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
    for _ in range(FREE_PER_PAIR):
        assert 401 == served.other().get("/", params={"token": "guessed"}).status_code
    assert 429 == served.other().get("/", params={"token": TOKEN}).status_code


def test_codes_are_not_guessed(served):
    app, enrolled = factor(served.as_("viewer"), "viewer")
    body = {"password": password_of("viewer"), "secret": enrolled["secret"], "code": app.at(int(served.clock.wall))}
    assert 204 == served.as_("viewer").put("/api/me/totp", body).status_code
    answers = [
        served.other().post("/api/login", {**RIGHT, "code": "12345"}).status_code for _ in range(FREE_PER_PAIR + 1)
    ]
    assert [*[401] * FREE_PER_PAIR, 429] == answers


def given(served, name="newcomer"):
    """An account that an administrator has just site_data, in another browser."""
    wish = {"name": name, "role": "viewer", "password": password_of(name)}
    assert 200 == served.as_("administrator").post("/api/accounts", wish).status_code
    return served.enter(name)


def test_an_initial_password_expires(served):
    given(served)
    served.clock.go(INITIAL_PASSWORD_S + 1)
    wish = {"name": "newcomer", "password": password_of("newcomer"), "purpose": "case 7"}
    answer = served.other().post("/api/login", wish)
    assert (422, True) == (answer.status_code, "14 days" in answer.json()["detail"])
    assert ("account:newcomer", "login_failed", None) == deeds(served, "login_failed")[-1]


def test_a_site_can_require_a_second_factor(site_data, tmp_path):
    with serving(site_data, tmp_path, FILE + "web:\n  second_factor: true\n") as served:
        browser = served.as_("viewer")
        assert "totp" == browser.get("/api/session").json()["must_set_up"]
        answer = browser.get("/api/cameras")
        assert (403, "totp") == (answer.status_code, answer.json()["needs"])
        codes, enrolled = factor(browser, "viewer")
        now = served.clock.now().wall
        body = {"password": password_of("viewer"), "secret": enrolled["secret"], "code": codes.at(now)}
        assert 204 == browser.put("/api/me/totp", body).status_code
        browser = served.enter("viewer", code=codes.at(now + 30))
        assert (None, 200) == (
            browser.get("/api/session").json()["must_set_up"],
            browser.get("/api/cameras").status_code,
        )
        assert 200 == served.get("/api/cameras").status_code  # by the token: whoever has it is at the machine itself


@pytest.mark.parametrize(("idle", "longest"), [(3599, 200), (3601, 401)])
def test_an_idle_session_ends(served, idle, longest):
    viewer = served.as_("viewer")
    served.clock.go(idle)
    assert longest == viewer.get("/api/session").status_code


def test_a_session_ends_after_its_longest_duration(served):
    viewer = served.as_("viewer")
    for _ in range(23):
        served.clock.go(1800)
        assert 200 == viewer.get("/api/session").status_code
    served.clock.go(1801)
    assert 401 == viewer.get("/api/session").status_code


def test_the_cookie_is_not_in_the_database(served):
    cookies = [*served.client.cookies.values(), *served.as_("viewer").client.cookies.values()]
    served.context.database.close()
    found = b"".join(path.read_bytes() for path in (served.context.config.parent / "data").glob("passerby.db*"))
    assert 2 == len(cookies)
    assert not any(cookie.encode() in found for cookie in cookies)
    assert password_of("viewer").encode() not in found
    assert b"$argon2id$" in found


def test_passwords_that_are_guessed_side_by_side_are_not_checked(served, monkeypatch):
    """60 at once: without a count before the check, all of them would be checked before the first one has failed."""
    checked, lock = [], threading.Lock()
    barrier, check = threading.Barrier(60), served.authenticator.accounts.authenticate

    def slow(name, password):
        with lock:
            checked.append(password)
        return check(name, password)

    monkeypatch.setattr(served.authenticator.accounts, "authenticate", slow)
    outcomes = []

    def guess(n):
        barrier.wait(20)
        try:
            outcomes.append(served.authenticator.open_by_password("viewer", f"guess {n}", None, "x", "192.0.2.1"))
        except (TooManyAttempts, HashingBusy) as error:
            outcomes.append(type(error))

    threads = [threading.Thread(target=guess, args=(n,)) for n in range(60)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(checked) <= FREE_PER_PAIR
    assert (60, 60 - FREE_PER_PAIR) == (len(outcomes), outcomes.count(TooManyAttempts))


def test_a_missing_code_is_no_failed_login(served):
    app, enrolled = factor(served.as_("viewer"), "viewer")
    body = {"password": password_of("viewer"), "secret": enrolled["secret"], "code": app.at(int(served.clock.wall))}
    assert 204 == served.as_("viewer").put("/api/me/totp", body).status_code
    answers = [served.other().post("/api/login", RIGHT) for _ in range(2 * FREE_PER_PAIR)]
    assert {(401, "code")} == {(answer.status_code, answer.json()["needs"]) for answer in answers}


def test_who_comes_while_too_many_passwords_are_checked_is_told_when_to_come_back(served, monkeypatch):
    viewer = served.as_("viewer")
    monkeypatch.setattr(passwords, "_places", HashingPlaces(0, 0))
    for answer in (
        served.other().post("/api/login", RIGHT),
        viewer.post("/api/me/totp", {"password": password_of("viewer")}),
    ):
        assert (503, "3") == (answer.status_code, answer.headers["retry-after"])
    monkeypatch.undo()
    assert 204 == served.other().post("/api/login", RIGHT).status_code
