"""A fleet's pages, served as `passerby fleet serve` does, over a fleet with health and counts."""

import time
from dataclasses import dataclass

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from passerby.cli.common.fleet_server import running_fleet, serve_fleet_pages
from passerby.config.roles import Role
from passerby.documents.fleet_messages import AttestedRetention, CameraReport, LogRow, PublishedValidation
from passerby.fleet.store.database import FleetDatabase
from passerby.fleet.store.intake import Intake, site_ids_of
from passerby.fleet.store.sites import FleetSites
from passerby.server.spa import is_built
from passerby.store.accounts.accounts import Accounts
from passerby.store.accounts.passwords import hash_password
from passerby.store.database import Database
from tests.browser.site.steps import password_of
from tests.fleet.messages import counts, hash_of, health, signed_validation
from tests.fleet.running import make_fleet

#: Those who have an account from the beginning.
PEOPLE = {"vera": Role.VIEWER, "oscar": Role.OPERATOR, "audra": Role.AUDITOR}
NAMES = {"north": "North school", "south": "South school", "west": "West hall"}


@dataclass
class FleetPages:
    """`address` holds the token."""

    address: str

    @property
    def top(self):
        return self.address.partition("/?")[0]


def fill(database):
    """Three sites: one that works, one with a camera that is down and a log that was rewritten, and a silent one."""
    now = int(time.time())
    hour = now // 3600 * 3600
    with database.transaction() as connection:
        for number, (name, shown) in enumerate(NAMES.items()):
            connection.exec_driver_sql(
                f"UPDATE sites SET display_name = '{shown}', x = {0.1 + 0.35 * number}, y = {(0.3, 0.8, 0.2)[number]} "
                f"WHERE name = '{name}'"
            )
    with database.reading() as connection:
        ids = site_ids_of(connection)
    kept = AttestedRetention(created=now, verdict="compliant", overdue=0, sha256=hash_of(1))
    down = (CameraReport(camera="gate", up=False), CameraReport(camera="hall", up=True, covered={"late": 0.03}))
    messages = [
        health("north", number=n, sent=now - 300 * (280 - n), retention=kept, backlog=(n * 7) % 5)
        for n in range(1, 281)
        if not 100 < n < 140
    ]
    messages += [
        health("south", number=n, sent=now - 300 * (280 - n), cameras=down if n > 180 else down[1:], retention=kept)
        for n in range(1, 281)
    ]
    messages.append(
        health(
            "south", number=281, sent=now - 1, cameras=down, earlier=LogRow(number=280, hash=hash_of(7)), retention=kept
        )
    )
    messages.append(health("west", number=1, sent=now - 9000, retention=kept))
    messages += [
        counts(
            site,
            "gate",
            hour - 3600 * back,
            forward=5 + (step * back) % 60,
            backward=None if back % 4 == 0 else 6 + back % 9,
            observed=3600.0 if back % 7 else 1900.0,
        )
        for step, site in ((7, "north"), (11, "south"))
        for back in range(2, 24 * 30)
        if not 60 < back < 110 or site == "south"
    ]
    messages += [counts("north", "hall", hour - 3600 * back, forward=9) for back in range(2, 24 * 7)]
    checked = {
        "north": [("gate", {}), ("hall", {"both": {"bias": 0.021, "low": -0.012, "high": 0.055}})],
        "south": [("gate", {"both": None, "forward": None})],
    }
    for site, lines in checked.items():
        key = Ed25519PrivateKey.generate()
        messages[:0] = [
            counts(site, camera, hour - 3600, validations=(PublishedValidation.of(signed),))
            for camera, changes in lines
            if (signed := signed_validation(key, camera, now - 3 * 86400, **changes))
        ]
    Intake(database).store(messages[:-1], ids, now)
    with database.transaction() as connection:
        connection.exec_driver_sql(f"UPDATE latest SET received = {now - 9000} WHERE site = {ids['west']}")


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    if not is_built("site.html"):
        pytest.skip("the page is not built: scripts/build-web needs npm")
    fleet = make_fleet(tmp_path_factory.mktemp("fleet"), mqtt=False)
    with FleetDatabase(fleet.address) as database:
        assert 3 == len(FleetSites(database).all())
        fill(database)
    with Database.open(fleet.folder.data) as database:
        for name, role in PEOPLE.items():
            Accounts(database).add(name, role, time.time(), password_hash=hash_password(password_of(name)))
    settings = fleet.folder.settings()
    with (
        running_fleet(fleet.folder, settings) as running,
        serve_fleet_pages(fleet.folder, settings, running, print) as address,
    ):
        yield FleetPages(address)
