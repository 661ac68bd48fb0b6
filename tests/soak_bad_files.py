"""A part of the broken files of `make soak`, one by one: `python -m tests.soak_bad_files SEED FROM TO [--recorded]`.

For a machine that has no hours to spare at once: every file that went wrong is named and left in FOLDER, and the last
line says how far it came.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from multiprocessing import get_context
from pathlib import Path

from tests import bad_files

#: Seconds after which a try counts as hanging, on a machine with other work.
BOUND_S = 600


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("seed", type=int)
    parser.add_argument("start", type=int, metavar="FROM")
    parser.add_argument("stop", type=int, metavar="TO")
    parser.add_argument("--recorded", action="store_true", help="streams without a container, and files of recorders")
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--seconds", type=float, default=float("inf"), help="stop after that time")
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    make = bad_files.recorded if asked.recorded else bad_files.originals
    files = bad_files.files(asked.folder, asked.stop, asked.seed, make)
    counted: Counter[str] = Counter()
    begun, number, pool = time.monotonic(), asked.start, new_pool()
    for number, path in enumerate(skipped(files, asked.start), asked.start):
        try:
            outcome = pool.submit(bad_files.attempt, path).result(BOUND_S).partition(":")[0]
            path.unlink()
        except Exception as error:
            outcome = "WRONG"
            print(f"{path.name}: {type(error).__name__}: {error}", flush=True)
            pool.shutdown(wait=False, cancel_futures=True)
            pool = new_pool()
        counted[outcome] += 1
        if number % 100 == 0:
            print(number, dict(counted), flush=True)
        if time.monotonic() - begun > asked.seconds:
            break
    pool.shutdown()
    print(f"seed {asked.seed}, from {asked.start} to {number}: {dict(counted)}")


def skipped(files: Iterator[Path], count: int) -> Iterator[Path]:
    """The files after the first `count`, which are made and removed."""
    for path in islice(files, count):
        path.unlink()
    yield from files


def new_pool() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(1, get_context("spawn"), initializer=bad_files.prepare, initargs=(sys.path,))


if __name__ == "__main__":
    main()
