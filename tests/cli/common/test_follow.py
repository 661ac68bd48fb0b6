import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from passerby.cli.common.follow import FolderFollower
from passerby.core.errors import SourceError
from passerby.jobs.file_job import JobList

PASSERBY = Path(sys.executable).with_name("passerby")


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "in" / "sub").mkdir(parents=True)
    return tmp_path / "in"


def test_a_file_is_due_once_it_has_not_changed_for_a_while(folder, tmp_path):
    clock = Clock()
    follower = FolderFollower(folder, tmp_path / "out", 3.0, clock)
    assert [] == follower.due().jobs
    film = folder / "sub" / "a.mp4"
    film.write_bytes(b"half")
    assert [] == follower.due().jobs
    clock.now = 2.0
    film.write_bytes(b"half and more")
    assert [] == follower.due().jobs
    clock.now = 4.0
    assert [] == follower.due().jobs
    clock.now = 5.0
    (job,) = follower.due().jobs
    assert (film, tmp_path / "out" / "sub" / "a.mp4") == (job.source, job.output)
    clock.now = 50.0
    assert [] == follower.due().jobs  # once
    film.write_bytes(b"another film")
    assert [] == follower.due().jobs
    clock.now = 60.0
    assert 1 == len(follower.due().jobs)  # it was replaced


def test_an_empty_file_is_waited_for(folder, tmp_path):
    clock = Clock()
    follower = FolderFollower(folder, tmp_path / "out", 3.0, clock)
    (folder / "a.mp4").touch()
    follower.due()
    clock.now = 10.0
    assert [] == follower.due().jobs


def settled(follower, clock):
    follower.due()
    clock.now += 10
    return follower.due()


def test_of_two_files_with_one_output_the_second_is_named_once_and_left_out(folder, tmp_path):
    clock = Clock()
    follower = FolderFollower(folder, tmp_path / "out", 3.0, clock)
    (folder / "a.avi.mp4").write_bytes(b"film")
    assert [folder / "a.avi.mp4"] == [job.source for job in settled(follower, clock).jobs]
    (folder / "a.avi").write_bytes(b"another one")  # of which a.avi.mp4 would be made, too
    (folder / "b.mp4").write_bytes(b"a third one")
    due = settled(follower, clock)
    assert [folder / "b.mp4"] == [job.source for job in due.jobs]
    (row,) = due.rejected
    assert folder / "a.avi" == row.path
    assert "a.avi.mp4 is the copy of a.avi.mp4, which came first. Give one of the two another name." in row.reason
    due = settled(follower, clock)
    assert ([], []) == (due.jobs, due.rejected)
    (folder / "a.avi.mp4").unlink()
    (folder / "a.avi").write_bytes(b"another one, changed")
    assert [folder / "a.avi"] == [job.source for job in settled(follower, clock).jobs]


def test_started_again_the_copy_of_an_earlier_run_is_not_replaced_by_that_of_another_file(folder, tmp_path):
    (folder / "a.avi").write_bytes(b"one")
    (folder / "a.avi.mp4").write_bytes(b"film")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "a.avi.mp4.report.json").write_text('{"source": {"name": "a.avi.mp4"}}')
    clock = Clock()
    due = settled(FolderFollower(folder, tmp_path / "out", 3.0, clock), clock)
    assert [folder / "a.avi.mp4"] == [job.source for job in due.jobs]
    assert [folder / "a.avi"] == [row.path for row in due.rejected]


@pytest.mark.parametrize("report", ["", "[]", '{"source": {"name": "../../etc/passwd"}}', '{"source": {"name": 7}}'])
def test_a_report_that_says_nothing_is_no_owner(folder, tmp_path, report):
    (folder / "a.mp4").write_bytes(b"film")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "a.mp4.report.json").write_text(report)
    clock = Clock()
    assert 1 == len(settled(FolderFollower(folder, tmp_path / "out", 3.0, clock), clock).jobs)


def test_a_folder_that_cannot_be_read_is_named_until_it_can(folder, tmp_path, monkeypatch):
    clock, denied = Clock(), [(folder / "sub", "Permission denied")]

    def listed(*_, **__):
        return JobList(unreadable=list(denied))

    monkeypatch.setattr("passerby.cli.common.follow.collect_jobs", listed)
    follower = FolderFollower(folder, tmp_path / "out", 3.0, clock)
    assert denied == follower.due().unreadable
    assert [] == follower.due().unreadable
    before, denied[:] = list(denied), []
    assert [] == follower.due().unreadable
    denied[:] = before
    assert denied == follower.due().unreadable


def test_a_folder_that_is_gone_is_said(folder, tmp_path):
    follower = FolderFollower(tmp_path / "gone", tmp_path / "out")
    with pytest.raises(SourceError, match="is not there any more"):
        follower.due()


@pytest.mark.parametrize("polling", ["0", "1"])
def test_what_comes_in_is_redacted_and_a_kill_is_survived(folder, sample, models, tmp_path, polling):
    out = tmp_path / "out"
    command = [PASSERBY, "redact", folder, "--out-dir", out, "--follow", "--json", "--profile", "fast", "--no-verify"]
    environment = os.environ | {"WATCHFILES_FORCE_POLLING": polling}

    def start():
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment)

    def until(running, event):
        for line in running.stdout:
            if json.loads(line)["event"] == event:
                return json.loads(line)
        raise AssertionError

    with start() as running:
        (folder / "a.mp4").write_bytes(sample.read_bytes())
        assert str(out / "a.mp4") == until(running, "done")["output"]
        (folder / "b.mp4").write_bytes(sample.read_bytes())
        until(running, "progress")
        running.kill()
    with start() as running:
        states = {}
        while len(states) < 2:
            done = until(running, "done")
            states[Path(done["file"]).name] = done["state"]
        running.send_signal(signal.SIGTERM)
        assert "SIGTERM" == until(running, "interrupted")["signal"]
        assert 143 == running.wait(20)
    assert ("already done", True) == (states["a.mp4"], states["b.mp4"] in ("done", "needs review"))
    assert {"a.mp4", "b.mp4", "a.mp4.report.json", "b.mp4.report.json"} == {path.name for path in out.iterdir()}
