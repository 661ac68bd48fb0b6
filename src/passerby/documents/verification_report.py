"""The proof: what `passerby verify` has looked at in a released file, and what it found.

It is saved, signed, as `report.json` in the folder that `--report` names, and shown by `report.html` beside it.
docs/ref/verify.md explains it; the JSON schema is generated. It holds no picture.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import Field

from passerby.config.settings import Settings
from passerby.core.kinds import Kind
from passerby.core.model import FrozenModel
from passerby.documents.plan import Fingerprint, WeightsUsed
from passerby.documents.report import Hidden


class Check(StrEnum):
    """What is checked, in the order in which it is told."""

    REPORT = "report"
    FACES = "faces"
    PLATES = "plates"
    OTHERS = "others"
    FIRST_MODELS = "first_models"
    HOLES = "holes"
    CONTAINER = "container"
    SOUND = "sound"
    MASKS = "masks"
    SOURCE = "source"
    COVERAGE = "coverage"
    SAMPLE = "sample"


class Outcome(StrEnum):
    """How a check ended. `partly`: nothing was found, but not everything could be looked at."""

    PASSED = "passed"
    PARTLY = "partly"
    SKIPPED = "skipped"
    FOUND = "found"


class Verdict(StrEnum):
    """What all checks come to. `weakened`: nothing was found, but at least one check was skipped or incomplete.

    `nothing_seen`: no frame was looked at, or none shows anything, so the file is not passed.
    """

    PASSED = "passed"
    WEAKENED = "weakened"
    SUSPECT = "suspect"
    NOTHING_SEEN = "nothing_seen"


class CheckResult(FrozenModel):
    """One check: what was done (`did`), why it was not (`why`: skipped or partly), and how many suspects it has."""

    check: Check
    title: str
    outcome: Outcome
    did: str
    why: str | None = None
    suspects: int = 0


class Suspicion(FrozenModel):
    """Something that a person should look at.

    `time` (seconds) and `frame` (ordinal in its video track) are where it is seen best, `start` and `end` (seconds)
    from when to when it was seen; None where it belongs to no moment (a tag). For stills times are page numbers.
    `box` in displayed pixels. `score` is the strongest model's. `track` is the plan's number.
    """

    number: int = Field(ge=1)
    check: Check
    what: str
    video: int = Field(default=0, ge=0)
    frame: int | None = None
    time: float | None = None
    start: float | None = None
    end: float | None = None
    kind: Kind | None = None
    box: tuple[float, float, float, float] | None = None
    score: float | None = None
    track: int | None = None


class VideoSeen(FrozenModel):
    """One video track of the file: its size as displayed, frames decoded, and frames the models were shown."""

    width: int
    height: int
    frames: int
    looked_at: int
    black: int = Field(default=0, description="frames that are black all over")


class FileSeen(FrozenModel):
    """The file that was checked."""

    name: str
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    size: int
    container: str
    duration: float | None = None
    videos: tuple[VideoSeen, ...] = ()
    sounds: int = 0


class Release(FrozenModel):
    """What the report beside the file says of how it was made."""

    name: str
    sha256: str
    made: str
    program: str
    source: Fingerprint
    settings: Settings
    weights: tuple[WeightsUsed, ...]
    hidden: tuple[Hidden, ...]
    dropped: tuple[str, ...]
    damage: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    covered: int = 0


class TrackTold(FrozenModel):
    """One hidden track, from the plan: when (seconds), and on which ground (a reason or exemption code)."""

    video: int
    number: int
    kind: Kind
    start: float
    end: float
    reason: str | None = None
    by: str | None = Field(default=None, description="who added or changed it by hand; None for the program")


class PlanSeen(FrozenModel):
    """The plan that was given: which file it is, its tracks, and how many corrections a person made."""

    name: str
    sha256: str
    tracks: tuple[TrackTold, ...]
    corrections: int


class Drawn(FrozenModel):
    """One frame of the random draw. `number` counts the draw from 1; `time` in seconds."""

    number: int = Field(ge=1)
    video: int = Field(ge=0)
    frame: int = Field(ge=0)
    time: float


class Sample(FrozenModel):
    """A simple random draw of frames, without replacement, that anybody can repeat from the file's hash alone:
    frames are ranked by SHA-256 of "<hash of the file>:<video>:<frame>", and the first ones are taken."""

    sha256: str = Field(pattern="^[0-9a-f]{64}$", description="hash of the file that was drawn from")
    population: int = Field(ge=1, description="frames in the file")
    frames: tuple[Drawn, ...]


class Bound(FrozenModel):
    """What a person's judgement of the draw comes to: at most `percent` of all frames show something they should not,
    at `confidence`. `shows` are the numbers of the draw in which something showed, or was doubtful."""

    sample: Sample
    who: str
    when: str = Field(description="ISO 8601")
    shows: tuple[int, ...]
    percent: float
    confidence: float = 0.95


class Credentials(FrozenModel):
    """The copy of the file that carries a C2PA manifest."""

    name: str
    sha256: str
    size: int


class Proof(FrozenModel):
    """Everything that was found out about one released file."""

    schema_version: Literal[1] = 1
    program: str
    made: str = Field(description="ISO 8601 with offset")
    file: FileSeen
    verdict: Verdict
    checks: tuple[CheckResult, ...]
    suspects: tuple[Suspicion, ...]
    weights: tuple[WeightsUsed, ...] = Field(description="models that looked in this check")
    release: Release | None = None
    plan: PlanSeen | None = None
    original: str | None = Field(default=None, description="SHA-256 of the original, where it was given")
    bound: Bound | None = None
    credentials: Credentials | None = None
    not_claimed: tuple[str, ...] = ()

    @property
    def needs_a_person(self) -> bool:
        """Exit code 3."""
        return self.verdict in (Verdict.SUSPECT, Verdict.NOTHING_SEEN)


class Signature(FrozenModel):
    """Ed25519 over the canonical JSON (RFC 8785) of the proof. `public_key` is the raw key in hex, `fingerprint` its
    SHA-256 in hex, `value` the signature in hex."""

    algorithm: Literal["Ed25519"] = "Ed25519"
    public_key: str = Field(pattern="^[0-9a-f]{64}$")
    fingerprint: str = Field(pattern="^[0-9a-f]{64}$")
    value: str = Field(pattern="^[0-9a-f]{128}$")


class SignedProof(FrozenModel):
    """The content of `report.json`."""

    proof: Proof
    signature: Signature
