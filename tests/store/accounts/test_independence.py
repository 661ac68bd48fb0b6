"""Two persons who are one."""

import pytest

from passerby.config.roles import Role
from passerby.store.accounts.accounts import Accounts
from passerby.store.accounts.independence import requester_set_up_since, why_not_independent

REQUESTED = 100.0


@pytest.fixture
def accounts(recordings):
    accounts = Accounts(recordings.database)
    for name in ("al", "jo", "mo"):
        accounts.add(name, Role.ADMINISTRATOR, 1.0, by="system:root")
    return accounts


def why(accounts, requested_by, decided_by):
    return why_not_independent(accounts, f"account:{requested_by}", REQUESTED, f"account:{decided_by}")


def test_two_persons_may_decide_on_each_others_requests(accounts):
    assert why(accounts, "al", "jo") is why(accounts, "jo", "al") is None


@pytest.mark.parametrize(
    "change", [{"password_hash": "x"}, {"oidc_subject": "x"}, {"totp_secret": None}, {"role": "operator"}]
)
def test_an_account_that_was_set_up_since_the_request_may_not(accounts, change):
    accounts.change("jo", REQUESTED + 1, by="account:mo", **change)
    assert "after this was requested" in why(accounts, "al", "jo")
    assert why(accounts, "al", "mo") is None


def test_an_account_that_was_made_since_the_request_may_not(accounts):
    accounts.add("new", Role.OPERATOR, REQUESTED, by="account:mo")
    assert "after this was requested" in why(accounts, "al", "new")


def test_whoever_has_set_up_an_account_may_not_decide_with_it_or_for_it(accounts):
    accounts.add("puppet", Role.OPERATOR, 2.0, by="account:al")
    assert "one person" in why(accounts, "al", "puppet")
    assert "one person" in why(accounts, "puppet", "al")
    assert why(accounts, "puppet", "jo") is None


def test_ones_own_changes_make_no_difference(accounts):
    accounts.change("jo", REQUESTED + 1, by="account:jo", password_hash="x")
    accounts.change("jo", REQUESTED + 1, password_hash="y")
    assert why(accounts, "al", "jo") is None


def test_a_requester_who_was_set_up_since_or_is_another_one_by_now(accounts):
    for name in ("jo", "mo"):
        assert not requester_set_up_since(accounts, f"account:{name}", REQUESTED)
    accounts.change("jo", REQUESTED, by="account:al", password_hash="x")
    accounts.remove("mo")
    assert requester_set_up_since(accounts, "account:jo", REQUESTED)
    assert requester_set_up_since(accounts, "account:mo", REQUESTED)
    accounts.add("mo", Role.OPERATOR, REQUESTED + 1, by="account:al")
    assert requester_set_up_since(accounts, "account:mo", REQUESTED)
    assert not requester_set_up_since(accounts, "system:root", REQUESTED)
