"""The report on an exported recording: which parts of the requested time it contains, and where.

It is saved as `NAME.recording.json` beside the file. docs/ref/recording.md explains it; the JSON schema is generated.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from passerby.core.model import FrozenModel


class UtcSpan(FrozenModel):
    """From `start` to `end`, ISO 8601 in UTC."""

    start: str
    end: str


class ExportedSpan(UtcSpan):
    """A continuous recording. In the file it lasts from second `file_start` to second `file_end`."""

    file_start: float
    file_end: float
    trusted: bool = Field(description="False when the clock was not synchronised: the times may be wrong.")


class ExportedFile(FrozenModel):
    """The file. `covered` of its `frames` were covered whole when they were recorded; null: no longer known, because
    part of the recording was recovered after a crash."""

    name: str
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    size: int
    width: int
    height: int
    frames: int
    covered: int | None


class RecordingReport(FrozenModel):
    """What one exported file contains. Nothing was re-encoded: its frames are those that were recorded, masked."""

    schema_version: Literal[1] = 1
    program: str
    created: str = Field(description="ISO 8601 with offset")
    camera: str
    requested: UtcSpan
    output: ExportedFile
    recorded: tuple[ExportedSpan, ...]
    missing: tuple[UtcSpan, ...] = Field(description="What was requested and is not in this file: no recording exists.")
    notes: tuple[str, ...] = ()

    def to_json(self) -> str:
        """As it is saved: the text of `NAME.recording.json`."""
        return self.model_dump_json(indent=1) + "\n"
