"""Sums of any selection, with coverage beside them, and gaps as gaps."""

import itertools

import pytest
from sqlalchemy import event

from passerby.core.errors import UsageError
from passerby.core.kinds import ObjectClass
from passerby.fleet.store.intake import Intake, site_ids_of
from passerby.fleet.store.totals import Counted, CountedSite, Every, Selection, counted, totals
from tests.fleet.messages import HOUR, counts

DAY = HOUR // 86400
MIDNIGHT = DAY * 86400


@pytest.fixture
def store(fleet):
    with fleet.reading() as connection:
        ids = site_ids_of(connection)
    return lambda *messages: Intake(fleet).store(messages, ids, HOUR + 90000)


def at(hour, site="north", **values):
    return counts(site, start=MIDNIGHT + 3600 * hour, timezone="UTC", **values)


def test_hours_of_each_site(fleet, store):
    store(at(0, forward=10, backward=6), at(2, forward=20, backward=None, observed=1800.0), at(2, "south", forward=7))
    found = totals(fleet, Selection(DAY, DAY + 1, Every.HOUR))
    assert [
        ("north", MIDNIGHT, 10, 6, 3600.0, 3600.0, 0),
        ("north", MIDNIGHT + 7200, 20, None, 1800.0, 3600.0, 1),
        ("south", MIDNIGHT + 7200, 7, 7, 3600.0, 3600.0, 0),
    ] == [
        (row.site, row.start, row.forward, row.backward, row.observed_seconds, row.possible_seconds, row.suppressed)
        for row in found
    ]
    assert {None} == {row.entries for row in found}


def test_days_and_weeks_add_up_to_the_same(fleet, store):
    store(*(at(hour, camera=camera, forward=5 + hour % 7) for hour in range(0, 24 * 20, 3) for camera in ("a", "b")))
    expected = sum(2 * (5 + hour % 7) for hour in range(0, 24 * 20, 3))
    for every in (Every.DAY, Every.WEEK, Every.HOUR):
        found = totals(fleet, Selection(DAY, DAY + 21, every))
        assert expected == sum(row.forward for row in found)
        assert [row.start for row in found] == sorted({row.start for row in found})
    weeks = totals(fleet, Selection(DAY, DAY + 21, Every.WEEK))
    assert {0} == {(row.start // 86400 + 3) % 7 for row in weeks}  # Mondays
    # The first and the last week are cut: what was not asked for is no gap.
    assert 2 * 21 * 86400 == sum(row.possible_seconds for row in weeks)


def test_all_sites_together_and_a_selection(fleet, store):
    store(at(1, forward=10), at(1, "south", forward=7), at(1, "west", forward=30))
    [row] = totals(fleet, Selection(DAY, DAY + 1, Every.DAY, by_site=False))
    assert (None, 47, 3 * 86400) == (row.site, row.forward, row.possible_seconds)
    [row] = totals(fleet, Selection(DAY, DAY + 1, Every.DAY, sites=("north", "south"), by_site=False))
    assert (17, 2 * 86400) == (row.forward, row.possible_seconds)
    assert [] == totals(fleet, Selection(DAY, DAY + 1, Every.DAY, object_class=ObjectClass.CAR))


def test_doubtful_hours_are_counted(fleet, store):
    store(at(1, trusted=False), at(2))
    for every in Every:
        assert 1 == sum(row.doubtful for row in totals(fleet, Selection(DAY, DAY + 1, every)))


def test_it_is_one_query(fleet):
    queries = []
    event.listen(fleet._engine, "before_cursor_execute", lambda *arguments: queries.append(arguments[2]))
    for every, by_site, camera in itertools.product(Every, (True, False), ("gate", None)):
        queries.clear()
        totals(fleet, Selection(DAY, DAY + 7, every, ("north",) if camera else (), None, by_site, camera))
        assert 1 == len([query for query in queries if query.startswith("SELECT")])


@pytest.mark.parametrize(("days", "every"), [(0, Every.DAY), (32, Every.HOUR), (801, Every.DAY)])
def test_too_much_or_nothing_is_told(fleet, days, every):
    with pytest.raises(UsageError, match="order|Request less"):
        totals(fleet, Selection(DAY, DAY + days, every))


def test_what_there_is(fleet, store):
    assert Counted((), ()) == counted(fleet)
    store(at(1), at(1, "south", camera="hall"))
    both = CountedSite("north", "North"), CountedSite("south", "South")
    assert Counted(both, ("person",)) == counted(fleet)
    assert Counted(both, ("person",), ("hall",), ("door",)) == counted(fleet, ["south"])


def test_a_camera_or_a_line_of_some_sites(fleet, store):
    cell = counts().cells[0]
    two = (cell, cell.model_copy(update={"location": "stairs", "forward": 30}))
    store(at(1, cells=two), at(1, camera="hall", forward=50), at(1, "south", forward=7), at(26, camera="hall"))
    for every, days in ((Every.HOUR, 1), (Every.DAY, 1), (Every.WEEK, 1)):
        of_camera = Selection(DAY, DAY + days, every, sites=("north",), camera="gate")
        [row] = totals(fleet, of_camera)
        assert (42, 7200.0) == (row.forward, row.observed_seconds)
        of_line = Selection(DAY, DAY + days, every, sites=("north", "south"), location="door", by_site=False)
        [row] = totals(fleet, of_line)
        assert 12 + 50 + 7 == row.forward
        assert 3 * (3600 if every is Every.HOUR else 86400) == row.possible_seconds
    for chosen in ((), tuple(f"site-{n}" for n in range(21))):
        with pytest.raises(UsageError, match="choose its site first: at most 20"):
            totals(fleet, Selection(DAY, DAY + 1, Every.DAY, sites=chosen, camera="gate"))


def test_sums_of_all_sites_are_the_sums_of_each(fleet, store):
    """They have rows of their own, whatever the zones of the sites are."""
    zones = {"north": "Europe/Berlin", "south": "Asia/Kolkata", "west": "Pacific/Auckland"}
    store(
        *(
            counts(
                site, start=MIDNIGHT + 3600 * hour - (1800 if site == "south" else 0), timezone=zone, forward=5 + hour
            )
            for hour in range(72)
            for site, zone in zones.items()
        )
    )
    for every in Every:
        together = totals(fleet, Selection(DAY - 2, DAY + 6, every, by_site=False))
        apart = totals(fleet, Selection(DAY - 2, DAY + 6, every))
        chosen = totals(fleet, Selection(DAY - 2, DAY + 6, every, sites=tuple(zones), by_site=False))
        assert together == chosen
        for row in together:
            of_each = [one for one in apart if one.start == row.start]
            assert row.forward == sum(one.forward for one in of_each)
            assert row.observed_seconds == sum(one.observed_seconds for one in of_each)


def test_more_rows_than_a_page_takes_are_refused(fleet, store):
    store(*(at(24 * day) for day in range(5)))
    assert 5 == len(totals(fleet, Selection(DAY, DAY + 5, Every.DAY), 5))
    with pytest.raises(UsageError, match="more than 4 sums. Choose fewer"):
        totals(fleet, Selection(DAY, DAY + 5, Every.DAY), 4)
