"""A site of two cameras with recordings, counts and events, served without cameras."""

import shutil
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import pytest
from argon2 import PasswordHasher
from starlette.testclient import TestClient

from passerby.cli.common.media_tools import SiteTools
from passerby.config.counting_config import EventKind
from passerby.config.roles import Role
from passerby.config.site_file import load_site
from passerby.core.kinds import ObjectClass
from passerby.documents.count_records import CountBin, Event, LineCount, ZoneCount
from passerby.documents.status import CameraHealth, CameraState, SiteStatus
from passerby.server.live.buffer import LiveBuffer
from passerby.server.site.app import site_app
from passerby.server.site.auth.authenticator import Authenticator
from passerby.server.site.context import SiteContext
from passerby.store.accounts import passwords
from passerby.store.accounts.accounts import Accounts
from passerby.store.counts.events_and_counts import CountStore
from passerby.store.database import Database
from passerby.store.recordings.index import Recordings
from tests.store.footage import WALL, Clock, parts

TOKEN = "a token for tests"
HOST, PORT = "127.0.0.1", 8770
HEADERS = {"host": f"{HOST}:{PORT}", "x-passerby": "tests"}
FILE = """\
# The hall.
name: North hall
data: data
cameras:
  # By the door.
  yard:
    url: rtsp://192.0.2.1/stream1
    counting:
      zones:
        - name: door   # where they come in
          polygon: [[0.1, 0.1], [0.6, 0.1], [0.6, 0.6]]
  gate:
    url: rtsp://192.0.2.2/stream1
    user: passerby
    password: ${GATE_PASSWORD}
"""
EVENT = "yard/visit/1800000001000"
NOTHING = (0,) * 8


@dataclass
class Served:
    """A site, and clients that speak to it."""

    context: SiteContext
    authenticator: Authenticator
    clock: Clock
    client: TestClient
    status: dict = field(default_factory=dict)

    def get(self, path, **how):
        return self.client.get(path, headers=HEADERS, **how)

    def post(self, path, body=None):
        return self.client.post(path, json=body, headers=HEADERS)

    def put(self, path, body=None):
        return self.client.put(path, json=body, headers=HEADERS)

    def delete(self, path, **how):
        return self.client.delete(path, headers=HEADERS, **how)

    def other(self, **how):
        """Another browser."""
        return replace(self, client=_client(self.client.app, **how))

    def enter(self, name, code=None, password=None, purpose="case 7"):
        """Another browser, in which somebody logs in."""
        browser = self.other()
        given = {"name": name, "password": password or password_of(name), "code": code, "purpose": purpose}
        answer = browser.post("/api/login", given)
        assert 204 == answer.status_code, answer.text
        return browser

    def as_(self, role):
        """Another browser, in which the account of that role has logged in."""
        return self.enter(Role(role).value)


def password_of(name):
    return f"seven lonely {name} geese"


def _client(app, **how):
    return TestClient(app, base_url=f"http://{HOST}:{PORT}", follow_redirects=False, **how)


def status_of(site, clock):
    cameras = {
        "yard": CameraHealth(state=CameraState.LIVE, fps=10.0, width=128, height=96, unseen_now=0.12),
        "gate": CameraHealth(state=CameraState.LOST, problem="refused"),
    }
    return SiteStatus(name=site.name, started=WALL, now=clock.now().wall, clock_trusted=True, cameras=cameras)


def filled(recordings, counts, clock):
    """Six seconds of `yard`, an event in them, and two minutes of counts with one missing between; and accounts."""
    writer = recordings.writer("yard")
    for part in parts(clock, count=6):
        writer.append(part)
    writer.close()
    for role in Role:
        Accounts(recordings.database).add(
            role.value, role, WALL, password_hash=passwords.hash_password(password_of(role.value))
        )
    happened = Event(
        id=EVENT,
        camera="yard",
        rule="visit",
        kind=EventKind.PRESENCE,
        time=WALL + 1,
        trusted=True,
        start=WALL,
        end=WALL + 4,
        location="door",
        count=1,
    )
    of_site = Event(
        id="site/clock/1800000002000", camera=None, rule="clock", kind=EventKind.CLOCK, time=WALL + 2, trusted=True
    )
    zone = ZoneCount(
        zone="door", object_class=ObjectClass.PERSON, mean=0.5, peak=2, entries=3, exits=3, dwell=(3, *NOTHING[1:])
    )
    line = LineCount(line="sill", object_class=ObjectClass.PERSON, forward=4, backward=1)
    bins = [
        CountBin(
            camera="yard", start=int(WALL) + minute, observed_seconds=60.0, trusted=True, zones=(zone,), lines=(line,)
        )
        for minute in (0, 120)
    ]
    counts.add(bins, [happened, of_site], clock.now())


@pytest.fixture(scope="session")
def site_data(tmp_path_factory):
    """A data folder, to be copied: making one takes its time."""
    folder = tmp_path_factory.mktemp("site") / "data"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "PasswordHasher", cheap)
        with Recordings(Database.open(folder, create=True), boot="first") as recordings:
            filled(recordings, CountStore(recordings.database, "North-hall"), Clock())
    return folder


def cheap():
    """What takes no time: tests need not be slow for somebody who guesses."""
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@contextmanager
def serving(site_data, folder, text=FILE, tools=None, **how):
    """The site, and somebody with the token who has said what for; on this machine alone. `how` goes to `site_app`."""
    shutil.copytree(site_data, folder / "data")
    config = folder / "site.yaml"
    config.write_text(text)
    with pytest.MonkeyPatch.context() as patch, Recordings(Database.open(folder / "data"), boot="first") as recordings:
        patch.setenv("GATE_PASSWORD", "not in any file")
        patch.setattr(passwords, "PasswordHasher", cheap)
        passwords._dummy_hash.cache_clear()
        clock, running = Clock(), [load_site(config)]
        buffers = {name: LiveBuffer(name) for name in running[0].cameras}
        for part in parts(clock, count=6):
            buffers["yard"].add(part)
        context = SiteContext(
            config,
            lambda: running[-1],
            lambda: status_of(running[-1], clock),
            buffers,
            recordings,
            tools or SiteTools(),
            clock,
            "first",
            running.append,
        )
        second_factor = running[0].web.second_factor
        authenticator = Authenticator(
            recordings.database, clock, "first", TOKEN, "somebody", second_factor_required=second_factor
        )
        served = Served(context, authenticator, clock, _client(site_app(context, authenticator, HOST, PORT, **how)))
        if how.get("local", True):
            assert 303 == served.get("/", params={"token": TOKEN, "purpose": "case 7"}).status_code
        yield served
        passwords._dummy_hash.cache_clear()


@pytest.fixture
def served(site_data, tmp_path):
    with serving(site_data, tmp_path) as site:
        yield site
