"""A correction kept as a regression case: a reference to a file, and boxes that must be hidden. Never a pixel.

`passerby review` saves one as `NAME.case.json`; `passerby bench accuracy` checks whether its boxes are hidden.
docs/ref/bench.md explains the format.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from passerby.core.kinds import Kind
from passerby.core.model import FrozenModel


class CaseSource(FrozenModel):
    """The file that a case is about. `path` is absolute or relative to the case's folder; `sha256` identifies it."""

    path: str = Field(min_length=1)
    sha256: str = Field(pattern="^[0-9a-f]{64}$")


class CaseBox(FrozenModel):
    """One box that must be hidden, in displayed pixels. `track` links boxes of one object within the case."""

    kind: Literal[Kind.FACE, Kind.PLATE]
    box: tuple[float, float, float, float]
    track: int | None = None


class CaseFrame(FrozenModel):
    """One frame: its ordinal in presentation order, from 0, and its time in seconds, which is for people."""

    index: int = Field(ge=0)
    time: float = Field(ge=0)
    boxes: tuple[CaseBox, ...] = Field(min_length=1)


class RegressionCase(FrozenModel):
    """What `NAME.case.json` holds."""

    schema_version: Literal[1] = 1
    source: CaseSource
    created: str = Field(default="", description="ISO 8601 with offset")
    note: str | None = None
    frames: tuple[CaseFrame, ...] = Field(min_length=1)

    def to_json(self) -> str:
        """As it is saved: the text of `NAME.case.json`."""
        return self.model_dump_json(indent=1, exclude_none=True) + "\n"
