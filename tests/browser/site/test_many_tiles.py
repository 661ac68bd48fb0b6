"""More cameras on one page than a browser opens connections to one host: six. They are fed here without a pipeline."""

import socket
import threading
import time
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import pytest

from passerby.cli.common.media_tools import SiteTools
from passerby.config.site_file import load_site
from passerby.core.clock import SystemClock
from passerby.documents.status import CameraHealth, CameraState, SiteStatus
from passerby.server.live.buffer import LiveBuffer
from passerby.server.serve import BackgroundServer
from passerby.server.site.app import site_app
from passerby.server.site.auth.authenticator import Authenticator
from passerby.server.site.context import SiteContext
from passerby.server.spa import is_built
from passerby.sink.recording.fragment_encoder import FragmentEncoder
from passerby.store.database import Database
from passerby.store.recordings.index import Recordings
from tests.clips import safe_frame

TOKEN, TILES, RATE, SIZE = "a token for tests", 9, 10, (320, 180)
#: Seconds that are watched, after as many for all to start, and how long a picture may stand still meanwhile.
WATCHED_S, STARTING_S, MAX_STANDSTILL_S = 12.0, 12.0, 3.0


@contextmanager
def feeding(buffers):
    """All cameras show the same moving picture, in real time."""
    stop = threading.Event()

    def feed():
        encoder, clock, began = (
            FragmentEncoder("hall", width=SIZE[0], height=SIZE[1], frame_rate=RATE),
            SystemClock(),
            0.0,
        )
        began = time.monotonic()
        for number in range(100_000):
            if stop.wait(max(0.0, began + number / RATE - time.monotonic())):
                return
            part = encoder.encode(safe_frame(number % 250, round(number * 1e6 / RATE), SIZE), clock.now())
            if part is not None:
                for name, buffer in buffers.items():
                    buffer.add(replace(part, camera=name))

    thread = threading.Thread(target=feed, daemon=True)
    thread.start()
    yield
    stop.set()
    thread.join()


@pytest.fixture
def hall(tmp_path):
    """The address of a site with TILES cameras."""
    if not is_built("site.html"):
        pytest.skip("the page is not built: scripts/build-web needs npm")
    names = [f"camera{n}" for n in range(TILES)]
    config = tmp_path / "site.yaml"
    cameras = "\n".join(f"  {name}: {{url: 'rtsp://192.0.2.1/{name}'}}" for name in names)
    config.write_text(f"name: Hall\ndata: data\ncameras:\n{cameras}\n")
    site, clock = load_site(config), SystemClock()
    health = {name: CameraHealth(state=CameraState.LIVE, fps=RATE, width=SIZE[0], height=SIZE[1]) for name in names}
    started = clock.now().wall

    def status():
        return SiteStatus(name=site.name, started=started, now=clock.now().wall, clock_trusted=True, cameras=health)

    buffers = {name: LiveBuffer(name) for name in names}
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    with Recordings(Database.open(tmp_path / "data", create=True), boot="first") as recordings:
        context = SiteContext(
            config, lambda: site, status, buffers, recordings, SiteTools(), clock, "first", lambda _: None
        )
        authenticator = Authenticator(
            recordings.database, clock, "first", TOKEN, "somebody", second_factor_required=False
        )
        app = site_app(context, authenticator, "127.0.0.1", port)
        with feeding(buffers), BackgroundServer(app, listener):
            yield f"http://127.0.0.1:{port}/?token={TOKEN}&purpose=test"


def positions(page):
    return np.array(page.evaluate("[...document.querySelectorAll('video')].map((one) => one.currentTime)"))


def longest_standstills(page):
    """Seconds for which the picture of each tile stood still, at the longest."""
    longest = np.zeros(TILES)
    moved_at, last = np.full(TILES, time.monotonic()), positions(page)
    until = time.monotonic() + WATCHED_S
    while time.monotonic() < until:
        time.sleep(0.1)
        now, at = positions(page), time.monotonic()
        moved_at[now != last] = at
        longest, last = np.maximum(longest, at - moved_at), now
    return longest


def test_more_cameras_than_a_browser_opens_connections_all_play(page, hall):
    page.set_viewport_size({"width": 1600, "height": 1400})
    page.goto(hall)
    page.wait_for_selector(f".tile:nth-of-type({TILES}) video")
    time.sleep(STARTING_S)
    standstills = longest_standstills(page)
    states = page.eval_on_selector_all(".tile", "tiles => tiles.map((one) => one.dataset.state)")
    assert ["live"] * TILES == states
    assert standstills.max() <= MAX_STANDSTILL_S, standstills.round(1)
