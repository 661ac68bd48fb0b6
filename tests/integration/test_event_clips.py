"""An event from end to end: a real RTSP server, the whole program, and the clip that a webhook receives.

The view is empty, a person walks through it, it is empty again. The event is stored, and sent with its clip, which
shows all of that, masked. The bright spot on the face in the source reveals a frame without a mask.
"""

import base64
import json
import threading
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import av
import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from passerby.cli.events import app
from passerby.demo.portrait import portrait
from passerby.documents.count_records import EventState
from passerby.store.counts.events_and_counts import CountStore
from passerby.store.data_folder import DataFolder
from passerby.store.database import Database
from tests.cameras.servers import free_port, rtsp_server, write_units
from tests.cameras.watch_process import CANARY, SIZE, WatchProcess, count_canaries

RATE, SECONDS = 10, 28
#: Seconds at which the person enters and leaves, and seconds of the clip before and after the event.
ENTERS, LEAVES, PRE_ROLL, POST_ROLL = 12, 20, 7, 8
SITE = """
name: school
status: {{port: {status}}}
cameras:
  gate:
    url: {url}
    hide: [face]
    counting:
      lines: [{{name: door, points: [[0.5, 0], [0.5, 1]], anchor: middle}}]
      rules:
        - name: entry
          kind: crossing
          line: door
          direction: backward
          pre_roll: {pre_roll}
          post_roll: {post_roll}
          cool_down: 600
uplink:
  webhooks: [{{name: desk, url: "{hook}", secret: a secret of some length, send: [events, thumbnails, clips]}}]
"""


def wall():
    return np.kron(np.random.default_rng(1).integers(60, 140, (27, 48, 1), np.uint8), np.ones((10, 10, 3), np.uint8))


def walk_through():
    """A portrait moves through the view, from left to right."""
    face = cv2.resize(cv2.imread(str(portrait())), (200, 200), interpolation=cv2.INTER_AREA)
    cv2.circle(face, (90, 55), 6, CANARY, cv2.FILLED)
    for n in range(RATE * SECONDS):
        picture = wall()
        left = round(-200 + (SIZE[0] + 200) * (n / RATE - ENTERS) / (LEAVES - ENTERS))
        x1, x2 = max(0, left), min(SIZE[0], left + 200)
        if x1 < x2:
            picture[40:240, x1:x2] = face[:, x1 - left : x2 - left]
        yield picture


class Webhook(ThreadingHTTPServer):
    """Stores what it receives: (content type, message, body)."""

    daemon_threads = True

    def __init__(self):
        self.received = []
        super().__init__(("127.0.0.1", 0), WebhookHandler)
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()

    def of(self, what):
        return [(kind, message, body) for kind, message, body in self.received if message["type"] == what]


class WebhookHandler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        header = self.headers["passerby-message"]
        message = json.loads(body if header is None else base64.b64decode(header))
        self.server.received.append((self.headers["content-type"], message, body))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def delivered(models, tmp_path_factory):
    """(folder, webhook) after one event."""
    folder = tmp_path_factory.mktemp("site")
    units = write_units(list(walk_through()), folder / "units", RATE)
    DataFolder.create(folder / "data").close()
    config = folder / "site.yaml"
    with rtsp_server(units) as server, Webhook() as webhook:
        hook = f"http://127.0.0.1:{webhook.server_port}/"
        text = SITE.format(status=free_port(), url=server.url(), hook=hook, pre_roll=PRE_ROLL, post_roll=POST_ROLL)
        config.write_text(text, encoding="utf-8")
        watching = WatchProcess(config)
        try:
            watching.wait_until(lambda _: webhook.of("clip"), seconds=400)
            assert 0 == watching.stop()
        finally:
            if watching.process.poll() is None:
                watching.kill()
    units.unlink()
    return folder, webhook


@pytest.fixture(scope="module")
def clip(delivered):
    folder, webhook = delivered
    ((kind, _, body),) = webhook.of("clip")
    assert "video/mp4" == kind
    path = folder / "clip.mp4"
    path.write_bytes(body)
    return path


