"""The web interface of a site: the `web` block of site.yaml."""

from __future__ import annotations

import ipaddress
import re
from typing import Self

from pydantic import Field, SecretStr, field_validator, model_validator

from passerby.core.model import FrozenModel

_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")


def is_loopback(host: str) -> bool:
    """Can an address to listen on be reached from this machine only?"""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


class ProxySettings(FrozenModel):
    """A reverse proxy that terminates TLS. It uses `port` of `host`, where all other addresses are refused."""

    name: str = Field(description="Public host name of the web interface, as cameras.example.org.")
    address: str = Field(default="127.0.0.1", description="The address from which the proxy connects.")

    @field_validator("name")
    @classmethod
    def _valid_host_name(cls, name: str) -> str:
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r} is not a host name: write it without https:// and without a path")
        return name.lower()

    @field_validator("address")
    @classmethod
    def _valid_address(cls, address: str) -> str:
        try:
            return str(ipaddress.ip_address(address))
        except ValueError:
            raise ValueError(f"{address!r} is not an IP address: write one as 192.0.2.10") from None


class OidcSettings(FrozenModel):
    """Single sign-on with OpenID Connect. Accounts are still created in passerby."""

    display_name: str = Field(
        default="OpenID", max_length=60, description="Name of the identity provider on the login page."
    )
    issuer: str = Field(pattern=r"^https?://[^\s?#]+$", description="Issuer URL of the identity provider.")
    client_id: str = Field(min_length=1, description="Client id of this site at the identity provider.")
    client_secret: SecretStr = Field(description="Client secret, from the environment: ${OIDC_SECRET}.")
    claim: str = Field(
        default="sub", description="Claim of the id token that holds the name given to `passerby accounts add --oidc`."
    )

    @model_validator(mode="after")
    def _check_https(self) -> Self:
        host = re.sub(r"^https?://|[:/].*$", "", self.issuer)
        if self.issuer.startswith("http://") and not is_loopback(host):
            raise ValueError(
                "the issuer is reached without encryption, so that anybody on the path could log in: use https"
            )
        return self


class WebSettings(FrozenModel):
    """The web interface. Beyond this machine it is served with login and TLS, or not at all."""

    host: str = Field(
        default="127.0.0.1",
        description="Address to listen on, for others or for the proxy. On loopback without a proxy, only the port of "
        "`status` is used. Where it is not set, the environment variable PASSERBY_WEB_HOST counts, as in the image.",
    )
    port: int = Field(
        default=8443, ge=0, le=65535, description="Port, where `host` is not loopback or there is a proxy."
    )
    certificate: str | None = Field(
        default=None,
        description="TLS certificate (PEM), relative to this file; by default a self-signed one is created.",
    )
    key: str | None = Field(default=None, description="Private key of `certificate` (PEM).")
    proxy: ProxySettings | None = Field(
        default=None, description="The reverse proxy in front, which then terminates TLS and uses `port`."
    )
    oidc: OidcSettings | None = Field(default=None, description="Single sign-on with OpenID Connect.")
    dual_approval: bool = Field(default=False, description="Require the approval of a second person to export a clip.")
    second_factor: bool = Field(
        default=False, description="Require a second factor of everybody who logs in with a password."
    )
    breached_passwords: str | None = Field(
        default=None,
        description="File of breached passwords to refuse: one SHA-1 per line, sorted; relative to this file.",
    )
    idle_timeout: float = Field(
        default=60.0, ge=1, le=1440, description="Minutes without a request after which a session ends."
    )
    max_session: float = Field(default=12.0, gt=0, le=168, description="Hours after which a session ends in any case.")

    @model_validator(mode="after")
    def _check_combinations(self) -> Self:
        if (self.certificate is None) != (self.key is None):
            raise ValueError("certificate and key go together: set both, or neither")
        if self.proxy is not None and self.certificate is not None:
            raise ValueError("behind a proxy, the proxy holds the certificate: set one of the two")
        return self

    @property
    def local(self) -> bool:
        """Is `host` reached from this machine only, by a proxy on it too?"""
        return is_loopback(self.host)
