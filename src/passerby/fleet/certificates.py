"""The fleet's own certificate authority: one certificate for the server, one for the receiver, one for each site; and
the list of those that were revoked, which the broker and the HTTPS port read."""

from __future__ import annotations

import ipaddress
import os
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from passerby.core.errors import OutputExists, UsageError

#: Validity: of the authority, and of a certificate. A site that cannot be visited every year must go on sending.
AUTHORITY_VALIDITY, VALIDITY = timedelta(days=7300), timedelta(days=3650)
#: Name of the list in the folder of the authority.
REVOKED = "revoked.pem"
_CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)


@dataclass(frozen=True, slots=True)
class IssuedCertificate:
    """A certificate and its key in PEM; `sha256` is the fingerprint, in small hexadecimal digits."""

    certificate: str
    key: str
    sha256: str


class Authority:
    """Signs certificates. `folder` holds `authority.pem` and `authority.key`."""

    def __init__(self, folder: Path) -> None:
        """Raises UsageError where there is none."""
        self.certificate_path = folder / "authority.pem"
        #: The certificates that are not valid any more (PEM).
        self.revocation_path = folder / REVOKED
        try:
            self._certificate = x509.load_pem_x509_certificate(self.certificate_path.read_bytes())
            key = serialization.load_pem_private_key((folder / "authority.key").read_bytes(), None)
        except (OSError, ValueError) as error:
            raise UsageError(f"{folder} holds no certificate authority: {error}. Run: passerby fleet init") from None
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise UsageError(f"The key in {folder} is of another kind. Use the one that `passerby fleet init` made.")
        self._key = key

    @classmethod
    def create(cls, folder: Path, name: str) -> Authority:
        """A new one. Raises OutputExists where there is one: all certificates would become worthless."""
        if (folder / "authority.key").exists():
            raise OutputExists(f"{folder} holds a certificate authority already. Keep it, or use a new folder.")
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        key, subject = ec.generate_private_key(ec.SECP256R1()), _name(f"passerby fleet {name}"[:64])
        now = datetime.now(UTC)
        certificate = (
            _builder(subject, subject, key, now, AUTHORITY_VALIDITY)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(sign=True), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .sign(key, hashes.SHA256())
        )
        write_private(folder / "authority.key", _key_pem(key))
        (folder / "authority.pem").write_text(_pem(certificate), encoding="ascii")
        created = cls(folder)
        created.ensure_revocation_list()
        return created

    def ensure_revocation_list(self) -> None:
        """An empty one where there is none yet."""
        if not self.revocation_path.exists():
            self._write_revocations([])

    def revoke(self, certificates: str) -> None:
        """Put the certificates of this authority in a PEM file, such as the credentials of a site, on the list. Whoever
        reads it refuses them; it is never shortened."""
        self.ensure_revocation_list()
        revoked = list(x509.load_pem_x509_crl(self.revocation_path.read_bytes()))
        known = {entry.serial_number for entry in revoked}
        for block in _CERTIFICATE.findall(certificates):
            found = x509.load_pem_x509_certificate(block.encode())
            if found.issuer != self._certificate.subject or found == self._certificate:
                continue
            if found.serial_number not in known:
                entry = x509.RevokedCertificateBuilder().serial_number(found.serial_number)
                revoked.append(entry.revocation_date(datetime.now(UTC)).build())
        self._write_revocations(revoked)

    def _write_revocations(self, revoked: list[x509.RevokedCertificate]) -> None:
        now = datetime.now(UTC)
        number = int(now.timestamp() * 1e6)  # the newer of two lists is that with the greater number
        # It does not expire before the authority does: an expired one would lock out every site.
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self._certificate.subject)
            .last_update(datetime(1970, 1, 2, tzinfo=UTC) if not revoked else now)
            .next_update(self._certificate.not_valid_after_utc)
            .add_extension(x509.CRLNumber(number), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False)
        )
        for entry in revoked:
            builder = builder.add_revoked_certificate(entry)
        text = builder.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()
        write_private(self.revocation_path, text)

    @property
    def pem(self) -> str:
        return _pem(self._certificate)

    def issue_client(self, common_name: str) -> IssuedCertificate:
        """For a site, by its name, or for the receiver: it is good for connecting, and not for serving."""
        return self._issue(common_name, ExtendedKeyUsageOID.CLIENT_AUTH, [])

    def issue_server(self, names: list[str]) -> IssuedCertificate:
        """For servers under these names or addresses."""
        return self._issue(names[0], ExtendedKeyUsageOID.SERVER_AUTH, [_subject_name(name) for name in names])

    def _issue(self, name: str, usage: x509.ObjectIdentifier, names: list[x509.GeneralName]) -> IssuedCertificate:
        key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
        builder = (
            _builder(_name(name[:64]), self._certificate.subject, key, now, VALIDITY)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(sign=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False)
        )
        if names:
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        certificate = builder.sign(self._key, hashes.SHA256())
        return IssuedCertificate(_pem(certificate), _key_pem(key), certificate.fingerprint(hashes.SHA256()).hex())


def write_private(path: Path, text: str) -> None:
    """A file that only its owner can read. It replaces an older one at once."""
    part = path.with_name(f"{path.name}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text)
    part.replace(path)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, now: datetime, validity: timedelta
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        # A site whose clock is late, or stands at 1970 until it has a connection, must be able to connect.
        .not_valid_before(datetime(1970, 1, 2, tzinfo=UTC))
        .not_valid_after(now + validity)
    )


def _usage(sign: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not sign,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=sign,
        crl_sign=sign,
        encipher_only=False,
        decipher_only=False,
    )


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _subject_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name.strip("[]")))
    except ValueError:
        return x509.DNSName(name)


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def _key_pem(key: ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
