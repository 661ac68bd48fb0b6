"""The plan: everything found in one file, and so everything that will be hidden in it.

A plan is saved as `NAME.plan.json`. A person or a program may edit it; `passerby redact --plan` renders it. The JSON
schema in docs/ref/plan.schema.json is generated from these classes, docs/ref/plan.md explains it.

Times are integers in the track's own time base, frames are ordinals from 0, positions are displayed pixels.
"""

from __future__ import annotations

import bisect
import math
from collections.abc import Sequence
from fractions import Fraction
from itertools import groupby, pairwise
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import (
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationError,
    field_validator,
    model_validator,
)

from passerby.config.settings import Settings
from passerby.core.box import Box
from passerby.core.errors import PlanError
from passerby.core.kinds import Kind
from passerby.core.model import FrozenModel


def _rational(value: object) -> object:
    try:
        number = Fraction(value) if isinstance(value, str) else value
    except ZeroDivisionError:
        raise ValueError(f"{value} divides by zero") from None
    if isinstance(number, Fraction) and number <= 0:
        raise ValueError(f"{value} is not more than 0")
    return number


Rational = Annotated[
    Fraction,
    BeforeValidator(_rational),
    PlainSerializer(lambda v: f"{v.numerator}/{v.denominator}", return_type=str),
    Field(json_schema_extra={"type": "string", "examples": ["1/90000"]}),
]
Point = tuple[float, float]


class Keyframe(FrozenModel):
    """Where a thing is at one moment. Between two keyframes it moves on a straight line.

    `polygon` (3 points or more), where given, is what is painted; `box` is then its hull.
    `score` is the detector's, or 0 where the place was carried there by motion alone.
    """

    model_config = ConfigDict(allow_inf_nan=False)

    time: int
    box: Box
    score: float = Field(ge=0, le=1)
    origin: str
    polygon: tuple[Point, ...] | None = Field(default=None, min_length=3)

    @field_validator("box")
    @classmethod
    def _upright(cls, box: Box) -> Box:
        if not (-math.inf < box.x1 <= box.x2 < math.inf and -math.inf < box.y1 <= box.y2 < math.inf):
            raise ValueError("a box is left, top, right, bottom, in this order")
        return box


class Span(FrozenModel):
    """A stretch of time from `start` to `end`, both included."""

    start: int
    end: int

    @model_validator(mode="after")
    def _forward(self) -> Self:
        if self.end < self.start:
            raise ValueError("a stretch cannot end before it starts")
        return self


class Track(FrozenModel):
    """One thing hidden from its first keyframe to its last, both included, but for what a person lets show (`visible`).

    `number` is an ordinal within one file. It names no one and means nothing in any other file.
    """

    number: int
    kind: Kind
    keyframes: tuple[Keyframe, ...] = Field(min_length=1)
    reason: str | None = None
    visible: tuple[Span, ...] = Field(default=(), description="stretches in which a person decided not to hide it")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        times = [key.time for key in self.keyframes]
        if any(a >= b for a, b in pairwise(times)):
            raise ValueError(f"track {self.number}: keyframes must be in order of time, one a moment")
        return self

    @property
    def start(self) -> int:
        return self.keyframes[0].time

    @property
    def end(self) -> int:
        return self.keyframes[-1].time

    def at(self, time: int) -> Keyframe | None:
        """Where it is hidden at `time` (track time base); None outside the track and where it is to stay visible."""
        if any(span.start <= time <= span.end for span in self.visible):
            return None
        return self.place(time)

    def place(self, time: int) -> Keyframe | None:
        """Where it is at `time`, interpolated, hidden or not; None outside the track."""
        if not self.start <= time <= self.end:
            return None
        right = bisect.bisect_left(self.keyframes, time, key=lambda key: key.time)
        after = self.keyframes[right]
        if after.time == time:
            return after
        before = self.keyframes[right - 1]
        share = (time - before.time) / (after.time - before.time)
        polygon = _between(before.polygon, after.polygon, share)
        if polygon is None and (before.polygon or after.polygon):
            box = before.box.hull(after.box)  # shapes that do not match: cover both
        else:
            box = before.box.lerp(after.box, share)
        return Keyframe.model_construct(
            time=time, box=box, score=min(before.score, after.score), origin=before.origin, polygon=polygon
        )


