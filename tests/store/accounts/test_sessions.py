"""Sessions end by idle time, by age, with their account, and when the token is new; cookies are stored hashed."""

import pytest

from passerby.config.roles import Role
from passerby.store.accounts.accounts import Accounts
from passerby.store.accounts.sessions import LAST_USED_RESOLUTION_S, Sessions
from passerby.store.database import DATABASE_FILE, Database


@pytest.fixture
def database(tmp_path):
    with Database.open(tmp_path / "data", create=True) as database:
        yield database


@pytest.fixture
def sessions(database):
    return Sessions(database, idle_s=100.0, max_age_s=1000.0)


@pytest.fixture
def account(database):
    return Accounts(database).add("jo", Role.OPERATOR, 0.0)


def test_a_session_has_the_current_role_of_its_account(sessions, account):
    cookie = sessions.open(account, account.actor, "password", "a round", 0.0)
    session = sessions.find(cookie, 10.0)
    assert ("jo", Role.OPERATOR, "password", "a round") == (
        session.name,
        session.role,
        session.method,
        session.purpose,
    )


@pytest.mark.parametrize(("used", "now", "open"), [((), 100.0, True), ((), 101.0, False), ((90.0,), 180.0, True)])
def test_it_ends_when_it_is_idle(sessions, account, used, now, open):
    cookie = sessions.open(account, account.actor, "password", None, 0.0)
    for moment in used:
        assert LAST_USED_RESOLUTION_S < moment
        sessions.find(cookie, moment)
    assert open is (sessions.find(cookie, now) is not None)


def test_it_ends_by_age_however_it_is_used(sessions, account):
    cookie = sessions.open(account, account.actor, "password", None, 0.0)
    assert all(sessions.find(cookie, now) for now in range(0, 1000, 90))
    assert sessions.find(cookie, 1001.0) is None


def test_one_from_the_future_is_over(sessions, account):
    cookie = sessions.open(account, account.actor, "password", None, 5000.0)
    assert sessions.find(cookie, 10.0) is None


def test_sessions_are_closed_one_by_one_by_account_and_by_token(sessions, account):
    cookies = [sessions.open(account, account.actor, "password", None, 0.0) for _ in range(3)]
    token = sessions.open(None, "token:local", "token", None, 0.0)
    assert sessions.close(sessions.find(cookies[0], 1.0).id)
    assert not sessions.close(12345)
    assert 2 == sessions.close_all_of("jo")
    assert "local" == sessions.find(token, 1.0).name
    sessions.delete_token_sessions()
    assert [] == sessions.all(1.0)


def test_no_cookie_is_stored(sessions, account, database):
    cookie = sessions.open(account, account.actor, "password", None, 0.0)
    database.close()
    files = list(database.folder.path.glob(f"{DATABASE_FILE}*"))
    assert files
    assert not any(cookie.encode() in path.read_bytes() for path in files)
