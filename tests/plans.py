"""Plans made by hand and models that see what they are told to: for runs that need not wait for real ones."""

from collections.abc import Callable
from pathlib import Path

import pytest

from passerby import Plan, Settings
from passerby.core.box import Box
from passerby.core.kinds import Detection, Kind
from passerby.documents.plan import Analysed, Fingerprint, Keyframe, Track, VideoPlan
from passerby.source.fingerprint import fingerprint
from passerby.source.video.file import VideoFile


def track(number: int, box: Box, start: int, end: int, kind: Kind = Kind.PLATE) -> Track:
    """Something that stays where it is from one time to another."""
    times = sorted({start, end})
    keys = tuple(Keyframe(time=time, box=box, score=0, origin="person") for time in times)
    return Track(number=number, kind=kind, keyframes=keys)


def always(number: int, box: Box, kind: Kind = Kind.PLATE) -> Track:
    """Something that is there from beginning to end."""
    return track(number, box, -(10**9), 10**9, kind)


def plan_for(source: Path, *tracks: Track, seen: int | None = None, settings: Settings | None = None) -> Plan:
    """A plan for the first video track of `source`, of which the first `seen` frames (all by default) were analysed."""
    with VideoFile.open(source) as video:
        info = video.info.videos[0]
        times = [frame.time for frame in video.frames()]
    width, height = info.geometry.upright
    last = len(times) - 1 if seen is None else seen - 1
    sha256, size = fingerprint(source)
    return Plan(
        program="a person",
        source=Fingerprint(name=source.name, sha256=sha256, size=size, duration=None, frames=len(times)),
        settings=settings or Settings(),
        weights=(),
        videos=(
            VideoPlan(
                stream=info.stream,
                time_base=info.time_base,
                width=width,
                height=height,
                frames=len(times),
                analysed=(Analysed(first_frame=0, last_frame=last, first_time=times[0], last_time=times[last]),),
                tracks=tracks,
            ),
        ),
    )


class ToldLooker:
    """Takes the place of the models: sees nothing, unless it is told otherwise."""

    weights = ()

    def __init__(self, *given: object, **named: object) -> None:
        """Takes what the real one takes."""

    def look(self, frame: object, reach: object = None) -> list[Detection]:
        return []

    def glance(self, frame: object) -> list[Detection]:
        return self.look(frame)

    def alive(self) -> None: ...

    def ready(self) -> None: ...

    def parts(self, frame: object, reach: object = None) -> tuple[Callable[[], list[Detection]], ...]:
        return (lambda: self.look(frame, reach),)


def told(monkeypatch: pytest.MonkeyPatch, **methods: Callable[..., object]) -> None:
    """From here on nothing is looked at by real models, neither in a run nor in the check after it."""
    looker = type("Told", (ToldLooker,), methods)
    monkeypatch.setattr("passerby.engine.analyse.Looker", looker)
    monkeypatch.setattr("passerby.verify.self_check.Looker", looker)
