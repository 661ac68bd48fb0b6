"""`fleet.toml`: where a fleet keeps what it received, and where sites and people reach it."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Self
from zoneinfo import ZoneInfo

from pydantic import Field, ValidationError, model_validator

from passerby.config.fleet.alerts import AlertChannel
from passerby.config.uplink import Topic
from passerby.core.errors import UsageError
from passerby.core.model import FrozenModel

FILE = "fleet.toml"


class FleetPages(FrozenModel):
    """Where people reach the pages. Beyond this machine they are served over TLS, to accounts only."""

    host: str = Field(default="127.0.0.1", description="Address to listen on.")
    port: int = Field(default=8780, ge=0, le=65535)


class FleetIngest(FrozenModel):
    """Where sites reach the fleet over HTTPS, each with its certificate."""

    host: str = Field(default="0.0.0.0", description="Address to listen on.")
    port: int = Field(default=8443, ge=0, le=65535)


class FleetMqtt(FrozenModel):
    """The MQTT broker. Without other files the receiver's own certificate and authority are used."""

    host: str = Field(min_length=1)
    port: int = Field(default=8883, ge=1, le=65535)
    prefix: Topic = Field(default="passerby-fleet", description="Prefix of all topics; the name of a site follows.")
    user: str | None = Field(
        default=None, description="For a broker that asks for one; password: PASSERBY_MQTT_PASSWORD."
    )
    authority: str | None = Field(default=None, description="PEM file of the authority that signed the broker's own.")
    certificate: str | None = Field(default=None, description="PEM file with certificate and key of the receiver.")


class FleetRetention(FrozenModel):
    """How long a fleet keeps what it received: whole months, of which the current one is not counted. Heads of audit
    logs and retention attestations are kept for good."""

    health_months: int | None = Field(default=13, ge=1, le=1200, description="Health of sites; null for no limit.")
    counts_months: int | None = Field(default=37, ge=1, le=1200, description="Published counts; null for no limit.")


class FleetSettings(FrozenModel):
    """All of `fleet.toml`."""

    name: str = Field(default="fleet", min_length=1, max_length=80, description="Name of the fleet, as people know it.")
    address: str = Field(
        default="localhost",
        pattern=r"^[A-Za-z0-9.:\[\]-]{1,253}$",
        description="Name or IP address of this machine, as sites know it.",
    )
    database: str = Field(
        default="sqlite:///data/fleet.db",
        description="sqlite:///PATH, relative to the folder, or postgresql://USER@HOST/NAME; password: PGPASSWORD.",
    )
    version: str | None = Field(
        default=None, max_length=40, description="The version that sites should have; by default the fleet's own."
    )
    timezone: str = Field(default="UTC", description="Time zone of the fleet's pages.")
    pages: FleetPages = Field(default=FleetPages(), description="The web pages.")
    ingest: FleetIngest | None = Field(default=FleetIngest(), description="Messages over HTTPS.")
    mqtt: FleetMqtt | None = Field(default=None, description="Messages over MQTT.")
    retention: FleetRetention = Field(default=FleetRetention(), description="When what was received is deleted.")
    alerts: tuple[AlertChannel, ...] = Field(default=(), description="Who is told what is wrong with a site.")

    @model_validator(mode="after")
    def _check_alerts(self) -> Self:
        names = [channel.name for channel in self.alerts]
        if len(set(names)) < len(names):
            raise ValueError("two alerts have the same name: give each another one")
        try:
            ZoneInfo(self.timezone)
        except (ValueError, KeyError, OSError):
            raise ValueError(f"timezone {self.timezone!r} does not exist: write one as Europe/Berlin") from None
        return self


def load_fleet(folder: Path) -> FleetSettings:
    """The settings in a fleet's folder. Raises UsageError with what is wrong and what to do."""
    path = folder / FILE
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UsageError(f"There is no {path}. Make a fleet first: passerby fleet init {folder}") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {error}. Correct it there.") from None
    try:
        return FleetSettings.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        at = ".".join(str(part) for part in first["loc"])
        raise UsageError(f"{path}: {at}: {first['msg']}. Correct it there.") from None


def database_address(folder: Path, settings: FleetSettings) -> str:
    """The address, with the path of an SQLite file relative to the folder of the fleet."""
    scheme, _, path = settings.database.partition(":///")
    if scheme != "sqlite" or not path:
        return settings.database
    return f"sqlite:///{folder.absolute() / path}"
