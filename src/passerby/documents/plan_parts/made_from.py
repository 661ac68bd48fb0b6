"""What a plan or a report was made from: the file, and the weights."""

from __future__ import annotations

from pydantic import Field

from passerby.core.model import FrozenModel


class Fingerprint(FrozenModel):
    """Identifies a file. `duration` in seconds, if the container states it; `frames` of the first video track."""

    name: str
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    size: int = Field(ge=0)
    duration: float | None = None
    frames: int = Field(ge=0)


class WeightsUsed(FrozenModel):
    """A model that was used."""

    id: str
    sha256: str
