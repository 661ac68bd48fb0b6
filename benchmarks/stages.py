"""Where the time goes: processor seconds a frame of each stage of a normal run.

    benchmarks/stages.py CLIP [--profile P] [--json]

The program itself is run, with the functions that do the work timed from outside. Decoding, looking and encoding
overlap in a normal run, and nobody can then tell whose processor time it was; here the same work is done one thing
after the other, in one thread, so that the parts add up to the whole. Time within a timed function that another one
spends is the other's.
"""

from __future__ import annotations

import argparse
import dataclasses
import importlib
import json
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from inspect import isgenerator
from pathlib import Path
from typing import Any

from passerby.config.settings import Profile, Settings
from passerby.engine import video as pipeline

#: (stage, module, function): what is timed. `{id}` is the model's.
TIMED = (
    ("decode", "passerby.source.video.file", "VideoFile.frames"),
    ("hash", "passerby.source.video.frame_hash", "picture_hash"),
    ("motion", "passerby.detect.optical_flow", "MotionEstimator.step"),
    ("model {id}", "passerby.detect.model", "Detector.find"),
    ("pictures for models", "passerby.detect.frame_detector", "_Views._made"),
    ("follow", "passerby.track.tracker", "Tracker.step"),
    ("paint", "passerby.mask.painter", "Painter.paint"),
    ("encode", "passerby.sink.video.writer", "VideoWriter.write"),
    ("encode", "passerby.sink.video.writer", "VideoWriter.close"),
    ("compare masks", "passerby.verify.self_check", "_uncovered"),
)
#: Work that is one whole, whatever it calls: compiling models, and the proof that they are alive.
WHOLE = (("models made ready", "passerby.detect.frame_detector", "Looker._ready"),)
PHASES = {"": "start", "analyse": "look", "render": "write", "check": "check"}


class Clock:
    """Adds up processor time by (phase, stage); time within a stage that a nested one spends is the nested one's."""

    def __init__(self) -> None:
        self.spent: dict[tuple[str, str], float] = defaultdict(float)
        self.phase = "start"
        self._local = threading.local()

    def run(self, stage: str, work: Callable[[], Any], whole: bool = False) -> Any:
        stack: list[list[Any]] = self._local.__dict__.setdefault("stack", [])
        if any(outer[1] for outer in stack):
            return work()
        stack.append([0.0, whole])
        begun, phase = time.process_time(), self.phase
        try:
            return work()
        finally:
            took = time.process_time() - begun
            inner, _ = stack.pop()
            self.spent[phase, stage] += took - inner
            if stack:
                stack[-1][0] += took


class Phases:
    """Stands for a progress bar: the program tells which phase it is in."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def start(self, file: str, stage: str, total: int | None) -> None:
        self._clock.phase = PHASES.get(stage, stage)

    def advance(self, frames: int) -> None: ...

    def finish(self) -> None: ...


class AtOnce:
    """Stands for a pool of threads: does what it is given before it answers."""

    def __init__(self, *_: object, **__: object) -> None: ...

    def __enter__(self) -> AtOnce:
        return self

    def __exit__(self, *_: object) -> None: ...

    def submit(self, work: Callable[..., Any], *given: Any, **named: Any) -> Future[Any]:
        done: Future[Any] = Future()
        try:
            done.set_result(work(*given, **named))
        except BaseException as error:
            done.set_exception(error)
        return done

    def map(self, work: Callable[..., Any], *given: Any) -> Iterator[Any]:
        return map(work, *given)

    def shutdown(self, *_: object, **__: object) -> None: ...


def replace_everywhere(old: object, new: object) -> None:
    """Every name in passerby's modules that stands for `old` stands for `new`."""
    for name, module in list(sys.modules.items()):
        if name.startswith("passerby"):
            for key, value in list(vars(module).items()):
                if value is old:
                    setattr(module, key, new)