def shown(path):
    """(second, picture) of the frames that are not covered whole."""
    with av.open(str(path)) as container:
        pictures = [(float(f.time), f.to_ndarray(format="bgr24")) for f in container.decode(video=0)]
    return [(second, picture) for second, picture in pictures if picture.std() > 5]


def shows_person(picture):
    """Whether anything but the wall is visible."""
    return float((np.abs(picture.astype(int) - wall()).max(axis=2) > 60).mean()) > 0.02


def test_the_event_is_sent_once_with_a_thumbnail_and_a_clip(delivered):
    folder, webhook = delivered
    ((_, event, _),) = webhook.of("event")
    with Database.open(folder / "data") as database:
        (stored,) = CountStore(database, "school").events()
    assert ("entry", "crossing", "gate", "door", EventState.NEW) == (
        stored.event.rule,
        stored.event.kind,
        stored.event.camera,
        stored.event.location,
        stored.state,
    )
    assert event["event"] == stored.event.model_dump(mode="json")
    for what in ("thumbnail", "clip"):
        ((_, about, _),) = webhook.of(what)
        assert (f"{event['id']}/{what}", event["event"]) == (about["id"], about["event"])


def test_the_clip_has_its_pre_roll_and_post_roll(clip):
    frames = shown(clip)
    seen = [shows_person(picture) for _, picture in frames]
    assert (False, True, False) == (seen[0], any(seen), seen[-1])
    # A part lasts a second, and the clip starts with the part that contains its start.
    assert PRE_ROLL + POST_ROLL - 1 <= frames[-1][0] - frames[0][0] <= PRE_ROLL + POST_ROLL + 3


def test_the_clip_and_the_thumbnail_are_masked(delivered, clip):
    _, webhook = delivered
    seen, bare, frames = count_canaries(clip)
    assert 0 == seen
    assert bare > frames / 2
    # The mask is a black rectangle.
    assert any((picture.max(axis=2) < 30).mean() > 0.01 for _, picture in shown(clip) if shows_person(picture))
    ((kind, _, body),) = webhook.of("thumbnail")
    assert "image/jpeg" == kind
    picture = cv2.imdecode(np.frombuffer(body, np.uint8), cv2.IMREAD_COLOR).astype(int)
    assert not (picture[..., 1] - picture[..., [0, 2]].max(axis=2) > 60).any()


def test_the_check_detects_an_unmasked_person(tmp_path):
    path = tmp_path / "bare.mp4"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=RATE, options={"preset": "ultrafast", "crf": "27"})
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        for picture in walk_through():
            out.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
        out.mux(stream.encode(None))
    assert count_canaries(path)[0] > RATE * (LEAVES - ENTERS) / 3
    assert shows_person(shown(path)[RATE * (ENTERS + LEAVES) // 2][1])


def test_the_clip_can_be_exported_again(delivered, tmp_path):
    """`passerby events clip` exports the same clip from the recordings, with a report of its content."""
    folder, webhook = delivered
    ((_, event, _),) = webhook.of("event")
    start, at, end = (event["event"][name] for name in ("start", "time", "end"))
    assert (PRE_ROLL, POST_ROLL) == (pytest.approx(at - start, abs=0.1), pytest.approx(end - at, abs=0.1))
    path = tmp_path / "entry.mp4"
    arguments = ["clip", event["event"]["id"], "-o", str(path), "--data", str(folder / "data"), "--purpose", "case 7"]
    done = CliRunner().invoke(app, [*arguments, "--json"], catch_exceptions=False)
    report = json.loads(done.stdout)
    first, last = report["recorded"][0]["start"], report["recorded"][-1]["end"]
    assert datetime.fromisoformat(first).timestamp() <= start
    assert datetime.fromisoformat(last).timestamp() >= end
    assert [] == report["missing"]
    assert 0 == count_canaries(path)[0]
