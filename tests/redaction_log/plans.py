"""Plans of a picture of 64x48 px with ticks of a hundredth of a second: no file, no model."""

from __future__ import annotations

from fractions import Fraction

from passerby.config.settings import Settings
from passerby.core.box import Box
from passerby.core.kinds import Kind
from passerby.documents.plan import AnalysedRange, Correction, Keyframe, Plan, Track, VideoPlan
from passerby.documents.plan_parts.made_from import Fingerprint

WIDTH, HEIGHT, BASE = 64, 48, Fraction(1, 100)
TIMES = list(range(0, 100, 10))
PLACE = Box(10, 10, 20, 20)


def track(number: int = 1, box: Box = PLACE, start: int = 0, end: int = 90, **changed: object) -> Track:
    keys = tuple(Keyframe(time=time, box=box, score=0.9, origin="x") for time in sorted({start, end}))
    return Track(number=number, kind=Kind.FACE, keyframes=keys).model_copy(update=changed)


def plan(*tracks: Track, corrections: tuple[Correction, ...] = (), **changed: object) -> Plan:
    analysed = AnalysedRange(first_frame=0, last_frame=9, first_time=0, last_time=90)
    video = VideoPlan(
        stream=0, time_base=BASE, width=WIDTH, height=HEIGHT, frames=10, analysed=(analysed,), tracks=tracks
    )
    made = Plan(
        program="passerby test",
        source=Fingerprint(name="a.mp4", sha256="0" * 64, size=5, frames=10),
        settings=Settings(),
        weights=(),
        videos=(video,),
    ).sealed()
    return made.model_copy(update={"corrections": corrections, **changed})


def correction(author: str, changed: Track | None = None, number: int = 1, **given: object) -> Correction:
    """By `author`: the track in place of what was there, or none."""
    action = "remove" if changed is None else "replace"
    values = {"author": author, "created": "2026-03-01T10:30:00+00:00", "video": 0, "action": action, "number": number}
    return Correction.model_validate(values | {"track": changed} | given)