def _between(a: tuple[Point, ...] | None, b: tuple[Point, ...] | None, share: float) -> tuple[Point, ...] | None:
    if a is None or b is None or len(a) != len(b):
        return None
    return tuple((p[0] + (q[0] - p[0]) * share, p[1] + (q[1] - p[1]) * share) for p, q in zip(a, b, strict=True))


class Analysed(FrozenModel):
    """A run of frames that were looked at, first and last included, by ordinal and by presentation time."""

    first_frame: int = Field(ge=0)
    last_frame: int = Field(ge=0)
    first_time: int
    last_time: int

    @classmethod
    def runs(cls, times: Sequence[int], seen: Sequence[bool]) -> tuple[Analysed, ...]:
        """The runs of frames that were seen, of all frames and their times in order."""
        runs = [list(run) for good, run in groupby(range(len(times)), key=seen.__getitem__) if good]
        return tuple(
            cls(first_frame=run[0], last_frame=run[-1], first_time=times[run[0]], last_time=times[run[-1]])
            for run in runs
        )


class VideoPlan(FrozenModel):
    """One video track of the source: `width` by `height` as displayed, and what is in it.

    No tracks in a stretch that is not in `analysed` does not mean that nothing is there: such frames are covered whole.
    """

    stream: int = Field(ge=0)
    time_base: Rational
    width: int = Field(gt=0)
    height: int = Field(gt=0)
    frames: int = Field(ge=0)
    analysed: tuple[Analysed, ...]
    cuts: tuple[int, ...] = ()
    tracks: tuple[Track, ...] = ()

    @model_validator(mode="after")
    def _numbered(self) -> Self:
        twice = [a for a, b in pairwise(sorted(track.number for track in self.tracks)) if a == b]
        if twice:
            raise ValueError(f"there is more than one track {twice[0]}: each has a number of its own")
        return self

    def seen(self, frame: int, time: int) -> bool:
        """Was this frame, under this time, looked at?"""
        return any(
            r.first_frame <= frame <= r.last_frame and r.first_time <= time <= r.last_time for r in self.analysed
        )


class AudioSpan(FrozenModel):
    """A stretch of sound to silence. In seconds of the presentation: tracks of sound have other clocks."""

    start: float = Field(ge=0)
    end: float = Field(ge=0)
    action: Literal["mute", "bleep"] = "mute"


class TrimSpan(FrozenModel):
    """A stretch, in seconds from the start of the presentation, that is left out of the release."""

    start: float = Field(ge=0)
    end: float = Field(ge=0)


