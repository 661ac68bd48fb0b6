"""The report that goes with an exported recording: what of the time that was asked for is in it, and where.

It is saved as `NAME.recording.json` beside the file. docs/ref/recording.md explains it; the JSON schema is generated.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from passerby.core.model import FrozenModel


class Span(FrozenModel):
    """From `begins` to `ends`, ISO 8601 in UTC."""

    begins: str
    ends: str


class Stretch(Span):
    """Recorded without a pause. It is in the file from second `start` to second `end`."""

    start: float
    end: float
    trusted: bool = Field(description="False when the clock could not be trusted then: the times may be wrong.")


class ExportedFile(FrozenModel):
    """The file. `covered` of its `frames` were painted over whole when they were recorded; null: that is not
    known any more, because some were found again after a crash."""

    name: str
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    size: int
    width: int
    height: int
    frames: int
    covered: int | None


class RecordingReport(FrozenModel):
    """What is in one exported file. Nothing was encoded anew: its pictures are those that were recorded, masked."""

    schema_version: Literal[1] = 1
    program: str
    made: str = Field(description="ISO 8601 with offset")
    camera: str
    asked: Span
    output: ExportedFile
    stretches: tuple[Stretch, ...]
    missing: tuple[Span, ...] = Field(description="What was asked for and is not in this file: nothing was recorded.")
    notes: tuple[str, ...] = ()

    def to_json(self) -> str:
        """As it is saved: the text of `NAME.recording.json`."""
        return self.model_dump_json(indent=1) + "\n"
