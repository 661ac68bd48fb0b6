"""The plan: everything that was detected in one file, and so everything that will be hidden in it.

A plan is saved as `NAME.plan.json`. A person or a program may edit it; `passerby redact --plan` renders it. The JSON
schema in docs/ref/plan.schema.json is generated from these classes, docs/ref/plan.md explains it.

Times are integers in the time base of the track, frames are ordinals from 0, positions are displayed pixels.
"""

from __future__ import annotations

import bisect
import hashlib
import json
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from itertools import groupby, pairwise
from pathlib import Path
from typing import Literal, Self

from pydantic import ConfigDict, Field, ValidationError, field_validator, model_validator

from passerby.config.polygon import MAX_COORDINATE, MIN_HULL_SHARE, fault_of, fits, hull_share, lerp_polygon
from passerby.config.rational import Rational
from passerby.config.settings import Settings
from passerby.core.box import Box, Point
from passerby.core.errors import PlanError
from passerby.core.kinds import Kind
from passerby.core.model import FrozenModel
from passerby.documents.kept import KeptSpan
from passerby.documents.plan_parts.journal import JournalEdit, journal_path, read_with_journal
from passerby.documents.plan_parts.made_from import Fingerprint, WeightsUsed
from passerby.documents.plan_parts.spans import AudioSpan, TrimSpan, VisibleSpan
from passerby.documents.plan_parts.speech import AudioMode, SpeechSpan, detected_ranges
from passerby.documents.renamed_fields import PLAN_FIELDS, PLAN_VALUES, explain_renamed


