"""An archive of many small files, a twentieth of them bad, while workers are killed one after the other."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.clips import cfr
from tests.jobs.test_cluster_run import children, table

#: Files, every how many of them is bad, and seconds between two kills.
FILES, BAD, EVERY = int(os.environ.get("PASSERBY_SOAK_FILES", "500")), 20, 20.0


def kill(stop, killed):
    """In turn the process that works on a file, and the one of Ray's that gave it to it."""
    chance = random.Random(1)
    while not stop.wait(EVERY):
        pids = children()
        if not pids:
            continue
        pid = chance.choice(pids)
        if len(killed) % 2:
            pid = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
        killed.append(pid)


@pytest.mark.soak
def test_every_good_file_is_done_and_every_bad_one_reported_when_processes_are_killed(tmp_path, models):
    if find_spec("ray") is None:
        pytest.skip("Ray is not installed: pip install 'passerby[cluster]'")
    clip = cfr(tmp_path / "clip.mp4")
    (tmp_path / "in").mkdir()
    for n in range(FILES):
        path = tmp_path / "in" / f"{n:04}.mp4"
        path.write_bytes(b"no film" * 100) if n % BAD == 0 else os.link(clip, path)
    stop, killed = threading.Event(), []
    killer = threading.Thread(target=kill, args=(stop, killed))
    killer.start()
    began = time.monotonic()
    try:
        command = Path(sys.executable).with_name("passerby")
        words = ["redact", tmp_path / "in", "--out-dir", tmp_path / "out", "--on", "ray", "--no-verify"]
        done = subprocess.run([command, *words], capture_output=True, text=True)
    finally:
        stop.set()
        killer.join()
    print(f"{FILES} files, {len(killed)} kills, {time.monotonic() - began:.0f} s")
    assert 1 == done.returncode, done.stderr
    counts = json.loads((tmp_path / "out" / "summary.json").read_text())["counts"]
    bad = len(range(0, FILES, BAD))
    assert {"failed": bad, "done": FILES - bad} == {state: n for state, n in counts.items() if n}
    rows = table(tmp_path / "out" / "summary.parquet")
    assert FILES == len(rows)
    assert all("not a video" in row["message"] for row in rows.values() if row["state"] == "failed")
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert set() == {name for name in names if name.endswith(".part")}
    assert FILES - bad == sum(name.endswith(".report.json") for name in names)
    assert killed
