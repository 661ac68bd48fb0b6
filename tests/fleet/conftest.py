"""Each test that asks for `database` is run twice: with SQLite, and with PostgreSQL."""

import pytest

from passerby.fleet.store.database import FleetDatabase
from passerby.fleet.store.sites import FleetSites
from tests.fleet.messages import NOW
from tests.fleet.postgres import FOLDERS, Postgres

SITES = ("north", "south", "west")


@pytest.fixture(scope="session")
def postgres():
    if not FOLDERS:
        pytest.skip("PostgreSQL is not installed: sudo apt-get install postgresql")
    server = Postgres()
    yield server
    server.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request, tmp_path):
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/fleet.db"
    return request.getfixturevalue("postgres").new_database()


@pytest.fixture
def database(address):
    with FleetDatabase(address) as database:
        yield database


@pytest.fixture
def fleet(database):
    """A fleet of three sites that may send."""
    sites = FleetSites(database)
    for name in SITES:
        sites.add(name, name.title(), NOW)
        sites.set_certificate(name, "c" * 64)
    return database
