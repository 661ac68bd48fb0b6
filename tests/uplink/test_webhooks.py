"""Webhooks: signed, each message once, again after a failure."""

import base64
import hashlib
import hmac
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from passerby.config.uplink import UplinkSettings, WebhookSettings
from passerby.config.uplink_destination import Priority
from passerby.core.clock import Moment
from passerby.store import outbox as module
from passerby.store.counts.events_and_counts import CountStore
from passerby.store.database import Database
from passerby.store.outbox import Outbox
from passerby.uplink.service import Uplink
from tests.uplink.broker import until
from tests.uplink.notifications.fixtures import endless_server
from tests.uplink.program import BEGIN, minute
from tests.uplink.test_mqtt import GateRecordings, event

SECRET = "a secret of some length"


class Address(ThreadingHTTPServer):
    """Answers what it is told to, in turn, then 200. Keeps what it accepted, and checks the signature by itself."""

    daemon_threads = True

    def __init__(self, answers=()):
        self.answers, self.accepted, self.requests, self.body, self.connections = list(answers), [], [], b"", 0
        super().__init__(("127.0.0.1", 0), Answering)
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/hook?key=1"

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()


class Answering(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def setup(self):
        self.server.connections += 1
        super().setup()

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        signed = f"{self.headers['webhook-id']}.{self.headers['webhook-timestamp']}.".encode() + body
        right = base64.b64encode(hmac.new(SECRET.encode(), signed, hashlib.sha256).digest()).decode()
        answer = self.server.answers.pop(0) if self.server.answers else 200
        self.server.requests.append((answer, self.headers["webhook-id"]))
        if f"v1,{right}" != self.headers["webhook-signature"]:
            answer = 401
        elif answer == 200:
            self.server.accepted.append((self.headers["webhook-id"], self.headers["content-type"], body))
        self.send_response(answer)
        if answer in (301, 302):
            self.send_header("location", "/elsewhere")
        self.send_header("content-length", str(len(self.server.body)))
        self.end_headers()
        self.wfile.write(self.server.body)

    def log_message(self, *_):
        pass


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch):
    monkeypatch.setattr(module, "MIN_BACKOFF_S", 0.05)
    monkeypatch.setattr(module, "MAX_BACKOFF_S", 0.2)


@pytest.fixture
def database(tmp_path):
    with Database.open(tmp_path / "data", create=True) as database:
        yield database


def sent(database, address, bins, events=(), send=(Priority.EVENTS, Priority.COUNTS), media=None):
    settings = UplinkSettings(webhooks=(WebhookSettings(name="a", url=address.url, secret=SECRET, send=send),))
    CountStore(database, "school", settings.destinations()).add(bins, list(events), Moment(1.0, BEGIN, True))
    with Uplink("school", settings, {}, database, media=media, poll_interval_s=0.02):
        until(lambda: {} == Outbox(database).pending())


def test_every_message_is_posted_and_signed(database):
    with Address() as address:
        sent(database, address, [minute("gate", 0), minute("gate", 1)])
    assert [f"school/gate/{BEGIN}/0", f"school/gate/{BEGIN + 60}/0"] == [id for id, _, _ in address.accepted]
    (id, kind, body) = address.accepted[0]
    assert "application/json" == kind
    assert (id, "counts", "school") == tuple(json.loads(body)[key] for key in ("id", "type", "site"))
    assert minute("gate", 0).model_dump(mode="json") == json.loads(body)["bin"]


@pytest.mark.parametrize("answers", [[500, 503, 429], [404, 301, 302, 400], [200, 500, 200]])
def test_refused_messages_are_sent_again(database, answers):
    with Address(answers) as address:
        sent(database, address, [minute("gate", n) for n in range(3)])
    assert 3 == len(address.accepted) == len({id for id, _, _ in address.accepted})
    assert len(address.requests) > 3


def test_an_unreachable_url_is_a_problem(database):
    with Address() as address:
        pass
    settings = UplinkSettings(webhooks=(WebhookSettings(name="a", url=address.url, secret=SECRET),))
    CountStore(database, "school", settings.destinations()).add([minute("gate", 0)], [], Moment(1.0, BEGIN, True))
    with Uplink("school", settings, {}, database, poll_interval_s=0.02) as uplink:
        until(lambda: uplink.problems and uplink.problems[0].startswith("webhook a: ConnectError"))
    assert {"webhook:a": {Priority.COUNTS: 1}} == Outbox(database).pending()
    assert SECRET not in uplink.problems[0]


def test_event_media_are_posted_as_such(database):
    at = 1_700_000_000.0
    with Address() as address:
        sent(database, address, [], [event("gate", at), event("hall", at)], tuple(Priority), GateRecordings())
    kinds = {id.removeprefix("school/"): (kind, body) for id, kind, body in address.accepted}
    assert ("image/jpeg", b"thumbnail gate 15") == kinds[f"gate/full/{at}/thumbnail"]
    assert ("video/mp4", b"clip gate 15") == kinds[f"gate/full/{at}/clip"]
    assert "application/json" == kinds[f"hall/full/{at}/clip"][0]
    assert json.loads(kinds[f"hall/full/{at}/clip"][1])["missing"] is True


def test_an_answer_without_an_end_is_not_read(database):
    with endless_server() as (sent, address):
        settings = UplinkSettings(webhooks=(WebhookSettings(name="a", url=address, secret=SECRET),))
        CountStore(database, "school", settings.destinations()).add([minute("gate", 0)], [], Moment(1.0, BEGIN, True))
        with Uplink("school", settings, {}, database, poll_interval_s=0.02):
            until(lambda: {} == Outbox(database).pending())
            assert sent.wait_until_gone()
    assert sent.bytes < 64 << 20


def test_a_connection_is_used_again_after_a_short_answer(database):
    with Address() as address:
        address.body = b"accepted"
        sent(database, address, [minute("gate", n) for n in range(3)])
    assert 3 == len(address.accepted)
    assert 1 == address.connections
