"""A site of two cameras with recordings, counts and events, served without cameras."""

from dataclasses import dataclass, field

import pytest
from starlette.testclient import TestClient

from passerby.base.counting import EventKind
from passerby.base.counts import Bin, Event, LineCount, ZoneCount
from passerby.base.kinds import Sort
from passerby.base.site_file import load_site
from passerby.base.status import CameraHealth, SiteStatus, State
from passerby.cli.site_tools import SiteTools
from passerby.server.live.window import Window
from passerby.server.site.app import site_app
from passerby.server.site.gate import Gate
from passerby.server.site.place import Place
from passerby.store.database import Database
from passerby.store.recordings import Recordings
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

    place: Place
    gate: Gate
    clock: Clock
    client: TestClient
    status: dict = field(default_factory=dict)

    def get(self, path, **how):
        return self.client.get(path, headers=HEADERS, **how)

    def post(self, path, body=None):
        return self.client.post(path, json=body, headers=HEADERS)

    def put(self, path, body=None):
        return self.client.put(path, json=body, headers=HEADERS)


def status_of(site, clock):
    cameras = {
        "yard": CameraHealth(state=State.LIVE, frames_a_second=10.0, width=128, height=96),
        "gate": CameraHealth(state=State.LOST, problem="refused"),
    }
    return SiteStatus(name=site.name, since=WALL, now=clock.now().wall, clock_trusted=True, cameras=cameras)


def filled(recordings, place, clock, window):
    """Six seconds of `yard`, an event in them, and two minutes of counts with one missing between."""
    writer = recordings.writer("yard")
    for part in parts(clock, count=6):
        writer.append(part)
        window.add(part)
    writer.close()
    happened = Event(
        id=EVENT,
        camera="yard",
        rule="visit",
        kind=EventKind.PRESENCE,
        at=WALL + 1,
        trusted=True,
        start=WALL,
        end=WALL + 4,
        place="door",
        count=1,
    )
    of_site = Event(
        id="site/clock/1800000002000", camera=None, rule="clock", kind=EventKind.CLOCK, at=WALL + 2, trusted=True
    )
    zone = ZoneCount(zone="door", sort=Sort.PERSON, mean=0.5, most=2, came=3, left=3, dwell=(3, *NOTHING[1:]))
    line = LineCount(line="sill", sort=Sort.PERSON, forward=4, back=1)
    bins = [
        Bin(camera="yard", start=int(WALL) + minute, covered=60.0, trusted=True, zones=(zone,), lines=(line,))
        for minute in (0, 120)
    ]
    place.counts.add(bins, [happened, of_site], clock.now())


@pytest.fixture
def served(tmp_path, monkeypatch):
    """The site, and somebody with the token who has said what for."""
    monkeypatch.setenv("GATE_PASSWORD", "not in any file")
    config = tmp_path / "site.yaml"
    config.write_text(FILE)
    clock, site = Clock(), load_site(config)
    with Recordings(Database.open(tmp_path / "data", make=True), boot="first") as recordings:
        windows = {name: Window(name) for name in site.cameras}
        place = Place(config, site, lambda: status_of(site, clock), windows, recordings, SiteTools(), clock, "first")
        filled(recordings, place, clock, windows["yard"])
        gate = Gate(TOKEN, "somebody", lambda: clock.now().wall)
        client = TestClient(site_app(place, gate, HOST, PORT), base_url=f"http://{HOST}:{PORT}", follow_redirects=False)
        served = Served(place, gate, clock, client)
        assert 303 == served.get("/", params={"token": TOKEN}).status_code
        assert 200 == served.put("/api/session/purpose", {"purpose": "case 7"}).status_code
        yield served
