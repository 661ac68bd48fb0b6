"""Whole runs over a Ray on this machine, with the real program in every worker."""

import io
import json
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from contextlib import nullcontext
from pathlib import Path

import pytest
from arro3.io import read_parquet
from typer.testing import CliRunner

from passerby.cli.app import app
from passerby.cluster.scheduler import MAX_TASK_MEMORY
from passerby.config.settings import Settings
from passerby.documents.plan import Plan
from passerby.documents.report import Report
from passerby.jobs.cluster_run import remove_remains
from passerby.jobs.file_job import FileJob
from passerby.jobs.task import JobOutcome, JobState, Task
from passerby.sink.output_file import OutputFile
from tests.clips import cfr
from tests.cluster.fixtures import copy


@pytest.fixture
def run(cluster, models, monkeypatch):
    """`passerby redact ... --on ray` on the cluster that is there already."""
    monkeypatch.setattr("passerby.jobs.cluster_run.Cluster", lambda address, jobs: nullcontext(cluster))
    return lambda *arguments: CliRunner().invoke(app, ["redact", *map(str, arguments), "--on", "ray"])


NODE = """
from pathlib import Path
from passerby.config.settings import Settings
from passerby.jobs import cluster_run
from passerby.jobs.file_job import FileJob
from passerby.jobs.task import Task
from tests.jobs.test_cluster_run import memory_of_the_process
cluster_run.run_task = memory_of_the_process
job = FileJob(Path("in"), Path("out"))
with cluster_run._node_worker():
    print(cluster_run.run_on_node(Task(job, Settings())).result)
"""


def memory_of_the_process(task, state):
    """Stands in for `run_task` in the process that reads the file."""
    return JobOutcome(task.job, JobState.DONE, result=max(resource.getrlimit(resource.RLIMIT_DATA)))


@pytest.mark.parametrize("own", [2 << 30, 64 << 30])
def test_a_file_takes_no_more_memory_of_a_node_than_a_task_may(own):
    """Whatever the machine has, nor more than the limit that Ray's process was started with."""
    hard = resource.getrlimit(resource.RLIMIT_DATA)[1]  # other tests of this process may have lowered it
    own = own if hard == resource.RLIM_INFINITY else min(own, hard)
    limited = f"import resource; resource.setrlimit(resource.RLIMIT_DATA, ({own}, {hard}))\n{NODE}"
    ran = subprocess.run([sys.executable, "-c", limited], capture_output=True, text=True, check=True, timeout=60)
    assert 0 < int(ran.stdout) <= min(own, MAX_TASK_MEMORY)


def table(path):
    rows = []
    for batch in read_parquet(io.BytesIO(path.read_bytes())):
        columns = [batch.column(name).to_pylist() for name in batch.schema.names]
        rows += [dict(zip(batch.schema.names, cells, strict=True)) for cells in zip(*columns, strict=True)]
    return {Path(row["file"]).name: row for row in rows}


def children():
    """Ids of processes in which the program works on files, started by Ray's workers."""
    found = []
    for status in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if b"spawn_main" in status.read_bytes() and b"ray::" in _parent(status.parent):
                found.append(int(status.parent.name))
        except OSError:
            continue
    return found


def _parent(process):
    parent = (process / "stat").read_text().rpartition(")")[2].split()[1]
    return Path("/proc", parent, "cmdline").read_bytes()


