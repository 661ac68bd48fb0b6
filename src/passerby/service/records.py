"""What a program asks the service for, and what it is told of a job."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Self

from pydantic import ConfigDict, Field, ValidationInfo, field_validator, model_validator

from passerby.config.settings import Settings
from passerby.core.model import FrozenModel

#: Names of jobs and uploads: random, so that nobody can guess one.
ID_PATTERN = "^[0-9a-f]{32}$"
Id = Annotated[str, Field(pattern=ID_PATTERN, description="32 hexadecimal digits")]
#: Addresses in object storage and of callbacks are no longer.
MAX_ADDRESS = 2000
#: Fixed regions of a request, hidden and kept together: a job stays in the database for a while, and a body could hold
#: some ten thousand.
MAX_REGIONS = 1000
#: Validation context of a request that was accepted before.
STORED = {"stored": True}
StorageAddress = Annotated[
    str,
    Field(
        pattern=r"^(s3|gs|az)://[^/ \x00-\x1f\x7f]+/[^\x00-\x1f\x7f]+$",
        max_length=MAX_ADDRESS,
        description="address in object storage: s3://bucket/name, gs:// or az://",
    ),
]
CallbackAddress = Annotated[
    str,
    Field(
        pattern=r"^https?://[^/?#@\\ \x00-\x1f\x7f]+([/?#][^ \x00-\x1f\x7f]*)?$",
        max_length=MAX_ADDRESS,
        description="https address to which the finished job is posted, signed; http on this machine only",
    ),
]


class ServiceJobState(StrEnum):
    """How far a job is. `needs_review`: done, and a person should look at it before it is released."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    NEEDS_REVIEW = "needs_review"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        return self not in (ServiceJobState.QUEUED, ServiceJobState.RUNNING)

    @property
    def has_result(self) -> bool:
        return self in (ServiceJobState.DONE, ServiceJobState.NEEDS_REVIEW)


class JobRequest(FrozenModel):
    """One file to redact: an upload of this key, or an address in object storage."""

    # Both forms are named, so that a client sees from the schema that one of them is needed.
    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [
                {"required": ["upload"], "properties": {"upload": {"type": "string"}, "source": {"type": "null"}}},
                {"required": ["source"], "properties": {"source": {"type": "string"}, "upload": {"type": "null"}}},
            ]
        }
    )

    upload: Id | None = Field(default=None, description="an upload of this key; it is used up")
    source: StorageAddress | None = Field(default=None, description="a video or still in object storage")
    output: StorageAddress | None = Field(
        default=None, description="where the result goes in object storage; by default it is fetched from the service"
    )
    settings: Settings = Field(
        default_factory=Settings, description=f"as of `passerby redact`; {MAX_REGIONS} regions at most"
    )
    plan_upload: Id | None = Field(
        default=None, description="an upload of this key that is the plan to render, in place of an analysis"
    )
    verify: bool = Field(default=True, description="check the result")
    callback: CallbackAddress | None = Field(default=None)
    label: str | None = Field(default=None, max_length=200, description="a name of your own, which is given back")

    @field_validator("settings")
    @classmethod
    def _few_regions(cls, settings: Settings, info: ValidationInfo) -> Settings:
        count = len(settings.hide_regions) + len(settings.keep_regions)
        if count > MAX_REGIONS and info.context != STORED:
            raise ValueError(f"{count} regions, and {MAX_REGIONS} are allowed at most. Combine some of them.")
        return settings

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.upload is None) == (self.source is None):
            raise ValueError("give either `upload` or `source`")
        if self.source is not None and self.source == self.output:
            raise ValueError("`output` is the source itself, and an original is never replaced: name another")
        return self


class JobOutput(FrozenModel):
    """What came out: names of the files in the job's folder, and what the report says in short."""

    result: str | None = Field(default=None, description="file name; null where it went to object storage")
    report: str | None = None
    plan: str | None = None
    media_type: str = "application/octet-stream"
    hidden: dict[str, int] = Field(default_factory=dict)
    findings: int = 0
    frames: int = 0


class StoredJob(FrozenModel):
    """One job as it lies in the queue. Times are Unix time in seconds."""

    id: str
    key: str
    request: JobRequest
    state: ServiceJobState
    source_name: str
    created: float
    started: float | None = None
    finished: float | None = None
    attempts: int = Field(default=0, description="how often it was begun")
    message: str | None = None
    output: JobOutput | None = None
    removed: bool = Field(default=False, description="whether its files were deleted")


class StoredUpload(FrozenModel):
    """A file that was sent. It is deleted when its job has ended, or a day after it came."""

    id: str
    key: str
    name: str
    size: int
    sha256: str
    created: float
    job: str | None = None
