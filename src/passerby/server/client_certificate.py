"""Tells the application which certificate a client has shown: uvicorn checks it, and does not pass it on."""

from __future__ import annotations

import asyncio
import hashlib
import ssl
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.x509.oid import NameOID
from starlette.types import ASGIApp, Receive, Scope, Send

from passerby.server.http_protocol import TimedHttpProtocol

#: Where the application finds it: `request.scope["state"][CLIENT]`.
CLIENT = "client_certificate"


@dataclass(frozen=True, slots=True)
class ClientCertificate:
    """The common name in the certificate, and its SHA-256 in small hexadecimal digits."""

    name: str
    sha256: str


class ClientCertificateProtocol(TimedHttpProtocol):
    """One connection of a server that lets in clients with a certificate only."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in the base class
        super().connection_made(transport)
        tls = transport.get_extra_info("ssl_object")
        shown = None if tls is None else client_certificate(tls.getpeercert(binary_form=True))
        self.app = _with_client(self.app, shown)


def client_certificate(der: bytes | None) -> ClientCertificate | None:
    """None where there is no certificate, or one without a common name."""
    if der is None:
        return None
    names = x509.load_der_x509_certificate(der).subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    if len(names) != 1:
        return None
    return ClientCertificate(str(names[0].value), hashlib.sha256(der).hexdigest())


class RevokedCertificates:
    """A list of revoked certificates (PEM), with which new connections are compared. It is read again whenever the file
    was replaced."""

    def __init__(self, path: Path) -> None:
        self._path, self._read = path, 0

    def read_into(self, tls: ssl.SSLContext) -> None:
        """Raises OSError where there is none: nobody can be let in without knowing who was locked out."""
        written = self._path.stat().st_mtime_ns
        if written != self._read:
            tls.load_verify_locations(self._path)
            tls.verify_flags |= ssl.VerifyFlags.VERIFY_CRL_CHECK_LEAF
            self._read = written


def _with_client(app: ASGIApp, shown: ClientCertificate | None) -> ASGIApp:
    async def called(scope: Scope, receive: Receive, send: Send) -> None:
        scope["state"] = {**scope.get("state", {}), CLIENT: shown}
        await app(scope, receive, send)

    return called
