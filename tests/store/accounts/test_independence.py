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


def test_two_accounts_of_one_person_may_not_decide_on_each_others_requests(accounts):
    """Whenever they were made, and through whatever accounts."""
    accounts.add("left", Role.OPERATOR, 2.0, by="account:al")
    accounts.add("right", Role.OPERATOR, 2.0, by="account:al")
    accounts.add("between", Role.ADMINISTRATOR, 2.0, by="account:al")
    accounts.add("far", Role.OPERATOR, 3.0, by="account:between")
    for one, other in (("left", "right"), ("left", "far"), ("far", "al"), ("between", "right")):
        assert "one person" in why(accounts, one, other)
        assert "one person" in why(accounts, other, one)
    accounts.remove("between")
    assert "one person" in why(accounts, "left", "far")
    accounts.add("theirs", Role.OPERATOR, 2.0, by="account:jo")
    assert why(accounts, "left", "theirs") is why(accounts, "left", "mo") is None


def test_a_new_way_to_log_in_makes_accounts_independent_and_a_second_one_does_not(accounts):
    for name in ("left", "right"):
        accounts.add(name, Role.OPERATOR, 2.0, password_hash="x", by="account:al")
    for change in ({"role": "viewer"}, {"active": False}, {"totp_secret": None}, {"oidc_subject": "x"}):
        accounts.change("left", 3.0, by="account:jo", **change)
        assert "one person" in why(accounts, "left", "right")
    accounts.change("left", 3.0, by="account:jo", password_hash="y")
    assert "one person" in why(accounts, "left", "right")  # it may still be linked to the other one's identity
    accounts.change("left", 3.0, by="system:root", password_hash="y", oidc_subject=None)
    assert why(accounts, "left", "right") is None


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
