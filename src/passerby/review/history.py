"""The corrections of one plan: applied as they happen, taken back and done again without limit.

Nothing is ever removed from a plan. Taking an act back appends corrections that put back what was there before, and
says which act that was; so undo and redo are still there after a restart, and the plan tells the whole story.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from passerby.documents.plan import AudioSpan, Correction, Plan, Track, TrimSpan

#: What a change is about: a video and a track's number, or ("sound",) and ("trim",).
Key = tuple[int, int] | tuple[str]


@dataclass(frozen=True, slots=True)
class Change:
    """What a track, or the silenced or left-out spans, become. `track` None takes the track with that number out."""

    video: int = 0
    number: int = 0
    track: Track | None = None
    reason: str | None = None
    sound: tuple[AudioSpan, ...] | None = None
    trim: tuple[TrimSpan, ...] | None = None

    @property
    def key(self) -> Key:
        if self.sound is not None:
            return ("sound",)
        return ("trim",) if self.trim is not None else (self.video, self.number)


@dataclass(slots=True)
class Act:
    """What was done in one go. `before` is what everything it touched was, first."""

    number: int
    takes_back: int | None = None
    before: dict[Key, Change] = field(default_factory=dict)


class History:
    """A plan and what became of it. Not for two threads at once."""

    def __init__(self, plan: Plan, who: str, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._plan = plan.model_copy(update={"corrections": ()})
        self._who, self._now = who, now
        self._corrections: list[Correction] = []
        self._lines: list[str] = []
        self._tracks = [{track.number: track for track in video.tracks} for video in plan.videos]
        self._acts: dict[int, Act] = {}
        self._done: list[int] = []
        self._undone: list[int] = []
        self._highest = max((track.number for tracks in self._tracks for track in tracks.values()), default=0)
        self._head: str | None = None
        for what in ("sound_before", "trim_before"):  # what counts now is in the plan; what was at first, in these
            first = next((c for c in plan.corrections if getattr(c, what) is not None), None)
            if first is not None:
                self._set(**{"audio" if what == "sound_before" else "trim": getattr(first, what)})
        for correction in plan.corrections:
            self._take_in(correction)
        self._set(audio=plan.audio, trim=plan.trim)

    @property
    def plan(self) -> Plan:
        """The plan with all corrections, as it is to be saved and rendered."""
        return self._plan.model_copy(update={"corrections": tuple(self._corrections)})

    def tracks(self, video: int) -> list[Track]:
        """What is hidden in one video track now, in order of number."""
        return [self._tracks[video][number] for number in sorted(self._tracks[video])]

    def track(self, video: int, number: int) -> Track | None:
        return self._tracks[video].get(number)

    @property
    def sound(self) -> tuple[AudioSpan, ...]:
        return self._plan.audio

    @property
    def trim(self) -> tuple[TrimSpan, ...]:
        return self._plan.trim

    @property
    def count(self) -> int:
        """Corrections so far. It never falls, so it is the plan's revision."""
        return len(self._corrections)

    @property
    def can_undo(self) -> bool:
        return bool(self._done)

    @property
    def can_redo(self) -> bool:
        return bool(self._undone)

    def next_number(self) -> int:
        """A number no track of this file has or had."""
        return self._highest + 1

    def apply(self, changes: Iterable[Change], act: int | None = None) -> int:
        """Append what was done in one go, or, with the number of an earlier `act`, more of that. Its number. What
        changes nothing is not appended."""
        number = act if act is not None else max(self._acts, default=0) + 1
        for change in changes:
            if not self._is_so(change):
                self._append(change, number, None)
        return number

    def undo(self) -> list[Key]:
        """Take back the last act that stands. The keys of what changed; none when there is nothing to take back."""
        return self._take_back(self._done[-1]) if self._done else []

    def redo(self) -> list[Key]:
        """Do again what was taken back last."""
        return self._take_back(self._undone[-1]) if self._undone else []

    def to_json(self) -> str:
        """The text of NAME.plan.json. Only what is new is put into words: a plan of hours has megabytes."""
        if self._head is None:
            self._head = self._plan.to_json().rstrip().removesuffix("}").rstrip()
            if self._head.endswith('"corrections": []'):
                self._head = self._head.removesuffix('"corrections": []').rstrip().removesuffix(",")
        return f'{self._head},\n "corrections": [\n  ' + ",\n  ".join(self._lines) + "\n ]\n}\n"

    def _take_back(self, number: int) -> list[Key]:
        act = self._acts[number]
        back = max(self._acts) + 1
        for change in reversed(list(act.before.values())):
            self._append(change, back, number)
        if back not in self._acts:  # it had no effect: it still counts as taken back
            self._book(Act(back, number))
        return list(act.before)

    def _append(self, change: Change, act: int, takes_back: int | None) -> None:
        common = {
            "who": self._who,
            "when": self._now().isoformat(timespec="seconds"),
            "reason": change.reason,
            "act": act,
            "takes_back": takes_back,
        }
        if change.sound is not None:
            made = Correction(video=0, action="sound", sound_before=self.sound, sound_after=change.sound, **common)
        elif change.trim is not None:
            made = Correction(video=0, action="trim", trim_before=self.trim, trim_after=change.trim, **common)
        else:
            there = change.number in self._tracks[change.video]
            if change.track is None and not there:
                return
            action = "remove" if change.track is None else "replace" if there else "add"
            made = Correction(video=change.video, action=action, number=change.number, track=change.track, **common)
        self._take_in(made)

    def _take_in(self, correction: Correction) -> None:
        before = self._now_is(_key(correction))
        self._corrections.append(correction)
        self._lines.append(correction.model_dump_json(exclude_none=True))
        if correction.action == "sound":
            self._set(audio=correction.sound_after or ())
        elif correction.action == "trim":
            self._set(trim=correction.trim_after or ())
        elif correction.track is None:
            self._tracks[correction.video].pop(correction.number, None)
        else:
            self._tracks[correction.video][correction.number] = correction.track
            self._highest = max(self._highest, correction.number)
        if correction.act is None:
            return  # made by hand or by another program: it stands
        act = self._acts.get(correction.act)
        if act is None:
            act = Act(correction.act, correction.takes_back)
            self._book(act)
        act.before.setdefault(_key(correction), before)

    def _book(self, act: Act) -> None:
        self._acts[act.number] = act
        if act.takes_back is None:
            self._done.append(act.number)
            self._undone.clear()
        elif self._done and self._done[-1] == act.takes_back:
            self._done.pop()
            self._undone.append(act.number)
        elif self._undone and self._undone[-1] == act.takes_back:
            self._undone.pop()
            self._done.append(act.number)

    def _now_is(self, key: Key) -> Change:
        if key == ("sound",):
            return Change(sound=self.sound)
        if key == ("trim",):
            return Change(trim=self.trim)
        video, number = int(key[0]), int(key[1])  # type: ignore[misc]  # the other keys are of a track
        return Change(video, number, self._tracks[video].get(number))

    def _is_so(self, change: Change) -> bool:
        now = self._now_is(change.key)
        return (now.track, now.sound, now.trim) == (change.track, change.sound, change.trim)

    def _set(self, **what: object) -> None:
        self._plan = self._plan.model_copy(update=what)
        self._head = None


def _key(correction: Correction) -> Key:
    return (correction.video, correction.number) if correction.of_a_track else (correction.action,)
