"""A cluster that is there already, of two machines, one of which is lost while it works."""

import json
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path

import pytest

from passerby import analyse
from passerby.detect.weights import CACHE_VARIABLE, Registry
from passerby.documents.plan import Plan
from passerby.track.segments import SEGMENT_VARIABLE
from tests.cluster.fixtures import copy
from tests.jobs.test_cluster_run import table

#: Films, and seconds after which a machine that was to begin something has failed to.
VIDEOS, TIMEOUT_S = 8, 300.0


@contextmanager
def machines(*caches):
    """(port, function that loses the second one)."""
    words = [sys.executable, "-m", "tests.cluster.two_nodes", *map(str, caches)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(words, cwd=Path(__file__).parents[2], text=True, **pipes) as process:

        def lose():
            process.stdin.write("lose\n")
            process.stdin.flush()
            assert "lost\n" == process.stdout.readline()

        try:
            yield int(process.stdout.readline()), lose
        finally:
            process.stdin.close()
            process.wait(60)


def at_work(cache):
    """Ids of processes that work on films on the machine with that cache."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if b"spawn_main" in (folder / "cmdline").read_bytes():
                here = f"{CACHE_VARIABLE}={cache}".encode() in (folder / "environ").read_bytes().split(b"\0")
                found += [int(folder.name)] if here else []
    return found


def until(is_so):
    end = time.monotonic() + TIMEOUT_S
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.05)


def weights(cache):
    return {path.name: path.stat().st_ino for path in cache.rglob("*") if path.suffix in (".onnx", ".tflite")}


@pytest.mark.soak
def test_a_machine_that_is_lost_costs_nothing_but_time(tmp_path, models, sample, monkeypatch):
    if find_spec("ray") is None:
        pytest.skip("Ray is not installed: pip install 'passerby[cluster]'")
    for n in range(VIDEOS):
        copy(sample, tmp_path / "in" / f"{n}.mp4")
    (tmp_path / "in" / "bad.mp4").write_bytes(b"no film" * 100)
    monkeypatch.setenv(SEGMENT_VARIABLE, "1")  # each of them is done in two pieces
    caches = tmp_path / "first", tmp_path / "second"
    out = tmp_path / "out"
    with machines(*caches) as (port, lose):
        command = Path(sys.executable).with_name("passerby")
        words = [command, "redact", tmp_path / "in", "--out-dir", out, "--save-plan", "--on", f"ray://127.0.0.1:{port}"]
        with subprocess.Popen(words, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as run:
            until(lambda: run.poll() is not None or (at_work(caches[0]) and at_work(caches[1])))
            brought = [weights(cache) for cache in caches]
            done = list(out.glob("*.report.json"))
            victims = at_work(caches[1])
            lose()
            until(lambda: not any(Path("/proc", str(pid)).exists() for pid in victims))
            log = run.communicate(timeout=1200)[1]
    assert 1 == run.returncode, log
    assert len(done) < VIDEOS
    counts = json.loads((out / "summary.json").read_text())["counts"]
    assert {"done": VIDEOS, "failed": 1} == {state: n for state, n in counts.items() if n}, log
    assert "not a video" in table(out / "summary.parquet")["bad.mp4"]["message"]
    plan = analyse(sample)
    assert [plan.videos] * VIDEOS == [Plan.load(out / f"{n}.plan.json").videos for n in range(VIDEOS)]
    assert set() == {path.suffix for path in out.iterdir()} & {".part", ".piece"}
    # Each machine had no models, was brought all of them, and kept them.
    assert len(Registry.load()) == len(brought[0]) == len(brought[1])
    assert brought == [weights(cache) for cache in caches]
