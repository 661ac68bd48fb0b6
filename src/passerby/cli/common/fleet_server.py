"""Runs a fleet: what receives messages over MQTT and HTTPS, and the pages, in one process, until it is stopped."""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from pydantic import SecretStr

from passerby.cli.common.os_user import current_user
from passerby.cli.common.terminal import echo
from passerby.config.fleet.settings import FleetSettings, database_address
from passerby.config.web import is_loopback
from passerby.core.clock import SystemClock
from passerby.core.errors import PasserbyError, UsageError
from passerby.core.version import __version__
from passerby.fleet.alert_channels import ChannelSender
from passerby.fleet.alerts import AlertEngine
from passerby.fleet.certificates import Authority
from passerby.fleet.intake_queue import IntakeQueue
from passerby.fleet.mqtt_receiver import MqttReceiver, tls_context
from passerby.fleet.receiver import Receiver
from passerby.fleet.setup import FleetFolder
from passerby.fleet.store.database import FleetDatabase
from passerby.fleet.store.retention import KeptFrom, delete_expired
from passerby.server.auth import new_token
from passerby.server.connection_limits import ConnectionLimits, affordable_connections
from passerby.server.fleet.app import fleet_app, fleet_context
from passerby.server.fleet.ingest import ingest_app
from passerby.server.fleet.services import FleetServices
from passerby.server.limited_log import limit_logger
from passerby.server.serve import BackgroundServer, listen
from passerby.server.site.auth.authenticator import Authenticator
from passerby.server.tls import load_certificate, self_signed
from passerby.store.accounts.accounts import Accounts
from passerby.store.database import Database
from passerby.store.recordings.index import Recordings

#: Environment variable with the password of the receiver at a broker that asks for one.
MQTT_PASSWORD = "PASSERBY_MQTT_PASSWORD"
#: Likewise of the mail server, and the key that signs alerts to webhooks.
SMTP_PASSWORD, ALERT_SECRET = "PASSERBY_SMTP_PASSWORD", "PASSERBY_ALERT_SECRET"
#: Seconds between two checks for alerts.
ALERT_INTERVAL_S = 30.0
#: Seconds between two deletions of what is past its retention.
RETENTION_INTERVAL_S = 3600.0
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RunningFleet:
    """What runs. `ingest_port`: where sites send over HTTPS; None where they do not."""

    database: FleetDatabase
    intake: IntakeQueue
    ingest_port: int | None
    mqtt: MqttReceiver | None


@contextmanager
def running_fleet(folder: FleetFolder, settings: FleetSettings) -> Iterator[RunningFleet]:
    """Receives while the block runs. Raises UsageError and StoreError where it cannot."""
    with ExitStack() as stack:
        database = stack.enter_context(FleetDatabase(database_address(folder.path, settings)))
        intake = IntakeQueue(Receiver(database, retention=settings.retention))
        stack.callback(intake.close)
        port = None if settings.ingest is None else _serve_ingest(stack, folder, settings.ingest.host, settings, intake)
        mqtt = None
        if settings.mqtt is not None:
            authority = (
                folder.authority / "authority.pem"
                if settings.mqtt.authority is None
                else _at(folder, settings.mqtt.authority)
            )
            certificate = (
                folder.receiver if settings.mqtt.certificate is None else _at(folder, settings.mqtt.certificate)
            )
            mqtt = MqttReceiver(
                settings.mqtt,
                tls_context(authority, certificate),
                intake,
                _secret(MQTT_PASSWORD),
            )
            stack.callback(mqtt.close)
        _repeat(stack, "passerby-retention", RETENTION_INTERVAL_S, partial(_delete_expired, database, settings))
        if settings.alerts:
            _start_alerts(stack, settings, database, mqtt)
        yield RunningFleet(database, intake, port, mqtt)


def run_fleet(folder: Path) -> None:
    """`passerby fleet serve`."""
    limit_logger(logging.getLogger())
    logging.basicConfig(format="%(message)s", level=logging.WARNING)
    place = FleetFolder(folder)
    settings = place.settings()
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    with running_fleet(place, settings) as fleet, serve_fleet_pages(place, settings, fleet, _say) as address:
        _announce(settings, fleet, _say)
        _say(f"pages: {address}")
        stopped.wait()
    echo("stopped", err=True)


