"""A site: its cameras and what is done with their pictures. One YAML file, read by `config/site_file.py`.

The JSON schema in docs/ref/site.schema.json is generated from these classes; docs/ref/site.md explains them. Positions
are shares of the displayed picture, from 0 (left, top) to 1 (right, bottom), so that they hold whatever size a camera
sends.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, ByteSize, Field, SecretStr, field_validator, model_validator

from passerby.config.address import Address, address
from passerby.config.counting_config import Counting, Timetable
from passerby.config.notice import NoticeSettings
from passerby.config.settings import Profile
from passerby.config.timetable import Schedules
from passerby.config.uplink import UplinkSettings, topic_name
from passerby.config.web import PagesSettings
from passerby.core.errors import UsageError
from passerby.core.kinds import HIDEABLE, Kind
from passerby.core.model import FrozenModel

#: Names of cameras: they become names of folders, of files, and parts of addresses.
NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


def _in_picture(value: float) -> float:
    if not 0 <= value <= 1:
        raise ValueError("positions are shares of the picture, from 0 to 1")
    return value


Share = Annotated[float, AfterValidator(_in_picture)]
Corner = tuple[Share, Share]
Polygon = Annotated[tuple[Corner, ...], Field(min_length=3)]


class Defaults(FrozenModel):
    """What holds for every camera that does not say otherwise."""

    hide: tuple[Kind, ...] = Field(
        default=(Kind.FACE, Kind.PLATE),
        min_length=1,
        description="Kinds of things to hide. face hides heads as well, wherever a body is seen; person hides the "
        "whole of everybody.",
    )
    profile: Profile = Field(
        default=Profile.FAST,
        description="How closely a look goes. The others see smaller faces and cost two and four times as much.",
    )
    transport: Literal["tcp", "udp"] = Field(default="tcp", description="How RTSP pictures travel.")
    frames_a_second: float = Field(
        default=10.0, gt=0, le=60, description="At most so many frames are kept of each second; others are left out."
    )
    longest_side: int = Field(
        default=1280, ge=320, le=3840, description="Larger pictures are made smaller, to this many pixels."
    )
    delay: float = Field(
        default=2.0,
        ge=1.0,
        le=2.0,
        description="Seconds that every frame waits before it is shown or recorded, so that masks reach back to it.",
    )
    quality: int = Field(
        default=27, ge=1, le=51, description="Constant rate factor of the recording; lower is better and larger."
    )
    hide_regions: tuple[Polygon, ...] = Field(
        default=(), description="Parts of the picture that are always covered: a window across the street, a keypad."
    )
    keep_regions: tuple[Polygon, ...] = Field(
        default=(), description="Parts in which findings are left alone: a poster with a face on it."
    )

    @field_validator("hide")
    @classmethod
    def _hideable(cls, kinds: tuple[Kind, ...]) -> tuple[Kind, ...]:
        refused = [kind.value for kind in kinds if kind not in HIDEABLE]
        if refused:
            raise ValueError(f"cannot hide {', '.join(refused)}; choose from {', '.join(HIDEABLE)}")
        return tuple(kind for kind in HIDEABLE if kind in kinds)


class CameraSettings(Defaults):
    """One camera. Whatever it does not say is taken from `defaults`."""

    url: str = Field(
        description="rtsp://, http:// (MJPEG; HLS where it ends in .m3u8), /dev/video0, or a file that is shown over "
        "and over."
    )
    user: str | None = Field(default=None, description="Login name, where the camera wants one.")
    password: SecretStr | None = Field(
        default=None, description="Its password, from the environment: ${GATE_PASSWORD}. Never written into this file."
    )

    counting: Counting = Field(default=Counting(), description="What is counted, and what is told.")

    @model_validator(mode="after")
    def _can_be_reached(self) -> Self:
        if self.password is not None and self.user is None:
            raise ValueError("there is a password and no user")
        try:
            self.address()
        except UsageError as error:
            raise ValueError(str(error)) from None
        return self

    def address(self) -> Address:
        """Where it is, password included; see Address for what may be printed."""
        return address(self.url, self.user, self.password.get_secret_value() if self.password is not None else None)


class Keep(FrozenModel):
    """How long recordings stay, whatever comes first, the oldest first; and how long counts and events do."""

    days: float | None = Field(default=14.0, gt=0, description="Days that recordings are kept; null for no limit.")
    bytes: ByteSize | None = Field(
        default=None, description="Bytes that all recordings may take together, as 200GB or 500GiB; null for no limit."
    )
    free: ByteSize | None = Field(
        default=None, description="Bytes that are left free on the disk; null for 256 MiB, or 5 % of it if less."
    )
    counts_days: float | None = Field(default=730.0, gt=0, description="Days that counts are kept; null for no limit.")
    events_days: float | None = Field(default=90.0, gt=0, description="Days that events are kept; null for no limit.")


class StatusSettings(FrozenModel):
    """The address on this machine, and nowhere else, where the state of the site can be asked for."""

    port: int = Field(default=8770, ge=0, le=65535, description="Port on 127.0.0.1; 0 takes any that is free.")


class Site(FrozenModel):
    """All of `site.yaml`."""

    name: str = Field(default="site", min_length=1, max_length=80, description="What people call the place.")
    data: str = Field(
        default="data", description="Folder of recordings and their index, relative to this file where not absolute."
    )
    keep: Keep = Field(default=Keep(), description="How long recordings stay.")
    status: StatusSettings = Field(default=StatusSettings(), description="Where its state can be asked for.")
    pages: PagesSettings = Field(default=PagesSettings(), description="The pages, and who reaches them.")
    defaults: Defaults = Field(
        default=Defaults(), description="What holds for every camera that does not say otherwise."
    )
    timezone: str = Field(default="UTC", description="Of the timetables, as Europe/Berlin.")
    timetables: tuple[Timetable, ...] = Field(default=(), description="Hours that rules speak of, with holidays.")
    uplink: UplinkSettings = Field(default=UplinkSettings(), description="Where counts and events are sent.")
    notice: NoticeSettings | None = Field(
        default=None, description="What whoever is in front of the cameras may know: a page, signs, documents."
    )
    cameras: dict[str, CameraSettings] = Field(
        min_length=1, description="The cameras by name: small letters, digits, - and _, at most 40."
    )

    @field_validator("cameras")
    @classmethod
    def _named(cls, cameras: dict[str, CameraSettings]) -> dict[str, CameraSettings]:
        for name in cameras:
            if not NAME.fullmatch(name):
                raise ValueError(f"{name!r} cannot name a camera: use small letters, digits, - and _, at most 40")
        return cameras

    @field_validator("timezone")
    @classmethod
    def _on_the_map(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ValueError, KeyError, OSError):
            raise ValueError(f"{name!r} is no time zone: write one as Europe/Berlin") from None
        return name

    @model_validator(mode="after")
    def _timetables_are_there(self) -> Self:
        known = [table.name for table in self.timetables]
        for name in known:
            if known.count(name) > 1:
                raise ValueError(f"there is more than one timetable called {name}")
        for camera, settings in self.cameras.items():
            for name in sorted(settings.counting.timetables - set(known)):
                raise ValueError(f"a rule of camera {camera} speaks of timetable {name}, which is not there")
        return self

    @model_validator(mode="after")
    def _views_are_of_cameras(self) -> Self:
        for name in self.notice.views if self.notice is not None else ():
            if name not in self.cameras:
                raise ValueError(f"notice.views speaks of camera {name}, which is not there")
        return self

    def schedules(self) -> Schedules:
        """The timetables, to be asked."""
        return Schedules(self.timetables, ZoneInfo(self.timezone))

    @property
    def topic(self) -> str:
        """The site's name as it stands in topics and ids."""
        return topic_name(self.name)
