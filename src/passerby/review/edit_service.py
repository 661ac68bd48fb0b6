"""Carries out the commands of the editor: from a command to the changed tracks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import singledispatchmethod
from typing import TypeVar

from passerby.config.polygon import fault_of, hull_of, is_box
from passerby.config.settings import Audio
from passerby.core.box import Box, Point
from passerby.core.kinds import Kind
from passerby.documents.plan import Track
from passerby.documents.plan_parts.spans import AudioSpan, TrimSpan
from passerby.documents.plan_parts.speech import AudioMode
from passerby.review import commands
from passerby.review.answers import EditResponse
from passerby.review.commands import to_box
from passerby.review.errors import ReviewError
from passerby.review.history import Change
from passerby.review.open_file import OpenFile
from passerby.review.propagation_job import PropagationJob, PropagationRequest
from passerby.review.track_edits import (
    drawn_keyframe,
    ending_at,
    fit_region,
    frame_at,
    is_manual,
    merge,
    split_at,
    starting_at,
    with_box,
)
from passerby.review.visible_spans import hide_again, hide_all, keep_visible, show_certain, with_visible_reason

Span = TypeVar("Span", AudioSpan, TrimSpan)


@dataclass(frozen=True, slots=True)
class EditOutcome:
    """What a command changes. `selected` is the number of the track to select; `propagation` is to start afterwards."""

    changes: tuple[Change, ...]
    selected: int | None = None
    propagation: PropagationRequest | None = None


class EditService:
    """Edits of one file."""

    def __init__(self, file: OpenFile, propagation: PropagationJob) -> None:
        self._file, self._propagation = file, propagation

    def apply(self, command: commands.Edit) -> EditResponse:
        """Carry out a command, save the plan, and start to propagate if requested. Raises ReviewError."""
        self._stop_propagation_of(command)
        with self._file.lock:
            outcome = self.outcome_of(command)
            group, keys = self._file.edit(outcome.changes)
        if outcome.propagation is not None:
            self._propagation.start(outcome.propagation, group)
        return EditResponse.of(self._file.history, keys, outcome.selected)

    def undo(self) -> EditResponse:
        self._propagation.stop()
        return EditResponse.of(self._file.history, self._file.undo())

    def redo(self) -> EditResponse:
        self._propagation.stop()
        return EditResponse.of(self._file.history, self._file.redo())

    def _stop_propagation_of(self, command: commands.Edit) -> None:
        """A track must not be changed while it is being propagated."""
        tracks = {getattr(command, "track", None), getattr(command, "other", None), *getattr(command, "tracks", ())}
        if isinstance(command, commands.EverybodyBut) and self._propagation.job.running:
            self._propagation.stop()  # it may be about any of the others
        if self._propagation.job.running and (self._propagation.track or (0, 0))[1] in tracks:
            self._propagation.stop()

    @singledispatchmethod
    def outcome_of(self, command: commands.Edit) -> EditOutcome:
        """What a command would change. Raises ReviewError."""
        raise TypeError(f"no such command: {command}")

    @outcome_of.register
    def _draw_box(self, command: commands.DrawBox) -> EditOutcome:
        time = self._time(command.video, command.frame)
        number = self._file.history.next_number()
        keys = (drawn_keyframe(time, self._clipped(command.video, to_box(command.box))),)
        track = Track(number=number, kind=command.kind, keyframes=keys, reason=command.reason or None)
        propagation = PropagationRequest(command.video, number, command.frame) if command.propagate else None
        return EditOutcome((Change(command.video, number, track, command.reason or None),), number, propagation)

    @outcome_of.register
    def _move_box(self, command: commands.MoveBox) -> EditOutcome:
        track, time = self._track_at(command)
        box = self._clipped(command.video, to_box(command.box))
        if track.kind is Kind.REGION:  # it is fixed: there is nothing to propagate
            return EditOutcome((Change(command.video, command.track, fit_region(track, time, box)),), command.track)
        moved = with_box(track, time, box, self._file.times(command.video))
        propagation = (
            PropagationRequest(command.video, command.track, command.frame, backward=is_manual(track))
            if command.propagate
            else None
        )
        return EditOutcome((Change(command.video, command.track, moved),), command.track, propagation)

    @outcome_of.register
    def _delete_track(self, command: commands.DeleteTrack) -> EditOutcome:
        self._track(command.video, command.track)
        return EditOutcome((Change(command.video, command.track, None, command.reason or None),))

    @outcome_of.register
    def _split_track(self, command: commands.SplitTrack) -> EditOutcome:
        track, time = self._track_at(command)
        number = self._file.history.next_number()
        first, second = split_at(track, time, self._file.times(command.video), number)
        return EditOutcome((Change(command.video, command.track, first), Change(command.video, number, second)), number)

    @outcome_of.register
    def _merge_tracks(self, command: commands.MergeTracks) -> EditOutcome:
        if command.track == command.other:
            raise ReviewError("merge_with_itself")
        track, other = self._track(command.video, command.track), self._track(command.video, command.other)
        merged = merge(track, other, self._file.times(command.video))
        return EditOutcome(
            (Change(command.video, command.other, None), Change(command.video, command.track, merged)), command.track
        )

    @outcome_of.register
    def _extend_track(self, command: commands.ExtendTrack) -> EditOutcome:
        time, track = self._time(command.video, command.frame), self._track(command.video, command.track)
        times = self._file.times(command.video)
        if track.start <= time <= track.end:
            raise ReviewError("track_already_there")
        later = time > track.end
        end = frame_at(times, track.end if later else track.start)
        if track.interpolate(times[end]) is None:  # the end of the track lies between two frames
            raise ReviewError("track_end_between_frames")
        propagation = PropagationRequest(
            command.video, command.track, end, forward=later, backward=not later, until=command.frame
        )
        return EditOutcome((Change(command.video, command.track, track),), command.track, propagation)

    @outcome_of.register
    def _set_track_end(self, command: commands.SetTrackEnd) -> EditOutcome:
        track, time = self._track_at(command)
        changed = starting_at(track, time) if command.side == "start" else ending_at(track, time)
        return EditOutcome((Change(command.video, command.track, changed),), command.track)

    @outcome_of.register
    def _set_kind(self, command: commands.SetKind) -> EditOutcome:
        track = self._track(command.video, command.track)
        changed = track.model_copy(update={"kind": command.kind})
        return EditOutcome((Change(command.video, command.track, changed),), command.track)

    @outcome_of.register
    def _set_reason(self, command: commands.SetReason) -> EditOutcome:
        track = self._track(command.video, command.track)
        reason = command.reason or None
        time = None if command.frame is None else self._time(command.video, command.frame)
        if time is not None and any(span.start <= time <= span.end for span in track.visible):
            changed = with_visible_reason(track, time, reason, self._file.reviewer)
        else:
            changed = track.model_copy(update={"reason": reason})
        return EditOutcome((Change(command.video, command.track, changed, command.reason or None),), command.track)

    @outcome_of.register
    def _keep_visible(self, command: commands.KeepVisible) -> EditOutcome:
        track, _ = self._track_at(command)
        others, times = self._file.history.tracks(command.video), self._file.times(command.video)
        reason, by = command.reason or None, self._file.reviewer
        changed = keep_visible(track, others, times, command.frame, command.confirmed, reason, by)
        return EditOutcome((Change(command.video, command.track, changed, command.reason or None),), command.track)

    @outcome_of.register
    def _hide_again(self, command: commands.HideAgain) -> EditOutcome:
        track, time = self._track_at(command)
        return EditOutcome((Change(command.video, command.track, hide_again(track, time)),), command.track)

    @outcome_of.register
    def _edit_many(self, command: commands.EditMany) -> EditOutcome:
        tracks = [self._track(command.video, number) for number in dict.fromkeys(command.tracks)]
        reason = command.reason or None
        changed = [(track, self._changed(command, track)) for track in tracks]
        return EditOutcome(
            tuple(Change(command.video, track.number, after, reason) for track, after in changed if after != track)
        )

    def _changed(self, command: commands.EditMany, track: Track) -> Track | None:
        """The track after a command on many; None to remove it."""
        match command.action:
            case "remove":
                return None
            case "hide":
                return hide_all(track)
            case "reason":
                return track.model_copy(update={"reason": command.reason or None})
            case "kind":
                # What a person has drawn as an area stays one: it has no kind that is searched for.
                fixed = command.kind is None or track.kind is Kind.REGION
                return track if fixed else track.model_copy(update={"kind": command.kind})
            case "show":
                selected = set(command.tracks)
                others = [one for one in self._file.history.tracks(command.video) if one.number not in selected]
                times, by = self._file.times(command.video), self._file.reviewer
                return show_certain(track, others, times, command.reason or None, by)

    @outcome_of.register
    def _everybody_but(self, command: commands.EverybodyBut) -> EditOutcome:
        track, _ = self._track_at(command)
        others = self._file.history.tracks(command.video)
        reason, by, times = command.reason or None, self._file.reviewer, self._file.times(command.video)
        shown = keep_visible(track, others, times, command.frame, False, reason, by)
        hidden = (
            Change(command.video, other.number, hide_all(other), reason)
            for other in others
            if other.number != track.number and other.visible
        )
        return EditOutcome((Change(command.video, track.number, shown, reason), *hidden), track.number)

    @outcome_of.register
    def _add_region(self, command: commands.AddRegion) -> EditOutcome:
        return self._region(command.video, command.first, command.last, command.polygon, command.reason)

    @outcome_of.register
    def _cover_frames(self, command: commands.CoverFrames) -> EditOutcome:
        self._time(command.video, command.first)
        video = self._file.history.plan.videos[command.video]
        w, h = float(video.width), float(video.height)
        whole = ((0.0, 0.0), (w, 0.0), (w, h), (0.0, h))
        return self._region(command.video, command.first, command.last, whole, command.reason)

    @outcome_of.register
    def _set_audio_spans(self, command: commands.SetAudioSpans) -> EditOutcome:
        _check_order(command.spans)
        present = {_without_author(span): span for span in self._file.history.audio}
        made = _merged(tuple(present), command.seen and _audio_spans(command.seen), _audio_spans(command.spans))
        # A detected range that a person moves is a range that the person drew; one that gets a reason stays detected,
        # and the reason is the person's.
        detected = {span.model_copy(update={"reason": None}) for span in present if span.origin is not None}
        drawn = {"origin": None, "score": None}

        def is_known(span: AudioSpan) -> bool:
            return span in present or span.model_copy(update={"reason": None}) in detected

        def changed(span: AudioSpan) -> AudioSpan:
            if not is_known(span):
                return self._decided(span.model_copy(update=drawn))
            return self._decided(span) if span.reason else span

        spans = tuple(present.get(span) or changed(span) for span in made)
        changes = [Change(audio=spans)]
        if self._file.history.mode.audio is Audio.REMOVE and not all(map(is_known, made)):
            # Who mutes a part wants to hear the rest.
            changes.append(Change(mode=AudioMode(audio=Audio.KEEP)))
        return EditOutcome(tuple(changes))

    @outcome_of.register
    def _set_audio_mode(self, command: commands.SetAudioMode) -> EditOutcome:
        if command.audio is Audio.REMOVE_VOICES and self._file.history.plan.speech is None:
            raise ReviewError("no_speech_search")
        return EditOutcome((Change(mode=AudioMode(audio=command.audio, voice_fill=command.voice_fill)),))

    @outcome_of.register
    def _set_trim_spans(self, command: commands.SetTrimSpans) -> EditOutcome:
        _check_order(command.spans)
        present = {_without_author(span): span for span in self._file.history.trim}
        made = _merged(tuple(present), command.seen and _trim_spans(command.seen), _trim_spans(command.spans))
        return EditOutcome((Change(trim=tuple(present.get(span) or self._decided(span) for span in made)),))

    def _decided(self, span: Span) -> Span:
        return span.model_copy(update={"by": self._file.reviewer})

    def _region(self, video: int, first: int, last: int, polygon: tuple[Point, ...], reason: str | None) -> EditOutcome:
        start, end = self._time(video, first), self._time(video, last)
        if end < start:
            raise ReviewError("invalid_span")
        hull, rectangle = hull_of(polygon), is_box(polygon)
        if hull.area <= 0 or (not rectangle and fault_of(polygon) is not None):
            raise ReviewError("invalid_polygon")
        number = self._file.history.next_number()
        keys = tuple(drawn_keyframe(time, hull, None if rectangle else polygon) for time in sorted({start, end}))
        track = Track(number=number, kind=Kind.REGION, keyframes=keys, reason=reason or None)
        return EditOutcome((Change(video, number, track, reason or None),), number)

    def _time(self, video: int, frame: int) -> int:
        if video >= len(self._file.history.plan.videos):
            raise ReviewError("no_video")
        times = self._file.times(video)
        if frame >= len(times):
            raise ReviewError("no_frame")
        return times[frame]

    def _track(self, video: int, number: int) -> Track:
        self._time(video, 0)
        track = self._file.history.track(video, number)
        if track is None:
            raise ReviewError("no_track", number=number)
        return track

    def _track_at(
        self,
        command: commands.MoveBox
        | commands.SplitTrack
        | commands.SetTrackEnd
        | commands.KeepVisible
        | commands.HideAgain
        | commands.EverybodyBut,
    ) -> tuple[Track, int]:
        """The track of a command, and the time of its frame."""
        time, track = self._time(command.video, command.frame), self._track(command.video, command.track)
        if track.interpolate(time) is None:
            raise ReviewError("track_not_in_frame")
        return track, time

    def _clipped(self, video: int, box: Box) -> Box:
        plan = self._file.history.plan.videos[video]
        clipped = box.clip(plan.width, plan.height)
        if clipped.shorter_side < 1:
            raise ReviewError("box_outside_picture")
        return clipped


def _without_author(span: Span) -> Span:
    return span.model_copy(update={"by": None})


def _audio_spans(spans: Iterable[commands.AudioSpanInput]) -> tuple[AudioSpan, ...]:
    return tuple(
        AudioSpan(start=s.start, end=s.end, action=s.action, reason=s.reason or None, origin=s.origin, score=s.score)
        for s in spans
    )


def _trim_spans(spans: Iterable[commands.TrimSpanInput]) -> tuple[TrimSpan, ...]:
    return tuple(TrimSpan(start=s.start, end=s.end, reason=s.reason or None) for s in spans)


def _merged(present: tuple[Span, ...], seen: tuple[Span, ...] | None, made: tuple[Span, ...]) -> tuple[Span, ...]:
    """The ranges that are `present` with what somebody changed who had `seen` others and sends `made`; all without
    authors. The order is kept, since the last of overlapping ranges applies: a changed range stays where it was, and a
    new one comes last. Raises ReviewError when a range that is changed or removed has been changed meanwhile."""
    if seen is None or seen == present:
        return made
    if any(span not in present for span in seen if span not in made):
        raise ReviewError("ranges_changed")
    sent: dict[Span, list[Span]] = {span: [] for span in seen}  # in place of each that was seen
    merged: list[Span] = []
    last: list[Span] = []
    for tag, i, i_end, j, j_end in SequenceMatcher(None, seen, made, autojunk=False).get_opcodes():
        if tag == "equal":
            for span in seen[i:i_end]:
                sent[span].append(span)
        elif j_end > j:
            following = next((span for span in seen[i:] if span in present), None)
            (last if following is None else sent[following]).extend(made[j:j_end])
    for span in present:
        merged += sent.get(span, [span] if span not in made else [])
    return tuple(span for span in merged + last if span in present or span not in seen)


def _check_order(spans: tuple[commands.AudioSpanInput, ...] | tuple[commands.TrimSpanInput, ...]) -> None:
    if any(span.end <= span.start for span in spans):
        raise ReviewError("invalid_span")
