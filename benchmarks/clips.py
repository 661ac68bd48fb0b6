"""The clips for speed measurements: the demo's sample, at any size and length, or a clip of your own.

    benchmarks/clips.py OUT.mp4 [--clip FILE] [--height 1080] [--seconds 20] [--fixed]

With --fixed as a camera on a wall would film it: four fifths of the time the first frame stands still, with the noise
of a sensor, and then the clip plays.

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

#: Share of the time in which nothing moves, with --fixed, and how strong the noise of the sensor is.
STILL_SHARE, NOISE = 0.8, 5

HEIGHTS = {540: "540p", 720: "720p", 1080: "1080p", 2160: "4K"}


def make(out: Path, height: int, seconds: float, clip: Path | None = None, fixed: bool = False) -> Path:
    """A clip of that height and length: scaled and encoded once, then looped; `fixed` as --fixed. Does nothing when it
    exists."""
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
        if fixed:
            still, parts = Path(folder, "still.mp4"), Path(folder, "parts.txt")
            stand = f"select=eq(n\\,0),loop=-1:1,setpts=N/25/TB,noise=alls={NOISE}:allf=t"
            stand_still = ["-vf", stand, "-r", 25, *scale[2:], "-pix_fmt", "yuv420p"]
            _ffmpeg("-i", once, *stand_still, "-t", STILL_SHARE * seconds, still)
            parts.write_text(f"file '{still}'\nfile '{once}'\n")
            _ffmpeg("-f", "concat", "-safe", "0", "-i", parts, "-t", seconds, "-c", "copy", part)
        else:
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
    parser.add_argument("--fixed", action="store_true", help="a camera on a wall: mostly nothing moves")
    options = parser.parse_args()
    print(make(options.out, options.height, options.seconds, options.clip, options.fixed))
    return 0


if __name__ == "__main__":
    sys.exit(main())
