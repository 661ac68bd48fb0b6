"""Receiver, broker and sites are killed again and again: what the fleet has is what the sites published, once each.

With a real mosquitto, which loses all that it holds when it is killed, and a real PostgreSQL."""

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import func, select

from passerby.fleet.store import tables
from passerby.fleet.store.database import FleetDatabase
from passerby.store.counts.tables import published_hours
from passerby.store.database import Database
from passerby.store.outbox import Outbox
from tests.fleet.conftest import postgres  # noqa: F401
from tests.fleet.postgres import needs_postgresql
from tests.fleet.running import SITES, TlsBroker, make_fleet
from tests.fleet.site_program import CAMERAS, people
from tests.uplink.broker import needs_broker, until

pytestmark = [needs_broker, needs_postgresql]
ROOT = Path(__file__).parents[2]
#: How each site sends.
BY = {"north": "mqtt", "south": "mqtt", "west": "https"}


class Process:
    def __init__(self, *arguments):
        self._arguments, self._process = arguments, None

    def start(self):
        self._process = subprocess.Popen(
            [sys.executable, "-m", *map(str, self._arguments)],
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def kill(self):
        if self._process is not None:
            self._process.kill()
            self._process.wait()


def published(folder, first):
    """What a site published: crossings of each hour and camera, from its own store."""
    with Database.open(folder) as database, database.read_transaction() as connection:
        rows = connection.execute(select(published_hours)).all()
    assert not any(row.withheld for row in rows)
    return {(camera, row.start): people(camera, (row.start - first) // 3600) for row in rows for camera in CAMERAS}


def arrived(database, site):
    query = (
        select(tables.series.c.camera, tables.counts.c.start, tables.counts.c.forward)
        .join(tables.series, tables.series.c.id == tables.counts.c.series)
        .join(tables.sites, tables.sites.c.id == tables.series.c.site)
        .where(tables.sites.c.name == site)
    )
    with database.reading() as connection:
        return {(row.camera, row.start): row.forward or 0 for row in connection.execute(query)}


def waiting(folder):
    with Database.open(folder) as database:
        return sum(sum(kinds.values()) for kinds in Outbox(database).pending().values())


def run(tmp_path, server, kills, hours, seed):
    rng = random.Random(seed)
    fleet = make_fleet(tmp_path, server.new_database())
    broker = TlsBroker(fleet.folder, fleet.broker_port)
    receiver = Process("passerby", "fleet", "serve", "--folder", fleet.folder.path)
    first = (int(time.time()) // 3600 - hours - 3) * 3600
    folders = {site: tmp_path / site for site in SITES}
    programs = {}
    for site, folder in folders.items():
        Database.open(folder, create=True).close()
        programs[site] = Process("tests.fleet.site_program", folder, fleet.credentials(site), BY[site], first, hours)
    everything = [broker, receiver, *programs.values()]
    for one in everything:
        one.start()
    try:
        for _ in range(kills):
            time.sleep(rng.uniform(0.3, 1.5))
            killed = rng.sample(everything, rng.choice((1, 1, 2)))
            for one in killed:
                one.kill()
            time.sleep(rng.uniform(0.0, 0.8))
            for one in killed:
                one.start()
        with FleetDatabase(fleet.address) as database:
            until(lambda: all(len(published(folder, first)) >= 2 * (hours - 1) for folder in folders.values()), 300)
            until(lambda: sum(waiting(folder) for folder in folders.values()) == 0, 300)
            for site, folder in folders.items():
                expected = published(folder, first)
                assert expected == arrived(database, site)
            sums = select(func.sum(func.coalesce(tables.site_days.c.forward, 0)), func.sum(tables.site_days.c.hours))
            sums = sums.where(tables.site_days.c.site != tables.ALL_SITES)
            with database.reading() as connection:
                total, cells = connection.execute(sums).one()
            everywhere = [number for folder in folders.values() for number in published(folder, first).values()]
            assert (sum(everywhere), len(everywhere)) == (total, cells)
    finally:
        for one in everything:
            one.kill()


def test_three_kills(tmp_path, postgres):  # noqa: F811
    run(tmp_path, postgres, kills=3, hours=24, seed=1)


@pytest.mark.soak
def test_fifty_kills(tmp_path, postgres):  # noqa: F811
    run(tmp_path, postgres, kills=50, hours=160, seed=2)
