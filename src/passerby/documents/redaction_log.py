"""The redaction log: one table of everything that is withheld from a release, and of everything shown on purpose.

It is part of the report (`redaction_log`), and of the signed verification report. docs/ref/report.md explains it.
"""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from passerby.core.kinds import Kind
from passerby.core.model import FrozenModel


class LogAction(StrEnum):
    """What was done. `covered`: frames painted over whole, since it is not known what they show. `room_tone`: sound
    in place of which there is noise like the surroundings. `shown`, `voices_kept`: left in on purpose, though it was
    detected, or drawn."""

    MASKED = "masked"
    BLACKED_OUT = "blacked_out"
    COVERED = "covered"
    CUT = "cut"
    MUTED = "muted"
    BLEEPED = "bleeped"
    ROOM_TONE = "room_tone"
    SOUND_REMOVED = "sound_removed"
    VOICES_ALTERED = "voices_altered"
    VOICES_KEPT = "voices_kept"
    SHOWN = "shown"

    @classmethod
    def _missing_(cls, value: object) -> LogAction | None:
        """Reports of earlier versions have the old name."""
        return cls.VOICES_ALTERED if value == "voices_disguised" else None


class DecidedBy(StrEnum):
    """Who decided it. `settings`: those of the run. `unknown`: the plan says it, and names nobody."""

    PROGRAM = "program"
    SETTINGS = "settings"
    PERSON = "person"
    UNKNOWN = "unknown"


class LogEntry(FrozenModel):
    """One line. `start` and `end` are seconds of the released file, up to but without `end`; of a still, its first and
    last page. A cut has no length there: it lies at `start`, and took out `removed` seconds.

    `area` is left, top, right, bottom of all that was painted in that time, or of what is shown, in displayed pixels;
    None for sound and cuts, and where it is not known. `share` is the largest share of what is shown that is bare.
    """

    number: int = Field(ge=1)
    action: LogAction
    start: float
    end: float
    removed: float | None = None
    kind: Kind | None = None
    video: int | None = Field(default=None, ge=0, description="the video track, from 0")
    track: int | None = Field(default=None, description="number of the track in the plan")
    area: tuple[float, float, float, float] | None = None
    path: tuple[tuple[float, float, float, float, float], ...] = Field(
        default=(), description="of what a person decided to show: second, left, top, right, bottom; straight between"
    )
    share: float | None = Field(default=None, ge=0, le=1)
    channels: str | None = Field(default=None, description="of sound: all, since none of a track is left out")
    detected: str | None = Field(default=None, description="of speech: the detectors that found it")
    reason: str | None = Field(default=None, description="text or exemption code")
    decided_by: DecidedBy
    by: str | None = Field(default=None, description="the name of the person")
    created: str | None = Field(default=None, description="when it was decided: ISO 8601 with offset")

    @property
    def withheld(self) -> bool:
        return self.action not in (LogAction.SHOWN, LogAction.VOICES_KEPT)
