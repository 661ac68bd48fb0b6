"""Accounts: unique, changed only in known columns, never without the last of a role, and codes that work once."""

import pyotp
import pytest

from passerby.config.roles import Role
from passerby.core.errors import UsageError
from passerby.store.accounts import accounts as module
from passerby.store.accounts.accounts import TOTP_STEP_S, Accounts, account_name
from passerby.store.accounts.sessions import Sessions
from passerby.store.database import Database


@pytest.fixture
def database(tmp_path):
    with Database.open(tmp_path / "data", create=True) as database:
        yield database


@pytest.fixture
def accounts(database):
    return Accounts(database)


@pytest.mark.parametrize("name", ["", "a b", "-jo", "x" * 65])
def test_an_invalid_name_is_refused(name):
    with pytest.raises(UsageError, match="not a valid account name"):
        account_name(name)


def test_names_are_lower_case_and_unique(accounts):
    accounts.add(" Jo ", Role.VIEWER, 1.0, oidc_subject="jo@idp")
    assert "account:jo" == accounts.find("JO").actor
    for name, subject in (("jo", None), ("kim", "jo@idp")):
        with pytest.raises(UsageError, match="already an account"):
            accounts.add(name, Role.VIEWER, 1.0, oidc_subject=subject)


def test_an_unknown_account_is_an_error_with_advice(accounts):
    with pytest.raises(UsageError, match="passerby accounts list"):
        accounts.get("nobody")


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.AUDITOR])
def test_the_last_of_a_role_stays(accounts, role):
    accounts.add("jo", role, 1.0)
    with pytest.raises(UsageError, match="Add another one first"):
        accounts.remove("jo")
    with pytest.raises(UsageError, match="Add another one first"):
        accounts.change("jo", 2.0, role=Role.VIEWER.value)
    accounts.add("kim", role, 1.0)
    accounts.remove("jo")


def test_a_change_ends_all_sessions(accounts, database):
    account = accounts.add("jo", Role.VIEWER, 1.0)
    cookie = Sessions(database).open(account, account.actor, "password", None, 1.0)
    accounts.change("jo", 2.0, role=Role.OPERATOR.value)
    assert Sessions(database).find(cookie, 2.0) is None
    assert (Role.OPERATOR, 2.0) == (accounts.get("jo").role, accounts.get("jo").changed)
    with pytest.raises(ValueError, match="cannot be changed"):
        accounts.change("jo", 2.0, id=7)


def test_only_an_active_account_is_authenticated(accounts, monkeypatch):
    monkeypatch.setattr(module, "verify_password", lambda stored, password: stored == password)
    accounts.add("jo", Role.VIEWER, 1.0, password_hash="right")
    assert "jo" == accounts.authenticate("Jo", "right").name
    assert accounts.authenticate("jo", "wrong") is None
    accounts.change("jo", 2.0, active=False)
    assert accounts.authenticate("jo", "right") is None


def test_a_code_works_once_and_a_little_early_or_late(accounts):
    account, secret = accounts.add("jo", Role.VIEWER, 1.0), pyotp.random_base32()
    assert not accounts.verify_totp(account, "000000", 0.0)
    accounts.change("jo", 2.0, totp_secret=secret)
    totp, now = pyotp.TOTP(secret, interval=TOTP_STEP_S), 1_800_000_000
    assert accounts.verify_totp(account, totp.at(now), now + TOTP_STEP_S)
    assert not accounts.verify_totp(account, totp.at(now), now)
    assert not accounts.verify_totp(account, totp.at(now + 2 * TOTP_STEP_S), now)
    assert accounts.verify_totp(account, totp.at(now + TOTP_STEP_S), now)
