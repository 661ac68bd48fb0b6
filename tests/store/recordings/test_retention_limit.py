"""The ceiling: recordings stay for no longer, whatever the file says, and whatever the clock does."""

import pytest

from passerby.config.roles import RIGHTS, Role
from passerby.core.errors import UsageError
from passerby.store.recordings.retention import RetentionPolicy
from passerby.store.recordings.retention_limit import RetentionLimit, read_retention_limit, set_retention_limit
from tests.store.db_helpers import everything
from tests.store.footage import DAY, parts


def test_recordings_go_by_the_ceiling_where_it_is_lower(recordings, clock):
    recordings.retention.policy = RetentionPolicy(days=30, days_by_camera={"yard": 60})
    writer = recordings.writer("yard")
    for part in parts(clock, count=3):
        writer.append(part)
    writer.close()
    set_retention_limit(recordings.database, 2, "account:auditor", clock.wall)
    clock.wall += 100 * DAY  # a clock that jumps makes nothing older
    recordings.expire(clock.now())
    assert 1 == len(everything(recordings))
    clock.wall -= 200 * DAY  # nor younger
    clock.monotonic += 2 * DAY + 60
    recordings.expire(clock.now())
    assert [] == everything(recordings)


@pytest.mark.parametrize(
    ("ceiling", "wanted", "holds"), [(None, 5, 5), (None, None, None), (3, 5, 3), (7, 5, 5), (3, None, 3)]
)
def test_the_lower_holds(ceiling, wanted, holds):
    assert holds == RetentionLimit(ceiling).apply(wanted)


@pytest.mark.parametrize(
    ("role", "now", "days", "may"),
    [
        (Role.AUDITOR, 3, 30, True),
        (Role.AUDITOR, 3, None, True),
        (Role.ADMINISTRATOR, 3, 2, True),
        (Role.ADMINISTRATOR, None, 2, True),
        (Role.ADMINISTRATOR, 3, 4, False),
        (Role.ADMINISTRATOR, 3, None, False),
        (Role.OPERATOR, 3, 2, False),
    ],
)
def test_who_may_set_it(role, now, days, may):
    assert may == RetentionLimit(now).allows(days, RIGHTS[role])


@pytest.mark.parametrize("days", [0, -1, 1e9])
def test_days_that_make_no_sense(recordings, days):
    with pytest.raises(UsageError):
        set_retention_limit(recordings.database, days, "x", 0.0)
    assert RetentionLimit() == read_retention_limit(recordings.database)
