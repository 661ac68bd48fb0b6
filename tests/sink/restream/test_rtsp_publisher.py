"""Publishing parts: to a real RTSP server and its clients, and to servers that are slow, away or refuse."""

import json
import shutil
import socket
import subprocess
import threading
import time
from contextlib import contextmanager
from itertools import pairwise

import av
import pytest

from passerby.config.address import parse_address
from passerby.core.clock import Moment
from passerby.documents.status import RestreamState
from passerby.sink.part_queue import MAX_QUEUED_S
from passerby.sink.recording.fragment_encoder import FragmentEncoder
from passerby.sink.restream.rtsp_publisher import RtspPublisher
from tests.cameras.restream_server import RestreamServer
from tests.cameras.servers import SYSTEM_PYTHON, require_rtsp_server
from tests.clips import safe_frame

RATE, SIZE = 10, (320, 180)
ADDRESS = parse_address("rtsp://127.0.0.1:1/gate", "me", "hunter2")


def parts(seconds, first=0.0):
    encoder = FragmentEncoder("gate", width=SIZE[0], height=SIZE[1], frame_rate=RATE)
    found = []
    for n in range(round(seconds * RATE) + 1):
        at = first + n / RATE
        found.append(encoder.encode(safe_frame(n, round(at * 1e6), SIZE), Moment(at, at, True)))
    return [part for part in found if part is not None]


def wait_for(condition, seconds=20.0):
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.02)


class FakeConnection:
    def __init__(self, sent, fail=None, blocked=None):
        self.sent, self.fail, self.blocked, self.closed = sent, fail, blocked, False

    def send(self, part):
        if self.blocked is not None:
            self.blocked.wait(20)
        if self.fail is not None:
            raise self.fail
        self.sent.append(part)

    def close(self):
        self.closed = True


@pytest.fixture
def publisher():
    made = []

    def make(connect, **changes):
        made.append(RtspPublisher(ADDRESS, connect, **changes))
        return made[-1]

    yield make
    for one in made:
        one.close()


def test_every_part_is_sent_in_order(publisher):
    sent, all_parts = [], parts(3)
    publish = publisher(lambda address, part: FakeConnection(sent))
    for number, part in enumerate(all_parts, 1):
        publish(part)
        wait_for(lambda number=number: len(sent) == number)
    assert all_parts == sent
    assert (RestreamState.LIVE, 1, 0) == (
        publish.status().state,
        publish.status().connections,
        publish.status().dropped,
    )


def test_a_server_that_stalls_holds_up_nobody_and_takes_no_memory(publisher):
    sent, blocked = [], threading.Event()
    publish = publisher(lambda address, part: FakeConnection(sent, blocked=blocked))
    began = time.monotonic()
    for part in parts(60):
        publish(part)
    assert time.monotonic() - began < 20  # encoding included
    assert len(publish._queue) <= MAX_QUEUED_S / 0.2
    assert publish.status().dropped > 100
    blocked.set()
    wait_for(lambda: sent and not publish._queue)
    for before, after in pairwise(sent):
        assert after.independent or after.start == before.start + before.duration


def test_a_server_that_is_away_is_tried_again_and_told_without_the_password(publisher):
    sent, clock, failures = [], [0.0], [OSError(111, "Connection refused")]

    def connect(address, part):
        if failures:
            raise failures.pop()
        return FakeConnection(sent)

    publish = publisher(connect, now=lambda: clock[0])
    first, *rest = parts(4)
    publish(first)
    wait_for(lambda: publish.status().problem is not None)
    status = publish.status()
    assert RestreamState.LOST is status.state
    assert "Connection refused" in status.problem
    assert "hunter2" not in status.problem
    for part in rest:
        clock[0] += 1.0
        publish(part)
        wait_for(lambda: not publish._queue)
    wait_for(lambda: publish.status().state is RestreamState.LIVE)
    assert publish.status().problem is None
    assert sent[0].independent


def test_a_refused_login_is_tried_again_after_a_minute(publisher):
    tried, clock = [], [0.0]

    def connect(address, part):
        tried.append(clock[0])
        raise av.error.HTTPUnauthorizedError(0, "rtsp://me:hunter2@127.0.0.1")

    publish = publisher(connect, now=lambda: clock[0])
    for part in parts(8):
        publish(part)
        wait_for(lambda: not publish._queue)
        clock[0] += 8.0
    wait_for(lambda: len(tried) >= 2)
    assert all(after - before >= 60 for before, after in pairwise(tried))
    assert "refuses the login" in publish.status().problem
    assert "hunter2" not in publish.status().problem


def test_another_size_or_a_new_timeline_is_another_stream(publisher):
    sent, connected = [], []

    def connect(address, part):
        connected.append(FakeConnection(sent))
        return connected[-1]

    publish = publisher(connect)
    for number, part in enumerate([*parts(2, first=100.0), *parts(2)], 1):
        publish(part)
        wait_for(lambda number=number: len(sent) == number)
    assert [True, False] == [connection.closed for connection in connected]


