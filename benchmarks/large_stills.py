#!/usr/bin/env python3
"""Memory and run time of the largest stills: a photo of 50 megapixels and a panorama of 360 degrees.

    benchmarks/large_stills.py [PICTURE...]

Both are collages of the demo's portrait, or of PICTURE: many small copies, some with faces of 20 pixels. Each run is a
whole cold process with default settings and its check; the program is the one installed beside this Python. Memory is
the peak of its worker process, the larger of the two (the other one waits).
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image

from passerby.demo.portrait import portrait

PASSERBY = Path(sys.executable).with_name("passerby")
#: Name and size in pixels. The second is twice as wide as high, so that detection also runs across its seam.
STILLS = {"photo of 50 megapixels": (8688, 5792), "panorama of 360 degrees": (8192, 4096)}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pictures", type=Path, nargs="*", help="pictures for the collages")
    options = parser.parse_args()
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for name, size in STILLS.items():
            source, output = Path(folder, "source.jpg"), Path(folder, "output.jpg")
            collage(options.pictures or [portrait()], size).save(source, quality=88)
            started = time.monotonic()
            command = [str(PASSERBY), "redact", str(source), "-o", str(output), "--force"]
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            failed += process.returncode not in (0, 3)
            # wait4 reports the largest process of the process tree, in KiB.
            print(
                f"{name}, {size[0]}x{size[1]}: {usage.ru_maxrss / 1024:.0f} MiB, {time.monotonic() - started:.0f} s, "
                f"exit code {process.returncode}",
                flush=True,
            )
    return failed


def collage(pictures: list[Path], size: tuple[int, int], seed: int = 1) -> Image.Image:
    """The pictures in rows, repeated, from large ones at the top to small ones at the bottom, on noise."""
    rng = np.random.default_rng(seed)
    noise = Image.fromarray(rng.integers(60, 200, (size[1] // 8, size[0] // 8, 3), np.uint8))
    sheet = noise.resize(size, Image.Resampling.BICUBIC)
    loaded = []
    for path in pictures:
        with Image.open(path) as file:
            loaded.append(file.convert("RGB"))
    y, height, number = 0, size[1] // 4, 0
    while y < size[1]:
        x = 0
        while x < size[0]:
            picture = loaded[number % len(loaded)]
            small = picture.resize((max(1, height * picture.width // picture.height), height))
            sheet.paste(small, (x, y))
            x, number = x + small.width + height // 8, number + 1
        y, height = y + height + height // 8, max(60, height * 2 // 3)
    return sheet


if __name__ == "__main__":
    sys.exit(main())
