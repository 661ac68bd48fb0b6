"""Who is told what is wrong with a site, how, and at which hours: `alerts` in fleet.toml."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from passerby.config.counting_config import Hours
from passerby.core.model import FrozenModel
from passerby.core.names import Name

#: As `ProblemKind` of `fleet/problems.py`.
AlertKind = Literal["silent", "retention", "cameras", "disk", "covered", "clock", "backlog", "version"]
ALL_KINDS: tuple[AlertKind, ...] = (
    "silent",
    "retention",
    "cameras",
    "disk",
    "covered",
    "clock",
    "backlog",
    "version",
)


class MailSettings(FrozenModel):
    """A mail server. Its password is in the environment: PASSERBY_SMTP_PASSWORD."""

    host: str = Field(min_length=1)
    port: int = Field(default=587, ge=1, le=65535)
    security: Literal["starttls", "tls", "none"] = Field(default="starttls", description="none: on this machine only.")
    user: str | None = None
    sender: str = Field(pattern=r"^[^@\s<>]+@[^@\s<>]+$", description="Address that mails come from.")
    to: tuple[str, ...] = Field(min_length=1, max_length=20, description="Addresses that mails go to.")


class AlertChannel(FrozenModel):
    """One way to tell somebody. Exactly one of `mail`, `webhook` and `mqtt` is given."""

    name: Name
    kinds: tuple[AlertKind, ...] = Field(default=ALL_KINDS, min_length=1, description="What is told.")
    after: float = Field(default=600.0, ge=0, description="Seconds for which it must last before it is told.")
    hours: tuple[Hours, ...] = Field(
        default=(), description="When it is told, in the fleet's time zone; always where there are none."
    )
    mail: MailSettings | None = Field(default=None, description="By e-mail.")
    webhook: str | None = Field(
        default=None,
        pattern=r"^https?://[^\s/?#]+[^\s#]*$",
        description="A URL to which alerts are posted, signed with the secret in PASSERBY_ALERT_SECRET.",
    )
    mqtt: bool = Field(default=False, description="To the topic PREFIX/alerts of the fleet's broker.")

    @model_validator(mode="after")
    def _check_one(self) -> Self:
        if sum(map(bool, (self.mail, self.webhook, self.mqtt))) != 1:
            raise ValueError(f"alerts {self.name}: give exactly one of mail, webhook and mqtt")
        return self
