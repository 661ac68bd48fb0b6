"""The report that goes with a released file: what was hidden, what was dropped, how, and what the check found.

It is saved as `NAME.report.json` beside the file. docs/ref/report.md explains it; the JSON schema is generated.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from passerby.config.settings import Settings
from passerby.core.kinds import Kind
from passerby.core.model import FrozenModel
from passerby.documents.plan import Fingerprint, WeightsUsed


class TimeRange(FrozenModel):
    """From `start` to `end`, in seconds of the presentation."""

    start: float
    end: float


class Hidden(FrozenModel):
    """Everything of one kind that was hidden: how many tracks, and when at least one was in view."""

    kind: Kind
    tracks: int
    ranges: tuple[TimeRange, ...]


class Output(FrozenModel):
    """The released file. `frames` and `covered` (painted over whole) count all its video tracks.

    `undecodable` counts frames of the source that could not be decoded, so that they are not there at all.
    """

    name: str
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    size: int
    codec: str
    frames: int
    covered: int = 0
    undecodable: int = 0


class Suspect(FrozenModel):
    """A moment at which the check saw something that a person should look at. `box` in displayed pixels."""

    time: float
    what: str
    box: tuple[float, float, float, float] | None = None
    score: float | None = None


class QuickCheck(FrozenModel):
    """What decoding the released file once has shown. It is not an independent check: that is `passerby verify`."""

    ran: bool
    frames_compared: int = 0
    frames_searched: int = 0
    suspects: tuple[Suspect, ...] = ()

    @property
    def clean(self) -> bool:
        return not self.suspects


class Report(FrozenModel):
    """What was done to one file."""

    schema_version: Literal[1] = 1
    program: str
    made: str = Field(description="ISO 8601 with offset")
    source: Fingerprint
    output: Output
    settings: Settings
    weights: tuple[WeightsUsed, ...]
    plan_edited: bool = Field(description="True when the plan was given with --plan, not found in this run.")
    hidden: tuple[Hidden, ...]
    dropped: tuple[str, ...] = Field(description="What was in the source and is not in the output.")
    damage: tuple[str, ...] = Field(default=(), description="What of the source could not be read, and what was done.")
    warnings: tuple[str, ...]
    check: QuickCheck

    @property
    def needs_a_person(self) -> bool:
        """Exit code 3: a possible leak, frames that had to be covered whole, or a source that is damaged."""
        return not self.check.clean or self.output.covered > 0 or bool(self.damage)

    def to_json(self) -> str:
        """As it is saved: the text of `NAME.report.json`."""
        return self.model_dump_json(indent=1, exclude_none=True) + "\n"
