"""Run as a program: stores parts of two cameras as fast as it can, says which are stored, and waits to be killed.

python writes_until_killed.py DATA_FOLDER FILE_WITH_PARTS FIRST_NUMBER
"""

import sys
from dataclasses import replace
from itertools import count
from pathlib import Path

from passerby.core.clock import Moment
from passerby.store.database import Database
from passerby.store.recordings.index import Recordings
from passerby.store.recordings.part import Part
from passerby.store.recordings.retention import RetentionPolicy
from tests.store.stamping import stamped


def main():
    folder, file, first = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    known = [Part.from_bytes(data) for data in file.read_bytes().split(b"ONE MORE") if data]
    kept = RetentionPolicy(max_bytes=400_000, min_free_bytes=0)  # the oldest are deleted all the time as well
    with Recordings(Database.open(folder), kept, boot="first") as recordings:
        writers = {camera: recordings.writer(camera) for camera in ("yard", "hall")}
        print("ready", flush=True)
        for number in count(first):
            part = known[number % len(known)]
            at = Moment(100.0 + number, 1.8e9 + number, True)
            body = stamped(part.body, number * 1_000_000)
            for camera, writer in writers.items():
                # A segment of 15 parts, so that files begin and end all the time.
                writer.append(replace(part, camera=camera, body=body, captured_at=at, discontinuity=number % 15 == 0))
                print(camera, number, flush=True)


if __name__ == "__main__":
    main()
