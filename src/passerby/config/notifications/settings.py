"""How the accounts of a site can be notified: the `notifications` block of site.yaml.

What an account is notified of, and by which of these, is chosen on its own page. Addresses that the program connects
to are chosen by the administrator alone: an account that could name any would reach machines that only the site can.
"""

from __future__ import annotations

import re
from email.headerregistry import Address
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, model_validator

from passerby.config.notice import Language
from passerby.config.web import is_loopback
from passerby.core.model import FrozenModel

#: Names under which secrets are stored that were entered on the pages.
MAIL_SECRET, NTFY_SECRET = "notifications.mail.password", "notifications.ntfy.token"
#: Hosts of the push services of browsers, as their makers publish them; a leading dot stands for all names below.
PUSH_SERVICES = (
    "fcm.googleapis.com",
    "updates.push.services.mozilla.com",
    ".push.services.mozilla.com",
    ".notify.windows.com",
    ".push.apple.com",
)
_HOST = re.compile(r"\.?[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?(?::[0-9]{1,5})?")


def is_mail_address(text: str) -> bool:
    """Can an e-mail be addressed to it?"""
    try:
        return Address(addr_spec=text).addr_spec == text
    except Exception:  # what is wrong with it raises errors of many kinds, IndexError among them
        return False


def _mail_address(text: str) -> str:
    if not is_mail_address(text):
        raise ValueError("is not an e-mail address")
    return text


MailAddress = Annotated[
    str,
    Field(pattern=r"^[^@\s<>,;:\"]+@[^@\s<>,;:\"]+$", max_length=254),
    AfterValidator(_mail_address),
]


def _host_pattern(text: str) -> str:
    if not _HOST.fullmatch(text.lower()):
        raise ValueError(f"{text!r} is not a host: write it as hooks.example.org, or .example.org for all below it")
    return text.lower()


HostPattern = Annotated[str, AfterValidator(_host_pattern)]


class MailServerSettings(FrozenModel):
    """The mail server through which e-mails are sent (SMTP)."""

    host: str = Field(min_length=1, max_length=253, pattern=r"^[^\s/@]+$")
    port: int = Field(default=587, ge=1, le=65535, description="587 for starttls, 465 for tls.")
    security: Literal["starttls", "tls", "none"] = Field(
        default="starttls", description="`none` for a server on this machine only."
    )
    user: str | None = Field(default=None, max_length=200, description="User name, where the server requires one.")
    password: SecretStr | None = Field(
        default=None,
        description="Its password, from the environment: ${SMTP_PASSWORD}. Left out where it was entered on the pages.",
    )
    sender: MailAddress = Field(description="Address that e-mails come from.")

    @model_validator(mode="after")
    def _check_security(self) -> Self:
        if self.security == "none" and not is_loopback(self.host):
            raise ValueError("security: none would send e-mails and the password unencrypted: use starttls or tls")
        if self.password is not None and self.user is None:
            raise ValueError("a password is set for the mail server, but no user")
        return self

    @property
    def endpoint(self) -> str:
        """What a stored password belongs to: it is not sent to another server, nor to this one without TLS."""
        return mail_endpoint(self.host, self.port, self.security)


def mail_endpoint(host: object, port: object, security: object) -> str:
    return f"smtp+{security}://{str(host).lower()}:{port}"


class NtfySettings(FrozenModel):
    """An ntfy server (https://ntfy.sh). Each account chooses its topic there."""

    server: str = Field(pattern=r"^https?://[^\s/?#@]+$", description="As https://ntfy.example.org.")
    token: SecretStr | None = Field(
        default=None,
        description="Access token, from the environment: ${NTFY_TOKEN}. Left out where it was entered on the pages.",
    )

    @model_validator(mode="after")
    def _check_server(self) -> Self:
        host = urlsplit(self.server).hostname or ""
        if self.server.startswith("http://") and not is_loopback(host):
            raise ValueError("the ntfy server would be reached unencrypted: use https")
        return self


class PushSettings(FrozenModel):
    """Web Push: notifications of browsers, also while the page is closed. They are encrypted for the browser, and go
    through the push service of its maker, which the machine must be able to reach."""

    contact: MailAddress = Field(description="Address at which a push service can reach whoever runs the site.")
    hosts: tuple[HostPattern, ...] = Field(
        default=PUSH_SERVICES, min_length=1, description="Push services that may be used; .example.org: all below it."
    )


class NotificationSettings(FrozenModel):
    """How accounts can be notified."""

    mail: MailServerSettings | None = Field(default=None, description="E-mail; null for none.")
    push: PushSettings | None = Field(default=None, description="Web Push; null for none.")
    ntfy: NtfySettings | None = Field(default=None, description="ntfy; null for none.")
    webhook_hosts: tuple[HostPattern, ...] = Field(
        default=(), description="Hosts of webhooks that accounts may set; .example.org: all below it. None by default."
    )
    thumbnails: bool = Field(
        default=False, description="May e-mails about events carry a masked picture? No other channel ever does."
    )
    address: str | None = Field(
        default=None,
        pattern=r"^https?://[^\s/?#@]+$",
        description="Address of the pages, for links in notifications, as https://cameras.example.org; by default that "
        "of `web`, where it is known.",
    )
    language: Language = Field(
        default=Language.EN, description="Language of notifications for accounts that have chosen none."
    )


def is_allowed_url(url: str, hosts: tuple[str, ...]) -> bool:
    """May the program post to `url`? Only over TLS (on this machine: also without), to one of `hosts`, and with neither
    user nor password in it."""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return False
    if not host or "@" in parts.netloc or parts.fragment or re.search(r"[\s\\]", url):
        return False
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(host)):
        return False
    return any(_matches(host, port, parts.scheme, pattern) for pattern in hosts)


def _matches(host: str, port: int | None, scheme: str, pattern: str) -> bool:
    name, _, allowed_port = pattern.partition(":")
    usual = 443 if scheme == "https" else 80
    if (port or usual) != (int(allowed_port) if allowed_port else usual):
        return False
    return host.endswith(name) and len(host) > len(name) if name.startswith(".") else host == name
