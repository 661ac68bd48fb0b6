"""SIGKILL at any moment: what the index names plays, and only the part that was being written is lost."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from passerby.store.database import Database
from passerby.store.recordings.index import Recordings
from tests.store.db_helpers import all_play, everything
from tests.store.footage import three

ROOT = Path(__file__).parents[2]
PROGRAM = Path(__file__).parent / "writes_until_killed.py"


def killed(folder, file, first, lines, seconds):
    """Let it write so many parts and for so long after that, and kill it. The last part of each camera that it said
    was stored."""
    command = [sys.executable, str(PROGRAM), str(folder), str(file), str(first)]
    way = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=way) as process:
        assert "ready\n" == process.stdout.readline()
        lines_read = "".join(process.stdout.readline() for _ in range(lines))
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)
        lines_read += process.stdout.read()
    stored = [line.split() for line in lines_read.splitlines(keepends=True) if line.endswith("\n")]
    return {camera: int(number) for camera, number in stored}


@pytest.mark.parametrize("kills", [8, pytest.param(100, marks=pytest.mark.soak)])
def test_killed_at_any_moment(tmp_path, kills):
    folder, file = tmp_path / "data", tmp_path / "parts"
    file.write_bytes(b"ONE MORE".join(part.to_bytes() for part in three()))
    Database.open(folder, create=True).close()
    chance, first = random.Random(kills), 0
    for _ in range(kills):
        stored = killed(folder, file, first, chance.randrange(5), chance.uniform(0, 0.2))
        with Recordings(Database.open(folder), boot="first") as recordings:
            found = recordings.recover()
            assert {"missing", "broken"}.isdisjoint(finding.kind for finding in found.findings)
            for camera, number in stored.items():
                newest = recordings.between(camera, 0, 1e11)[-1]
                # All that it said was stored is there, and at most the one after that.
                assert number + 101 <= newest.end / 1e6 <= number + 102
            assert recordings.check().is_consistent
            first = 1 + max([first, *(round(segment.end / 1e6) - 100 for segment in everything(recordings))])
    with Recordings(Database.open(folder), boot="first") as recordings:
        assert first >= kills // 2
        assert {"hall", "yard"} == {camera.camera for camera in recordings.cameras()}
        assert all_play(recordings)
