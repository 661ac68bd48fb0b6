"""A site: its cameras and what is done with their video. One YAML file, read by `config/site_file.py`.

The JSON schema in docs/ref/site.schema.json is generated from these classes; docs/ref/site.md explains them. Positions
are normalized to the displayed frame, from 0 (left, top) to 1 (right, bottom), so that they hold at any resolution.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, ByteSize, Field, SecretStr, field_validator, model_validator

from passerby.config.address import CameraAddress, parse_address
from passerby.config.counting_config import CountingSettings, NormalizedPoint, OccupancySettings, Timetable
from passerby.config.notice import NoticeSettings
from passerby.config.notifications.settings import NotificationSettings
from passerby.config.polygon import fault_of
from passerby.config.restream import RestreamSettings
from passerby.config.settings import HiddenKinds, Profile
from passerby.config.timetable import Schedules
from passerby.config.uplink import UplinkSettings, topic_name
from passerby.config.web import WebSettings
from passerby.core.errors import UsageError
from passerby.core.kinds import Kind
from passerby.core.model import FrozenModel
from passerby.core.names import NAME_RULE, DisplayName, is_name


def _fillable(polygon: tuple[NormalizedPoint, ...]) -> tuple[NormalizedPoint, ...]:
    fault = fault_of(polygon)
    if fault is not None:
        raise ValueError(f"the polygon cannot be filled: {fault}")
    return polygon


Polygon = Annotated[tuple[NormalizedPoint, ...], Field(min_length=3), AfterValidator(_fillable)]


class CameraDefaults(FrozenModel):
    """Settings of every camera that does not override them."""

    hide: HiddenKinds = Field(
        default=(Kind.FACE, Kind.PLATE),
        description="Kinds of objects to hide. face also hides heads, wherever a body is detected; person hides whole "
        "bodies.",
    )
    profile: Profile = Field(
        default=Profile.FAST,
        description="Detection effort. The others detect smaller faces, and cost two and four times as much.",
    )
    transport: Literal["tcp", "udp"] = Field(default="tcp", description="Transport of RTSP streams.")
    max_fps: float = Field(default=10.0, gt=0, le=60, description="Highest frame rate; frames beyond it are dropped.")
    max_dimension: int = Field(
        default=1280, ge=320, le=3840, description="Longer side in pixels; larger frames are scaled down to it."
    )
    delay: float = Field(
        default=2.0,
        ge=1.0,
        le=2.0,
        description="Seconds by which output is delayed, so that masks can start before an object is first detected.",
    )
    quality: int = Field(
        default=27, ge=1, le=51, description="Constant rate factor (CRF) of recordings; lower is better and larger."
    )
    hide_regions: tuple[Polygon, ...] = Field(
        default=(), description="Regions that are always masked: a window across the street, a keypad."
    )
    keep_regions: tuple[Polygon, ...] = Field(
        default=(),
        description="Regions in which neither detections nor changes are masked: a poster with a face on it, a clock.",
    )


class CameraSettings(CameraDefaults):
    """One camera. What it does not set is taken from `defaults`."""

    display_name: DisplayName | None = Field(default=None, description="What people call it; null for its name.")
    url: str = Field(
        description="rtsp://, http:// (MJPEG; HLS where it ends in .m3u8), /dev/video0, or a file that is played in a "
        "loop."
    )
    user: str | None = Field(default=None, description="User name, where the camera requires one.")
    password: SecretStr | None = Field(
        default=None,
        description="Its password, from the environment: ${GATE_PASSWORD}. Never written into this file. "
        "Left out where it was entered on the pages.",
    )
    onvif_port: int | None = Field(
        default=None,
        ge=1,
        le=65535,
        description="Port of its ONVIF services, often 80: operators can then turn it to the presets stored in it, "
        "unless it has regions, which belong to one view. Null: nobody can.",
    )
    counting: CountingSettings = Field(
        default=CountingSettings(), description="What is counted, and which rules raise events."
    )
    restream: RestreamSettings | None = Field(
        default=None, description="Where its masked pictures are published as an RTSP stream; null for nowhere."
    )

    @model_validator(mode="after")
    def _check_address(self) -> Self:
        if self.password is not None and self.user is None:
            raise ValueError("a password is set, but no user")
        if self.onvif_port is not None and not urlsplit(self.url).hostname:
            raise ValueError("an ONVIF port is set, but the camera is none on the network")
        try:
            self.address()
        except UsageError as error:
            raise ValueError(str(error)) from None
        return self

    def address(self) -> CameraAddress:
        """Its address, password included; see CameraAddress for what may be printed."""
        return parse_address(
            self.url, self.user, self.password.get_secret_value() if self.password is not None else None
        )


class RetentionSettings(FrozenModel):
    """How long recordings, counts and events are kept. The oldest recordings are deleted at the first limit reached."""

    days: float | None = Field(default=14.0, gt=0, description="Days that recordings are kept; null for no limit.")
    bytes: ByteSize | None = Field(
        default=None, description="Total size of all recordings, as 200GB or 500GiB; null for no limit."
    )
    min_free: ByteSize | None = Field(
        default=None,
        description="Space to leave free on the disk; null for 256 MiB, or 5 % of the disk if that is less.",
    )
    counts_days: float | None = Field(default=730.0, gt=0, description="Days that counts are kept; null for no limit.")
    events_days: float | None = Field(default=90.0, gt=0, description="Days that events are kept; null for no limit.")


class StatusSettings(FrozenModel):
    """The address of status and metrics, which can be reached from this machine only."""

    port: int = Field(default=8770, ge=0, le=65535, description="Port on 127.0.0.1; 0 for any free port.")


class Site(FrozenModel):
    """All of `site.yaml`."""

    name: str = Field(default="site", min_length=1, max_length=80, description="Name of the site, as people know it.")
    data: str = Field(
        default="data", description="Folder of recordings and their index, relative to this file where not absolute."
    )
    retention: RetentionSettings = Field(default=RetentionSettings(), description="How long recordings are kept.")
    status: StatusSettings = Field(default=StatusSettings(), description="Address of status and metrics.")
    web: WebSettings = Field(default=WebSettings(), description="The web interface, and who can reach it.")
    defaults: CameraDefaults = Field(
        default=CameraDefaults(), description="Settings of every camera that does not override them."
    )
    timezone: str = Field(default="UTC", description="Time zone of the timetables, as Europe/Berlin.")
    timetables: tuple[Timetable, ...] = Field(
        default=(), description="Weekly hours to which rules refer, with holidays."
    )
    occupancy: tuple[OccupancySettings, ...] = Field(
        default=(), description="Places with several doors: how many are inside."
    )
    uplink: UplinkSettings = Field(default=UplinkSettings(), description="Where counts and events are sent.")
    notice: NoticeSettings | None = Field(
        default=None, description="Privacy notice for the people in front of the cameras: a page, signs, documents."
    )
    notifications: NotificationSettings = Field(
        default=NotificationSettings(), description="How accounts can be notified of events and problems."
    )
    cameras: dict[str, CameraSettings] = Field(min_length=1, description=f"The cameras by name: {NAME_RULE}.")

    @field_validator("cameras")
    @classmethod
    def _check_names(cls, cameras: dict[str, CameraSettings]) -> dict[str, CameraSettings]:
        for name in cameras:
            if not is_name(name):
                raise ValueError(f"{name!r} is not a valid camera name: use {NAME_RULE}")
        return cameras

    @field_validator("timezone")
    @classmethod
    def _known_timezone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ValueError, KeyError, OSError):
            raise ValueError(f"{name!r} is not a time zone: write one as Europe/Berlin") from None
        return name

    @model_validator(mode="after")
    def _timetables_exist(self) -> Self:
        known = [table.name for table in self.timetables]
        for name in known:
            if known.count(name) > 1:
                raise ValueError(f"there is more than one timetable named {name}")
        for camera, settings in self.cameras.items():
            for name in sorted(settings.counting.timetables - set(known)):
                raise ValueError(f"a rule of camera {camera} refers to timetable {name}, which does not exist")
        return self

    @model_validator(mode="after")
    def _doors_exist(self) -> Self:
        timetables = {table.name for table in self.timetables}
        names = [place.name for place in self.occupancy]
        for place in self.occupancy:
            if names.count(place.name) > 1:
                raise ValueError(f"there is more than one place named {place.name} under occupancy")
            if place.during not in timetables:
                raise ValueError(f"occupancy {place.name} refers to timetable {place.during}, which does not exist")
            for door in place.doors:
                camera = self.cameras.get(door.camera)
                counted = () if camera is None else camera.counting.lines
                if not any(line.name == door.line and place.count in line.count for line in counted):
                    raise ValueError(
                        f"occupancy {place.name} refers to line {door.line} of camera {door.camera}, which does not "
                        f"count {place.count.value}"
                    )
        return self

    @model_validator(mode="after")
    def _views_name_cameras(self) -> Self:
        for name in self.notice.views if self.notice is not None else ():
            if name not in self.cameras:
                raise ValueError(f"notice.views refers to camera {name}, which does not exist")
        return self

    def schedules(self) -> Schedules:
        """The timetables, in the time zone of the site."""
        return Schedules(self.timetables, ZoneInfo(self.timezone))

    @property
    def topic(self) -> str:
        """The name of the site as it is used in MQTT topics and ids."""
        return topic_name(self.name)
