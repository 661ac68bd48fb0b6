"""Moments as people type them."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from passerby.cli.common.time_arguments import format_time, parse_time
from passerby.core.errors import UsageError

NOW = datetime(2026, 5, 4, 15, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def berlin(monkeypatch):
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("now", NOW),
        ("20m", NOW - timedelta(minutes=20)),
        ("1.5h", NOW - timedelta(minutes=90)),
        ("2d", NOW - timedelta(days=2)),
        ("30s", NOW - timedelta(seconds=30)),
        ("2026-05-04T17:00", datetime(2026, 5, 4, 15, tzinfo=UTC)),
        ("2026-05-04 17:00:30", datetime(2026, 5, 4, 15, 0, 30, tzinfo=UTC)),
        ("2026-05-04T17:00Z", datetime(2026, 5, 4, 17, tzinfo=UTC)),
        ("2026-05-04T17:00+05:00", datetime(2026, 5, 4, 12, tzinfo=UTC)),
        ("2026-05-04", datetime(2026, 5, 3, 22, tzinfo=UTC)),
        ("17:00", datetime(2026, 5, 4, 15, tzinfo=UTC)),
        ("7:00", datetime(2026, 5, 4, 5, tzinfo=UTC)),
        ("17:00:05", datetime(2026, 5, 4, 15, 0, 5, tzinfo=UTC)),
    ],
)
def test_moments_are_understood(text, expected):
    assert expected.timestamp() == parse_time(text, NOW)


@pytest.mark.parametrize("text", ["", "yesterday", "25:00", "20", "-5m", "2026-13-01", "999999999999d"])
def test_others_are_refused(text):
    with pytest.raises(UsageError, match="20m for twenty minutes ago"):
        parse_time(text, NOW)


def test_times_are_shown_in_local_time():
    assert "2026-05-04 17:30:00" == format_time(round(NOW.timestamp() * 1e6))
    assert "out of range" == format_time(10**20)
