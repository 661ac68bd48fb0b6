#!/usr/bin/env python3
"""Redact an annotated folder with default settings and score the result by pixels alone.

    benchmarks/accuracy.py EVAL SET [--profile P] [--keep DIR]

EVAL is the evaluation folder (with score.py and dev/), SET one of moving, faces, plates. The program that runs is the
one installed beside this Python; the figures are score.py's own.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("eval", type=Path)
    parser.add_argument("set", choices=("moving", "faces", "plates"))
    parser.add_argument("--profile", default="balanced")
    parser.add_argument("--keep", type=Path, help="keep the redacted files here")
    parser.add_argument("--worst", type=int, default=10)
    given = parser.parse_args()
    truth = given.eval / "dev" / given.set
    with tempfile.TemporaryDirectory() as scratch:
        redacted = given.keep or Path(scratch)
        program = Path(sys.executable).with_name("passerby")
        run = [program, "redact", truth, "--out-dir", redacted, "--profile", given.profile, "--no-verify", "--force"]
        done = subprocess.run(run, check=False, stdout=subprocess.DEVNULL)
        if done.returncode not in (0, 3):
            print(f"passerby ended with {done.returncode}", file=sys.stderr)
        score = [sys.executable, given.eval / "score.py", "--truth", truth / "annotations.json", "--original", truth]
        scored = subprocess.run([*score, "--redacted", redacted, "--worst", str(given.worst)], check=False)
    return done.returncode or scored.returncode


if __name__ == "__main__":
    sys.exit(main())