def test_a_folder_is_done_though_a_process_is_killed_and_a_file_is_bad(run, tmp_path):
    clip = cfr(tmp_path / "clip.mp4")
    names = ["a.mp4", "sub/b.mp4", "c.mp4", "d.mp4"]
    for name in names:
        copy(clip, tmp_path / "in" / name)
    (tmp_path / "in" / "bad.mp4").write_bytes(b"no film" * 100)
    killed = []

    def kill_one():
        until = time.monotonic() + 120
        while not killed and time.monotonic() < until:
            for pid in children():
                os.kill(pid, signal.SIGKILL)
                killed.append(pid)
                return
            time.sleep(0.05)

    killer = threading.Thread(target=kill_one)
    killer.start()
    done = run(tmp_path / "in", "--out-dir", tmp_path / "out", "--no-verify")
    killer.join()
    assert [1] == [len(killed)]
    assert 1 == done.exit_code, done.output
    assert {"failed": 1, "done": 4} == {k: v for k, v in _counts(tmp_path / "out").items() if v}
    rows = table(tmp_path / "out" / "summary.parquet")
    assert {"a.mp4", "b.mp4", "c.mp4", "d.mp4", "bad.mp4"} == set(rows)
    assert (24, True) == (rows["a.mp4"]["frames"], rows["a.mp4"]["seconds"] > 0)
    assert "not a video" in rows["bad.mp4"]["message"]
    assert (tmp_path / "out" / "summary.svg").read_text().startswith("<?xml")
    for name in names:
        Report.model_validate_json((tmp_path / "out" / name).with_suffix(".report.json").read_bytes())
    left = {path.name for path in (tmp_path / "out").rglob("*") if path.is_file()}
    assert set() == {name for name in left if name.endswith(".part") or name.startswith("bad")}

    (tmp_path / "out" / "c.mp4").unlink()
    (tmp_path / "in" / "bad.mp4").unlink()
    again = run(tmp_path / "in", "--out-dir", tmp_path / "out", "--no-verify", "--resume", "--json")
    assert 0 == again.exit_code, again.output
    states = [json.loads(line) for line in again.output.splitlines() if line.startswith("{")]
    assert ["c.mp4"] == [Path(line["file"]).name for line in states if line.get("state") == "done"]
    assert 3 == sum(line.get("state") == "already done" for line in states)


def _counts(folder):
    return json.loads((folder / "summary.json").read_text())["counts"]


def test_a_cluster_gives_the_same_plan_as_one_machine(run, released, tmp_path):
    done = run(released.source, "--out-dir", tmp_path, "--save-plan", "--no-verify")
    assert 0 == done.exit_code, done.output
    assert released.plan == Plan.load(tmp_path / "yard.plan.json")
    assert released.plan.videos[0].tracks


def test_what_a_stopped_run_leaves_is_removed_once_its_processes_have_ended(tmp_path):
    tasks = [Task(FileJob(tmp_path / "a.mp4", tmp_path / "out" / f"{name}.mp4"), Settings()) for name in "ab"]
    (tmp_path / "out").mkdir()
    chunk = tmp_path / "out" / "a.mp4.0000.piece"
    chunk.touch()
    (tmp_path / "out" / "c.mp4.part").touch()  # of another run
    theirs = tmp_path / "out" / "b.mp4.0000.piece"  # of another run on the same folder, which will join it
    theirs.touch()
    os.utime(theirs, (time.time() - 60, time.time() - 60))
    with OutputFile(tasks[0].job.output) as writing:  # its process has not ended yet
        ender = threading.Timer(0.6, writing._release)
        ender.start()
        remove_remains(tasks)
        ender.join()
    assert ["b.mp4.0000.piece", "c.mp4.part"] == sorted(path.name for path in (tmp_path / "out").iterdir())


@pytest.mark.soak
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_run_on_a_cluster_that_is_stopped_leaves_nothing(number, code, sample, models, tmp_path):
    """Ray catches signals, and swallows what their handlers raise unless it is a KeyboardInterrupt."""
    (tmp_path / "in").mkdir()
    for name in ("a.mp4", "b.mp4"):
        copy(sample, tmp_path / "in" / name)
    passerby, out = Path(sys.executable).with_name("passerby"), tmp_path / "out"
    command = [passerby, "redact", tmp_path / "in", "--out-dir", out, "--on", "ray", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as running:
        while not list(out.glob("*.part")):
            time.sleep(0.1)
            assert running.poll() is None
        os.killpg(running.pid, number)
        lines = [json.loads(line) for line in running.stdout]
        assert code == running.wait(60)
    assert ["started", "interrupted"] == [lines[0]["event"], lines[-1]["event"]]
    assert signal.Signals(number).name == lines[-1]["signal"]
    assert [] == list(out.iterdir())
