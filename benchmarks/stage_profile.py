"""Stage profile: processor seconds per frame of each stage of a normal run.

    benchmarks/stage_profile.py CLIP [--profile P] [--json]

The program itself is run, with its functions timed from outside. Decoding, detection and encoding overlap in a normal
run, so that processor time cannot be attributed; here the same work runs sequentially, in one thread, so that the parts
add up to the whole. Time that a nested timed function takes counts for the nested one.
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
from passerby.engine.api import redact

#: (stage, module, function): the timed functions. `{id}` is the model's.
TIMED = (
    ("decode", "passerby.source.video.file", "VideoFile.frames"),
    ("hash", "passerby.source.video.frame_hash", "frame_hash"),
    ("motion", "passerby.detect.optical_flow", "MotionEstimator.estimate"),
    ("model {id}", "passerby.detect.model", "Detector.detect"),
    ("model input", "passerby.detect.images.pyramid", "ImagePyramid._make_level"),
    ("track", "passerby.track.tracker", "Tracker.update"),
    ("mask", "passerby.mask.painter", "Painter.paint"),
    ("encode", "passerby.sink.video.writer", "VideoWriter.write"),
    ("encode", "passerby.sink.video.writer", "VideoWriter.close"),
    ("compare masks", "passerby.verify.self_check", "_missing_masks"),
)
#: Timed as one unit, whatever it calls: compiling models and their known-answer test.
TIMED_AS_ONE = (("model loading", "passerby.detect.frame_detector", "FrameDetector._prepare"),)
PHASES = {"": "start", "analyse": "analyse", "render": "render", "check": "check"}


class StageClock:
    """Adds up processor time by (phase, stage); time of a nested stage counts for the nested one."""

    def __init__(self) -> None:
        self.spent: dict[tuple[str, str], float] = defaultdict(float)
        self.phase = "start"
        self._local = threading.local()

    def run(self, stage: str, work: Callable[[], Any], as_one: bool = False) -> Any:
        stack: list[list[Any]] = self._local.__dict__.setdefault("stack", [])
        if any(outer[1] for outer in stack):
            return work()
        stack.append([0.0, as_one])
        started, phase = time.process_time(), self.phase
        try:
            return work()
        finally:
            elapsed = time.process_time() - started
            inner, _ = stack.pop()
            self.spent[phase, stage] += elapsed - inner
            if stack:
                stack[-1][0] += elapsed


class PhaseProgress:
    """Stands in for a progress bar: the program reports its phase."""

    def __init__(self, clock: StageClock) -> None:
        self._clock = clock

    def start(self, file: str, stage: str, total: int | None) -> None:
        self._clock.phase = PHASES.get(stage, stage)

    def advance(self, frames: int) -> None: ...

    def finish(self) -> None: ...


class SynchronousExecutor:
    """Stands in for a thread pool: runs each call before it returns."""

    def __init__(self, *_: object, **__: object) -> None: ...

    def __enter__(self) -> SynchronousExecutor:
        return self

    def __exit__(self, *_: object) -> None: ...

    def submit(self, work: Callable[..., Any], *args: Any, **kwargs: Any) -> Future[Any]:
        done: Future[Any] = Future()
        try:
            done.set_result(work(*args, **kwargs))
        except BaseException as error:
            done.set_exception(error)
        return done

    def map(self, work: Callable[..., Any], *args: Any) -> Iterator[Any]:
        return map(work, *args)

    def shutdown(self, *_: object, **__: object) -> None: ...


def replace_everywhere(old: object, new: object) -> None:
    """Replace `old` by `new` in all of passerby's modules."""
    for name, module in list(sys.modules.items()):
        if name.startswith("passerby"):
            for key, value in list(vars(module).items()):
                if value is old:
                    setattr(module, key, new)


def time_function(clock: StageClock, stage: str, module: str, name: str, as_one: bool = False) -> None:
    home: Any = importlib.import_module(module)
    *owner, function = name.split(".")
    for part in owner:
        home = getattr(home, part, None)
    original = getattr(home, function, None)
    if original is None:
        sys.exit(f"{module} has no {name}. Correct TIMED in {__file__}.")

    def timed(*args: Any, **kwargs: Any) -> Any:
        label = stage.format(id=getattr(args[0], "id", "")) if args else stage
        result = clock.run(label, lambda: original(*args, **kwargs), as_one)
        return _steps(clock, label, result) if isgenerator(result) else result

    if owner:
        setattr(home, function, timed)
    else:
        replace_everywhere(original, timed)


def _steps(clock: StageClock, stage: str, steps: Iterator[Any]) -> Iterator[Any]:
    nothing = object()
    while (step := clock.run(stage, lambda: next(steps, nothing))) is not nothing:
        yield step


def run_sequentially() -> None:
    """No threads of passerby's own, one thread for the decoder, and one for the encoder."""
    from concurrent.futures import ThreadPoolExecutor

    from passerby.core.prefetch import prefetch
    from passerby.sink.video.codec_choice import choose_encoding
    from passerby.source.video.file import VideoFile

    replace_everywhere(prefetch, lambda items, *_, **__: iter(items))
    replace_everywhere(ThreadPoolExecutor, SynchronousExecutor)

    def single(*args: Any, **kwargs: Any) -> Any:
        chosen = choose_encoding(*args, **kwargs)
        return dataclasses.replace(chosen, options={**chosen.options, "threads": "1"})

    replace_everywhere(choose_encoding, single)
    # Replaces a class method; mypy does not know how class methods look from inside.
    opened = VideoFile.open.__func__  # type: ignore[attr-defined]  # of a classmethod
    VideoFile.open = classmethod(lambda cls, path, threads=1: opened(cls, path, 1))  # type: ignore[assignment, method-assign]


def profile_stages(clip: Path, profile: Profile) -> dict[str, Any]:
    """Seconds of processor time: per frame by phase and stage, and in total for the start."""
    clock = StageClock()
    for stage, module, name in TIMED:
        time_function(clock, stage, module, name)
    for stage, module, name in TIMED_AS_ONE:
        time_function(clock, stage, module, name, as_one=True)
    run_sequentially()
    started = time.process_time()
    with tempfile.TemporaryDirectory(prefix="passerby-bench-") as folder:
        out = Path(folder, "out.mp4")
        report = redact(clip, out, Settings(profile=profile), threads=1, progress=PhaseProgress(clock))
    total = time.process_time() - started
    frames = report.output.frames
    start = sum(seconds for (phase, _), seconds in clock.spent.items() if phase == "start")
    phases: dict[str, dict[str, float]] = defaultdict(dict)
    for (phase, stage), seconds in clock.spent.items():
        if phase != "start":
            phases[phase][stage] = round(seconds / frames, 6)
    timed = sum(clock.spent.values())
    return {
        "clip": clip.name,
        "profile": profile.value,
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
    arguments = parser.parse_args()
    result = profile_stages(arguments.clip, arguments.profile)
    if arguments.json:
        print(json.dumps(result))
        return 0
    print(f"{result['clip']}: {result['frames']} frames, {1000 * result['total']:.1f} ms of processor time per frame")
    for phase, stages in result["phases"].items():
        for stage, seconds in sorted(stages.items(), key=lambda stage: -stage[1]):
            print(f"{phase:6} {stage:24} {1000 * seconds:7.2f} ms")
    print(f"{'':6} {'other':24} {1000 * result['rest']:7.2f} ms")
    return 0


if __name__ == "__main__":
    sys.exit(main())
