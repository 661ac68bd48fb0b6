"""Who is notified of what: by role, by choice, by quiet hours, and of a clip only who may decide it."""

from datetime import time

import pytest

from passerby.config.notifications.kinds import NotificationChannel, NotificationKind
from passerby.config.notifications.quiet_hours import QuietHours
from passerby.config.roles import RIGHTS, Role
from passerby.store.accounts.accounts import Accounts
from passerby.store.accounts.approvals import ApprovalKind, Approvals, ApprovalStage
from passerby.store.notifications.facts import Facts
from passerby.store.notifications.preferences import NotificationPreferences
from passerby.store.notifications.queue import MAX_AGE_S, NotificationQueue
from passerby.uplink.notifications.planner import (
    PICTURE_DELAY_S,
    NotificationPlanner,
    is_obsolete,
    language_of,
    may_be_told,
)
from tests.store.footage import WALL
from tests.uplink.notifications.fixtures import site_of, wanting

MAIL, PUSH = NotificationChannel.MAIL, NotificationChannel.PUSH
CLIP = {"camera": "yard", "start": 1.0, "end": 2.0, "row": 3}


def planned(database, site, now=WALL):
    """Names of those to whom each channel sends something from `now` on, with the kinds."""
    NotificationPlanner(database).plan(site, now)
    names = {account.id: account.name for account in Accounts(database).all()}
    found = {}
    for channel in NotificationChannel:
        for owner, queued in NotificationQueue(database).due(channel, now).items():
            found[names[owner], channel.value] = [one.kind for one in queued]
    return found


def event(database, kind=NotificationKind.EVENT, key="e", now=WALL):
    Facts(database).report(key, kind, {"camera": "yard", "time": now, "event": key}, now)


def test_each_by_the_channels_that_were_chosen(database, tmp_path):
    wanting(database, "jo", channels=("mail", "push"))
    wanting(database, "al", kinds=(NotificationKind.CLOCK,), channels=("mail",))
    Accounts(database).add("nobody", Role.ADMINISTRATOR, 1.0)
    event(database)
    assert {("jo", "mail"): ["event"], ("jo", "push"): ["event"]} == planned(database, site_of(tmp_path))
    assert [] == Facts(database).pending()
    assert 0 == NotificationPlanner(database).plan(site_of(tmp_path), WALL)  # once


@pytest.mark.parametrize("role", Role)
def test_nobody_is_told_what_they_may_not_see(database, tmp_path, role):
    account = wanting(database, "jo", role, channels=("mail",))
    for kind in NotificationKind:
        if "waits" not in kind:
            event(database, kind, kind.value)
    told = set(planned(database, site_of(tmp_path)).get(("jo", "mail"), ()))
    expected = {"camera_lost", "camera_back", "check_failed", "storage", "clock"}
    expected |= {"event", "tamper"} if role is not Role.AUDITOR else set()
    expected |= {"update"} if role is Role.ADMINISTRATOR else set()
    assert expected == told
    assert RIGHTS[account.role]


def test_an_account_that_was_turned_off_is_told_nothing(database, tmp_path):
    wanting(database, "jo", channels=("mail",))
    wanting(database, "al", channels=("mail",))
    Accounts(database).change("jo", 2.0, active=False)
    event(database)
    assert {("al", "mail"): ["event"]} == planned(database, site_of(tmp_path))


def test_in_quiet_hours_it_waits_for_their_end(database, tmp_path):
    """It is nine o'clock in Berlin."""
    wanting(database, "jo", channels=("mail",), quiet_hours=QuietHours(start=time(8), end=time(10)))
    wanting(database, "al", channels=("mail",), quiet_hours=QuietHours(start=time(7), end=time(9)))
    event(database)
    assert {("al", "mail"): ["event"]} == planned(database, site_of(tmp_path))
    assert {} == {key: kinds for key, kinds in planned(database, site_of(tmp_path), WALL + 3599).items() if "jo" in key}
    assert ["event"] == planned(database, site_of(tmp_path), WALL + 3600)["jo", "mail"]


def test_an_email_waits_for_its_picture(database, tmp_path):
    wanting(database, "jo", channels=("mail", "push"))
    event(database)
    site = site_of(tmp_path, "  thumbnails: true")
    assert {("jo", "push"): ["event"]} == planned(database, site)
    assert ("jo", "mail") in planned(database, site, WALL + PICTURE_DELAY_S)


def test_a_clip_is_told_to_those_who_may_decide_it(database, tmp_path):
    """Not to whoever asks, nor to one whose account the same person has made, nor to a viewer."""
    for name, role in (("asks", Role.OPERATOR), ("decides", Role.OPERATOR), ("looks", Role.VIEWER)):
        wanting(database, name, role, channels=("mail",))
    wanting(database, "made", Role.OPERATOR, channels=("mail",))
    Accounts(database).change("made", 2.0, by="account:asks", active=True)
    approval = Approvals(database).request(ApprovalKind.EXPORT, "account:asks", "a bicycle", CLIP, WALL)
    assert {("decides", "mail"): ["clip_waits"]} == planned(database, site_of(tmp_path))
    body = {"approval": approval.id}
    assert not is_obsolete(database, "clip_waits", body)
    Approvals(database).decide(approval.id, ApprovalStage.REJECTED, "account:decides", WALL)
    assert is_obsolete(database, "clip_waits", body)
    assert not is_obsolete(database, "event", {})


def test_a_clip_that_was_decided_meanwhile_is_not_told(database, tmp_path):
    wanting(database, "decides", Role.OPERATOR, channels=("mail",))
    approval = Approvals(database).request(ApprovalKind.EXPORT, "account:asks", "a bicycle", CLIP, WALL)
    Approvals(database).decide(approval.id, ApprovalStage.APPROVED, "account:al", WALL)
    assert {} == planned(database, site_of(tmp_path))


def test_a_change_of_accounts_is_told_to_auditors(database, tmp_path):
    wanting(database, "audra", Role.AUDITOR, channels=("mail",))
    wanting(database, "adam", Role.ADMINISTRATOR, channels=("mail",))
    Approvals(database).request(ApprovalKind.ACCOUNT, "account:adam", "x", {"change": {}, "secrets": {}}, WALL)
    assert {("audra", "mail"): ["account_waits"]} == planned(database, site_of(tmp_path))


def test_what_is_a_day_old_is_not_told_any_more(database, tmp_path):
    wanting(database, "jo", channels=("mail",))
    event(database)
    assert {} == planned(database, site_of(tmp_path), WALL + MAX_AGE_S + 1)
    assert [] == Facts(database).pending()


def test_the_language_is_the_accounts_own_else_that_of_its_page(database, tmp_path):
    account, site = wanting(database, "jo"), site_of(tmp_path)
    assert "en" == language_of(account, NotificationPreferences(), site)
    assert "de" == language_of(account, NotificationPreferences(), site_of(tmp_path, "  language: de"))
    assert "de" == language_of(account, NotificationPreferences(language="de"), site)
    Accounts(database).set_language("jo", "en")
    assert "en" == language_of(Accounts(database).get("jo"), NotificationPreferences(language="de"), site)


def test_a_kind_that_this_version_does_not_know_is_told_to_nobody(database):
    account = wanting(database, "adam", Role.ADMINISTRATOR)
    assert may_be_told(account, "event")
    assert not may_be_told(account, "account_waits")
    assert not may_be_told(account, "of a later version")