# With a real server.


@pytest.fixture
def server():
    require_rtsp_server()
    running = RestreamServer()
    yield running
    running.stop()


@contextmanager
def published(publish, all_parts):
    """Parts at the pace at which a camera makes them, over and over, on one timeline."""
    ended = threading.Event()

    def run():
        for part in all_parts:
            if ended.wait(part.duration / 1e6):
                return
            publish(part)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


@pytest.fixture
def long_stream():
    return parts(60)


def test_ffmpeg_and_gstreamer_see_the_stream_and_it_comes_back_with_the_server(server, long_stream):
    publish = RtspPublisher(server.address())
    with published(publish, long_stream):
        wait_for(lambda: publish.status().state is RestreamState.LIVE)
        assert SIZE == ffprobe(server.address("/gate").url)
        assert "frames 15" in gstreamer(server.address("/gate").url)
        server.stop()
        wait_for(lambda: publish.status().state is RestreamState.LOST)
        again = RestreamServer(server.port)
        try:
            wait_for(lambda: publish.status().state is RestreamState.LIVE)
            assert SIZE == ffprobe(again.address("/gate").url)
            assert 2 == publish.status().connections
        finally:
            again.stop()
    publish.close()


MOTION = """\
daemon off
netcam_url {url}
netcam_userpass passerby:{password}
width 320
height 176
framerate 10
emulate_motion on
movie_output on
movie_codec mp4
movie_max_time 3
target_dir {folder}
webcontrol_port 0
stream_port 0
"""


def test_a_recorder_of_the_site_records_the_stream(server, long_stream, tmp_path):
    """Motion, with its own client, as many sites run it."""
    if shutil.which("motion") is None:
        pytest.skip("no motion. On Debian: sudo apt-get install motion")
    file = tmp_path / "motion.conf"
    file.write_text(MOTION.format(url=server.url("/gate"), password=server.password, folder=tmp_path))
    publish = RtspPublisher(server.address())
    with published(publish, long_stream):
        wait_for(lambda: publish.status().state is RestreamState.LIVE)
        recorder = subprocess.Popen(
            ["motion", "-n", "-c", str(file)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            wait_for(lambda: len(list(tmp_path.glob("*.mp4"))) >= 2, 60)
        finally:
            recorder.terminate()
            recorder.wait(20)
    publish.close()
    with av.open(str(min(tmp_path.glob("*.mp4")))) as container:
        assert sum(1 for _ in container.decode(video=0)) >= 15


def test_a_wrong_password_is_told_and_shows_nothing(server, long_stream):
    publish = RtspPublisher(server.address(password="wrong"))
    with published(publish, long_stream):
        wait_for(lambda: publish.status().problem is not None)
    assert "refuses the login" in publish.status().problem
    publish.close()


def test_a_server_that_accepts_and_says_nothing_is_given_up(long_stream, monkeypatch):
    monkeypatch.setattr("passerby.sink.restream.rtsp_publisher.NETWORK_TIMEOUT_S", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        publish = RtspPublisher(parse_address(f"rtsp://127.0.0.1:{silent.getsockname()[1]}/gate"))
        publish(long_stream[0])
        wait_for(lambda: publish.status().state is RestreamState.LOST, 10)
        publish.close()


def ffprobe(url):
    """(width, height) of the stream."""
    if shutil.which("ffprobe") is None:
        pytest.skip("no ffprobe")
    asked = ["ffprobe", "-v", "error", "-rtsp_transport", "tcp", "-show_streams", "-of", "json", url]
    done = subprocess.run(asked, capture_output=True, timeout=30, check=True)
    (stream,) = json.loads(done.stdout)["streams"]
    assert "h264" == stream["codec_name"]
    return stream["width"], stream["height"]


GSTREAMER = """
import sys, gi
gi.require_version("Gst", "1.0")
from gi.repository import Gst
Gst.init(None)
count = 0
pipeline = Gst.parse_launch(
    "rtspsrc protocols=tcp latency=0 name=from ! rtph264depay ! h264parse ! video/x-h264,alignment=au ! "
    "appsink name=sink sync=false"
)
pipeline.get_by_name("from").set_property("location", sys.argv[1])
pipeline.set_state(Gst.State.PLAYING)
while count < 15 and pipeline.get_by_name("sink").emit("try-pull-sample", 10 * Gst.SECOND) is not None:
    count += 1
pipeline.set_state(Gst.State.NULL)
print("frames", count)
"""


def gstreamer(url):
    done = subprocess.run([SYSTEM_PYTHON, "-c", GSTREAMER, url], capture_output=True, timeout=60, check=True, text=True)
    return done.stdout
