"""The corrections of one plan: applied as they are made, with undo and redo without limit.

Nothing is ever removed from a plan. Undo appends corrections that restore the state before a group of changes, and
names the group that they revert; so undo and redo survive a restart, and the plan holds its whole history.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from passerby.documents.plan import Correction, Plan, Track
from passerby.documents.plan_parts.journal import edits_line
from passerby.documents.plan_parts.spans import AudioSpan, TrimSpan
from passerby.documents.plan_parts.speech import AudioMode
from passerby.documents.plan_text import analysis_part, edited_part

#: What a change is about: a video and a track's number, or ("audio",), ("trim",) and ("audio_mode",).
Key = tuple[int, int] | tuple[str]
_AUDIO, _TRIM, _MODE = ("audio",), ("trim",), ("audio_mode",)


@dataclass(frozen=True, slots=True)
class Change:
    """New state of a track, of the muted or removed spans, or of what happens to the sound. `track` None removes the
    track with that number."""

    video: int = 0
    number: int = 0
    track: Track | None = None
    reason: str | None = None
    audio: tuple[AudioSpan, ...] | None = None
    trim: tuple[TrimSpan, ...] | None = None
    mode: AudioMode | None = None

    @property
    def key(self) -> Key:
        if self.audio is not None:
            return _AUDIO
        if self.mode is not None:
            return _MODE
        return _TRIM if self.trim is not None else (self.video, self.number)


@dataclass(slots=True)
class EditGroup:
    """Changes made in one step. `before` is the state of everything they touched, before the first of them."""

    number: int
    reverts: int | None = None
    before: dict[Key, Change] = field(default_factory=dict)


class History:
    """A plan with its corrections. Not thread safe."""

    def __init__(self, plan: Plan, author: str, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._plan = plan.model_copy(update={"corrections": ()})
        self._author, self._now = author, now
        self._corrections: list[Correction] = []
        self._correction_lines: list[str] = []
        self._tracks = [{track.number: track for track in video.tracks} for video in plan.videos]
        self._groups: dict[int, EditGroup] = {}
        self._done: list[int] = []
        self._undone: list[int] = []
        self._reasons: dict[Key, str | None] = {}
        self._highest = max((track.number for tracks in self._tracks for track in tracks.values()), default=0)
        self._head: bytes | None = None
        #: JSON of corrections that the disk has not yet, and whether each takes the place of the one before.
        self._unsaved: list[tuple[str, bool]] = []
        #: Corrections that a later one of the same group has replaced, and what the last correction continued.
        self._superseded = 0
        self._continued: tuple[int, Key] | None = None
        # The plan holds the present spans; those before the first correction are in that correction.
        self._update_plan(
            audio=next((c.audio_before for c in plan.corrections if c.audio_before is not None), plan.audio),
            trim=next((c.trim_before for c in plan.corrections if c.trim_before is not None), plan.trim),
            audio_mode=next((c.mode_before for c in plan.corrections if c.mode_before is not None), plan.audio_mode),
        )
        for correction in plan.corrections:
            self._record(correction)
        self._update_plan(audio=plan.audio, trim=plan.trim, audio_mode=plan.audio_mode)

    @property
    def plan(self) -> Plan:
        """The plan with all corrections, as it is to be saved and rendered."""
        return self._plan.model_copy(update={"corrections": tuple(self._corrections)})

    def tracks(self, video: int) -> list[Track]:
        """The present tracks of one video track, in order of number."""
        return [self._tracks[video][number] for number in sorted(self._tracks[video])]

    def track(self, video: int, number: int) -> Track | None:
        return self._tracks[video].get(number)

    @property
    def audio(self) -> tuple[AudioSpan, ...]:
        return self._plan.audio

    @property
    def trim(self) -> tuple[TrimSpan, ...]:
        return self._plan.trim

    @property
    def mode(self) -> AudioMode:
        """What happens to the sound: as somebody chose, else as in the settings of the plan."""
        settings = self._plan.run_settings
        return AudioMode(audio=settings.audio, voice_fill=settings.voice_fill)

    @property
    def revision(self) -> int:
        """Number of corrections that were made. It never decreases."""
        return len(self._corrections) + self._superseded

    @property
    def can_undo(self) -> bool:
        return bool(self._done)

    @property
    def can_redo(self) -> bool:
        return bool(self._undone)

    def next_number(self) -> int:
        """A number that no track of this file has or had."""
        return self._highest + 1

    def apply(self, changes: Iterable[Change], group: int | None = None) -> int:
        """Append changes as a new group, or to an earlier `group`. The number of the group. A change that changes
        nothing is not appended. What is appended to an earlier group takes the place of what was appended to it
        before: a box that is followed for a minute would else be in the plan sixty times."""
        number = group if group is not None else max(self._groups, default=0) + 1
        for change in changes:
            if self._is_current(change):
                continue
            if (
                group is not None
                and self._continued == (group, change.key)
                and self._corrections[-1].action == "replace"
            ):
                self._corrections.pop()
                self._correction_lines.pop()
                self._superseded += 1
                self._append(change, number, None, replaces=True)
            else:
                self._append(change, number, None)
            self._continued = None if group is None else (group, change.key)
        return number

    def undo(self) -> list[Key]:
        """Revert the last group that is in effect. The keys of what changed; empty if there is nothing to undo."""
        return self._revert(self._done[-1]) if self._done else []

    def redo(self) -> list[Key]:
        """Apply again the group that was reverted last."""
        return self._revert(self._undone[-1]) if self._undone else []

    def to_json(self) -> str:
        """The text of NAME.plan.json."""
        return b"".join(self.saved_parts()).decode()

    def saved_parts(self) -> tuple[bytes, bytes]:
        """The same in two parts: the analysis, which is serialised once, since that of an hour has megabytes, and what
        edits change."""
        if self._head is None:
            self._head = analysis_part(self._plan)
        return self._head, edited_part(self._plan, self._correction_lines)

    def unsaved(self) -> bytes:
        """What was changed since `saved` was called last, as a line of the journal; empty where that is nothing."""
        return edits_line(self._unsaved) if self._unsaved else b""

    def saved(self) -> None:
        """All changes are on the disk."""
        self._unsaved.clear()

    def _revert(self, number: int) -> list[Key]:
        group = self._groups[number]
        reverting = max(self._groups) + 1
        self._continued = None
        for change in reversed(list(group.before.values())):
            self._append(change, reverting, number)
        if reverting not in self._groups:  # it had no effect: it still counts as reverted
            self._register(EditGroup(reverting, number))
        return list(group.before)

    def _append(self, change: Change, group: int, reverts: int | None, *, replaces: bool = False) -> None:
        common = {
            "author": self._author,
            "created": self._now().isoformat(timespec="seconds"),
            "reason": change.reason,
            "group": group,
            "reverts": reverts,
        }
        if change.audio is not None:
            correction = Correction(
                video=0, action="audio", audio_before=self.audio, audio_after=change.audio, **common
            )
        elif change.trim is not None:
            correction = Correction(video=0, action="trim", trim_before=self.trim, trim_after=change.trim, **common)
        elif change.mode is not None:
            correction = Correction(
                video=0, action="audio_mode", mode_before=self.mode, mode_after=change.mode, **common
            )
        else:
            exists = change.number in self._tracks[change.video]
            if change.track is None and not exists:
                return
            action = "remove" if change.track is None else "replace" if exists else "add"
            correction = Correction(
                video=change.video, action=action, number=change.number, track=change.track, **common
            )
        self._record(correction)
        self._unsaved.append((self._correction_lines[-1], replaces))

    def _record(self, correction: Correction) -> None:
        before = self._current(_key(correction))
        self._reasons[_key(correction)] = correction.reason
        self._corrections.append(correction)
        self._correction_lines.append(correction.model_dump_json(exclude_none=True))
        if correction.action == "audio":
            self._update_plan(audio=correction.audio_after or ())
        elif correction.action == "trim":
            self._update_plan(trim=correction.trim_after or ())
        elif correction.action == "audio_mode":
            self._update_plan(audio_mode=correction.mode_after)
        elif correction.track is None:
            self._tracks[correction.video].pop(correction.number, None)
        else:
            self._tracks[correction.video][correction.number] = correction.track
            self._highest = max(self._highest, correction.number)
        if correction.group is None:
            return  # made by hand or by another program: it cannot be undone here
        group = self._groups.get(correction.group)
        if group is None:
            group = EditGroup(correction.group, correction.reverts)
            self._register(group)
        group.before.setdefault(_key(correction), before)

    def _register(self, group: EditGroup) -> None:
        self._groups[group.number] = group
        if group.reverts is None:
            self._done.append(group.number)
            self._undone.clear()
        elif self._done and self._done[-1] == group.reverts:
            self._done.pop()
            self._undone.append(group.number)
        elif self._undone and self._undone[-1] == group.reverts:
            self._undone.pop()
            self._done.append(group.number)

    def _current(self, key: Key) -> Change:
        """With the reason that was given for it: undo and redo give it again."""
        reason = self._reasons.get(key)
        if key == _AUDIO:
            return Change(audio=self.audio, reason=reason)
        if key == _TRIM:
            return Change(trim=self.trim, reason=reason)
        if key == _MODE:
            return Change(mode=self.mode, reason=reason)
        video, number = int(key[0]), int(key[1])  # type: ignore[misc]  # the other keys are of a track
        return Change(video, number, self._tracks[video].get(number), reason)

    def _is_current(self, change: Change) -> bool:
        current = self._current(change.key)
        return (current.track, current.audio, current.trim, current.mode) == (
            change.track, change.audio, change.trim, change.mode,
        )  # fmt: skip

    def _update_plan(self, **fields: object) -> None:
        """`fields` are among those that edits change: the serialised analysis stays."""
        self._plan = self._plan.model_copy(update=fields)


def _key(correction: Correction) -> Key:
    return (correction.video, correction.number) if correction.changes_track else (correction.action,)
