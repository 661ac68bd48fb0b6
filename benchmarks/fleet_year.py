"""A generated year of a fleet, and the query of each page over it: part of fleet.py.

Each site has eight cameras with four lines. Rows are made by PostgreSQL itself, as the receiver would have left them.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import event, text
from tests.fleet.messages import HOUR, NOW

from passerby.fleet.store.anchors import site_anchors
from passerby.fleet.store.database import FleetDatabase, month_of
from passerby.fleet.store.history import cameras_now, health_history, weights_now
from passerby.fleet.store.overview import overview
from passerby.fleet.store.sites import FleetSites
from passerby.fleet.store.tables import PARTITIONED
from passerby.fleet.store.totals import Every, Selection, counted, totals
from passerby.fleet.store.validations import line_biases

#: Days of sums. Of what is read for a month at most: two months of sums by hour, a month of counts of ten sites, and
#: two days of health messages.
DAYS, HEALTH_DAYS, COUNTS_DAYS = 365, 2, 31
DAY = HOUR // 86400
RUNS = 10
_SUMS = "2000000, 768, 12, 0, NULL, 200 + (s.id * {n}) % 700, 150"
_HEALTH = "8, 8 - ({n} / 3600) % 9 / 8, 0.01, 0, 0, 0, 0, 0, 0"


def generate_year(database: FleetDatabase, sites: int) -> None:
    began = time.monotonic()
    with database.transaction() as connection:
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        for table in PARTITIONED:
            months = {month_of(NOW - 86400 * day) for day in range(0, DAYS + 31, 14)} | {month_of(NOW)}
            database.ensure_months(connection, table, months)
        for table in ("series_days", "site_hours", "site_days", "health_hours", "validations", "series"):
            connection.execute(text(f"DELETE FROM {table}"))
        first, hour = NOW - 86400 * HEALTH_DAYS, HOUR - 3600 * 24 * DAYS
        everywhere = "(SELECT id FROM sites UNION ALL SELECT 0) s"
        for statement in (
            "INSERT INTO series (site, camera, location, location_type, class) SELECT s.id, 'camera-' || c, 'line-' || "
            "l, 'line', 'person' FROM sites s, generate_series(1, 8) c, generate_series(1, 4) l",
            f"INSERT INTO validations SELECT id, {NOW - 86400}, 30, 29, {NOW - 864000}, {NOW - 172800}, -0.04, -0.07, "
            f"-0.01, -0.04, -0.08, 0, -0.04, -0.08, 0, repeat('a', 64), repeat('b', 128), {NOW} FROM series",
            f"INSERT INTO site_days SELECT s.id, 'person', n, {_SUMS} FROM {everywhere}, "
            f"generate_series({DAY - DAYS}, {DAY - 1}) n",
            f"INSERT INTO site_hours SELECT s.id, 'person', n, n / 86400, {_SUMS} FROM {everywhere}, "
            f"generate_series({HOUR - 62 * 86400}::bigint, {HOUR - 3600}, 3600) n",
            f"INSERT INTO series_days SELECT s.id, n, {_SUMS} FROM series s, "
            f"generate_series({DAY - DAYS}, {DAY - 1}) n",
            f"INSERT INTO health_hours SELECT s.id, n, 12, 0, {_HEALTH}, 12.5, 0 FROM sites s, "
            f"generate_series({hour}::bigint, {HOUR - 3600}, 3600) n",
            "INSERT INTO health SELECT s.name || '/health/' || n || '/x', n * 1000000, s.id, n, n, true, "
            f"{_HEALTH}, 12.5, 0 FROM sites s, generate_series({first}::bigint, {NOW - 3600}, 300) n",
            f"INSERT INTO counts SELECT r.id, n, n / 86400, (n / 3600) % 24, 3600, true, NULL, 20, 30, false, 1, 5 "
            f"FROM series r, generate_series({HOUR - 86400 * COUNTS_DAYS}::bigint, {HOUR - 3600}, 3600) n "
            "WHERE r.site <= 10 ON CONFLICT DO NOTHING",
            "INSERT INTO latest SELECT s.id, 1, 1, 1, true, 'UTC', '0.1.0', 8, 8, 0.01, 12.5, 0, 60, 'compliant', 0, 1 "
            "FROM sites s ON CONFLICT DO NOTHING",
            f"INSERT INTO heads SELECT 1, n, repeat('a', 64), n, {NOW} FROM generate_series(100000, 200000) n "
            "ON CONFLICT DO NOTHING",
        ):
            connection.execute(text(statement.replace("{n}", "n")))
    with database.reading() as connection:
        connection.execute(text("ANALYZE"))
        rows = sum(
            connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
            for table in ("health", "health_hours", "site_hours", "site_days", "series_days", "counts")
        )
    print(f"generated: {rows / 1e6:.0f} million rows of {sites} sites, in {time.monotonic() - began:.0f} s")


def pages(database: FleetDatabase) -> dict[str, Callable[[], object]]:
    """The queries of each page, by what is shown. A page shows at most a year, of hours a month."""
    first = FleetSites(database).find("site-1")
    assert first is not None
    ten, many = ([f"site-{n}" for n in range(1, last + 1)] for last in (10, 100))
    year, month = DAY - DAYS, DAY - 31

    def sums(start: int, every: Every, **values: object) -> Callable[[], object]:
        return lambda: totals(database, Selection(start, DAY, every, **values))  # type: ignore[arg-type]  # fields of it

    return {
        "all sites": lambda: overview(database, NOW, "0.1.0"),
        "a site, a day": lambda: health_history(database, first.id, NOW - 86400, NOW),
        "a site, a month": lambda: health_history(database, first.id, NOW - 86400 * 31, NOW),
        "a site, a year": lambda: health_history(database, first.id, NOW - 86400 * DAYS, NOW),
        "a site, its cameras": lambda: (cameras_now(database, first.id), weights_now(database, first.id)),
        "a site, 100,000 heads of its log": lambda: site_anchors(database, first, NOW),
        "counts, what there are": lambda: counted(database, ten),
        "counts, how far off the first 500 of 32,000 lines are": lambda: line_biases(database),
        "counts, how far off the lines of ten sites are": lambda: line_biases(database, ten),
        "counts of all together, a year of days": sums(year, Every.DAY, by_site=False),
        "counts of all together, a year of weeks": sums(year, Every.WEEK, by_site=False),
        "counts of all together, a month of hours": sums(month, Every.HOUR, by_site=False),
        "counts of each of 1,000 sites, two weeks of days": sums(DAY - 14, Every.DAY),
        "counts of 100 sites together, a year of days": sums(year, Every.DAY, sites=many, by_site=False),
        "counts of 100 sites together, a month of hours": sums(month, Every.HOUR, sites=many, by_site=False),
        "counts of ten sites, a year of days": sums(year, Every.DAY, sites=ten),
        "counts of ten sites, a month of hours": sums(month, Every.HOUR, sites=ten),
        "counts of a line of ten sites, a year of days": sums(year, Every.DAY, sites=ten, location="line-1"),
        "counts of a line of ten sites, a month of hours": sums(month, Every.HOUR, sites=ten, location="line-1"),
    }


@dataclass(frozen=True, slots=True)
class PageCost:
    """Of a page: its queries; milliseconds of processor, here and in PostgreSQL, and of the fastest of some runs (the
    machine may do other things too)."""

    queries: int
    processor_ms: float
    postgresql_ms: float
    fastest_ms: float

    @property
    def quiet_ms(self) -> float:
        """What it takes where nothing else runs: here and PostgreSQL take turns."""
        return min(self.processor_ms, self.fastest_ms)


def measure_queries(database: FleetDatabase, server_seconds: Callable[[], float], explain: bool) -> dict[str, PageCost]:
    """What each page costs, which is printed. `explain`: print the plans too."""
    found = {}
    for name, query in pages(database).items():
        statements = _statements(database, query)
        used, served = time.process_time(), server_seconds()
        fastest = _fastest(query)
        used, served = (1000 * value / RUNS for value in (time.process_time() - used, server_seconds() - served))
        cost = found[name] = PageCost(len(statements), used + served, served, 1000 * fastest)
        print(
            f"{name}: {cost.queries} {'query' if cost.queries == 1 else 'queries'}, {cost.processor_ms:.0f} ms of "
            f"processor, {cost.postgresql_ms:.0f} of it in PostgreSQL; {cost.fastest_ms:.0f} ms"
        )
        if explain:
            _explain(database, statements)
    return found


def _fastest(query: Callable[[], object]) -> float:
    fastest = float("inf")
    for _ in range(RUNS):
        began = time.monotonic()
        query()
        fastest = min(fastest, time.monotonic() - began)
    return fastest


def _statements(database: FleetDatabase, query: Callable[[], object]) -> list[tuple[str, object]]:
    """The SELECTs that a page makes, with their parameters."""
    made: list[tuple[str, object]] = []

    def note(_c: object, _cursor: object, statement: str, parameters: object, *_: object) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "WITH")):
            made.append((statement, parameters))

    event.listen(database._engine, "before_cursor_execute", note)
    try:
        query()
    finally:
        event.remove(database._engine, "before_cursor_execute", note)
    return made


def _explain(database: FleetDatabase, statements: list[tuple[str, object]]) -> None:
    """Their plans, without the partitions that were not read."""
    with database.reading() as connection:
        for statement, parameters in statements:
            # `parameters` are those that SQLAlchemy itself handed to the driver.
            plan = connection.exec_driver_sql(f"EXPLAIN (ANALYZE, COSTS OFF, SUMMARY ON) {statement}", parameters)  # type: ignore[arg-type]
            print("\n".join(f"    {line}" for line in plan.scalars() if "never executed" not in line))
