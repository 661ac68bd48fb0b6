"""SQLite and PostgreSQL: the same tables and migrations, chosen by the address alone."""

import re

import pytest
from sqlalchemy import String, inspect, select, text

from passerby.core.errors import StoreError, UsageError
from passerby.fleet.store.database import FleetDatabase, month_of
from passerby.fleet.store.intake import Intake, site_ids_of
from passerby.fleet.store.sites import FleetSites
from passerby.fleet.store.tables import metadata
from tests.fleet.messages import HOUR, NOW, counts, health


def test_the_migrated_tables_are_those_that_are_declared(database):
    with database.reading() as connection:
        found = inspect(connection)
        names = set(found.get_table_names()) - {"alembic_version"}
        partitions = {name for name in names if name.endswith("_other")}
        assert set(metadata.tables) == names - partitions
        for table in metadata.tables.values():
            columns = {column["name"]: column for column in found.get_columns(table.name)}
            assert [column.name for column in table.columns] == list(columns)
            for column in table.columns:
                stored = columns[column.name]
                assert column.nullable == stored["nullable"], column
                assert isinstance(stored["type"], type(column.type)), column
                if isinstance(column.type, String):
                    assert column.type.length == stored["type"].length, column
            keys = found.get_pk_constraint(table.name)["constrained_columns"]
            assert [column.name for column in table.primary_key.columns] == keys


def test_no_column_could_hold_a_picture():
    """Numbers, and texts of at most 140 characters."""
    kinds = {str(column.type) for table in metadata.tables.values() for column in table.columns}
    assert [] == sorted(
        kind for kind in kinds if not re.match(r"(BIG|SMALL)?INTEGER|BIGINT|SMALLINT|FLOAT|BOOL|VARCHAR", kind)
    )
    lengths = [
        column.type.length
        for table in metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, String)
    ]
    assert lengths
    assert all(length is not None and length <= 140 for length in lengths)


def test_a_database_is_migrated_once(address):
    FleetDatabase(address).close()
    FleetDatabase(address).close()


def test_that_of_a_newer_version_is_refused(address):
    with FleetDatabase(address) as database, database.transaction() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match="newer passerby"):
        FleetDatabase(address)


@pytest.mark.parametrize("address", ["mysql://x/y", "fleet.db", "sqlite://", ""])
def test_other_addresses_are_refused(address):
    with pytest.raises(UsageError, match="sqlite:///fleet.db"):
        FleetDatabase(address)


def test_a_database_that_is_not_there_is_told_without_its_password():
    with pytest.raises(StoreError, match=r"postgresql\+psycopg://u:\*\*\*@127.0.0.1:9/x") as told:
        FleetDatabase("postgresql://u:secret@127.0.0.1:9/x")
    assert "secret" not in str(told.value)


def test_postgresql_has_a_partition_a_month(postgres):
    with FleetDatabase(postgres.new_database()) as database:
        with database.transaction() as connection:
            database.ensure_months(connection, "counts", {month_of(NOW), month_of(NOW) + 1})
            database.ensure_months(connection, "health", {month_of(NOW)})
        with database.reading() as connection:
            found = connection.execute(text("SELECT relname FROM pg_class WHERE relispartition AND relkind = 'r'"))
            names = set(found.scalars())
    assert {"counts_2027_01", "counts_2027_02", "health_2027_01", "health_other"} <= names


def contents(database):
    with database.reading() as connection:
        return {
            name: sorted(tuple(round(v, 6) if isinstance(v, float) else v for v in row) for row in found)
            for name in SUMS
            if (found := connection.execute(select(metadata.tables[name])).all()) is not None
        }


SUMS = ("health_hours", "series_days", "site_hours", "site_days")


def test_sums_of_what_was_there_are_made_when_it_is_migrated(address):
    """A database of the first version is made again by taking away what later ones added."""
    hours = range(1, 80)
    zones = {"north": "Asia/Kolkata", "south": "Europe/Berlin"}
    messages = [health(number=n, sent=NOW - 3000 * n, backlog=n % 7) for n in range(1, 60)]
    messages += [health("south", sent=5, clock_trusted=False)]
    messages += [
        counts(
            site, start=HOUR - 3600 * hour - 1800 * (site == "north"), timezone=zone, backward=None, forward=5 + hour
        )
        for site, zone in zones.items()
        for hour in hours
    ]
    with FleetDatabase(address) as database:
        for name in zones:
            FleetSites(database).add(name, name, NOW)
            FleetSites(database).set_certificate(name, "c" * 64)
        with database.reading() as connection:
            ids = site_ids_of(connection)
        Intake(database).store(messages, ids, NOW)
        expected = contents(database)
        with database.transaction() as connection:
            for name in (*SUMS, "validations"):
                connection.execute(text(f"DROP TABLE {name}"))
            connection.execute(text("CREATE TABLE daily (site INTEGER)"))
            connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    with FleetDatabase(address) as database:
        assert expected == contents(database)
        # And it goes on: the months of what comes next can be made.
        Intake(database).store([health(number=99, sent=NOW + 60), counts(start=HOUR - 40 * 86400)], ids, NOW + 60)
