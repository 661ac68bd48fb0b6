"""The tracker behind a ring of frames: where everything is in a frame that is about to leave, by all that is known now.

A file is followed to its end before a pixel is painted. Of a camera nobody knows the end, so two things differ. What is
not yet decided is hidden: a track is shown from its first weak sighting on, until looks that should have seen it say
otherwise. And since a frame that has left cannot be covered later, a track that is lost is hidden for as long as it
could be taken up again, in place of a gap that is bridged afterwards.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from passerby.core.box import Box
from passerby.core.kinds import Detection, Kind
from passerby.core.motion import MotionField
from passerby.documents.plan import Track
from passerby.track.confirmation import THRESHOLDS
from passerby.track.tracker import Following, Live, Tracker, padded


@dataclass(frozen=True, slots=True)
class Hidden:
    """A thing to be hidden in one frame: padded, in displayed pixels, within the picture."""

    kind: Kind
    box: Box


@dataclass(frozen=True, slots=True)
class Followed:
    """A thing that is followed, at the newest frame: numbers for whoever counts.

    `number` is an ordinal within one stretch of one camera, and ends with the track. `box` is in displayed pixels.
    `confirmed` says that there is evidence enough to believe in it; others are hidden all the same, to be safe. `seen`
    says whether a detection was there, or motion alone.
    """

    number: int
    kind: Kind
    box: Box
    confirmed: bool
    seen: bool


def following_live(frames_a_second: float, delay: float) -> Following:
    """How far masks reach: back through all that is still in the ring (`delay` in seconds), and on for two seconds."""
    return Following(
        reach_back=max(4, round(delay * frames_a_second)),
        hold=max(4, round(2.0 * frames_a_second)),
        patience=max(12, round(2.5 * frames_a_second)),
    )


class LiveTracker(Tracker):
    """Follows everything in one stretch of one camera, from frame to frame, and forgets what has left the ring."""

    def __init__(self, width: int, height: int, following: Following, hide: Collection[Kind], kept: int) -> None:
        """`hide` are the kinds that `hidden` tells of; others are followed to be counted. `kept` is how many frames
        before the newest can still be asked for."""
        super().__init__(width, height, following)
        self._hide, self._kept = frozenset(hide), kept
        self._newest = -1
        self._ended: list[Live] = []
        self._ordinals = itertools.count(1)

    def advance(
        self,
        frame: int,
        time: int,
        motion: MotionField | None,
        found: Sequence[Detection] | None,
        searched: Collection[Kind] = frozenset(Kind),
    ) -> None:
        """As `step`; `frame` counts one by one."""
        for _ in self.step(frame, time, motion, found, searched):
            pass
        self._newest = frame
        self._ended = [live for live in self._ended if live.places[-1].frame >= frame - self._kept]

    def hidden(self, frame: int) -> list[Hidden]:
        """What is to be hidden in a frame, by all that is known by now.

        Raises ValueError for a frame that was not reached yet, or is forgotten: to say "nothing" would be a lie.
        """
        if not self._newest - self._kept <= frame <= self._newest:
            raise ValueError(f"frame {frame} is not among the {self._kept} before {self._newest}")
        return [
            Hidden(live.kind, box)
            for live in (*self._live, *self._ended)
            if live.kind in self._hide and (box := self._place(live, frame)) is not None
        ]

    def followed(self) -> list[Followed]:
        """Everything that is followed at the newest frame, seen in it or not."""
        return [
            Followed(
                self._ordinal(live),
                live.kind,
                live.box,
                confirmed=live.evidence.enough(THRESHOLDS[live.kind]),
                seen=live.last_seen == live.places[-1].frame,
            )
            for live in self._live
        ]

    def _ordinal(self, live: Live) -> int:
        if not live.number:
            live.number = next(self._ordinals)
        return live.number

    def _place(self, live: Live, frame: int) -> Box | None:
        """Where a track is hidden in a frame, padded; None where it is not."""
        at = frame - live.places[0].frame
        if not 0 <= at < len(live.places) or not self._believed(live):
            return None
        # After it was last seen it is held, and at least until a look has searched for it in vain.
        if frame > max(live.last_seen + self._following.hold, live.unseen_from or live.places[-1].frame):
            return None
        box = padded(live.kind, live.places[at]).clipped(self._width, self._height)
        return box if box.area > 0 else None

    def _believed(self, live: Live) -> bool:
        """Enough evidence, or not enough looks against it."""
        need, evidence = THRESHOLDS[live.kind], live.evidence
        return evidence.enough(need) or evidence.sightings >= need.share * evidence.looks

    def _settle(self, live: Live) -> None:
        """Places that nobody can ask for any more are forgotten."""
        oldest = live.places[-1].frame - self._kept
        live.places = live.places[max(0, min(oldest - live.places[0].frame, len(live.places) - 1)) :]

    def _close(self, tracks: Sequence[Live]) -> Iterator[Track]:
        """Tracks that have ended can be asked for until their frames have left."""
        self._ended += tracks
        yield from ()
