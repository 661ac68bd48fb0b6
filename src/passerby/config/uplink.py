"""Where counts and events of a site are sent, and how much a day: the `uplink` block of site.yaml.

Secrets are written as ${NAME} and come from the environment.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator

from passerby.config.fleet.uplink import FleetUplinkSettings
from passerby.config.uplink_destination import DestinationSettings
from passerby.core.model import FrozenModel
from passerby.core.names import Name

#: Part of a topic: no wildcards, no slash at either end.
Topic = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*$", max_length=80)]


class MqttSettings(DestinationSettings):
    """An MQTT broker. Messages are sent with QoS 1, and with an id that stays the same when one is sent twice."""

    host: str = Field(min_length=1)
    port: int = Field(default=1883, ge=1, le=65535, description="8883 is usual with `tls`.")
    tls: bool = Field(default=False, description="Use TLS, and verify the certificate of the broker.")
    user: str | None = None
    password: SecretStr | None = Field(default=None, description="From the environment: ${MQTT_PASSWORD}.")
    prefix: Topic = Field(default="passerby", description="Prefix of all topics; the name of the site follows.")
    confirm: Literal["broker", "receiver"] = Field(
        default="broker",
        description="When a message counts as delivered: when the broker acknowledges it, or when a receiver publishes "
        "its id to PREFIX/SITE/received. A broker may lose messages in a power failure.",
    )
    home_assistant: bool = Field(default=True, description="Announce the cameras to Home Assistant (MQTT discovery).")
    discovery_prefix: Topic = Field(
        default="homeassistant", description="Discovery prefix that Home Assistant listens to."
    )

    @model_validator(mode="after")
    def _check_login(self) -> Self:
        if self.password is not None and self.user is None:
            raise ValueError("a password is set for the broker, but no user")
        return self


class WebhookSettings(DestinationSettings):
    """A URL to which events are posted. Requests are signed as specified by https://www.standardwebhooks.com."""

    name: Name
    url: str = Field(pattern=r"^https?://[^\s/?#]+[^\s#]*$")
    secret: SecretStr = Field(
        description="Key that signs the requests, from the environment: ${HOOK_SECRET}; 16 characters or more, or "
        "whsec_ and Base64."
    )

    @field_validator("secret")
    @classmethod
    def _check_secret(cls, secret: SecretStr) -> SecretStr:
        text = secret.get_secret_value()
        if len(text) < 16 and set(text) != {"*"}:  # stars replace it where settings are printed
            raise ValueError("the secret of a webhook must have 16 characters or more")
        return secret


def topic_name(text: str) -> str:
    """A name as part of a topic: anything but letters, digits, - and _ becomes a -."""
    return re.sub(r"[^A-Za-z0-9_-]+", "-", text).strip("-") or "site"


class PrometheusSettings(FrozenModel):
    """Endpoint at which Prometheus scrapes the newest counts."""

    host: str = Field(default="127.0.0.1", description="Address to listen on.")
    port: int = Field(default=9187, ge=0, le=65535)


class UplinkSettings(FrozenModel):
    """All destinations."""

    mqtt: MqttSettings | None = Field(default=None, description="An MQTT broker.")
    webhooks: tuple[WebhookSettings, ...] = Field(default=(), description="URLs to which events are posted.")
    prometheus: PrometheusSettings | None = Field(
        default=None, description="Endpoint at which Prometheus scrapes the newest counts."
    )
    fleet: FleetUplinkSettings | None = Field(
        default=None, description="A fleet, which shows many sites: their health, and published counts."
    )

    @model_validator(mode="after")
    def _check_unique(self) -> Self:
        names = [hook.name for hook in self.webhooks]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"there is more than one webhook named {', '.join(twice)}")
        return self

    def without_secrets(self) -> UplinkSettings:
        """The settings for processes that queue messages, and do not send them."""
        mqtt = None if self.mqtt is None else self.mqtt.model_copy(update={"password": None})
        hooks = tuple(hook.model_copy(update={"secret": SecretStr("*" * 10)}) for hook in self.webhooks)
        return self.model_copy(update={"mqtt": mqtt, "webhooks": hooks})

    def destinations(self) -> dict[str, DestinationSettings]:
        """All destinations of events and exact counts, by the name that they have in the outbox. The fleet is none of
        them: it gets messages of its own."""
        found: dict[str, DestinationSettings] = {} if self.mqtt is None else {"mqtt": self.mqtt}
        return found | {f"webhook:{hook.name}": hook for hook in self.webhooks}
