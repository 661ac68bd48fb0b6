"""A fleet that runs: its folder, a real broker with TLS, and sites that send to it."""

import contextlib
import os
import re
import signal
import subprocess
import time
from dataclasses import dataclass, replace
from pathlib import Path

from passerby.cli.common.fleet_server import running_fleet
from passerby.config.counting_config import CountingSettings
from passerby.config.fleet.settings import FILE, database_address
from passerby.config.fleet.uplink import FleetUplinkSettings
from passerby.config.uplink import UplinkSettings
from passerby.documents.status import CameraHealth, CameraState, SiteStatus
from passerby.fleet.setup import FleetFolder, add_credentials, broker_files, initialise
from passerby.fleet.store.database import FleetDatabase
from passerby.fleet.store.sites import FleetSites
from passerby.store.database import Database
from passerby.store.outbox import Outbox
from passerby.uplink.fleet.health import HealthReporter
from passerby.uplink.service import Uplink
from tests.uplink.broker import PROGRAM, Broker, free_port

SITES = ("north", "south", "west")


class TlsBroker(Broker):
    """The broker of a fleet, as `passerby fleet init` configures it. It forgets everything when it is killed."""

    def __init__(self, folder: FleetFolder, port):
        self.port = port
        self._config = folder.broker / "mosquitto.conf"
        text = broker_files(folder, "passerby-fleet", port)["mosquitto.conf"]
        text = text.replace(f"listener {port}", f"listener {port} 127.0.0.1")
        self._config.write_text(text + ("user root\n" if os.getuid() == 0 else ""))
        self._process = None

    def start(self):
        self._process = subprocess.Popen(
            [PROGRAM, "-c", str(self._config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        end = time.monotonic() + 60
        while not self._answers():
            assert time.monotonic() < end
            time.sleep(0.02)

    def reload(self):
        self._process.send_signal(signal.SIGHUP)


@dataclass
class Fleet:
    """The folder of a fleet of three sites; `address` is its database."""

    folder: FleetFolder
    address: str
    broker_port: int
    ingest_port: int

    def credentials(self, site):
        return self.folder.credentials(site)

    @contextlib.contextmanager
    def receiving(self):
        with running_fleet(self.folder, self.folder.settings()) as running:
            yield running


def make_fleet(path: Path, database="sqlite:///data/fleet.db", mqtt=True) -> Fleet:
    folder, broker, ingest = FleetFolder(path / "fleet"), free_port(), free_port()
    initialise(folder, "Lakeside", "localhost", mqtt)
    Database.open(folder.data, create=True).close()
    file = folder.path / FILE
    text = file.read_text().replace("port = 8883", f"port = {broker}").replace("port = 8443", f"port = {ingest}")
    text = text.replace('host = "0.0.0.0"', 'host = "127.0.0.1"').replace("port = 8780", "port = 0")
    file.write_text(re.sub(r'database = ".*"', f'database = "{database}"', text))
    address = database_address(folder.path, folder.settings())
    with FleetDatabase(address) as opened:
        for name in SITES:
            FleetSites(opened).add(name, name.title(), int(time.time()))
            FleetSites(opened).set_certificate(name, add_credentials(folder, name))
    return Fleet(folder, address, broker, ingest)


def status_of(**cameras):
    found = {name: CameraHealth(state=CameraState.LIVE, output_frames=100) for name in cameras or ("gate", "yard")}
    return SiteStatus(name="x", started=0, now=time.time(), clock_trusted=True, cameras=found, disk={"days_left": 9.0})


class Site:
    """A site that sends to a fleet: its data folder, its uplink, and what makes its messages."""

    def __init__(self, path, credentials, by="mqtt"):
        self.database = Database.open(path, create=True)
        self.fleet = FleetUplinkSettings(credentials=str(credentials), by=by)
        self.health = HealthReporter(
            self.database, credentials.stem, "Europe/Berlin", {"centerface": "a" * 64}, self.fleet.destination
        )
        self.uplink = None

    def start(self):
        self.uplink = Uplink(
            "site", UplinkSettings(fleet=self.fleet), {"gate": CountingSettings()}, self.database, poll_interval_s=0.02
        )
        self.uplink.start()
        return self

    @property
    def waiting(self):
        return sum(sum(kinds.values()) for kinds in Outbox(self.database).pending().values())

    def close(self):
        if self.uplink is not None:
            self.uplink.close()
        self.database.close()


__all__ = ["SITES", "Fleet", "Site", "TlsBroker", "make_fleet", "replace", "status_of"]
