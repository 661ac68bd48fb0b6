"""A certificate for a server that others reach: the one that was given, or one made here and kept for the next time."""

from __future__ import annotations

import ipaddress
import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from passerby.core.errors import UsageError

#: How long a certificate made here is good for.
GOOD_FOR = timedelta(days=398)


@dataclass(frozen=True, slots=True)
class Certificate:
    """Two PEM files. `fingerprint` is the certificate's SHA-256, for people to compare."""

    certificate: Path
    key: Path
    fingerprint: str


def given(certificate: Path, key: Path) -> Certificate:
    """Raises UsageError when a file is missing or is no certificate."""
    try:
        loaded = x509.load_pem_x509_certificate(certificate.read_bytes())
        key.read_bytes()
    except (OSError, ValueError) as error:
        raise UsageError(f"{certificate} and {key} cannot be used: {error}. Give two files in PEM form.") from error
    return Certificate(certificate, key, _fingerprint(loaded))


def own(folder: Path, host: str, now: datetime | None = None) -> Certificate:
    """A certificate that this machine vouches for itself with. Browsers warn of it: compare the fingerprint once."""
    now = now or datetime.now(UTC)
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    try:
        loaded = x509.load_pem_x509_certificate(certificate.read_bytes())
        if key.exists() and loaded.not_valid_after_utc > now + timedelta(days=1) and _names(loaded) == _wanted(host):
            return Certificate(certificate, key, _fingerprint(loaded))
    except (OSError, ValueError):
        pass  # none yet, or none that can be used: a new one is made
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return _make(certificate, key, host, now)
    except OSError as error:
        raise UsageError(f"No certificate can be kept in {folder}: {error}. Give one with --certificate.") from error


def _make(certificate: Path, key: Path, host: str, now: datetime) -> Certificate:
    secret = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "passerby")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(secret.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + GOOD_FOR)
        .add_extension(x509.SubjectAlternativeName(_general(host)), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(secret, hashes.SHA256())
    )
    _write(
        key,
        secret.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ),
    )
    _write(certificate, made.public_bytes(serialization.Encoding.PEM))
    return Certificate(certificate, key, _fingerprint(made))


def _general(host: str) -> list[x509.GeneralName]:
    try:
        return [x509.IPAddress(ipaddress.ip_address(host.strip("[]")))]
    except ValueError:
        return [x509.DNSName(host)]


def _wanted(host: str) -> list[str]:
    return [str(name.value) for name in _general(host)]


def _names(loaded: x509.Certificate) -> list[str]:
    names = loaded.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return [str(name.value) for name in names]


def _write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)


def _fingerprint(loaded: x509.Certificate) -> str:
    return loaded.fingerprint(hashes.SHA256()).hex(":").upper()
