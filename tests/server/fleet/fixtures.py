"""A fleet of three sites with health and counts, served to an account of each role."""

import contextlib
from dataclasses import dataclass, replace

from starlette.testclient import TestClient

from passerby.config.fleet.settings import FleetSettings
from passerby.config.roles import Role
from passerby.documents.fleet_messages import CameraReport, PublishedValidation
from passerby.fleet.receiver import ReceiverStats
from passerby.fleet.store.database import FleetDatabase
from passerby.fleet.store.intake import Intake, site_ids_of
from passerby.fleet.store.sites import FleetSites
from passerby.server.fleet.app import fleet_app, fleet_context
from passerby.server.fleet.services import FleetServices
from passerby.server.site.auth.authenticator import Authenticator
from passerby.store.accounts import passwords
from passerby.store.accounts.accounts import Accounts
from passerby.store.database import Database
from passerby.store.recordings.index import Recordings
from tests.fleet.messages import HOUR, NOW, counts, health, signed_validation
from tests.server.site.fixtures import password_of
from tests.store.footage import Clock

TOKEN = "a token for tests"
HOST, PORT = "127.0.0.1", 8780
HEADERS = {"host": f"{HOST}:{PORT}", "x-passerby": "tests"}


@dataclass
class ServedFleet:
    client: TestClient
    database: FleetDatabase
    context: object

    def get(self, path, **how):
        return self.client.get(path, headers=HEADERS, **how)

    def post(self, path, body=None):
        return self.client.post(path, json=body, headers=HEADERS)

    def other(self):
        client = TestClient(self.client.app, base_url=f"http://{HOST}:{PORT}", follow_redirects=False)
        return replace(self, client=client)

    def as_(self, role):
        browser = self.other()
        login = {"name": Role(role).value, "password": password_of(Role(role).value), "purpose": "case 7"}
        answer = browser.post("/api/login", login)
        assert 204 == answer.status_code, answer.text
        return browser


def fill(database):
    sites = FleetSites(database)
    for number, name in enumerate(("north", "south", "west")):
        sites.add(name, f"{name.title()} school", NOW, (0.2 + 0.3 * number, 0.3 + 0.2 * number))
        sites.set_certificate(name, "c" * 64)
    with database.reading() as connection:
        ids = site_ids_of(connection)
    down = (CameraReport(camera="gate", up=False), CameraReport(camera="yard", up=True, covered={"late": 0.1}))
    messages = [health("north", number=n, sent=NOW - 300 * (30 - n)) for n in range(1, 31)]
    messages += [health("south", number=n, sent=NOW - 300 * (9 - n), cameras=down) for n in range(1, 10)]
    messages += [
        counts(site, camera, HOUR - 3600 * hour, forward=5 + (hour * step) % 40, backward=None if hour % 5 else 9)
        for step, site in ((3, "north"), (7, "south"))
        for camera in ("gate", "yard")
        for hour in range(1, 24 * 16)
        if hour % 50 > 5  # gaps
    ]
    messages.append(counts("north", start=HOUR, validations=(PublishedValidation.of(signed_validation()),)))
    Intake(database).store(messages, ids, NOW)


@contextlib.contextmanager
def serving_fleet(folder):
    with (
        Recordings(Database.open(folder / "data", create=True)) as recordings,
        FleetDatabase(f"sqlite:///{folder}/fleet.db") as database,
    ):
        fill(database)
        clock = Clock()
        for role in Role:
            Accounts(recordings.database).add(
                role.value,
                role,
                clock.now().wall,
                password_hash=passwords.hash_password(password_of(role.value)),
            )
        services = FleetServices(FleetSettings(name="Lakeside"), database, ReceiverStats, lambda: NOW + 60.0)
        context = fleet_context(services, recordings, clock)
        authenticator = Authenticator(recordings.database, clock, context.boot, TOKEN, "tester")
        app = fleet_app(services, context, authenticator, HOST, PORT)
        client = TestClient(app, base_url=f"http://{HOST}:{PORT}", follow_redirects=False)
        yield ServedFleet(client, database, context)
