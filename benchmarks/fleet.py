"""What a fleet costs: `python -m benchmarks.fleet [SITES]`, with a PostgreSQL of its own. Some minutes.

Measured: processor time a message (validating, storing; of the program alone), bytes a row with its indexes, and the
time of each page's query over a generated year. docs/design/fleet.md calculates 100,000 sites from these.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import text
from tests.fleet.messages import HOUR, NOW, body, counts, health
from tests.fleet.postgres import Postgres

from passerby.fleet.receiver import Received, Receiver
from passerby.fleet.store.database import FleetDatabase, month_of
from passerby.fleet.store.history import health_history
from passerby.fleet.store.overview import overview
from passerby.fleet.store.totals import Every, Selection, totals

#: Messages of each kind that are stored to measure, in batches as the receiver takes them.
MESSAGES, BATCH = 5_000, 500
CAMERAS, LINES = 8, 4
#: Of a generated year: a health message every five minutes of a site whose page is opened, hourly counts of a month.
DAYS = 365
DAY = HOUR // 86400


def main(sites: int) -> None:
    server: Any = Postgres()
    try:
        with FleetDatabase(server.new_database()) as database:
            add_sites(database, sites)
            measure_intake(database, sites)
            measure_sizes(database)
            generate_year(database, sites)
            measure_queries(database, sites)
    finally:
        server.close()


def add_sites(database: FleetDatabase, sites: int) -> None:
    with database.transaction() as connection:
        connection.execute(
            text(
                "INSERT INTO sites (name, display_name, certificate, added) SELECT 'site-' || n, 'Site ' || n, "
                f"repeat('c', 64), {NOW} FROM generate_series(1, {sites}) n"
            )
        )


def measure_intake(database: FleetDatabase, sites: int) -> None:
    """Health and counts, one message of each site after the other."""
    receiver = Receiver(database, lambda: NOW + 1.0)
    cell = counts().cells[0]
    cells = tuple(cell.model_copy(update={"location": f"line-{n}"}) for n in range(LINES))
    made: dict[str, Any] = {
        "health": lambda n: health(f"site-{n % sites + 1}", number=n // sites + 1, sent=NOW - 60 + n // sites),
        "counts": lambda n: counts(f"site-{n % sites + 1}", start=HOUR - 3600 * (n // sites + 1), cells=cells),
    }
    for kind, make in made.items():
        messages = [Received(message.site, kind, body(message)) for message in map(make, range(MESSAGES))]
        size = sum(len(message.body) for message in messages) / len(messages)
        began, used = time.monotonic(), time.process_time()
        for start in range(0, len(messages), BATCH):
            receiver.take(messages[start : start + BATCH])
        wall, cpu = time.monotonic() - began, time.process_time() - used
        assert not receiver.stats.refused
        print(
            f"{kind}: {size:.0f} bytes a message, {1e6 * cpu / MESSAGES:.0f} µs of processor in the receiver, "
            f"{MESSAGES / wall:.0f} a second"
        )


def measure_sizes(database: FleetDatabase) -> None:
    with database.reading() as connection:
        for table in ("health", "counts_messages", "counts", "daily"):
            size, rows = connection.execute(
                text(
                    "SELECT sum(pg_total_relation_size(relid)), (SELECT count(*) FROM "
                    f"{table}) FROM pg_partition_tree('{table}')"
                    if table != "daily"
                    else f"SELECT pg_total_relation_size('daily'), (SELECT count(*) FROM {table})"
                )
            ).one()
            print(f"{table}: {float(size) / rows:.0f} bytes a row with indexes, {rows} rows")


def generate_year(database: FleetDatabase, sites: int) -> None:
    """A year of days of all sites, a year of health of ten, and a month of hours of ten sites."""
    began = time.monotonic()
    with database.transaction() as connection:
        for table in ("health", "counts"):
            months = {month_of(NOW - 86400 * day) for day in range(0, DAYS + 31, 14)} | {month_of(NOW)}
            database.ensure_months(connection, table, months)
        connection.execute(text("DELETE FROM daily"))
        connection.execute(
            text(
                "INSERT INTO daily SELECT s.id, 'person', d, 2000000, 768, 12, 0, 100 + (s.id * d) % 900, "
                f"200 + (s.id * d) % 700, 150 FROM sites s, generate_series({DAY - DAYS}, {DAY - 1}) d"
            )
        )
        connection.execute(
            text(
                "INSERT INTO health SELECT s.name || '/health/' || n || '/x', (n::bigint) * 1000000, s.id, n, n, true, "
                "8, 8 - (n / 300) % 9 / 8, 0.01, 0, 0, 0, 0, 0, 0, 12.5, 0 FROM sites s, "
                f"generate_series({NOW - 86400 * DAYS}, {NOW - 3600}, 300) n WHERE s.id <= 10"
            )
        )
        connection.execute(
            text(
                "INSERT INTO counts SELECT r.id, h, h / 86400, (h / 3600) % 24, 3600, true, NULL, 20, 30, false, 1, 5 "
                f"FROM series r, generate_series({HOUR - 86400 * 31}, {HOUR - 3600 * 30}, 3600) h WHERE r.site <= 10 "
                "ON CONFLICT DO NOTHING"
            )
        )
    with database.reading() as connection:
        connection.execute(text("ANALYZE"))
        rows = connection.execute(text("SELECT count(*) FROM daily")).scalar_one()
    print(f"generated: {rows} days of {sites} sites, in {time.monotonic() - began:.0f} s")


def measure_queries(database: FleetDatabase, sites: int) -> None:
    """The query of each page: the best of five, since the machine does other things too."""
    year, month = DAY - DAYS, DAY - 31
    with database.reading() as connection:
        site = connection.execute(text("SELECT id FROM sites ORDER BY id LIMIT 1")).scalar_one()
    pages: dict[str, Callable[[], object]] = {
        "sites": lambda: overview(database, NOW, "0.1.0"),
        "a site, a day": lambda: health_history(database, site, NOW - 86400, NOW),
        "a site, a year": lambda: health_history(database, site, NOW - 86400 * DAYS, NOW),
        "counts of all together, a year of days": lambda: totals(
            database, Selection(year, DAY, Every.DAY, by_site=False)
        ),
        "counts of all together, a year of weeks": lambda: totals(
            database, Selection(year, DAY, Every.WEEK, by_site=False)
        ),
        "counts of ten sites, a year of days": lambda: totals(
            database, Selection(year, DAY, Every.DAY, sites=[f"site-{n}" for n in range(1, 11)])
        ),
        "counts of a site, a month of hours": lambda: totals(
            database, Selection(month, DAY, Every.HOUR, sites=["site-1"])
        ),
    }
    for name, query in pages.items():
        best = float("inf")
        for _ in range(5):
            began = time.monotonic()
            query()
            best = min(best, time.monotonic() - began)
        print(f"{name}: {1000 * best:.0f} ms")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
