"""The verification report: what `passerby verify` checked in a released file, and its findings.

It is saved, signed, as `report.json` in the folder that `--report` names, and shown by `report.html` beside it.
docs/ref/verify.md explains it; the JSON schema is generated. It contains no picture.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import Field

from passerby.config.settings import Settings
from passerby.core.kinds import Kind
from passerby.core.model import FrozenModel
from passerby.documents.plan_parts.made_from import Fingerprint, WeightsUsed
from passerby.documents.redaction_log import LogAction, LogEntry
from passerby.documents.report import HiddenSummary


class Check(StrEnum):
    """The checks, in the order of the report."""

    REPORT = "report"
    FACES = "faces"
    PLATES = "plates"
    OTHER_KINDS = "other_kinds"
    REDACTION_MODELS = "redaction_models"
    MASK_DROPOUTS = "mask_dropouts"
    CONTAINER = "container"
    AUDIO = "audio"
    MASKS = "masks"
    RESIDUAL = "residual"
    COVERAGE = "coverage"
    RANDOM_SAMPLE = "random_sample"


#: Findings of these are facts about the file and no matter of judgement: a person cannot answer them.
NOT_ANSWERABLE = frozenset({Check.REPORT, Check.RANDOM_SAMPLE})


class CheckOutcome(StrEnum):
    """Result of a check. `partial`: no findings, but not everything could be checked."""

    PASSED = "passed"
    PARTIAL = "partial"
    SKIPPED = "skipped"
    FINDINGS = "findings"


class Verdict(StrEnum):
    """Overall result. `incomplete`: no findings, but at least one check was skipped or partial. `reviewed`: a person
    has answered every finding; checks may have been skipped as well.

    `no_content`: no frame was analysed, or all are blank, so the file is not passed.
    """

    PASSED = "passed"
    INCOMPLETE = "incomplete"
    REVIEWED = "reviewed"
    FINDINGS = "findings"
    NO_CONTENT = "no_content"


class CheckSummary(FrozenModel):
    """One check: its `method`, its `limitation` (why it was skipped or is partial), and its number of findings."""

    check: Check
    title: str
    outcome: CheckOutcome
    method: str
    limitation: str | None = None
    findings: int = 0


class FindingAnswer(FrozenModel):
    """A person has looked at a finding, and it is no problem: by whom, when, and why."""

    by: str = Field(min_length=1)
    created: str = Field(description="ISO 8601 with offset")
    reason: str = Field(min_length=1)


class Finding(FrozenModel):
    """Something that a person should review.

    `time` (seconds) and `frame` (ordinal in its video track) are where it is most visible, `start` and `end` (seconds)
    the range in which it was found; None where it has no time (a metadata tag). For stills, times are page numbers.
    `box` in displayed pixels. `score` is the highest of any model. `track` is the number in the plan.
    """

    number: int = Field(ge=1)
    check: Check
    description: str
    video: int = Field(default=0, ge=0)
    frame: int | None = None
    time: float | None = None
    start: float | None = None
    end: float | None = None
    kind: Kind | None = None
    box: tuple[float, float, float, float] | None = None
    score: float | None = None
    track: int | None = None
    answer: FindingAnswer | None = None


class VideoSummary(FrozenModel):
    """One video track of the file: its displayed size, frames decoded, and frames analysed by the models."""

    width: int
    height: int
    frames: int
    analysed: int
    black: int = Field(default=0, description="frames that are black throughout")


class CheckedFile(FrozenModel):
    """The file that was checked."""

    name: str
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    size: int
    container: str
    duration: float | None = None
    videos: tuple[VideoSummary, ...] = ()
    audio_tracks: int = 0


class ReleaseSummary(FrozenModel):
    """What the report beside the file says about the redaction."""

    name: str
    sha256: str
    created: str
    program: str
    source: Fingerprint
    settings: Settings
    weights: tuple[WeightsUsed, ...]
    hidden: tuple[HiddenSummary, ...]
    redaction_log: tuple[LogEntry, ...] = ()
    edited_by_hand: bool = False
    dropped: tuple[str, ...]
    damage: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    covered: int = 0

    @property
    def shown_on_purpose(self) -> tuple[LogEntry, ...]:
        """The part of the log that is not withheld."""
        return tuple(entry for entry in self.redaction_log if entry.action is LogAction.SHOWN)


class PlanSummary(FrozenModel):
    """The plan that was given: its file, and its number of corrections. `edited_by_hand`: it was changed
    without one, or that cannot be told."""

    name: str
    sha256: str
    corrections: int
    edited_by_hand: bool = False


class SampledFrame(FrozenModel):
    """One frame of the random sample. `number` counts the sample from 1; `time` in seconds."""

    number: int = Field(ge=1)
    video: int = Field(ge=0)
    frame: int = Field(ge=0)
    time: float


class FrameSample(FrozenModel):
    """A simple random sample of frames, without replacement, that anybody can repeat from the hash of the file:
    frames are ranked by SHA-256 of "<hash of the file>:<video>:<frame>", and the first ones are taken."""

    sha256: str = Field(pattern="^[0-9a-f]{64}$", description="hash of the sampled file")
    population: int = Field(ge=1, description="frames in the file")
    frames: tuple[SampledFrame, ...]


class UpperBound(FrozenModel):
    """Upper confidence bound from a reviewed sample: at most `percent` of all frames show something they should not, at
    `confidence`. `positives` are the numbers of the sampled frames in which something showed, or was doubtful."""

    sample: FrameSample
    reviewer: str
    reviewed_on: str = Field(description="ISO 8601")
    positives: tuple[int, ...]
    percent: float
    confidence: float = 0.95


class ContentCredentials(FrozenModel):
    """The copy of the file that carries a C2PA manifest."""

    name: str
    sha256: str
    size: int


class VerificationReport(FrozenModel):
    """The result of verifying one released file."""

    schema_version: Literal[1] = 1
    program: str
    created: str = Field(description="ISO 8601 with offset")
    file: CheckedFile
    verdict: Verdict
    checks: tuple[CheckSummary, ...]
    findings: tuple[Finding, ...]
    weights: tuple[WeightsUsed, ...] = Field(description="models used in this verification")
    agency: str | None = Field(default=None, description="who answers for the report")
    release: ReleaseSummary | None = None
    plan: PlanSummary | None = None
    original: str | None = Field(default=None, description="SHA-256 of the original, where it was given")
    bound: UpperBound | None = None
    credentials: ContentCredentials | None = None
    not_claimed: tuple[str, ...] = ()

    @property
    def needs_review(self) -> bool:
        """Exit code 3."""
        return self.verdict in (Verdict.FINDINGS, Verdict.NO_CONTENT)


class Signature(FrozenModel):
    """Ed25519 over the canonical JSON (RFC 8785) of the report. `public_key` is the raw key in hex, `fingerprint` its
    SHA-256 in hex, `value` the signature in hex."""

    algorithm: Literal["Ed25519"] = "Ed25519"
    public_key: str = Field(pattern="^[0-9a-f]{64}$")
    fingerprint: str = Field(pattern="^[0-9a-f]{64}$")
    value: str = Field(pattern="^[0-9a-f]{128}$")


class SignedCopies(FrozenModel):
    """The same report for reading, as files beside it: the SHA-256 of each by name. `value` is the signature by the
    same key, in hex, over the canonical JSON of `files` and of `report`, the SHA-256 of the report's canonical JSON."""

    files: dict[str, str]
    value: str = Field(pattern="^[0-9a-f]{128}$")


class SignedVerificationReport(FrozenModel):
    """The content of `report.json`."""

    report: VerificationReport
    signature: Signature
    copies: SignedCopies | None = None
