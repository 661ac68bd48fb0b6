"""Sites, a real broker with TLS, and the receiver: what arrives, and what the broker lets nobody do."""

import contextlib
import json
import ssl
import threading
import time

import paho.mqtt.client as paho
import pytest
from sqlalchemy import func, select

from passerby.config.fleet.alerts import AlertChannel
from passerby.core.clock import SystemClock
from passerby.fleet.alert_channels import ChannelSender
from passerby.fleet.alerts import Notice
from passerby.fleet.certificates import Authority
from passerby.fleet.problems import ProblemKind
from passerby.fleet.setup import add_credentials, revoke_credentials
from passerby.fleet.store import tables
from passerby.fleet.store.database import FleetDatabase
from tests.fleet.messages import body, health
from tests.fleet.running import SITES, Site, TlsBroker, make_fleet, status_of
from tests.uplink.broker import needs_broker, until

pytestmark = needs_broker


@pytest.fixture(scope="module")
def fleet(tmp_path_factory):
    return make_fleet(tmp_path_factory.mktemp("fleet"))


@pytest.fixture(scope="module")
def broker(fleet):
    broker = TlsBroker(fleet.folder, fleet.broker_port)
    broker.start()
    yield broker
    broker.kill()


class Client:
    """Whoever connects to the broker with a certificate; keeps what it gets."""

    def __init__(self, fleet, certificate, authority=None, identifier="x"):
        self.received, self.codes, self.connected = [], [], threading.Event()
        tls = ssl.create_default_context(cafile=str(authority or fleet.folder.authority / "authority.pem"))
        if certificate is not None:
            tls.load_cert_chain(certificate)
        self._client = paho.Client(paho.CallbackAPIVersion.VERSION2, identifier, protocol=paho.MQTTv5)
        self._client.tls_set_context(tls)
        self._client.on_connect = lambda *_: self.connected.set()
        self.ended = threading.Event()
        self._client.on_disconnect = lambda *_: self.ended.set()
        self._client.on_message = lambda _, __, message: self.received.append((message.topic, message.payload))
        self._client.on_publish = lambda _, __, ___, code, *____: self.codes.append(code)
        self._client.connect("localhost", fleet.broker_port)
        self._client.loop_start()
        until(lambda: self.connected.is_set() or self.ended.is_set(), 10)
        if not self.connected.is_set():
            self.close()
            raise ConnectionRefusedError("the broker ended the connection")

    def subscribe(self, topic):
        done = threading.Event()
        self._client.on_subscribe = lambda *_: done.set()
        self._client.subscribe(topic, 1)
        assert done.wait(10)

    def send(self, topic, payload):
        self._client.publish(topic, payload, 1)

    def publish(self, topic, payload, retain=False):
        """The broker's reason code: 0, or 135 for not authorised."""
        before = len(self.codes)
        self._client.publish(topic, payload, 1, retain)
        until(lambda: len(self.codes) > before, 10)
        return self.codes[-1].value

    def close(self):
        self._client.disconnect()
        self._client.loop_stop()


@pytest.fixture
def connect(fleet, broker):
    opened = []

    def connect(certificate, **how):
        opened.append(Client(fleet, certificate, **how))
        return opened[-1]

    yield connect
    for client in opened:
        client.close()


def rows(fleet, table):
    with FleetDatabase(fleet.address) as database, database.reading() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def test_a_site_lets_go_of_what_the_fleet_has_stored(fleet, broker, tmp_path):
    site = Site(tmp_path / "data", fleet.credentials("north")).start()
    try:
        site.health.report(status_of(), SystemClock(True).now())
        until(lambda: site.waiting == 1)  # nobody receives: the broker's acknowledgement means nothing
        with fleet.receiving() as running:
            stats, reports = running.intake.receiver.stats, 1
            while not stats.stored and reports < 20:  # the first may come before it has subscribed
                site.health.report(status_of(), SystemClock(True).now())
                reports += 1
                with contextlib.suppress(AssertionError):
                    until(lambda: stats.stored >= 1, 2)
            until(lambda: site.waiting < reports)
            assert running.mqtt.problem is None
        assert [] == site.uplink.problems
    finally:
        site.close()
    assert rows(fleet, tables.health) >= 1


def test_a_site_may_write_below_its_own_name_only(fleet, connect):
    north = connect(fleet.credentials("north"))
    allowed = ("passerby-fleet/north/health", "passerby-fleet/north/counts")
    refused = (
        "passerby-fleet/south/health",
        "passerby-fleet/south/counts",
        "passerby-fleet/north/received",
        "passerby-fleet/south/received",
        "passerby-fleet/north/health/more",
        "passerby-fleet/north/command",
        "passerby-fleet/north",
        "anything",
        "$SYS/broker/x",
    )
    assert {0, 16} >= {north.publish(topic, b"{}") for topic in allowed}  # 16: nobody receives it at the moment
    assert {135} == {north.publish(topic, b"{}") for topic in refused[:-1]}


def test_a_site_reads_its_own_acknowledgements_only(fleet, connect):
    north, receiver = connect(fleet.credentials("north")), connect(fleet.folder.receiver)
    for topic in ("#", "passerby-fleet/#", "passerby-fleet/south/received", "passerby-fleet/+/health", "$SYS/#"):
        north.subscribe(topic)
    south = connect(fleet.credentials("south"))
    south.publish("passerby-fleet/south/health", b"{}")
    receiver.publish("passerby-fleet/south/received", b"[]")
    receiver.publish("passerby-fleet/north/received", b"[1]")
    until(lambda: north.received)
    assert {"passerby-fleet/north/received"} == {topic for topic, _ in north.received}


