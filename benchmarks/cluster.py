"""Scaling over workers: the same files with the plain command on one processor, over a local Ray with one worker on one
processor, and with one worker on each of two.

benchmarks/cluster.py [--files 12] [--seconds 8] [--height 720] [--clip FILE] [--workers 1 2] [--json]
benchmarks/cluster.py --video 120 [--segment 30] [--height 720] [--clip FILE] [--workers 2] [--json]

Ideal is the speed of the plain command on one processor times the number of workers. `start` is the time before the
first file starts and after the last one ends: it counts once per run, not once per file, so the share is given with
and without it. `share_of_the_machine` is the share that as many plain commands side by side reach.

With `--video` it is one video of that many seconds, distributed in spans: with segments of `--segment` seconds instead
of ten minutes, and an overlap of a sixtieth of that, as with ten minutes, so that a video of minutes has as many
segments as one of hours. Models are loaded for each step however short it is, so a video of hours comes closer to the
ideal. It also measures the steps on one processor, in processor seconds per second of video; `calculated` is the share
of the ideal by these alone, for machines with other load.
"""

from __future__ import annotations

import argparse
import io
import json
import math
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

import clips
from arro3.io import read_parquet

from passerby.track.segments import SegmentLengths

T = TypeVar("T")


def command() -> str:
    return str(Path(sys.executable).with_name("passerby"))


