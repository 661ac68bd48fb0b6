"""How well a run spreads over workers: the same files with the plain command on one processor, over a local Ray with
one worker on one processor, and with one worker on each of two.

benchmarks/cluster.py [--files 12] [--seconds 8] [--height 720] [--clip FILE] [--workers 1 2] [--json]

Ideal is as many times the speed of the plain command on one processor as there are workers. `start` is how long a run
takes before the first file is begun and after the last one is done: it counts once a run, not once a file, so the share
is given with it and without it. `share_of_the_machine` is what as many plain commands side by side come to.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import clips
from arro3.io import read_parquet


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
                {
                    "workers": count,
                    "seconds": round(whole, 1),
                    "start": round(whole - inside, 1),
                    "share": round(plain / whole / count, 3),
                    "share_without_start": round(plain / inside / count, 3),
                    "share_of_the_machine": round(plain / limit / count, 3),
                    "overhead": round(inside / plain - 1, 3) if count == 1 else None,
                }
            )
    return {"files": files, "clip_seconds": seconds, "height": height, "plain_seconds": round(plain, 1), "runs": rows}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=12)
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--height", type=int, default=720)
    parser.add_argument("--clip", type=Path)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    found = measure(given.files, given.seconds, given.height, given.clip, given.workers)
    print(json.dumps(found, indent=None if given.json else 1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