def test_the_receiver_can_write_nothing_but_acknowledgements(fleet, connect):
    """The fleet's own credentials open nothing at a site."""
    receiver = connect(fleet.folder.receiver)
    topics = [
        f"passerby-fleet/{site}/{name}"
        for site in SITES
        for name in ("health", "counts", "command", "config", "status")
    ]
    topics += ["passerby/north/received", "passerby/north/command", "homeassistant/status", "x"]
    assert {135} == {receiver.publish(topic, b"{}") for topic in topics}


def test_nobody_takes_the_place_of_another(fleet, connect):
    """The client identifier is the name in the certificate, whatever a client says."""
    south = connect(fleet.credentials("south"), identifier="south")
    connect(fleet.credentials("north"), identifier="south")
    assert 135 == south.publish("passerby-fleet/north/health", b"{}")
    assert south.publish("passerby-fleet/south/health", b"{}") in (0, 16)


def test_without_a_certificate_of_the_fleet_nobody_connects(fleet, broker, tmp_path):
    other = Authority.create(tmp_path / "other", "other").issue_client("north")
    forged = tmp_path / "forged.pem"
    forged.write_text(other.certificate + other.key)
    for certificate in (None, forged):
        with pytest.raises(OSError, match="."):  # of which TLS's errors are
            Client(fleet, certificate)


def test_a_revoked_certificate_does_not_pass_the_broker(tmp_path, fleet):
    """Renewed credentials and a site that was removed: the old certificates were copied before. The broker reads the
    list when it is told to (SIGHUP), or starts; then its own words end in TLS, whatever name is in the certificate.
    Connections that are open stay."""
    own = make_fleet(tmp_path)
    broker = TlsBroker(own.folder, own.broker_port)
    copies = {}
    for site in ("north", "south", "west"):
        copies[site] = tmp_path / f"{site}.pem"
        copies[site].write_text(own.credentials(site).read_text())
    broker.start()
    try:
        for copy in copies.values():
            Client(own, copy).close()
        add_credentials(own.folder, "north")
        revoke_credentials(own.folder, "south")

        def passes(site):
            try:
                Client(own, copies[site]).close()
            except OSError:
                return False
            return True

        assert passes("south")
        broker.reload()
        until(lambda: not passes("north"))
        assert [False, True] == [passes("south"), passes("west")]
        Client(own, own.credentials("north")).close()
        revoke_credentials(own.folder, "west")
        broker.kill()
        broker.start()
        assert [False] * 3 == [passes(site) for site in copies]
        Client(own, own.credentials("north")).close()
    finally:
        broker.kill()


def test_an_alert_reaches_whoever_may_read_it(fleet, connect):
    """Through a real broker: the receiver publishes it, and the access list keeps it from the sites."""
    reader, north = fleet.folder.alert_reader, connect(fleet.credentials("north"))
    notice = Notice("alert-7-began", "north", "North school", ProblemKind.DISK, 1_800_000_000, None)
    with fleet.receiving() as running:
        until(lambda: running.mqtt.problem is None)
        listening = connect(reader)
        listening.subscribe("passerby-fleet/alerts")
        north.subscribe("passerby-fleet/alerts")
        ChannelSender("Lakeside", publish=running.mqtt.publish)(AlertChannel(name="bus", mqtt=True), notice)
        until(lambda: listening.received)
        [(topic, payload)] = listening.received
        assert "passerby-fleet/alerts" == topic
        decoded = json.loads(payload)
        assert ("north", "disk", "began") == (decoded["site"], decoded["kind"], decoded["state"])
    assert [] == north.received
    with pytest.raises(RuntimeError, match="."):  # the connection has ended: it is told, and tried again later
        ChannelSender("Lakeside", publish=running.mqtt.publish)(AlertChannel(name="bus", mqtt=True), notice)


def test_what_hostile_sites_send_is_refused(fleet, connect):
    north = connect(fleet.credentials("north"))
    with fleet.receiving() as running:
        until(lambda: running.mqtt.problem is None)
        before = rows(fleet, tables.health) + rows(fleet, tables.counts_messages)
        receiver = running.intake.receiver
        stored = receiver.stats.stored
        for payload in (b"\xff\xd8\xff" + bytes(9000), body(health("south")), b"{}", b"[" * 5000):
            north.publish("passerby-fleet/north/health", payload)
            north.publish("passerby-fleet/north/counts", payload)
        until(lambda: sum(receiver.stats.refused.values()) == 8)
        assert stored == receiver.stats.stored
        now = health(sent=time.time(), number=9)
        north.publish("passerby-fleet/north/health", body(now))
        until(lambda: receiver.stats.stored == stored + 1)
    assert before + 1 == rows(fleet, tables.health) + rows(fleet, tables.counts_messages)


def test_ten_megabytes_do_not_pass_the_broker(fleet, connect):
    north = connect(fleet.credentials("north"))
    north.send("passerby-fleet/north/health", bytes(10_000_000))
    until(north.ended.is_set)
