"""How well a run spreads over workers: the same files with the plain command on one processor, over a local Ray with
one worker on one processor, and with one worker on each of two.

benchmarks/cluster.py [--files 12] [--seconds 8] [--height 720] [--clip FILE] [--workers 1 2] [--json]
benchmarks/cluster.py --film 120 [--stretch 30] [--height 720] [--clip FILE] [--workers 2] [--json]

Ideal is as many times the speed of the plain command on one processor as there are workers. `start` is how long a run
takes before the first file is begun and after the last one is done: it counts once a run, not once a file, so the share
is given with it and without it. `share_of_the_machine` is what as many plain commands side by side come to.

With `--film` it is one film of so many seconds, done in spans: with stretches of `--stretch` seconds in place of ten
minutes, and a sixtieth of that beside each, as it is with ten minutes, so that a film of minutes has as many as one of
hours. Models are loaded for each step however short it is, so that a film of hours comes nearer to the ideal. With it
comes what the steps take on one processor, in its seconds for each second of the film; `calculated` is the share of the
ideal by these alone, for when the machine has other work than this.
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

from passerby.track.segments import Lengths

T = TypeVar("T")


def command() -> str:
    return str(Path(sys.executable).with_name("passerby"))


def run(folder: Path, out: Path, processors: int, on: list[str]) -> float:
    """Seconds of wall time of one whole run on so many processors."""
    shutil.rmtree(out, ignore_errors=True)
    pinned = ["taskset", "-c", f"0-{processors - 1}"]
    began = time.monotonic()
    subprocess.run(
        [*pinned, command(), "redact", str(folder), "--out-dir", str(out), *on],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    return time.monotonic() - began


def side_by_side(folder: Path, out: Path, processors: int) -> float:
    """Seconds until as many plain commands, each on a processor of its own and with its share of the files, are done:
    more than the machine itself gives (shared caches and memory, two threads of one core) nobody can have."""
    sources = sorted(folder.iterdir())
    began, running = time.monotonic(), []
    for n in range(processors):
        share = [str(path) for path in sources[n::processors]]
        words = ["taskset", "-c", str(n), command(), "redact", *share, "--out-dir", str(out / str(n)), "--force"]
        running.append(subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
    if any(process.wait() for process in running):
        raise SystemExit("a plain run failed")
    return time.monotonic() - began


def busy(out: Path) -> float:
    """Seconds from the first file's beginning to the last one's end, by the table of the run."""
    spans = []
    for batch in read_parquet(io.BytesIO((out / "summary.parquet").read_bytes())):
        begun, lasted = batch.column("began").to_pylist(), batch.column("seconds").to_pylist()
        spans += [(began, began + seconds) for began, seconds in zip(begun, lasted, strict=True)]
    return max(end for _, end in spans) - min(begin for begin, _ in spans)


def measure(files: int, seconds: float, height: int, clip: Path | None, workers: list[int]) -> dict[str, object]:
    with tempfile.TemporaryDirectory(prefix="passerby-bench-") as name:
        folder = Path(name)
        made = clips.make(folder / "clip.mp4", height, seconds, clip)
        (folder / "in").mkdir()
        for number in range(files):
            os.link(made, folder / "in" / f"{number:03}.mp4")
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
    """What a run gave of the ideal: `workers` times as fast as the `plain` command. `whole` is the run from its start
    to its end, `inside` without what Ray takes to start and to end; all in seconds."""
    return {
        "workers": workers,
        "seconds": round(whole, 1),
        "start": round(whole - inside, 1),
        "share": round(plain / whole / workers, 3),
        "share_without_start": round(plain / inside / workers, 3),
    }


def measure_film(
    seconds: float, stretch: float, height: int, clip: Path | None, workers: list[int]
) -> dict[str, object]:
    Lengths(stretch, stretch / 60).set()  # for the plain command too, so that both do the same
    with tempfile.TemporaryDirectory(prefix="passerby-bench-") as name:
        folder = Path(name)
        (folder / "in").mkdir()
        clips.make(folder / "in" / "film.mp4", height, seconds, clip)
        words = ["--save-plan"]
        used = processor_seconds()
        plain = run(folder / "in", folder / "alone", 1, words)
        used = processor_seconds() - used
        each = steps(folder / "in" / "film.mp4", folder / "steps.mp4", stretch)
        rows = []
        for count in workers:
            out = folder / "out"
            whole = run(folder / "in", out, count, [*words, "--on", "ray", "--jobs", str(count)])
            inside = busy(out)
            same = (folder / "alone" / "film.plan.json").read_bytes() == (out / "film.plan.json").read_bytes()
            rows.append(
                shares(count, plain, whole, inside)
                | {
                    "calculated": round(used / calculated(seconds, stretch, each, count) / count, 3),
                    "same_plan": same,
                }
            )
    said = {"film_seconds": seconds, "stretch": stretch, "height": height, "plain_seconds": round(plain, 1)}
    return said | {"plain_processor_seconds": round(used, 1), "steps": each, "runs": rows}


def processor_seconds() -> float:
    """Of all that this process began and that has ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def calculated(seconds: float, stretch: float, each: dict[str, float], workers: int) -> float:
    """Seconds that the steps take on so many processors: all looks, then all pieces, then the join on one of them."""
    turns = math.ceil(round(seconds / stretch) / workers)
    return turns * stretch * (each["look"] * (1 + 1 / 60) + each["paint"]) + seconds * each["join"]


def steps(film: Path, out: Path, stretch: float) -> dict[str, float]:
    """Processor seconds for each second of the film that looking, painting (with the check) and joining take, on the
    first two of its stretches and in this process alone."""
    from passerby.config.settings import Settings
    from passerby.core.progress import Silent
    from passerby.engine import distributed as spans
    from passerby.track.segments import Span

    def timed(do: Callable[[], T]) -> tuple[T, float]:
        began = time.process_time()
        return do(), time.process_time() - began

    settings, silent = Settings(), Silent()
    parts = [timed(partial(spans.look_at, film, Span(n, n), settings, 1, silent)) for n in range(2)]
    sights = [sight for sight, _ in parts]
    sights[1].looked.after.clear()  # nobody looks at what follows
    plan = spans.as_one(sights, settings)
    assert plan is not None
    painted, painting = [], 0.0
    for number, (part, piece) in enumerate(spans.pieces(plan, sights)):
        path = out.with_name(f"{number}.piece")
        made, took = timed(partial(spans.paint, film, path, out, part, piece, False, True, 1, silent))
        painted.append((path, piece, made))
        painting += took
    _, joining = timed(partial(spans.join, film, out, plan, painted, False, None, True, 1, lambda: None))
    looked = 2 * (stretch + stretch / 60)
    return {
        "look": round(sum(took for _, took in parts) / looked, 4),
        "paint": round(painting / (2 * stretch), 4),
        "join": round(joining / (2 * stretch), 5),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=12)
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--height", type=int, default=720)
    parser.add_argument("--clip", type=Path)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--film", type=float)
    parser.add_argument("--stretch", type=float, default=30)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    # Ray's workers step back behind everything else that runs, the plain command does not: here both are alike.
    os.environ["RAY_worker_niceness"] = "0"  # noqa: SIM112  # Ray spells it so
    if given.film:
        found = measure_film(given.film, given.stretch, given.height, given.clip, given.workers)
    else:
        found = measure(given.files, given.seconds, given.height, given.clip, given.workers)
    print(json.dumps(found, indent=None if given.json else 1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
