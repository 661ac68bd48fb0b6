"""Nothing that a fleet answers does anything at a site but let go of messages."""

import ssl
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from passerby.config.fleet.credentials import FleetCredentials
from passerby.core.clock import SystemClock
from passerby.core.errors import UsageError
from passerby.uplink.fleet.https import FleetHttpsUplink
from passerby.uplink.fleet.mqtt import FleetMqttUplink
from tests.fleet.running import Site, make_fleet, status_of
from tests.uplink.broker import until


@pytest.fixture(scope="module")
def fleet(tmp_path_factory):
    return make_fleet(tmp_path_factory.mktemp("fleet"), mqtt=False)


class Malicious:
    """A fleet's server that answers what it likes. `requests`: what it was asked."""

    def __init__(self, fleet):
        self.answer, self.requests = (200, {}, b""), []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                outer.requests.append((self.path, body))
                status, headers, content = outer.answer
                self.send_response(status)
                for name, value in {**headers, "content-length": str(len(content))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            def do_GET(self):
                outer.requests.append((self.path, None))

            def log_message(self, *_):
                pass

        self.server = HTTPServer(("127.0.0.1", fleet.ingest_port), Handler)
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(fleet.folder.server)
        self.server.socket = tls.wrap_socket(self.server.socket, server_side=True)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def malicious(fleet):
    server = Malicious(fleet)
    yield server
    server.close()


@pytest.fixture
def site(fleet, tmp_path):
    site = Site(tmp_path / "data", fleet.credentials("north"), by="https")
    yield site
    site.close()


@pytest.mark.parametrize(
    "answer",
    [
        (200, {}, b'{"received": ["*"], "command": "restart"}'),
        (200, {}, b'{"received": "all"}'),
        (200, {}, b'["north/health/1/1"]'),
        (200, {}, b'{"config": {"cameras": {}}}'),
        (200, {}, b'{"received": [' + b'"x",' * 300_000 + b'"x"]}'),
        (307, {"location": "/elsewhere"}, b""),
        (302, {"location": "file:///etc/passwd"}, b""),
        (200, {"content-type": "image/jpeg"}, b"\xff\xd8\xff"),
        (500, {}, b"x"),
    ],
)
def test_whatever_it_answers_nothing_is_let_go(malicious, site, answer):
    malicious.answer = answer
    site.health.report(status_of(), SystemClock(True).now())
    site.start()
    until(lambda: malicious.requests)
    until(lambda: site.uplink.problems)
    assert 1 == site.waiting
    assert {"/health"} == {path for path, _ in malicious.requests}


def test_ids_that_nobody_sent_let_go_of_nothing(malicious, site):
    malicious.answer = (200, {}, b'{"received": ["south/health/1/1", "north/counts/gate/0"]}')
    site.health.report(status_of(), SystemClock(True).now())
    site.start()
    until(lambda: malicious.requests)
    time.sleep(0.2)
    assert 1 == site.waiting


def test_a_refusal_is_told_and_keeps_the_message(malicious, site):
    message = site.health.report(status_of(), SystemClock(True).now())
    malicious.answer = (
        200,
        {},
        b'{"refused": [{"id": "%b", "reason": "an unknown\\u001b field"}]}' % message.id.encode(),
    )
    site.start()
    until(lambda: site.uplink.problems)
    assert [
        "the fleet refuses 1 messages: an unknown field. Update passerby at the fleet or here."
    ] == site.uplink.problems
    assert 1 == site.waiting


def test_another_server_is_not_trusted(fleet, site, tmp_path_factory):
    stranger = make_fleet(tmp_path_factory.mktemp("stranger"), mqtt=False)
    object.__setattr__(stranger, "ingest_port", fleet.ingest_port)
    server = Malicious(stranger)
    try:
        site.health.report(status_of(), SystemClock(True).now())
        site.start()
        until(lambda: site.uplink.problems)
        assert [] == server.requests
        assert 1 == site.waiting
    finally:
        server.close()


def test_credentials_must_name_the_transport(fleet):
    credentials = FleetCredentials.read(fleet.credentials("north"))
    with pytest.raises(UsageError, match="set uplink.fleet.by to https|Set uplink.fleet.by to https"):
        FleetMqttUplink(credentials, None)
    no_https = FleetCredentials(credentials.path, "north", None, ("x", 1), "p", credentials.authority)
    with pytest.raises(UsageError, match="by to mqtt"):
        FleetHttpsUplink(no_https, None)
