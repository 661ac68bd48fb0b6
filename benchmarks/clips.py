"""The clips for speed measurements: the demo's sample, at any size and length, or a clip of your own.

    benchmarks/clips.py OUT.mp4 [--clip FILE] [--height 1080] [--seconds 20]

The project contains no footage; the sample is synthetic, and its one photograph is in the public domain.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from passerby.bench.tools import ffmpeg_program
from passerby.demo.portrait import portrait
from passerby.demo.sample import make_sample

HEIGHTS = {540: "540p", 720: "720p", 1080: "1080p", 2160: "4K"}


def make(out: Path, height: int, seconds: float, clip: Path | None = None) -> Path:
    """A clip of that height and length: scaled and encoded once, then looped. Does nothing when it exists."""
    if out.exists():
        return out
    with tempfile.TemporaryDirectory(prefix="passerby-bench-") as folder:
        source = clip or Path(folder, "sample.mp4")
        if clip is None:
            make_sample(source, portrait())
        once, part = Path(folder, "once.mp4"), out.with_suffix(".part.mp4")
        # Mild compression, as a camera would write, so that decoding is realistic work. No B-frames either: they would
        # shift the timestamps where it loops, and other tools would drop frames there.
        scale = ["-vf", f"scale=-2:{height}:flags=bicubic", "-c:v", "libx264", "-preset", "veryfast", "-crf", "20"]
        scale += ["-bf", "0"]
        _ffmpeg("-i", source, "-map", "0:v:0", "-t", seconds, *scale, "-pix_fmt", "yuv420p", once)
        _ffmpeg("-stream_loop", "-1", "-i", once, "-t", seconds, "-c", "copy", part)
        part.replace(out)
    return out


def _ffmpeg(*arguments: object) -> None:
    command = [ffmpeg_program(), "-y", "-v", "error", *(str(argument) for argument in arguments)]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--clip", type=Path)
    parser.add_argument("--height", type=int, default=1080)
    parser.add_argument("--seconds", type=float, default=20)
    options = parser.parse_args()
    print(make(options.out, options.height, options.seconds, options.clip))
    return 0


if __name__ == "__main__":
    sys.exit(main())
