"""What a fleet costs: `PYTHONPATH=. python benchmarks/fleet.py [SITES] [--explain]`, with a PostgreSQL of its own. Some
minutes. Ends with 1 where a page takes longer than MAX_PAGE_MS: by the clock, or by processor time where that is less,
as on a machine that does other things too.

Measured: processor time a message (validating, storing; of the program, and of PostgreSQL), bytes a row with its
indexes, and the time of each page's query over a generated year (fleet_year.py). docs/design/fleet.md calculates
100,000 sites from these.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

from fleet_year import generate_year, measure_queries
from sqlalchemy import text
from tests.fleet.messages import HOUR, NOW, body, counts, health
from tests.fleet.postgres import Postgres

from passerby.fleet.receiver import Received, Receiver
from passerby.fleet.store.database import FleetDatabase

#: Messages of each kind that are stored to measure, in batches as the receiver takes them.
MESSAGES, BATCH = 5_000, 500
LINES = 4
#: Milliseconds in which a page has to have what it shows.
MAX_PAGE_MS = 200


def main(sites: int) -> int:
    server: Any = Postgres("max_wal_size=8GB\n")
    try:
        with FleetDatabase(server.new_database()) as database:
            add_sites(database, sites)
            measure_intake(database, sites, server.seconds)
            generate_year(database, sites)
            measure_sizes(database)
            costs = measure_queries(database, server.seconds, explain="--explain" in sys.argv)
    finally:
        server.close()
    name, worst = max(costs.items(), key=lambda found: found[1].quiet_ms)
    print(f"slowest page, {name}: {worst.quiet_ms:.0f} ms; at most {MAX_PAGE_MS} ms are asked for")
    return int(worst.quiet_ms > MAX_PAGE_MS)


def add_sites(database: FleetDatabase, sites: int) -> None:
    with database.transaction() as connection:
        connection.execute(
            text(
                "INSERT INTO sites (name, display_name, certificate, added) SELECT 'site-' || n, 'Site ' || n, "
                f"repeat('c', 64), {NOW} FROM generate_series(1, {sites}) n"
            )
        )


def measure_intake(database: FleetDatabase, sites: int, server_seconds: Callable[[], float]) -> None:
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
        used, served = time.process_time(), server_seconds()
        for start in range(0, len(messages), BATCH):
            receiver.take(messages[start : start + BATCH])
        used, served = time.process_time() - used, server_seconds() - served
        assert not receiver.stats.refused
        print(
            f"{kind}: {size:.0f} bytes a message, {1e6 * used / MESSAGES:.0f} µs of processor in the receiver, "
            f"{1e6 * served / MESSAGES:.0f} µs in PostgreSQL"
        )


def measure_sizes(database: FleetDatabase) -> None:
    with database.reading() as connection:
        for table in ("health", "health_hours", "counts_messages", "counts", "site_hours", "site_days", "series_days"):
            size, rows = connection.execute(
                text(
                    f"SELECT coalesce(sum(pg_total_relation_size(relid)), pg_total_relation_size('{table}')), "
                    f"(SELECT count(*) FROM {table}) FROM pg_partition_tree('{table}')"
                )
            ).one()
            print(f"{table}: {float(size) / rows:.0f} bytes a row with indexes, {rows} rows")


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000))
