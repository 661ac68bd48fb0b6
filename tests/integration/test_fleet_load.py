"""A thousand sites send to one fleet: nothing is lost, and a day's outage of all of them is made up for in minutes.

Through a real mosquitto over TLS into a real PostgreSQL, all on this machine; the sites are simulated, each with a
connection and a certificate of its own. `PASSERBY_LOAD_SITES` and `PASSERBY_LOAD_MINUTES` make it smaller. What was
measured is printed (`make soak`, or pytest -s): docs/design/fleet.md has it."""

import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select

from passerby.fleet.setup import add_credentials
from passerby.fleet.store import tables
from passerby.fleet.store.database import FleetDatabase
from tests.fleet.conftest import postgres  # noqa: F401
from tests.fleet.postgres import needs_postgresql
from tests.fleet.running import TlsBroker, make_fleet
from tests.uplink.broker import needs_broker

pytestmark = [needs_broker, needs_postgresql]
ROOT = Path(__file__).parents[2]
SITES = int(os.environ.get("PASSERBY_LOAD_SITES", "1000"))
MINUTES = int(os.environ.get("PASSERBY_LOAD_MINUTES", "10"))
#: Messages of a site in a day: health every five minutes, and each hour of its eight cameras.
A_DAY = 288 + 24 * 8
#: Seconds: of an acknowledgement, and until what waited for a day has arrived.
MAX_LAG_S, MAX_DRAIN_S = 5.0, 900.0


def add_sites(fleet, number):
    with FleetDatabase(fleet.address) as database, database.transaction() as connection:
        names = [f"site-{n}" for n in range(number)]
        given = [(name, add_credentials(fleet.folder, name)) for name in names]
        rows = [{"name": name, "display_name": name, "added": 0, "certificate": sha256} for name, sha256 in given]
        connection.execute(insert(tables.sites), rows)


def used(process):
    """Processor seconds, and the highest memory in MiB, of a process."""
    fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    status = dict(line.split(":", 1) for line in Path(f"/proc/{process.pid}/status").read_text().splitlines())
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"), int(status["VmHWM"].split()[0]) / 1024


def run(tmp_path, server, number, how):
    """Returns what the sites measured, and the number of rows of health and counts messages."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))  # the broker has a connection a site
    fleet = make_fleet(tmp_path, server.new_database())
    add_sites(fleet, number)
    broker = TlsBroker(fleet.folder, fleet.broker_port)
    broker.start()
    receiver = subprocess.Popen(
        [sys.executable, "-m", "passerby", "fleet", "serve", "--folder", str(fleet.folder.path)],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
    )
    arguments = ["tests.fleet.load_program", str(fleet.folder.path), str(number), how]
    try:
        while "pages:" not in receiver.stderr.readline():
            assert receiver.poll() is None
        time.sleep(2)  # it subscribes
        with subprocess.Popen([sys.executable, "-m", *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True) as sites:
            assert "connected\n" == sites.stdout.readline()
            before = [used(one)[0] for one in (receiver, broker._process)] + [server.seconds()]
            found = json.loads(sites.stdout.readline())
        measured = [used(one) for one in (receiver, broker._process)]
        after = [seconds for seconds, _ in measured] + [server.seconds()]
        for name, first, last in zip(("receiver", "broker", "database"), before, after, strict=True):
            found[f"{name}_processor_s"] = round(last - first, 1)
        found["receiver_mib"], found["broker_mib"] = (round(mib) for _, mib in measured)
        print(f"\n{number} sites, {how}: {json.dumps(found)}")
        with FleetDatabase(fleet.address) as database, database.reading() as connection:
            rows = [
                connection.execute(select(func.count()).select_from(table)).scalar_one()
                for table in (tables.health, tables.counts_messages, tables.counts)
            ]
            hours = connection.execute(
                select(func.sum(tables.site_days.c.hours)).where(tables.site_days.c.site == tables.ALL_SITES)
            ).scalar_one()
        assert hours == rows[2]
        return found, rows
    finally:
        receiver.kill()
        receiver.communicate()
        broker.kill()


def check_minutes(tmp_path, server, number, minutes):
    found, rows = run(tmp_path, server, number, str(minutes))
    cameras = min(minutes, 8)
    assert [number * minutes, number * cameras, number * cameras * 4] == rows
    assert number * (minutes + cameras) == found["messages"]
    return found


def check_drain(tmp_path, server, number):
    found, rows = run(tmp_path, server, number, "drain")
    assert [number * 288, number * 192, number * 192 * 4] == rows
    assert number * A_DAY == found["messages"]
    return found


def test_a_few_sites_for_a_minute_and_after_a_day(tmp_path, postgres):  # noqa: F811
    check_minutes(tmp_path / "minute", postgres, 12, 1)
    check_drain(tmp_path / "day", postgres, 3)


@pytest.mark.soak
def test_sites_send_for_minutes(tmp_path, postgres):  # noqa: F811
    assert check_minutes(tmp_path, postgres, SITES, MINUTES)["highest_lag_s"] < MAX_LAG_S


@pytest.mark.soak
def test_a_days_outage_of_all_sites(tmp_path, postgres):  # noqa: F811
    assert check_drain(tmp_path, postgres, SITES)["seconds"] < MAX_DRAIN_S