def _start_alerts(
    stack: ExitStack, settings: FleetSettings, database: FleetDatabase, mqtt: MqttReceiver | None
) -> None:
    """Check for alerts in a thread of its own."""
    sender = ChannelSender(
        settings.name,
        _secret(SMTP_PASSWORD),
        _secret(ALERT_SECRET),
        None if mqtt is None else mqtt.publish,
    )
    engine = AlertEngine(database, settings.alerts, settings.timezone, settings.version or __version__, sender)

    def check() -> None:
        try:
            engine.poll(int(time.time()))
        except PasserbyError as error:
            _log.warning("Alerts cannot be checked: %s", error)
        for channel, problem in engine.problems.items():
            _log.warning("An alert cannot be sent by %s: %s. It is tried again.", channel, problem)

    _repeat(stack, "passerby-alerts", ALERT_INTERVAL_S, check)


def _delete_expired(database: FleetDatabase, settings: FleetSettings) -> None:
    try:
        delete_expired(database, KeptFrom.of(settings.retention, time.time()))
    except PasserbyError as error:
        _log.warning("What is past its retention cannot be deleted: %s It is tried again.", error)


def _repeat(stack: ExitStack, name: str, interval_s: float, action: Callable[[], None]) -> None:
    """Call it every so often in a thread of its own, the first time after one interval, until the stack is closed."""
    stopped = threading.Event()

    def run() -> None:
        while not stopped.wait(interval_s):
            action()

    thread = threading.Thread(target=run, name=name, daemon=True)
    thread.start()

    def stop() -> None:
        stopped.set()
        thread.join(30)

    stack.callback(stop)


def _secret(variable: str) -> SecretStr | None:
    value = os.environ.get(variable)
    return None if value is None else SecretStr(value)


@contextmanager
def serve_fleet_pages(
    folder: FleetFolder, settings: FleetSettings, fleet: RunningFleet, say: Callable[[str], None]
) -> Iterator[str]:
    """Serve the pages while the block runs; yields their address. On this machine alone it holds a token. Raises
    UsageError."""
    host, clock, local = settings.pages.host, SystemClock(), is_loopback(settings.pages.host)
    with ExitStack() as stack:
        recordings = stack.enter_context(Recordings(Database.open(folder.data)))
        if not local and not any(account.active for account in Accounts(recordings.database).all()):
            raise UsageError(
                "Other machines can reach the pages, so they require a login, and there is no account yet. Create one: "
                f"passerby accounts add NAME --role administrator --data {folder.data}"
            )
        listener = listen(host, settings.pages.port)
        port, token = int(listener.getsockname()[1]), new_token()
        services = FleetServices(settings, fleet.database, lambda: fleet.intake.receiver.stats)
        context = fleet_context(services, recordings, clock)
        authenticator = Authenticator(
            recordings.database, clock, context.boot, token if local else None, current_user().partition(":")[2]
        )
        certificate = None if local else self_signed(folder.data / "tls", host)
        app = fleet_app(services, context, authenticator, host, port, secure=not local, local=local)
        connections = affordable_connections()
        limits = ConnectionLimits(connections, connections) if local else ConnectionLimits(connections)
        stack.enter_context(BackgroundServer(app, listener, certificate, limits))
        if certificate is not None:
            say(f"SHA-256 fingerprint of the pages' certificate: {certificate.fingerprint}")
        yield f"http://{host}:{port}/?token={token}" if local else f"https://{host}:{port}/"


def _say(line: str) -> None:
    echo(line, err=True)


def _serve_ingest(
    stack: ExitStack, folder: FleetFolder, host: str, settings: FleetSettings, intake: IntakeQueue
) -> int:
    assert settings.ingest is not None
    listener = listen(host, settings.ingest.port)
    certificate = load_certificate(folder.server, folder.server)
    connections = affordable_connections()
    # Sites behind one router share an address.
    limits = ConnectionLimits(connections, connections)
    port = int(listener.getsockname()[1])
    authority = Authority(folder.authority)
    authority.ensure_revocation_list()
    stack.enter_context(
        BackgroundServer(
            ingest_app(intake),
            listener,
            certificate,
            limits,
            client_authority=authority.certificate_path,
            revoked=authority.revocation_path,
        )
    )
    return port


def _at(folder: FleetFolder, path: str) -> Path:
    return folder.path / path


def _announce(settings: FleetSettings, fleet: RunningFleet, say: Callable[[str], None]) -> None:
    say(f"{settings.name}: receiving. Press Ctrl+C to stop.")
    if fleet.ingest_port is not None:
        say(f"sites send to https://{settings.address}:{fleet.ingest_port}")
    if settings.mqtt is not None:
        say(f"sites send to the broker at {settings.mqtt.host}:{settings.mqtt.port}")
