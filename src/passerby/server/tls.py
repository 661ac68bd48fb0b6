"""The TLS certificate of a server: a given one, or a self-signed one that is kept for the next start."""

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

#: Validity of a self-signed certificate: the limit for public ones since 2020 (CA/Browser Forum).
VALIDITY = timedelta(days=398)


@dataclass(frozen=True, slots=True)
class Certificate:
    """Two PEM files. `fingerprint` is the certificate's SHA-256, for people to compare."""

    certificate: Path
    key: Path
    fingerprint: str


def load_certificate(certificate: Path, key: Path) -> Certificate:
    """A certificate from two PEM files. Raises UsageError when one is missing or invalid."""
    try:
        loaded = x509.load_pem_x509_certificate(certificate.read_bytes())
        key.read_bytes()
    except (OSError, ValueError) as error:
        raise UsageError(f"Cannot use {certificate} and {key}: {error}. Give two files in PEM format.") from error
    return Certificate(certificate, key, _fingerprint(loaded))


def self_signed(folder: Path, host: str, now: datetime | None = None) -> Certificate:
    """A self-signed certificate. Browsers warn about it: compare the fingerprint once."""
    now = now or datetime.now(UTC)
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    try:
        loaded = x509.load_pem_x509_certificate(certificate.read_bytes())
        if (
            key.exists()
            and loaded.not_valid_after_utc > now + timedelta(days=1)
            and _names(loaded) == _expected_names(host)
        ):
            return Certificate(certificate, key, _fingerprint(loaded))
    except (OSError, ValueError):
        pass  # none yet, or an unusable one: a new one is created
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return _create(certificate, key, host, now)
    except OSError as error:
        raise UsageError(f"Cannot save a certificate in {folder}: {error}. Give one with --certificate.") from error


def _create(certificate: Path, key: Path, host: str, now: datetime) -> Certificate:
    secret = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "passerby")])
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(secret.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + VALIDITY)
        .add_extension(x509.SubjectAlternativeName(_subject_alt_names(host)), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(secret, hashes.SHA256())
    )
    _write(
        key,
        secret.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ),
    )
    _write(certificate, signed.public_bytes(serialization.Encoding.PEM))
    return Certificate(certificate, key, _fingerprint(signed))


def _subject_alt_names(host: str) -> list[x509.GeneralName]:
    try:
        return [x509.IPAddress(ipaddress.ip_address(host.strip("[]")))]
    except ValueError:
        return [x509.DNSName(host)]


def _expected_names(host: str) -> list[str]:
    return [str(name.value) for name in _subject_alt_names(host)]


def _names(loaded: x509.Certificate) -> list[str]:
    names = loaded.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return [str(name.value) for name in names]


def _write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)


def _fingerprint(loaded: x509.Certificate) -> str:
    return loaded.fingerprint(hashes.SHA256()).hex(":").upper()
