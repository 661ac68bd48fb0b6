"""What an account has chosen, and its browsers."""

from datetime import time

import pytest

from passerby.config.notifications.kinds import NotificationChannel, NotificationKind
from passerby.config.notifications.quiet_hours import QuietHours
from passerby.config.roles import Role
from passerby.core.errors import UsageError
from passerby.store.accounts.accounts import Accounts
from passerby.store.notifications.preferences import MAX_BROWSERS, NotificationPreferences, Preferences


@pytest.fixture
def preferences(recordings):
    for name in ("jo", "al", "last"):
        Accounts(recordings.database).add(name, Role.ADMINISTRATOR, 1.0)
    return Preferences(recordings.database)


def test_nothing_is_chosen_until_somebody_chooses(preferences):
    assert ({}, ()) == (preferences.all(), preferences.get(1).wanted(NotificationKind.EVENT))


def test_what_was_chosen_is_read_again(preferences):
    chosen = NotificationPreferences(
        mail_address="jo@example.org",
        channels={NotificationKind.EVENT: (NotificationChannel.MAIL, NotificationChannel.PUSH)},
        quiet_hours=QuietHours(start=time(22), end=time(6)),
        language="de",
    )
    preferences.put(1, NotificationPreferences())
    preferences.put(1, chosen)
    assert {1: chosen} == preferences.all()


def test_a_browser_that_subscribes_again_is_one(preferences):
    preferences.add_browser(1, "https://push.example/1", "k", "a", "Firefox", 5.0)
    preferences.add_browser(1, "https://push.example/1", "k2", "a2", "Firefox", 6.0)
    preferences.add_browser(2, "https://push.example/1", "k", "a", "Firefox", 6.0)
    (browser,) = preferences.browsers(1)
    assert ("k2", "a2", 5.0) == (browser.p256dh, browser.auth, browser.created)
    assert not preferences.remove_browser(2, browser.id)  # nobody removes that of another
    assert preferences.remove_browser(1, browser.id)
    assert [] == preferences.browsers(1)


def test_there_are_only_so_many_browsers(preferences):
    for number in range(MAX_BROWSERS):
        preferences.add_browser(1, f"https://push.example/{number}", "k", "a", "Firefox", 5.0)
    preferences.add_browser(1, "https://push.example/0", "k", "a", "Firefox", 5.0)
    with pytest.raises(UsageError, match="Remove one"):
        preferences.add_browser(1, "https://push.example/more", "k", "a", "Firefox", 5.0)


def test_what_an_account_has_chosen_goes_with_it(recordings, preferences):
    preferences.put(1, NotificationPreferences(mail_address="jo@example.org"))
    preferences.add_browser(1, "https://push.example/1", "k", "a", "Firefox", 5.0)
    Accounts(recordings.database).remove("jo")
    assert ({}, []) == (preferences.all(), preferences.browsers(1))
