"""Where counts and events of a site are sent, and how much of it a day: the `uplink` part of site.yaml.

Secrets are written as ${NAME} and come from the environment.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import ByteSize, Field, SecretStr, field_validator, model_validator

from passerby.config.counting_config import Name
from passerby.core.model import FrozenModel

#: Part of a topic: no wildcards, nothing that begins or ends with a slash.
Topic = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*$", max_length=80)]


class Priority(StrEnum):
    """What is sent, the most urgent first."""

    EVENTS = "events"
    COUNTS = "counts"
    THUMBNAILS = "thumbnails"
    CLIPS = "clips"


#: The share of a day's bytes that each may use up to, all that is more urgent included: so clips never take the room
#: of the events that are still to come.
SHARES = {Priority.EVENTS: 1.0, Priority.COUNTS: 0.9, Priority.THUMBNAILS: 0.75, Priority.CLIPS: 0.6}


class Budget(FrozenModel):
    """What a destination takes, and how much."""

    bytes_a_day: ByteSize | None = Field(
        default=None, description="Bytes a day (UTC) to this destination, as 20MB; null for no limit."
    )
    send: tuple[Priority, ...] = Field(
        default=(Priority.EVENTS, Priority.COUNTS), min_length=1, description="What is sent there."
    )


class Mqtt(Budget):
    """A broker. Messages go with quality of service 1, and with an id that stays the same when one is sent twice."""

    host: str = Field(min_length=1)
    port: int = Field(default=1883, ge=1, le=65535, description="8883 is usual with `tls`.")
    tls: bool = Field(default=False, description="Encrypted, and the broker's certificate is checked.")
    user: str | None = None
    password: SecretStr | None = Field(default=None, description="From the environment: ${MQTT_PASSWORD}.")
    prefix: Topic = Field(default="passerby", description="Topics begin with it, and with the name of the site.")
    confirm: Literal["broker", "receiver"] = Field(
        default="broker",
        description="When something counts as delivered: when the broker has it, or when the receiver says so by "
        "publishing its id to PREFIX/SITE/received. The broker may lose what it has when it loses its power.",
    )
    home_assistant: bool = Field(default=True, description="Announce the cameras to Home Assistant.")
    discovery_prefix: Topic = Field(default="homeassistant", description="Where Home Assistant looks for that.")

    @model_validator(mode="after")
    def _login(self) -> Self:
        if self.password is not None and self.user is None:
            raise ValueError("there is a password for the broker and no user")
        return self


class Webhook(Budget):
    """An address that is posted to. Each request is signed as https://www.standardwebhooks.com has it."""

    name: Name
    url: str = Field(pattern=r"^https?://[^\s/?#]+[^\s#]*$")
    secret: SecretStr = Field(
        description="What requests are signed with, from the environment: ${HOOK_SECRET}; 16 characters or more, or "
        "whsec_ and Base64."
    )

    @field_validator("secret")
    @classmethod
    def _hard_to_guess(cls, secret: SecretStr) -> SecretStr:
        text = secret.get_secret_value()
        if len(text) < 16 and set(text) != {"*"}:  # stars are what settings show in its place when they are printed
            raise ValueError("the secret of a webhook must have 16 characters or more")
        return secret


def topic_name(text: str) -> str:
    """A name as part of a topic: what is no letter, digit, - or _ becomes a -."""
    return re.sub(r"[^A-Za-z0-9_-]+", "-", text).strip("-") or "site"


class Metrics(FrozenModel):
    """Prometheus can fetch the newest counts here."""

    host: str = Field(default="127.0.0.1", description="Address to listen on.")
    port: int = Field(default=9187, ge=0, le=65535)


class UplinkSettings(FrozenModel):
    """Everything that goes out."""

    mqtt: Mqtt | None = Field(default=None, description="A broker.")
    webhooks: tuple[Webhook, ...] = Field(default=(), description="Addresses that are posted to.")
    prometheus: Metrics | None = Field(default=None, description="Where Prometheus can fetch the newest counts.")

    @model_validator(mode="after")
    def _apart(self) -> Self:
        names = [hook.name for hook in self.webhooks]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"there is more than one webhook called {', '.join(twice)}")
        return self

    def without_secrets(self) -> UplinkSettings:
        """For those who say what is to be sent, and do not send it."""
        mqtt = None if self.mqtt is None else self.mqtt.model_copy(update={"password": None})
        hooks = tuple(hook.model_copy(update={"secret": SecretStr("*" * 10)}) for hook in self.webhooks)
        return self.model_copy(update={"mqtt": mqtt, "webhooks": hooks})

    def destinations(self) -> dict[str, Budget]:
        """All that are sent to, by the name under which the outbox keeps what is for them."""
        found: dict[str, Budget] = {} if self.mqtt is None else {"mqtt": self.mqtt}
        return found | {f"webhook:{hook.name}": hook for hook in self.webhooks}
