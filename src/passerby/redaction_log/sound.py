"""What is withheld of the sound, and what is cut from picture and sound."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from passerby.config.settings import Audio, Settings
from passerby.documents.plan import Plan
from passerby.documents.plan_parts.spans import effective_audio
from passerby.documents.plan_parts.speech import applied_ranges, voices_left
from passerby.documents.redaction_log import DecidedBy, LogAction, LogEntry
from passerby.documents.trim import Trims
from passerby.redaction_log.decisions import Decision, Decisions

_ACTIONS = {"mute": LogAction.MUTED, "bleep": LogAction.BLEEPED, "room-tone": LogAction.ROOM_TONE}
#: A range concerns every channel of every track.
_ALL = "all"


@dataclass(frozen=True, slots=True)
class SoundFacts:
    """How many audio tracks the source has and how many the release, with which settings, until when the release goes
    on, and until when it has sound (seconds)."""

    settings: Settings
    source_tracks: int = 0
    written_tracks: int = 0
    end: float = 0.0
    sound_end: float = 0.0


def sound(plan: Plan, facts: SoundFacts, decisions: Decisions) -> Iterator[LogEntry]:
    """Sound that was removed, made unnatural, muted, bleeped or replaced, and voices that a person left in. Numbers
    are given later."""
    audio = facts.settings.audio
    gone = facts.source_tracks - facts.written_tracks
    if gone > 0:
        wanted = audio is Audio.REMOVE
        why = None if wanted else f"{gone} audio tracks: none of their packets can be decoded"
        by = DecidedBy.SETTINGS if wanted else DecidedBy.PROGRAM
        yield _entry(LogAction.SOUND_REMOVED, 0, facts.end, Decision(by, reason=why))
    if not facts.written_tracks:
        return
    if audio is Audio.UNNATURAL_VOICE:
        yield _entry(LogAction.VOICES_ALTERED, 0, facts.end, Decision(DecidedBy.SETTINGS))
    trims = Trims(plan.trim, plan.videos[0].time_base)
    applied = applied_ranges(plan.audio, facts.settings)
    for original, span in effective_audio(applied):
        for moved in trims.to_output_audio([span]):
            start, end = min(moved.start, facts.sound_end), min(moved.end, facts.sound_end)
            if end > start:
                yield _entry(_ACTIONS[span.action], start, end, decisions.of_audio(original), detected=span.origin)
    if audio is not Audio.REMOVE_VOICES:
        return
    for left in voices_left(plan.speech or (), applied):
        bounds = trims.to_output_range(*left)
        if bounds is not None and bounds[0] < facts.sound_end:
            end = min(bounds[1], facts.sound_end)
            yield _entry(LogAction.VOICES_KEPT, bounds[0], end, decisions.of_voices_kept(*left))


def cuts(plan: Plan, end_s: float, decisions: Decisions) -> Iterator[LogEntry]:
    """What was cut from picture and sound; `end_s` is the end of the source. Their numbers are given later."""
    base = plan.videos[0].time_base
    trims = Trims(plan.trim, base)
    done = 0.0
    for span in sorted(plan.trim, key=lambda span: span.start):
        whole = Trims([span], base).seconds  # as it is cut: in whole ticks
        start = max(done, whole[0][0]) if whole else 0.0
        end = min(end_s, whole[0][1]) if whole else 0.0
        if end <= start:
            continue
        done = end
        at = trims.to_output_seconds(start)
        yield _entry(LogAction.CUT, at, at, decisions.of_trim(span), removed=round(end - start, 3))


def _entry(
    action: LogAction,
    start: float,
    end: float,
    decision: Decision,
    removed: float | None = None,
    detected: str | None = None,
) -> LogEntry:
    return LogEntry(
        number=1,
        action=action,
        start=round(start, 3),
        end=round(end, 3),
        removed=removed,
        channels=None if action is LogAction.CUT else _ALL,
        detected=detected,
        reason=decision.reason,
        decided_by=decision.decided_by,
        by=decision.by,
        created=decision.created,
    )