def run(folder: Path, out: Path, processors: int, on: list[str]) -> float:
    """Wall-clock seconds of one whole run on `processors`."""
    shutil.rmtree(out, ignore_errors=True)
    pinned = ["taskset", "-c", f"0-{processors - 1}"]
    started = time.monotonic()
    subprocess.run(
        [*pinned, command(), "redact", str(folder), "--out-dir", str(out), *on],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    return time.monotonic() - started


def side_by_side(folder: Path, out: Path, processors: int) -> float:
    """Seconds until as many plain commands, each on a processor of its own with its share of the files, are done: the
    upper limit of the machine (shared caches and memory, two threads of one core)."""
    sources = sorted(folder.iterdir())
    started, running = time.monotonic(), []
    for n in range(processors):
        share = [str(path) for path in sources[n::processors]]
        arguments = ["taskset", "-c", str(n), command(), "redact", *share, "--out-dir", str(out / str(n)), "--force"]
        running.append(subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
    if any(process.wait() for process in running):
        raise SystemExit("a plain run failed")
    return time.monotonic() - started


def busy(out: Path) -> float:
    """Seconds from the start of the first file to the end of the last, by the table of the run."""
    spans: list[tuple[float, float]] = []
    for batch in read_parquet(io.BytesIO((out / "summary.parquet").read_bytes())):
        starts, durations = batch.column("started").to_pylist(), batch.column("seconds").to_pylist()
        spans += [(start, start + seconds) for start, seconds in zip(starts, durations, strict=True)]
    return max(end for _, end in spans) - min(begin for begin, _ in spans)


def measure(files: int, seconds: float, height: int, clip: Path | None, workers: list[int]) -> dict[str, object]:
    with tempfile.TemporaryDirectory(prefix="passerby-bench-") as name:
        folder = Path(name)
        source = clips.make(folder / "clip.mp4", height, seconds, clip)
        (folder / "in").mkdir()
        for number in range(files):
            os.link(source, folder / "in" / f"{number:03}.mp4")
        plain = run(folder / "in", folder / "out", 1, [])
        rows = []
        for count in workers:
            whole = run(folder / "in", folder / "out", count, ["--on", "ray", "--jobs", str(count)])
            inside = busy(folder / "out")
            limit = side_by_side(folder / "in", folder / "plain", count) if count > 1 else plain
            rows.append(
                shares(count, plain, whole, inside)
                | {
                    "share_of_the_machine": round(plain / limit / count, 3),
                    "overhead": round(inside / plain - 1, 3) if count == 1 else None,
                }
            )
    return {"files": files, "clip_seconds": seconds, "height": height, "plain_seconds": round(plain, 1), "runs": rows}


def shares(workers: int, plain: float, whole: float, inside: float) -> dict[str, object]:
    """The share of the ideal: `workers` times the speed of the `plain` command. `whole` is the run from start to end,
    `inside` without starting and stopping Ray; all in seconds."""
    return {
        "workers": workers,
        "seconds": round(whole, 1),
        "start": round(whole - inside, 1),
        "share": round(plain / whole / workers, 3),
        "share_without_start": round(plain / inside / workers, 3),
    }


def measure_video(
    seconds: float, segment: float, height: int, clip: Path | None, workers: list[int]
) -> dict[str, object]:
    os.environ.update(
        SegmentLengths(segment, segment / 60).as_environment()
    )  # for the plain command too, so that both use the same
    with tempfile.TemporaryDirectory(prefix="passerby-bench-") as name:
        folder = Path(name)
        (folder / "in").mkdir()
        clips.make(folder / "in" / "video.mp4", height, seconds, clip)
        arguments = ["--save-plan"]
        used = processor_seconds()
        plain = run(folder / "in", folder / "alone", 1, arguments)
        used = processor_seconds() - used
        each = steps(folder / "in" / "video.mp4", folder / "steps.mp4", segment)
        rows = []
        for count in workers:
            out = folder / "out"
            whole = run(folder / "in", out, count, [*arguments, "--on", "ray", "--jobs", str(count)])
            inside = busy(out)
            same = (folder / "alone" / "video.plan.json").read_bytes() == (out / "video.plan.json").read_bytes()
            rows.append(
                shares(count, plain, whole, inside)
                | {
                    "calculated": round(used / calculated(seconds, segment, each, count) / count, 3),
                    "same_plan": same,
                }
            )
    parameters = {
        "video_seconds": seconds,
        "segment_seconds": segment,
        "height": height,
        "plain_seconds": round(plain, 1),
    }
    return parameters | {"plain_processor_seconds": round(used, 1), "steps": each, "runs": rows}


def processor_seconds() -> float:
    """Of all child processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def calculated(seconds: float, segment: float, each: dict[str, float], workers: int) -> float:
    """Seconds that the steps take on `workers` processors: all analyses, then all chunks, then the join on one of
    them."""
    turns = math.ceil(round(seconds / segment) / workers)
    return turns * segment * (each["analyse"] * (1 + 1 / 60) + each["render"]) + seconds * each["join"]


def steps(video: Path, out: Path, segment: float) -> dict[str, float]:
    """Processor seconds per second of video for analysing, rendering (with the check) and joining, on its first two
    segments and in this process alone."""
    from passerby.config.settings import Settings
    from passerby.engine import distributed
    from passerby.engine.options import RunOptions
    from passerby.track.segments import SegmentRange

    def timed(do: Callable[[], T]) -> tuple[T, float]:
        started = time.process_time()
        return do(), time.process_time() - started

    settings = Settings()
    options = RunOptions(settings=settings, threads=1, force=True)
    parts = [timed(partial(distributed.analyse_segments, video, SegmentRange(n, n), options)) for n in range(2)]
    analyses = [analysis for analysis, _ in parts]
    analyses[1].result.frames_after.clear()  # the next span is not analysed
    plan = distributed.merge_plan(analyses, settings)
    assert plan is not None
    rendered, rendering = [], 0.0
    for number, (part, chunk) in enumerate(distributed.plan_chunks(plan, analyses)):
        path = out.with_name(f"{number}.chunk")
        source, elapsed = timed(partial(distributed.render_chunk, video, path, out, part, chunk, False, options))
        rendered.append((path, chunk, source))
        rendering += elapsed
    _, joining = timed(partial(distributed.join_chunks, video, out, plan, rendered, False, options, lambda: None))
    analysed = 2 * (segment + segment / 60)
    return {
        "analyse": round(sum(elapsed for _, elapsed in parts) / analysed, 4),
        "render": round(rendering / (2 * segment), 4),
        "join": round(joining / (2 * segment), 5),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=12)
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--height", type=int, default=720)
    parser.add_argument("--clip", type=Path)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--video", type=float)
    parser.add_argument("--segment", type=float, default=30)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    # Ray lowers the priority of its workers; the plain command does not: here both are alike.
    os.environ["RAY_worker_niceness"] = "0"  # noqa: SIM112  # Ray spells it so
    if options.video:
        result = measure_video(options.video, options.segment, options.height, options.clip, options.workers)
    else:
        result = measure(options.files, options.seconds, options.height, options.clip, options.workers)
    print(json.dumps(result, indent=None if options.json else 1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
