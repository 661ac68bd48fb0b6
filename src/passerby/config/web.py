"""Where the pages of a site are served, and to whom: that part of site.yaml."""

from __future__ import annotations

import ipaddress
import re
from typing import Self

from pydantic import Field, SecretStr, field_validator, model_validator

from passerby.core.model import FrozenModel

_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")


def is_loopback(host: str) -> bool:
    """Is an address to listen on reachable from this machine alone?"""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


class Proxy(FrozenModel):
    """A proxy that speaks TLS to everybody, and to this machine in the clear. Nobody else is answered."""

    name: str = Field(description="The host name under which people reach the pages, as cameras.example.org.")
    address: str = Field(default="127.0.0.1", description="The address that the proxy's requests come from.")

    @field_validator("name")
    @classmethod
    def _a_name(cls, name: str) -> str:
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r} is no host name: write it without https:// and without a path")
        return name.lower()

    @field_validator("address")
    @classmethod
    def _an_address(cls, address: str) -> str:
        try:
            return str(ipaddress.ip_address(address))
        except ValueError:
            raise ValueError(f"{address!r} is no address: write it in numbers, as 192.0.2.10") from None


class Oidc(FrozenModel):
    """Another site that says who somebody is (OpenID Connect). Accounts are made here all the same."""

    called: str = Field(default="OpenID", max_length=60, description="What people call it.")
    issuer: str = Field(pattern=r"^https?://[^\s?#]+$", description="Its address, as it calls itself.")
    client: str = Field(min_length=1, description="What it calls this site (client_id).")
    secret: SecretStr = Field(description="Its secret with this site, from the environment: ${OIDC_SECRET}.")
    claim: str = Field(default="sub", description="What of its word is the name in `passerby accounts add --oidc`.")

    @model_validator(mode="after")
    def _encrypted(self) -> Self:
        host = re.sub(r"^https?://|[:/].*$", "", self.issuer)
        if self.issuer.startswith("http://") and not is_loopback(host):
            raise ValueError("the issuer is reached in the clear, so that anybody on the way could log in: use https")
        return self


class PagesSettings(FrozenModel):
    """The pages of the site. Off this machine they are served with login and TLS, or not at all."""

    host: str = Field(
        default="127.0.0.1", description="Address to listen on. On loopback the pages are at the port of `status`."
    )
    port: int = Field(default=8443, ge=0, le=65535, description="Port, where `host` is not loopback.")
    certificate: str | None = Field(
        default=None, description="TLS certificate (PEM), relative to this file; by default one is made and kept."
    )
    key: str | None = Field(default=None, description="Private key of `certificate` (PEM).")
    proxy: Proxy | None = Field(default=None, description="The proxy in front, which then does TLS.")
    oidc: Oidc | None = Field(default=None, description="Another site that says who somebody is.")
    two_persons: bool = Field(default=False, description="Does exporting a clip take the consent of a second person?")
    second_factor: bool = Field(
        default=False, description="Must everybody who logs in with a password have a second factor?"
    )
    stolen: str | None = Field(
        default=None,
        description="File of stolen passwords that nobody may take: a SHA-1 a line, sorted; relative to this file.",
    )
    idle: float = Field(default=60.0, ge=1, le=1440, description="Minutes without a request that end a session.")
    longest: float = Field(default=12.0, gt=0, le=168, description="Hours after which a session ends in any case.")

    @model_validator(mode="after")
    def _together(self) -> Self:
        if (self.certificate is None) != (self.key is None):
            raise ValueError("certificate and key go together: give both, or none")
        if self.proxy is not None and self.certificate is not None:
            raise ValueError("with a proxy in front it is the proxy that needs the certificate: give one of them")
        return self

    @property
    def local(self) -> bool:
        """Reached from this machine alone, or by a proxy on it."""
        return is_loopback(self.host)
