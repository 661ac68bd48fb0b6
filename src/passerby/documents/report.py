"""The report on a released file: what was hidden, what was dropped, how, and the findings of the self-check.

It is saved as `NAME.report.json` beside the file. docs/ref/report.md explains it; the JSON schema is generated.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from passerby.config.settings import Settings
from passerby.core.kinds import Kind
from passerby.core.model import FrozenModel
from passerby.documents.plan_parts.made_from import Fingerprint, WeightsUsed
from passerby.documents.redaction_log import LogAction, LogEntry


class TimeRange(FrozenModel):
    """From `start` to `end`, in seconds of the released file; of a still, in pages."""

    start: float
    end: float


class HiddenSummary(FrozenModel):
    """All hidden objects of one kind: the number of tracks that were painted, and when at least one of them was."""

    kind: Kind
    tracks: int
    ranges: tuple[TimeRange, ...]


class LargeMaskRange(TimeRange):
    """When masks hid more than 40 % of the frame for more than a second: the largest share, 0 to 1, and the kinds that
    were hidden then. `video` counts the video tracks from 0."""

    video: int = 0
    share: float
    kinds: tuple[Kind, ...]


class OutputSummary(FrozenModel):
    """The released file. `frames` and `covered` (painted over whole) are totals of all its video tracks.

    `undecodable` is the number of frames of the source that could not be decoded, and are missing.
    """

    name: str
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    size: int
    codec: str
    frames: int
    covered: int = 0
    undecodable: int = 0


class QuickFinding(FrozenModel):
    """A finding that a person should review. `time` in seconds, `box` in displayed pixels."""

    time: float
    description: str
    box: tuple[float, float, float, float] | None = None
    score: float | None = None


class QuickCheck(FrozenModel):
    """Result of decoding the released file once. It is not an independent check: that is `passerby verify`."""

    ran: bool
    frames_compared: int = 0
    frames_searched: int = 0
    findings: tuple[QuickFinding, ...] = ()

    @property
    def clean(self) -> bool:
        return not self.findings


class Report(FrozenModel):
    """What was done to one file."""

    schema_version: Literal[1] = 1
    program: str
    created: str = Field(description="ISO 8601 with offset")
    source: Fingerprint
    output: OutputSummary
    settings: Settings
    weights: tuple[WeightsUsed, ...]
    plan_edited: bool = Field(description="True when the plan was given with --plan, not made in this run.")
    edited_by_hand: bool = Field(
        default=False, description="True when that plan was changed without a correction, or it cannot be told."
    )
    analysis_sha256: str | None = Field(
        default=None, description="SHA-256 of the analysis in the plan, as the plan states it."
    )
    corrections: int = Field(default=0, description="Number of corrections in the plan.")
    hidden: tuple[HiddenSummary, ...]
    redaction_log: tuple[LogEntry, ...] = Field(
        default=(), description="Everything that was withheld, and everything that is shown on purpose."
    )
    default_reasons: dict[Kind, str] = Field(
        default_factory=dict, description="The reason that stands for each kind in the log where the plan gives none."
    )
    large_masks: tuple[LargeMaskRange, ...] = Field(
        default=(), description="When masks hid a large part of the frame, which a person should look at."
    )
    dropped: tuple[str, ...] = Field(description="What the source contains and the output does not.")
    damage: tuple[str, ...] = Field(
        default=(), description="What of the source could not be read, and how it was handled."
    )
    warnings: tuple[str, ...]
    check: QuickCheck

    @property
    def shown_on_purpose(self) -> tuple[LogEntry, ...]:
        """The part of the log that is not withheld."""
        return tuple(entry for entry in self.redaction_log if entry.action is LogAction.SHOWN)

    @property
    def needs_review(self) -> bool:
        """Exit code 3: a possible leak, frames that were covered whole, a damaged source, or a plan that was edited
        by hand without a correction."""
        return not self.check.clean or self.output.covered > 0 or bool(self.damage) or self.edited_by_hand

    def to_json(self) -> str:
        """As it is saved: the text of `NAME.report.json`."""
        return self.model_dump_json(indent=1, exclude_none=True) + "\n"
