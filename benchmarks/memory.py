"""Peak memory of a short and a long video, whole cold runs: it must not grow with length.

benchmarks/memory.py [--clip FILE] [--height 1080] [--short 10] [--long 600] [--json]
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

import clips

from passerby.bench.clip_info import probe
from passerby.bench.cold_run import run_cold
from passerby.bench.tools import passerby


def measure(seconds: float, height: int, clip: Path | None) -> dict[str, float]:
    with tempfile.TemporaryDirectory(prefix="passerby-bench-") as name:
        folder = Path(name)
        source = clips.make(folder / "clip.mp4", height, seconds, clip)
        run = run_cold(passerby(source).command_for(folder / "out.mp4"), folder)
        frames = probe(source).frames
    return {
        "seconds": seconds,
        "frames": frames,
        "memory": round(run.memory / (1 << 20), 1),
        "speed": round(frames / run.seconds, 2),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clip", type=Path)
    parser.add_argument("--height", type=int, default=1080)
    parser.add_argument("--short", type=float, default=10, help="seconds")
    parser.add_argument("--long", type=float, default=600, help="seconds")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    runs = [measure(seconds, options.height, options.clip) for seconds in (options.short, options.long)]
    if options.json:
        print(json.dumps({"height": options.height, "runs": runs}))
    else:
        for run in runs:
            print("{seconds:5.0f} s ({frames} frames): {memory:.0f} MiB, {speed:.1f} fps".format(**run))
    return 0


if __name__ == "__main__":
    sys.exit(main())
