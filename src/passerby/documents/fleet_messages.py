"""What a site sends to a fleet: its health, and counts as they are published. Two kinds of message, and no third.

Every field has a type and a length: there is none that could hold a picture, a crop, a track or a free text, and an
unknown one is an error. The id of a message follows from its content, so that the same message has the same id after
any crash, and no id can be given to another content.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Literal, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pydantic import ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from passerby.core.kinds import ObjectClass
from passerby.core.model import FrozenModel
from passerby.core.names import NAME_PATTERN
from passerby.documents.count_validation import SignedCountValidation, ValidationSummary
from passerby.documents.status import CoverReason

#: Bytes of a message, and of the messages of one request.
MAX_MESSAGE_BYTES, MAX_REQUEST_BYTES = 128 << 10, 1 << 20
#: Messages of one request, and ids of one acknowledgement.
MAX_BATCH = 500
#: Seconds of one published interval.
PUBLISHED_S = 3600
#: Times before this cannot be true: 2020-01-01, before there was such a program.
EARLIEST = 1_577_836_800
#: Bytes that begin a picture or a film (JPEG, PNG, GIF, RIFF, EBML, and the box of MP4 and HEIC at offset 4).
_MEDIA = re.compile(rb"\A(?:\xff\xd8\xff|\x89PNG|GIF8|RIFF|\x1a\x45\xdf\xa3|....ftyp)", re.DOTALL)

#: Name of a site in a fleet: part of topics, and the common name of its certificate.
SITE_PATTERN = r"[a-z0-9][a-z0-9-]{0,39}"
SiteName = Annotated[str, Field(pattern=rf"^{SITE_PATTERN}$")]
ShortName = Annotated[str, Field(pattern=rf"^{NAME_PATTERN}$")]
Zone = Annotated[str, Field(pattern=r"^[A-Za-z0-9_+/-]{1,48}$", description="Time zone of the site, as Europe/Berlin.")]
Digest = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0, le=1_000_000_000)]
Time = Annotated[float, Field(ge=0, le=1e11, description="Unix seconds.")]


class _Strict(FrozenModel):
    """No text is taken for a number, and no number is infinite."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class LogRow(_Strict):
    """A row of the site's audit log: its number and its hash. 0 and zeros: the log is empty."""

    number: int = Field(ge=0, le=2**53)
    hash: Digest


class AttestedRetention(_Strict):
    """The newest retention attestation of the site, in short."""

    created: Time
    verdict: Literal["compliant", "undetermined", "violated"]
    overdue: Count = Field(description="segments that are certainly past their retention")
    sha256: Digest = Field(description="of the whole attestation, as JSON")


class ModelHash(_Strict):
    """One file of weights that the site uses."""

    model: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,39}$")]
    sha256: Digest


class CameraReport(_Strict):
    """One camera. `covered`: shares of the frames since the message before that were covered whole, by reason."""

    camera: ShortName
    up: bool
    covered: dict[CoverReason, Share] = Field(default={})


class HealthMessage(_Strict):
    """How a site is. No counts."""

    kind: ClassVar[str] = "health"

    id: Annotated[str, Field(max_length=120)]
    site: SiteName
    number: int = Field(ge=1, le=2**53, description="Number of this message, from 1.")
    sent: int = Field(ge=0, le=10**17, description="When it was made, microseconds of Unix time by the site's clock.")
    clock_trusted: bool = Field(description="Is the clock of the site synchronised?")
    timezone: Zone
    version: Annotated[str, Field(pattern=r"^[0-9A-Za-z.+-]{1,40}$")]
    cameras: tuple[CameraReport, ...] = Field(max_length=500)
    disk_days: Annotated[float, Field(ge=0, le=1e6)] | None = Field(description="Days until the disk is full.")
    backlog: Count = Field(description="Messages that wait to be sent.")
    newest_minute_age_s: Annotated[float, Field(ge=0, le=1e11)] | None = Field(
        description="Age of the newest minute that was counted; null: none was."
    )
    log: LogRow = Field(description="Head of the audit log.")
    earlier: LogRow | None = Field(description="The row that was the head in the message before, as it is now.")
    retention: AttestedRetention | None
    weights: tuple[ModelHash, ...] = Field(max_length=50)

    @classmethod
    def id_of(cls, site: str, number: int, sent: int) -> str:
        return f"{site}/health/{number}/{sent}"

    @model_validator(mode="after")
    def _check_id(self) -> Self:
        if self.id != self.id_of(self.site, self.number, self.sent):
            raise ValueError("the id does not follow from the content")
        if len({camera.camera for camera in self.cameras}) < len(self.cameras):
            raise ValueError("a camera is reported twice")
        if len({weights.model for weights in self.weights}) < len(self.weights):
            raise ValueError("a model is reported twice")
        return self


