"""What a person counted of a line or zone beside what the program did, and how far the program is off: signed."""

from __future__ import annotations

from typing import Literal, Self

import rfc8785
from pydantic import Field

from passerby.core.kinds import ObjectClass
from passerby.core.model import FrozenModel
from passerby.core.names import Name
from passerby.documents.verification_report import Signature


class DirectionCounts(FrozenModel):
    """Crossings of a line in each direction; of a zone, those who came in are `forward`, those who left `backward`."""

    forward: int = Field(ge=0)
    backward: int = Field(ge=0)

    @property
    def both(self) -> int:
        return self.forward + self.backward


class ValidatedStretch(FrozenModel):
    """One stretch that was drawn: a minute. `person` is null where nobody could count."""

    start: int = Field(description="Unix seconds.")
    stratum: int = Field(ge=0, description="0 are the quietest hours.")
    stratum_minutes: int = Field(ge=1, description="How many minutes its stratum has.")
    program: DirectionCounts
    person: DirectionCounts | None


class CountBias(FrozenModel):
    """The program's count over the person's, less 1: -0.04 is 4 % too few. `low` to `high`: the 95 % interval."""

    bias: float
    low: float
    high: float


class CountValidation(FrozenModel):
    """A validation that is finished. Biases are null where too little was counted for an interval."""

    schema_version: Literal[1] = 1
    program: str = Field(description="Version of passerby.")
    site: str
    camera: Name
    location: Name = Field(description="Name of the line or zone.")
    kind: Literal["line", "zone"]
    object_class: ObjectClass
    seed: str = Field(description="With which the minutes were drawn.")
    eligible_minutes: int = Field(ge=1, description="Minutes with a recording and a count, of which was drawn.")
    first: int = Field(description="Start of the first of them, Unix seconds.")
    last: int = Field(description="Start of the last of them, Unix seconds.")
    drawn: float = Field(description="Unix seconds.")
    finished: float = Field(description="Unix seconds.")
    stretches: tuple[ValidatedStretch, ...]
    both: CountBias | None = Field(description="Of both directions together.")
    forward: CountBias | None
    backward: CountBias | None


class ValidationSummary(FrozenModel):
    """What a fleet is told of a validation: neither a minute nor a count, of the biases three digits."""

    camera: str
    location: str
    kind: Literal["line", "zone"]
    object_class: ObjectClass
    minutes: int = Field(description="How many were drawn.")
    counted: int = Field(description="In how many of them a person could count.")
    first: int = Field(description="Start of the first minute that could be drawn, Unix seconds.")
    last: int = Field(description="Start of the last of them, Unix seconds.")
    finished: int = Field(description="Unix seconds.")
    both: CountBias | None
    forward: CountBias | None
    backward: CountBias | None

    @classmethod
    def of(cls, report: CountValidation) -> Self:
        return cls(
            camera=report.camera,
            location=report.location,
            kind=report.kind,
            object_class=report.object_class,
            minutes=len(report.stretches),
            counted=sum(stretch.person is not None for stretch in report.stretches),
            first=report.first,
            last=report.last,
            finished=int(report.finished),
            both=_rounded(report.both),
            forward=_rounded(report.forward),
            backward=_rounded(report.backward),
        )

    def canonical(self) -> bytes:
        """What is signed: its canonical JSON (RFC 8785)."""
        return rfc8785.dumps(self.model_dump(mode="json"))


def _rounded(bias: CountBias | None) -> CountBias | None:
    if bias is None:
        return None
    return CountBias(**{name: round(value, 3) for name, value in bias.model_dump().items()})


class SignedCountValidation(FrozenModel):
    """The document as it is stored and exported. `summary` is the signature of its ValidationSummary by the same key,
    in hex; older documents have none, and are not sent to a fleet."""

    report: CountValidation
    signature: Signature
    summary: str | None = Field(default=None, pattern="^[0-9a-f]{128}$")
