"""The sites of a fleet."""

import pytest

from passerby.core.errors import UsageError
from passerby.fleet.store.sites import FleetSites
from tests.fleet.messages import NOW


def test_a_site_is_added_and_found(database):
    sites = FleetSites(database)
    sites.add("school-7", "School 7, Lake Road", NOW, (0.25, 0.5))
    sites.set_certificate("school-7", "a" * 64)
    found = sites.find("school-7")
    assert ("School 7, Lake Road", "a" * 64, 0.25, 0.5) == (found.display_name, found.certificate, found.x, found.y)
    assert [found] == sites.all()
    assert sites.find("school-8") is None


@pytest.mark.parametrize("name", ["", "School", "a/b", "a+", "#", "x" * 41, "receiver", "-x", "a_b"])
def test_names_that_mean_something_in_topics_are_refused(database, name):
    with pytest.raises(UsageError, match="not a valid name"):
        FleetSites(database).add(name, "x", NOW)


def test_a_name_is_given_once(fleet):
    with pytest.raises(UsageError, match="already a site north"):
        FleetSites(fleet).add("north", "North", NOW)


@pytest.mark.parametrize("position", [(2.0, 0.0), (0.5, -0.1)])
def test_a_position_is_on_the_plan(database, position):
    with pytest.raises(UsageError, match="from 0 to 1"):
        FleetSites(database).add("x", "X", NOW, position)


def test_a_name_that_is_shown_is_printable(database):
    with pytest.raises(UsageError, match="printable"):
        FleetSites(database).add("x", "\x1b[2J", NOW)