class PublishedCell(_Strict):
    """One line or zone and class in one interval, with noise; null: not observed, not counted, or suppressed."""

    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True, validate_by_alias=True)

    location: ShortName
    location_type: Literal["zone", "line"]
    object_class: ObjectClass = Field(alias="class")
    observed_seconds: Annotated[float, Field(ge=0, le=PUBLISHED_S)]
    entries: Count | None = None
    forward: Count | None = None
    backward: Count | None = None
    suppressed: bool = Field(description="Was a number below `min_count` left out?")


class PublishedBias(_Strict):
    """As of CountBias: -0.04 is 4 % too few, with its 95 % interval."""

    bias: Annotated[float, Field(ge=-1, le=1e6)]
    low: Annotated[float, Field(ge=-1, le=1e6)]
    high: Annotated[float, Field(ge=-1, le=1e6)]


class PublishedValidation(_Strict):
    """How far a line or zone was off when a person counted it too: the newest validation, signed by the site."""

    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True, validate_by_alias=True)

    location: ShortName
    location_type: Literal["zone", "line"]
    object_class: ObjectClass = Field(alias="class")
    minutes: Annotated[int, Field(ge=1, le=10_000)]
    counted: Annotated[int, Field(ge=0, le=10_000)]
    first: Annotated[int, Field(ge=0, le=10**11)]
    last: Annotated[int, Field(ge=0, le=10**11)]
    finished: Annotated[int, Field(ge=0, le=10**11, description="Unix seconds, as `first` and `last`.")]
    both: PublishedBias | None
    forward: PublishedBias | None
    backward: PublishedBias | None
    public_key: Digest = Field(description="Ed25519, the raw key in hex")
    signature: Annotated[str, Field(pattern="^[0-9a-f]{128}$", description="of the ValidationSummary, in hex")]

    @classmethod
    def of(cls, signed: SignedCountValidation) -> Self | None:
        """None for a document without a signature of its summary."""
        if signed.summary is None:
            return None
        values = ValidationSummary.of(signed.report).model_dump(mode="json", exclude={"camera"})
        values["location_type"] = values.pop("kind")
        return cls(**values, public_key=signed.signature.public_key, signature=signed.summary)

    def is_signed(self, camera: str) -> bool:
        values = self.model_dump(by_alias=False, exclude={"location_type", "public_key", "signature"})
        summary = ValidationSummary(camera=camera, kind=self.location_type, **values)
        try:
            key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(self.public_key))
            key.verify(bytes.fromhex(self.signature), summary.canonical())
        except (InvalidSignature, ValueError):
            return False
        return True


class CountsMessage(_Strict):
    """An hour of a camera as it was published, once: noise and suppression were applied at the site."""

    kind: ClassVar[str] = "counts"

    id: Annotated[str, Field(max_length=140)]
    site: SiteName
    camera: ShortName
    start: int = Field(ge=0, le=10**11, description="Unix seconds, UTC, a whole minute.")
    interval_s: Literal[3600]
    timezone: Zone
    trusted: bool = Field(description="Was the clock synchronised in all of its minutes?")
    epsilon: Annotated[float, Field(gt=0, le=10)]
    min_count: Annotated[int, Field(ge=1, le=100_000)]
    cells: tuple[PublishedCell, ...] = Field(min_length=1, max_length=500)
    validations: tuple[PublishedValidation, ...] = Field(
        default=(), max_length=50, description="Of lines and zones of this message that a person counted too."
    )

    @classmethod
    def id_of(cls, site: str, camera: str, start: int) -> str:
        return f"{site}/counts/{camera}/{start}"

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.id != self.id_of(self.site, self.camera, self.start):
            raise ValueError("the id does not follow from the content")
        if self.start % 60:
            raise ValueError("the interval does not start at a whole minute")
        series = {(cell.location_type, cell.location, cell.object_class) for cell in self.cells}
        if len(series) < len(self.cells):
            raise ValueError("a line or zone is reported twice")
        validated = {(one.location_type, one.location, one.object_class) for one in self.validations}
        if len(validated) < len(self.validations) or not validated <= series:
            raise ValueError("a validation is of no line or zone of this message, or of one twice")
        if not all(one.is_signed(self.camera) for one in self.validations):
            raise ValueError("a validation is not signed by the key that it names")
        for cell in self.cells:
            numbers = [n for n in (cell.entries, cell.forward, cell.backward) if n is not None]
            if any(number < self.min_count for number in numbers):
                raise ValueError("a number below min_count was not suppressed")
        return self


