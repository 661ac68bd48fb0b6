"""What a person counted of a line or zone beside what the program did, and how far the program is off: signed."""

from __future__ import annotations

from typing import Literal

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


class SignedCountValidation(FrozenModel):
    """The document as it is stored and exported."""

    report: CountValidation
    signature: Signature
