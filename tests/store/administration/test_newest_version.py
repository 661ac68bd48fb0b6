"""The newest version is what somebody has named: told once, where it is newer."""

import pytest

from passerby.config.notifications.kinds import NotificationKind
from passerby.core.errors import UsageError
from passerby.store.administration.newest_version import (
    NamedVersion,
    is_newer,
    name_newest_version,
    read_newest_version,
)
from passerby.store.notifications.facts import Facts, planned


def test_what_is_named_is_read_and_told_once(recordings):
    database = recordings.database
    assert None is read_newest_version(database)
    for seconds in (5.0, 6.0):
        name_newest_version(database, "1.10.0", "1.9.3", "account:jo", seconds)
    assert NamedVersion("1.10.0", "account:jo", 6.0) == read_newest_version(database)
    (fact,) = Facts(database).pending()
    assert (NotificationKind.UPDATE, "1.10.0", "1.9.3") == (fact.kind, fact.body["version"], fact.body["current"])
    name_newest_version(database, None, "1.9.3", "account:jo", 7.0)
    assert None is read_newest_version(database)


def test_what_is_not_newer_is_not_told(recordings):
    for version in ("1.9.3", "1.9.2", "1.9"):
        name_newest_version(recordings.database, version, "1.9.3", "account:jo", 5.0)
    assert [] == Facts(recordings.database).pending()


@pytest.mark.parametrize(
    ("version", "current", "newer"),
    [("0.10", "0.9", True), ("0.9.1", "0.9", True), ("1", "1.0", False), ("2.0rc1", "1.9", True)],
)
def test_by_their_numbers(version, current, newer):
    assert newer is is_newer(version, current)


@pytest.mark.parametrize("wrong", ["", "latest", "1.0\n2", "1." * 50, "<b>1</b>"])
def test_what_is_no_version(recordings, wrong):
    with pytest.raises(UsageError, match="not a version"):
        name_newest_version(recordings.database, wrong, "1.9.3", "account:jo", 5.0)


def test_the_same_version_once_more_is_not_told_again(recordings):
    """Not even once those who want to be notified of it were."""
    database = recordings.database
    for version, told in (("1.10", 1), ("1.10", 0), ("1.11", 1), (None, 0)):
        name_newest_version(database, version, "1.9.3", "account:jo", 5.0)
        facts = Facts(database).pending()
        assert told == len(facts)
        with database.write_transaction() as connection:
            planned(connection, facts)