def time_function(clock: Clock, stage: str, module: str, name: str, whole: bool = False) -> None:
    home: Any = importlib.import_module(module)
    *owner, function = name.split(".")
    for part in owner:
        home = getattr(home, part, None)
    original = getattr(home, function, None)
    if original is None:
        sys.exit(f"{module} has no {name} any more. Correct TIMED in {__file__}.")

    def timed(*given: Any, **named: Any) -> Any:
        label = stage.format(id=getattr(given[0], "id", "")) if given else stage
        result = clock.run(label, lambda: original(*given, **named), whole)
        return _steps(clock, label, result) if isgenerator(result) else result

    if owner:
        setattr(home, function, timed)
    else:
        replace_everywhere(original, timed)


def _steps(clock: Clock, stage: str, steps: Iterator[Any]) -> Iterator[Any]:
    nothing = object()
    while (step := clock.run(stage, lambda: next(steps, nothing))) is not nothing:
        yield step


def one_after_the_other() -> None:
    """No threads of ours, one thread for the decoder, and one for the encoder."""
    from concurrent.futures import ThreadPoolExecutor

    from passerby.core.background import background
    from passerby.sink.video.codec_choice import choose_encoding
    from passerby.source.video.file import VideoFile

    replace_everywhere(background, lambda items, *_, **__: iter(items))
    replace_everywhere(ThreadPoolExecutor, AtOnce)

    def single(*given: Any, **named: Any) -> Any:
        chosen = choose_encoding(*given, **named)
        return dataclasses.replace(chosen, options={**chosen.options, "threads": "1"})

    replace_everywhere(choose_encoding, single)
    # A method of the class takes another's place; mypy does not know how classmethods look from inside.
    opened = VideoFile.open.__func__  # type: ignore[attr-defined]
    VideoFile.open = classmethod(lambda cls, path, threads=1: opened(cls, path, 1))  # type: ignore[assignment, method-assign]


def profile(clip: Path, how: Profile) -> dict[str, Any]:
    """Seconds of processor time: a frame by phase and stage, and those of the start in all."""
    clock = Clock()
    for stage, module, name in TIMED:
        time_function(clock, stage, module, name)
    for stage, module, name in WHOLE:
        time_function(clock, stage, module, name, whole=True)
    one_after_the_other()
    begun = time.process_time()
    with tempfile.TemporaryDirectory(prefix="passerby-bench-") as folder:
        out = Path(folder, "out.mp4")
        report = pipeline.redact(clip, out, Settings(profile=how), threads=1, progress=Phases(clock))
    total = time.process_time() - begun
    frames = report.output.frames
    start = sum(seconds for (phase, _), seconds in clock.spent.items() if phase == "start")
    phases: dict[str, dict[str, float]] = defaultdict(dict)
    for (phase, stage), seconds in clock.spent.items():
        if phase != "start":
            phases[phase][stage] = round(seconds / frames, 6)
    timed = sum(clock.spent.values())
    return {
        "clip": clip.name,
        "profile": how.value,
        "frames": frames,
        "total": round((total - start) / frames, 6),
        "start": round(start, 3),
        "phases": phases,
        "rest": round((total - timed) / frames, 6),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clip", type=Path)
    parser.add_argument("--profile", type=Profile, default=Profile.BALANCED)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    found = profile(given.clip, given.profile)
    if given.json:
        print(json.dumps(found))
        return 0
    print(f"{found['clip']}: {found['frames']} frames, {1000 * found['total']:.1f} ms of processor time a frame")
    for phase, stages in found["phases"].items():
        for stage, seconds in sorted(stages.items(), key=lambda one: -one[1]):
            print(f"{phase:6} {stage:24} {1000 * seconds:7.2f} ms")
    print(f"{'':6} {'the rest':24} {1000 * found['rest']:7.2f} ms")
    return 0


if __name__ == "__main__":
    sys.exit(main())
