"""Who decided what of a plan, when and why, from its corrections.

The last correction of a track is not always the one that decided: a box may be moved after somebody was kept visible,
and an undo restores what the program had detected. So each question has its own answer here.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field

from passerby.core.kinds import Kind
from passerby.documents.plan import Correction, Plan, Track
from passerby.documents.plan_parts.spans import AudioSpan, TrimSpan, VisibleSpan
from passerby.documents.redaction_log import DecidedBy


@dataclass(frozen=True, slots=True)
class Decision:
    """Who decided it, when (ISO 8601), and why."""

    decided_by: DecidedBy
    by: str | None = None
    created: str | None = None
    reason: str | None = None


@dataclass(slots=True)
class _TrackHistory:
    """The last correction that made a track what it is: `changed` all of it but where it is visible, `moved` its
    positions; None where they are those that were detected."""

    changed: Correction | None = None
    moved: Correction | None = None


@dataclass(slots=True)
class Decisions:
    """The decisions of one plan."""

    plan: Plan
    _tracks: dict[tuple[int, int], _TrackHistory] = field(default_factory=dict)
    #: Since which correction each span is there.
    _spans: dict[Hashable, Correction] = field(default_factory=dict)

    def __post_init__(self) -> None:
        detected = {(n, track.number): track for n, video in enumerate(self.plan.videos) for track in video.tracks}
        present: dict[tuple[int, int], Track] = dict(detected)
        for made in self.plan.corrections:
            if not made.changes_track:
                self._follow_spans(made.action, made.audio_before or made.trim_before or (), made)
                continue
            key = made.video, made.number
            before, after = present.get(key), made.track
            history = self._tracks.setdefault(key, _TrackHistory())
            history.changed = _last(history.changed, made, _told(before), _told(after), _told(detected.get(key)))
            moved = _positions(before), _positions(after), _positions(detected.get(key))
            history.moved = _last(history.moved, made, *moved)
            self._follow_visible(key, before, after, made)
            if after is None:
                present.pop(key, None)
            else:
                present[key] = after

    def of_mask(self, video: int, track: Track) -> Decision:
        """Who decided that a track is hidden."""
        history = self._tracks.get((video, track.number))
        made = history.changed if history is not None else None
        if made is None:
            by = DecidedBy.SETTINGS if track.kind is Kind.REGION else DecidedBy.PROGRAM
            return Decision(DecidedBy.UNKNOWN if self.plan.edited_by_hand else by, reason=track.reason)
        # The reason of a correction that keeps somebody visible is no reason for hiding the rest.
        other = made.reason if made.track is not None and not made.track.visible else None
        return _by(made, track.reason or other)

    def of_visible(self, video: int, number: int, span: VisibleSpan) -> Decision:
        """Who decided that a track is not hidden in a span."""
        return self._of_span((video, number, span), span)

    def of_removal(self, video: int, number: int) -> Decision:
        """Who removed a track, or moved its positions away from what was detected."""
        history = self._tracks.get((video, number))
        if history is None or history.moved is None:
            return Decision(DecidedBy.UNKNOWN)
        return _by(history.moved, history.moved.reason)

    def of_audio(self, span: AudioSpan) -> Decision:
        """Who decided that a range is removed. A person who changes a detected range draws another; a reason can be
        given to one that stays as it was detected: as of a track, the decision is then whose reason it is."""
        if span.origin is not None and not span.reason:
            return Decision(DecidedBy.UNKNOWN if self.plan.edited_by_hand else DecidedBy.PROGRAM)
        return self._of_span(_key("audio", span), span)

    def of_voices_kept(self, start: float, end: float) -> Decision:
        """Who took out the range that would have removed this speech: the last who had one there and then had none."""
        for made in reversed(self.plan.corrections):
            before = [span for span in made.audio_before or () if span.start < end and span.end > start]
            after = [span for span in made.audio_after or () if span.start < end and span.end > start]
            if made.action == "audio" and before and before != after:
                return _by(made, made.reason)
        return Decision(DecidedBy.UNKNOWN)

    def of_trim(self, span: TrimSpan) -> Decision:
        return self._of_span(_key("trim", span), span)

    def _of_span(self, key: Hashable, span: VisibleSpan | AudioSpan | TrimSpan) -> Decision:
        made = self._spans.get(key)
        by = span.by or (made.author if made else None)
        reason = span.reason or (made.reason if made else None)
        decided_by = DecidedBy.PERSON if by else DecidedBy.UNKNOWN
        return Decision(decided_by, by, made.created if made else None, reason)

    def _follow_spans(self, name: str, before: Iterable[AudioSpan | TrimSpan], made: Correction) -> None:
        earlier = set(before)
        for span in made.audio_after or made.trim_after or ():
            if span not in earlier:
                self._spans[_key(name, span)] = made

    def _follow_visible(
        self, key: tuple[int, int], before: Track | None, after: Track | None, made: Correction
    ) -> None:
        earlier = set(before.visible) if before is not None else set()
        for span in after.visible if after is not None else ():
            if span not in earlier:
                self._spans[(*key, span)] = made


def _key(name: str, span: AudioSpan | TrimSpan) -> Hashable:
    """The fill of a detected range follows the settings of the run: it is the same range with any."""
    if isinstance(span, AudioSpan) and span.origin is not None:
        return name, span.model_copy(update={"action": "mute"})
    return name, span


def _last(
    last: Correction | None, made: Correction, before: object, after: object, detected: object
) -> Correction | None:
    if before == after:
        return last
    return None if after is not None and after == detected else made


def _told(track: Track | None) -> object:
    return None if track is None else (track.kind, track.keyframes, track.reason)


def _positions(track: Track | None) -> object:
    return None if track is None else track.keyframes


def _by(made: Correction, reason: str | None) -> Decision:
    return Decision(DecidedBy.PERSON, made.author, made.created, reason)
