"""What `passerby redact --dry-run` says of a file: what would be hidden, and how long it would take."""

from __future__ import annotations

from pydantic import Field

from passerby.core.model import FrozenModel
from passerby.documents.report import HiddenSummary, TimeRange


class DryRun(FrozenModel):
    """A run in which nothing was written but pictures. Times of a video are seconds, of a still pages."""

    frames: int
    duration: float | None = Field(description="seconds; null for a still of pages")
    hidden: tuple[HiddenSummary, ...] = Field(
        description="tracks by kind, and when at least one of them would be hidden"
    )
    covered: int = Field(default=0, description="frames that would be covered whole, since they could not be analysed")
    speech: tuple[TimeRange, ...] | None = Field(
        default=None, description="where voices would be taken out; null where they are not searched for"
    )
    seconds: float = Field(description="estimate: how long the whole run takes on this machine, with as little to do")
    pictures: tuple[str, ...] = Field(description="names of the masked pictures that were written")