FleetMessage = HealthMessage | CountsMessage
_PARSERS: dict[str, TypeAdapter[Any]] = {
    HealthMessage.kind: TypeAdapter(HealthMessage),
    CountsMessage.kind: TypeAdapter(CountsMessage),
}


class RefusalKind(StrEnum):
    """Why a message is refused: what is counted."""

    TOO_LARGE = "too_large"
    MEDIA = "media"  # a picture or a film
    UNKNOWN_FIELD = "unknown_field"
    INVALID = "invalid"
    UNKNOWN_SITE = "unknown_site"  # no site of the fleet, or no longer
    OTHER_SITE = "other_site"  # below the topic, or with the certificate, of another site
    CLOCK = "clock"  # a time that cannot be true
    TIMEZONE = "timezone"  # a time zone that does not exist


class InvalidMessage(ValueError):
    """A message that is refused, with the reason. `id`: its id, where it has one that can be read."""

    def __init__(self, kind: RefusalKind, reason: str, id: str | None = None) -> None:
        super().__init__(reason)
        self.kind, self.id = kind, id


def is_media(body: bytes) -> bool:
    """Does it begin as a picture or a film does?"""
    return _MEDIA.match(body) is not None


def parse_message(kind: str, body: bytes) -> FleetMessage:
    """The message of that kind. Raises InvalidMessage for anything that is not one, to the last field."""
    if len(body) > MAX_MESSAGE_BYTES:
        raise InvalidMessage(RefusalKind.TOO_LARGE, f"larger than {MAX_MESSAGE_BYTES} bytes")
    if is_media(body):
        raise InvalidMessage(RefusalKind.MEDIA, "a picture or a film")
    try:
        message: FleetMessage = _PARSERS[kind].validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        at = ".".join(str(part)[:40] for part in first["loc"])
        unknown = first["type"] == "extra_forbidden"
        reason = "an unknown field" if unknown else first["msg"][:120]
        kind_of = RefusalKind.UNKNOWN_FIELD if unknown else RefusalKind.INVALID
        raise InvalidMessage(kind_of, f"{at}: {reason}"[:300] if at else reason, _id_in(body)) from None
    return message


def _id_in(body: bytes) -> str | None:
    """The id of a message that is not valid, for the answer to its sender."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    id = found.get("id") if isinstance(found, dict) else None
    return id if isinstance(id, str) and 0 < len(id) <= 140 and id.isprintable() else None


class Refusal(FrozenModel):
    """A message that the fleet did not store, and why."""

    id: Annotated[str, Field(max_length=140)]
    reason: Annotated[str, Field(max_length=300)]


class Acknowledgement(FrozenModel):
    """All that a fleet ever says to a site: which messages it has, and which it refuses."""

    received: tuple[Annotated[str, Field(max_length=140)], ...] = Field(default=(), max_length=MAX_BATCH)
    refused: tuple[Refusal, ...] = Field(default=(), max_length=MAX_BATCH)

    def to_json(self) -> bytes:
        return self.model_dump_json(exclude_defaults=True).encode()


def parse_acknowledgement(body: bytes) -> Acknowledgement | None:
    """None for anything else: it is ignored."""
    if len(body) > MAX_REQUEST_BYTES:
        return None
    try:
        return Acknowledgement.model_validate_json(body)
    except ValidationError:
        return None


def batches(ids: Sequence[str]) -> list[Acknowledgement]:
    """Acknowledgements of these ids."""
    return [Acknowledgement(received=tuple(ids[start : start + MAX_BATCH])) for start in range(0, len(ids), MAX_BATCH)]
