"""The folder of a fleet: settings, authority, certificates, what the broker needs, and credentials of sites."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

from passerby.config.fleet.credentials import credentials_text
from passerby.config.fleet.settings import FILE, FleetSettings, load_fleet
from passerby.core.errors import OutputExists, StoreError
from passerby.documents.fleet_messages import MAX_MESSAGE_BYTES
from passerby.fleet.certificates import REVOKED, Authority, write_private

#: Name of the receiver at the broker.
RECEIVER = "receiver"
#: Name of those who read its alerts there.
ALERT_READER = "alerts"


@dataclass(frozen=True, slots=True)
class FleetFolder:
    """Paths in the folder of a fleet."""

    path: Path

    @property
    def data(self) -> Path:
        """The data folder: accounts, audit log, and the database where it is SQLite's."""
        return self.path / "data"

    @property
    def authority(self) -> Path:
        return self.path / "authority"

    @property
    def revoked(self) -> Path:
        """The certificates that are not valid any more."""
        return self.authority / REVOKED

    @property
    def server(self) -> Path:
        """Certificate and key of the ingest, and of the broker."""
        return self.path / "certificates" / "server.pem"

    @property
    def receiver(self) -> Path:
        """Certificate and key with which the receiver connects to the broker."""
        return self.path / "certificates" / "receiver.pem"

    @property
    def alert_reader(self) -> Path:
        """Certificate and key with which other programs read alerts at the broker."""
        return self.path / "certificates" / "alerts.pem"

    @property
    def broker(self) -> Path:
        return self.path / "broker"

    def credentials(self, site: str) -> Path:
        return self.path / "sites" / f"{site}.pem"

    def settings(self) -> FleetSettings:
        return load_fleet(self.path)


def initialise(folder: FleetFolder, name: str, address: str, mqtt: bool) -> None:
    """Make the folder: settings, certificates, and the files of a mosquitto broker. Raises OutputExists, StoreError."""
    if (folder.path / FILE).exists():
        raise OutputExists(f"{folder.path} is a fleet already. To run it: passerby fleet serve {folder.path}")
    try:
        folder.path.mkdir(parents=True, exist_ok=True, mode=0o750)
        for part in ("certificates", "broker", "sites"):
            (folder.path / part).mkdir(exist_ok=True, mode=0o700)
        authority = Authority.create(folder.authority, name)
        server = authority.issue_server(list(dict.fromkeys([address, "localhost", "127.0.0.1"])))
        receiver = authority.issue_client(RECEIVER)
        write_private(folder.server, server.certificate + server.key)
        write_private(folder.receiver, receiver.certificate + receiver.key)
        reader = authority.issue_client(ALERT_READER)
        write_private(folder.alert_reader, reader.certificate + reader.key)
        settings = FleetSettings(name=name, address=address)
        _write_broker_files(folder, settings, "passerby-fleet")
        (folder.path / FILE).write_text(_settings_text(settings, mqtt), encoding="utf-8")
    except OSError as error:
        raise StoreError(
            f"{folder.path} cannot be made the folder of a fleet: {error.strerror}. Choose another one."
        ) from error


def add_credentials(folder: FleetFolder, site: str) -> str:
    """Write the credentials file of a site; the SHA-256 of its certificate. It replaces an older one, whose certificate
    is revoked."""
    settings, authority = folder.settings(), Authority(folder.authority)
    revoke_credentials(folder, site)
    issued = authority.issue_client(site)
    host = f"[{settings.address}]" if ":" in settings.address else settings.address
    text = credentials_text(
        site,
        None if settings.ingest is None else f"https://{host}:{settings.ingest.port}",
        None if settings.mqtt is None else f"{settings.mqtt.host}:{settings.mqtt.port}",
        "passerby-fleet" if settings.mqtt is None else settings.mqtt.prefix,
        issued.certificate,
        issued.key,
        authority.pem,
    )
    folder.credentials(site).parent.mkdir(exist_ok=True, mode=0o700)
    write_private(folder.credentials(site), text)
    return issued.sha256


def revoke_credentials(folder: FleetFolder, site: str) -> None:
    """The certificate in the credentials file of a site, where there is one, is not valid any more."""
    path = folder.credentials(site)
    if path.exists():
        Authority(folder.authority).revoke(path.read_text(encoding="ascii"))
        path.unlink()


def broker_files(folder: FleetFolder, prefix: str, port: int = 8883) -> dict[str, str]:
    """Configuration of a mosquitto broker, and its access list, by file name.

    Each client is the name in its certificate: it cannot take another one's place. A site may write health and counts
    below its own name and read its own acknowledgements; nobody may write anything else.
    """
    root = folder.path.absolute()
    configuration = f"""\
# A broker for this fleet: mosquitto -c {root / "broker" / "mosquitto.conf"}
per_listener_settings false
listener {port}
cafile {root / "authority" / "authority.pem"}
certfile {root / "certificates" / "server.pem"}
keyfile {root / "certificates" / "server.pem"}
crlfile {root / "authority" / REVOKED}
tls_version tlsv1.2
require_certificate true
use_identity_as_username true
use_username_as_clientid true
allow_anonymous false
acl_file {root / "broker" / "access"}
message_size_limit {MAX_MESSAGE_BYTES}
max_queued_messages 100000
persistence false
"""
    access = f"""\
# The receiver: reads what sites send, and acknowledges it.
user {RECEIVER}
topic read {prefix}/+/health
topic read {prefix}/+/counts
topic write {prefix}/+/received
topic write {prefix}/alerts

# Whoever reads alerts: a client whose certificate says {ALERT_READER}: certificates/alerts.pem.
user {ALERT_READER}
topic read {prefix}/alerts

# Each site: %u is the name in its certificate.
pattern write {prefix}/%u/health
pattern write {prefix}/%u/counts
pattern read {prefix}/%u/received
"""
    return {"mosquitto.conf": configuration, "access": access}


def _write_broker_files(folder: FleetFolder, settings: FleetSettings, prefix: str) -> None:
    for name, text in broker_files(folder, prefix).items():
        path = folder.broker / name
        path.write_text(text, encoding="utf-8")
        os.chmod(path, 0o640)


def _settings_text(settings: FleetSettings, mqtt: bool) -> str:
    comment = "" if mqtt else "# "
    return f"""\
# A fleet of sites. Run it with: passerby fleet serve FOLDER
name = {json.dumps(settings.name)}
# The name or address of this machine, as sites know it: it is in the certificates.
address = {json.dumps(settings.address)}
# Beyond twenty sites: postgresql://USER@HOST/NAME
database = {json.dumps(settings.database)}
timezone = "UTC"

# The pages. Other machines reach them when host is 0.0.0.0; then they need an account: passerby accounts add.
[pages]
host = "127.0.0.1"
port = 8780

# Messages of sites over HTTPS.
[ingest]
host = "0.0.0.0"
port = 8443

# Messages of sites over MQTT 5. broker/mosquitto.conf is a broker for it.
{comment}[mqtt]
{comment}host = {json.dumps(settings.address)}
{comment}port = 8883
"""