class Correction(FrozenModel):
    """A change a person made. The analysis is never edited: corrections are appended, and the last one counts.

    `add` hides `track` as well; `remove` takes the track with that number out; `replace` puts `track` in its place.
    `sound` and `trim` say what the plan's `audio` or `trim` were and became; the plan itself holds what counts.
    Corrections with the same `act` were made in one go. One that takes another act back says which in `takes_back`;
    taking that back in turn does it again.
    """

    who: str
    when: str = Field(description="ISO 8601 with offset")
    video: int = Field(ge=0, description="index into `videos`")
    action: Literal["add", "remove", "replace", "sound", "trim"]
    number: int = Field(default=0, description="the track's; 0 for sound and trim")
    track: Track | None = None
    reason: str | None = None
    act: int | None = Field(default=None, ge=1)
    takes_back: int | None = Field(default=None, ge=1)
    sound_before: tuple[AudioSpan, ...] | None = None
    sound_after: tuple[AudioSpan, ...] | None = None
    trim_before: tuple[TrimSpan, ...] | None = None
    trim_after: tuple[TrimSpan, ...] | None = None

    @property
    def of_a_track(self) -> bool:
        return self.action in ("add", "remove", "replace")

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if (self.sound_before is None or self.sound_after is None) == (self.action == "sound"):
            raise ValueError("correction sound: what was silenced before and after is given, and with sound only")
        if (self.trim_before is None or self.trim_after is None) == (self.action == "trim"):
            raise ValueError("correction trim: what was left out before and after is given, and with trim only")
        if not self.of_a_track:
            if self.track is not None:
                raise ValueError(f"correction {self.action}: it is about no track")
            return self
        if (self.track is None) != (self.action == "remove"):
            raise ValueError(
                f"correction {self.action} of track {self.number}: a track is given with add and replace only"
            )
        if self.track is not None and self.track.number != self.number:
            raise ValueError(f"correction {self.action} of track {self.number}: its track says {self.track.number}")
        return self


class Fingerprint(FrozenModel):
    """Which file this is. `duration` in seconds, where the container states it; `frames` of the first video track."""

    name: str
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    size: int = Field(ge=0)
    duration: float | None = None
    frames: int = Field(ge=0)


class WeightsUsed(FrozenModel):
    """A model that looked."""

    id: str
    sha256: str


class Plan(FrozenModel):
    """All that is known of one file, and all that will be hidden in it."""

    schema_version: Literal[1] = 1
    program: str
    source: Fingerprint
    settings: Settings
    weights: tuple[WeightsUsed, ...]
    videos: tuple[VideoPlan, ...] = Field(min_length=1)
    trim: tuple[TrimSpan, ...] = ()
    audio: tuple[AudioSpan, ...] = ()
    corrections: tuple[Correction, ...] = ()

    @model_validator(mode="after")
    def _corrections_fit(self) -> Self:
        """A correction that misses its track would quietly hide nothing, or take another track's mask away."""
        numbers = [{track.number for track in video.tracks} for video in self.videos]
        for correction in self.corrections:
            what = f"correction {correction.action} of track {correction.number}"
            if correction.video >= len(numbers):
                raise ValueError(f"{what}: there is no video {correction.video}, they are counted from 0")
            if not correction.of_a_track:
                continue
            here = numbers[correction.video]
            if (correction.number in here) is (correction.action == "add"):
                raise ValueError(f"{what}: there is {'one already' if correction.action == 'add' else 'none'}")
            if correction.track is None:
                here.remove(correction.number)
            else:
                here.add(correction.number)
        return self

    def tracks(self, video: int) -> tuple[Track, ...]:
        """The tracks to hide in one video track, corrections applied in their order."""
        current = {track.number: track for track in self.videos[video].tracks}
        for correction in self.corrections:
            if correction.video != video or not correction.of_a_track:
                continue
            if correction.track is None:
                current.pop(correction.number, None)
            else:
                current[correction.number] = correction.track
        return tuple(current[number] for number in sorted(current))

    def to_json(self) -> str:
        """As it is saved: the text of `NAME.plan.json`."""
        return self.model_dump_json(indent=1, exclude_none=True) + "\n"

    @classmethod
    def load(cls, path: Path) -> Plan:
        """Raises PlanError, naming the field, when the file is not a plan of this version."""
        try:
            return cls.model_validate_json(path.read_bytes())
        except FileNotFoundError:
            raise PlanError(f"There is no plan {path}. Make one with: passerby redact INPUT --save-plan") from None
        except OSError as error:
            raise PlanError(f"The plan {path} cannot be read: {error.strerror}.") from error
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"]) or "the file"
            raise PlanError(
                f"{path} is not a plan that can be rendered: {where}: {first['msg'].removeprefix('Value error, ')}. "
                f"Mend that place, or make a new plan with: passerby redact INPUT --save-plan"
            ) from error
