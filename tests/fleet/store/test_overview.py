"""The table of sites: those first that need a person."""

from sqlalchemy import event

from passerby.documents.fleet_messages import CameraReport
from passerby.fleet.problems import ProblemKind
from passerby.fleet.store.intake import Intake, site_ids_of
from passerby.fleet.store.overview import overview
from passerby.fleet.store.sites import FleetSites
from tests.fleet.messages import NOW, health


def store(fleet, *messages):
    with fleet.reading() as connection:
        ids = site_ids_of(connection)
    Intake(fleet).store(messages, ids, NOW)


def test_those_come_first_that_need_a_person(fleet):
    down = (CameraReport(camera="gate", up=False),)
    store(fleet, health("south"), health("west", cameras=down), health("north", version="0.0.9"))
    FleetSites(fleet).add("away", "Away", NOW)
    FleetSites(fleet).set_certificate("away", "c" * 64)
    FleetSites(fleet).add("gone", "Gone", NOW)  # it has no certificate: it was removed
    found = overview(fleet, NOW + 60, "0.1.0")
    assert [
        ("away", (ProblemKind.SILENT,)),
        ("west", (ProblemKind.CAMERAS,)),
        ("north", (ProblemKind.VERSION,)),
        ("south", ()),
    ] == [(site.name, site.problems) for site in found]


def test_the_newest_minute_is_a_time(fleet):
    store(fleet, health("south", newest_minute_age_s=90.0), health("west", clock_trusted=False))
    found = {site.name: site for site in overview(fleet, NOW + 60, "0.1.0")}
    assert NOW - 90.0 == found["south"].newest_minute
    assert found["west"].newest_minute is None
    assert found["north"].state.received is None


def test_it_is_one_query(fleet):
    queries = []
    event.listen(fleet._engine, "before_cursor_execute", lambda *arguments: queries.append(arguments[2]))
    overview(fleet, NOW, "0.1.0")
    assert 1 == len([query for query in queries if query.startswith("SELECT")])