class Keyframe(FrozenModel):
    """Position of an object at one time. Between two keyframes it is interpolated linearly.

    `polygon` (3 points or more), if given, is what is painted; `box` is then its hull, to a pixel.
    `score` is that of the detector, or 0 where the position was propagated by motion only.
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
        if not (box.x1 <= box.x2 and box.y1 <= box.y2):
            raise ValueError("a box is left, top, right, bottom, in this order")
        if not all(abs(value) <= MAX_COORDINATE for value in box):
            raise ValueError("a box lies within a million pixels of the picture")
        return box

    @model_validator(mode="after")
    def _polygon_agrees(self) -> Self:
        if self.polygon is not None and not fits(self.polygon, self.box):
            fault = fault_of(self.polygon) or "box must be its hull, to a pixel"
            raise ValueError(f"the polygon at time {self.time} cannot be painted: {fault}")
        return self


class Track(FrozenModel):
    """One object, hidden from its first keyframe to its last, both included, except where a person made it `visible`.

    `number` is an ordinal within one file. It identifies nobody and means nothing in any other file.
    """

    number: int
    kind: Kind
    keyframes: tuple[Keyframe, ...] = Field(min_length=1)
    reason: str | None = None
    visible: tuple[VisibleSpan, ...] = Field(
        default=(), description="time ranges in which a person decided not to hide it"
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        times = [key.time for key in self.keyframes]
        if any(a >= b for a, b in pairwise(times)):
            raise ValueError(f"track {self.number}: keyframes must be in order of time, with no time twice")
        # A drawn region may have any shape; of an object, a sliver would be painted and all of it be called hidden.
        polygons = [key.polygon for key in self.keyframes if key.polygon and self.kind is not Kind.REGION]
        if any(hull_share(polygon) < MIN_HULL_SHARE for polygon in polygons):
            raise ValueError(
                f"track {self.number}: the polygon of a {self.kind} must fill at least {MIN_HULL_SHARE:.0%} of its box"
            )
        return self

    @property
    def start(self) -> int:
        return self.keyframes[0].time

    @property
    def end(self) -> int:
        return self.keyframes[-1].time

    def masked_at(self, time: int) -> Keyframe | None:
        """The mask at `time` (track time base), interpolated; None outside the track and where it is `visible`."""
        if any(span.start <= time <= span.end for span in self.visible):
            return None
        return self.interpolate(time)

    def interpolate(self, time: int) -> Keyframe | None:
        """The position at `time`, interpolated, whether hidden or not; None outside the track."""
        if not self.start <= time <= self.end:
            return None
        right = bisect.bisect_left(self.keyframes, time, key=lambda key: key.time)
        after = self.keyframes[right]
        if after.time == time:
            return after
        before = self.keyframes[right - 1]
        share = (time - before.time) / (after.time - before.time)
        box, polygon = before.box.lerp(after.box, share), None
        if before.polygon or after.polygon:
            polygon = lerp_polygon(before.polygon, after.polygon, share, box)
            box = before.box.hull(after.box) if polygon is None else box  # they do not match: cover both
        return Keyframe.model_construct(
            time=time, box=box, score=min(before.score, after.score), origin=before.origin, polygon=polygon
        )


class AnalysedRange(FrozenModel):
    """A range of analysed frames, first and last included, by ordinal and by presentation time."""

    first_frame: int = Field(ge=0)
    last_frame: int = Field(ge=0)
    first_time: int
    last_time: int

    @classmethod
    def from_flags(cls, times: Sequence[int], analysed: Sequence[bool]) -> tuple[AnalysedRange, ...]:
        """The ranges of analysed frames, from the times of all frames, in order, and whether each was analysed."""
        runs = [list(run) for is_analysed, run in groupby(range(len(times)), key=analysed.__getitem__) if is_analysed]
        return tuple(
            cls(first_frame=run[0], last_frame=run[-1], first_time=times[run[0]], last_time=times[run[-1]])
            for run in runs
        )


class VideoPlan(FrozenModel):
    """One video track of the source: `width` by `height` as displayed, and the objects in it.

    Frames outside `analysed` may show anything, whether they have tracks or not: they are covered whole.
    """

    stream: int = Field(ge=0)
    time_base: Rational
    width: int = Field(gt=0)
    height: int = Field(gt=0)
    frames: int = Field(ge=0)
    analysed: tuple[AnalysedRange, ...]
    cuts: tuple[int, ...] = ()
    tracks: tuple[Track, ...] = ()
    kept: tuple[KeptSpan, ...] = ()

    @model_validator(mode="after")
    def _numbered(self) -> Self:
        twice = [a for a, b in pairwise(sorted(track.number for track in self.tracks)) if a == b]
        if twice:
            raise ValueError(f"there is more than one track {twice[0]}: track numbers must be unique")
        return self

    def is_analysed(self, frame: int, time: int) -> bool:
        """Was this frame, at this time, analysed?"""
        return any(
            r.first_frame <= frame <= r.last_frame and r.first_time <= time <= r.last_time for r in self.analysed
        )


class Correction(FrozenModel):
    """A change made by a person. The analysis is never edited: corrections are appended, and the last one applies.

    `add` adds `track`; `remove` removes the track with that number; `replace` puts `track` in its place. `audio`,
    `trim` and `audio_mode` record what these fields were before and after; the plan itself holds the current value.
    Corrections with the same `group` were made in one step. An undo names the group that it `reverts`; a redo reverts
    the undo.
    """

    author: str
    created: str = Field(description="ISO 8601 with offset")
    video: int = Field(ge=0, description="index into `videos`")
    action: Literal["add", "remove", "replace", "audio", "trim", "audio_mode"]
    number: int = Field(default=0, description="of the track; 0 for audio, trim and audio_mode")
    track: Track | None = None
    reason: str | None = None
    group: int | None = Field(default=None, ge=1)
    reverts: int | None = Field(default=None, ge=1)
    audio_before: tuple[AudioSpan, ...] | None = None
    audio_after: tuple[AudioSpan, ...] | None = None
    trim_before: tuple[TrimSpan, ...] | None = None
    trim_after: tuple[TrimSpan, ...] | None = None
    mode_before: AudioMode | None = None
    mode_after: AudioMode | None = None

    @property
    def changes_track(self) -> bool:
        return self.action in ("add", "remove", "replace")

    @property
    def new_value(self) -> tuple[AudioSpan, ...] | tuple[TrimSpan, ...] | AudioMode | None:
        """What the field of the plan that `action` names holds after it, where it changes no track."""
        return {"audio": self.audio_after, "trim": self.trim_after, "audio_mode": self.mode_after}.get(self.action)

    @model_validator(mode="after")
    def _who_and_when(self) -> Self:
        if not self.author.strip():
            raise ValueError(f"correction {self.action}: author is required: who decided it")
        try:
            if datetime.fromisoformat(self.created).tzinfo is not None:
                return self
        except ValueError:
            pass
        raise ValueError(f"correction {self.action}: created must be a time with offset: 2026-03-01T10:30:00+00:00")

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if (self.audio_before is None or self.audio_after is None) == (self.action == "audio"):
            raise ValueError("correction audio: audio_before and audio_after are required, with action audio only")
        if (self.trim_before is None or self.trim_after is None) == (self.action == "trim"):
            raise ValueError("correction trim: trim_before and trim_after are required, with action trim only")
        if (self.mode_before or self.mode_after) and self.action != "audio_mode":
            raise ValueError("correction audio_mode: mode_before and mode_after go with action audio_mode only")
        if not self.changes_track:
            if self.track is not None:
                raise ValueError(f"correction {self.action}: it must not have a track")
            return self
        if (self.track is None) != (self.action == "remove"):
            raise ValueError(
                f"correction {self.action} of track {self.number}: track is required with add and replace only"
            )
        if self.track is not None and self.track.number != self.number:
            raise ValueError(
                f"correction {self.action} of track {self.number}: its track is number {self.track.number}"
            )
        return self


class Plan(FrozenModel):
    """Everything that was detected in one file, and everything that will be hidden in it."""

    schema_version: Literal[1] = 1
    program: str
    source: Fingerprint
    settings: Settings
    weights: tuple[WeightsUsed, ...]
    videos: tuple[VideoPlan, ...] = Field(min_length=1)
    trim: tuple[TrimSpan, ...] = ()
    speech: tuple[SpeechSpan, ...] | None = Field(default=None, description="None: it was not searched for")
    audio: tuple[AudioSpan, ...] = ()
    audio_mode: AudioMode | None = None
    analysis_sha256: str | None = Field(
        default=None,
        pattern="^[0-9a-f]{64}$",
        description="of what the program wrote: all but trim, audio, audio_mode, corrections",
    )
    corrections: tuple[Correction, ...] = ()

    @model_validator(mode="after")
    def _visible_by_correction(self) -> Self:
        """What is shown on purpose has somebody who decided it, and when; the analysis decides to hide everything."""
        for number, video in enumerate(self.videos):
            shown = next((track.number for track in video.tracks if track.visible), None)
            if shown is not None:
                raise ValueError(
                    f"track {shown} of video {number} is visible without a correction: leave it as detected, and "
                    "append a correction `replace` with author, created, and the track with `visible`"
                )
        return self

    @model_validator(mode="after")
    def _corrections_fit(self) -> Self:
        """A correction of a missing track would silently hide nothing, or remove the mask of another track."""
        numbers = [{track.number for track in video.tracks} for video in self.videos]
        for correction in self.corrections:
            label = f"correction {correction.action} of track {correction.number}"
            if correction.video >= len(numbers):
                raise ValueError(f"{label}: there is no video {correction.video}; videos are counted from 0")
            if not correction.changes_track:
                continue
            current = numbers[correction.video]
            if (correction.number in current) is (correction.action == "add"):
                raise ValueError(
                    f"{label}: {'it already exists' if correction.action == 'add' else 'it does not exist'}"
                )
            if correction.track is None:
                current.remove(correction.number)
            else:
                current.add(correction.number)
        return self

    def tracks(self, video: int) -> tuple[Track, ...]:
        """The tracks to hide in one video track, with corrections applied in order."""
        current = {track.number: track for track in self.videos[video].tracks}
        for correction in self.corrections:
            if correction.video != video or not correction.changes_track:
                continue
            if correction.track is None:
                current.pop(correction.number, None)
            else:
                current[correction.number] = correction.track
        return tuple(current[number] for number in sorted(current))

    def sealed(self) -> Plan:
        """The same plan, with the hash of its analysis. Only what makes an analysis may seal it."""
        return self.model_copy(update={"analysis_sha256": self._analysis_hash()})

    @property
    def edited_by_hand(self) -> bool:
        """Was it changed without a correction, or can that not be told? It is no protection against forgery: whoever
        can write the file can also write the hash."""
        changed = [c for c in self.corrections if not c.changes_track]
        after: dict[str, object] = {c.action: c.new_value or () for c in changed}
        detected = set(detected_ranges(self.speech or (), self.settings.voice_fill))
        return (
            self.analysis_sha256 != self._analysis_hash()
            or after.get("audio", self.audio) != self.audio
            or ("audio" not in after and not detected <= set(self.audio))
            or after.get("trim", self.trim) != self.trim
            or after.get("audio_mode", ()) != (self.audio_mode or ())
        )

    @property
    def run_settings(self) -> Settings:
        """The settings that it was made with, and what a person chose for the sound since."""
        mode = self.audio_mode
        return self.settings if mode is None else self.settings.model_copy(update=dict(mode))

    def _analysis_hash(self) -> str:
        analysis = {"program", "source", "settings", "weights", "videos", "speech"}
        # Once through JSON: numbers are hashed as they are read back. Defaults are left out: later versions add fields.
        written = Plan.model_validate_json(self.model_dump_json(exclude={"corrections", "analysis_sha256"}))
        return hashlib.sha256(written.model_dump_json(include=analysis, exclude_defaults=True).encode()).hexdigest()

    def to_json(self) -> str:
        """As it is saved: the text of `NAME.plan.json`."""
        return self.model_dump_json(indent=1, exclude_none=True) + "\n"

    @classmethod
    def load(cls, path: Path) -> Plan:
        """The plan with the corrections in its journal. Raises PlanError, naming the field, when the file is not a plan
        of this version."""
        try:
            content, edits = read_with_journal(path)
            return cls.parse(content, path)._with_edits(edits, path)
        except FileNotFoundError:
            raise PlanError(f"There is no plan {path}. Make one with: passerby redact INPUT --save-plan") from None
        except OSError as error:
            raise PlanError(f"The plan {path} cannot be read: {error.strerror}.") from error

    def _with_edits(self, edits: Sequence[JournalEdit], path: Path) -> Plan:
        """The same plan with what its journal says. Raises PlanError when that does not fit."""
        if not edits:
            return self
        fields = {name: getattr(self, name) for name in Plan.model_fields}
        corrections = list(self.corrections)
        try:
            for edit in edits:
                if edit.replaces:
                    corrections.pop()
                made = Correction.model_validate(edit.correction)
                corrections.append(made)
                if not made.changes_track:
                    fields[made.action] = made.new_value
            return Plan(**fields | {"corrections": tuple(corrections)})
        except (ValidationError, IndexError) as error:
            raise PlanError(
                f"{journal_path(path)} does not fit its plan: {error}. Delete it to go on without its corrections."
            ) from error

    @classmethod
    def parse(cls, content: bytes, path: Path) -> Plan:
        """The content of a plan file; `path` is named in the PlanError."""
        try:
            return cls.model_validate_json(content)
        except ValidationError as error:
            raise PlanError(
                f"{path} is not a valid plan: {_reason(content, error)}. "
                f"Correct it there, or make a new plan with: passerby redact INPUT --save-plan"
            ) from error


def _reason(content: bytes, error: ValidationError) -> str:
    """The field that is not valid, and why; for a field or value that was renamed, its new name."""
    with suppress(ValueError):
        renamed = explain_renamed(json.loads(content), PLAN_FIELDS, PLAN_VALUES)
        if renamed is not None:
            return renamed
    first = error.errors()[0]
    location = ".".join(str(part) for part in first["loc"]) or "the file"
    return f"{location}: {first['msg'].removeprefix('Value error, ')}"
