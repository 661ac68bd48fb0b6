import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from passerby.cli.common.follow import FolderFollower

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
    assert [] == follower.due()
    film = folder / "sub" / "a.mp4"
    film.write_bytes(b"half")
    assert [] == follower.due()
    clock.now = 2.0
    film.write_bytes(b"half and more")
    assert [] == follower.due()
    clock.now = 4.0
    assert [] == follower.due()
    clock.now = 5.0
    (job,) = follower.due()
    assert (film, tmp_path / "out" / "sub" / "a.mp4") == (job.source, job.output)
    clock.now = 50.0
    assert [] == follower.due()  # once
    film.write_bytes(b"another film")
    assert [] == follower.due()
    clock.now = 60.0
    assert 1 == len(follower.due())  # it was replaced


def test_an_empty_file_is_waited_for(folder, tmp_path):
    clock = Clock()
    follower = FolderFollower(folder, tmp_path / "out", 3.0, clock)
    (folder / "a.mp4").touch()
    follower.due()
    clock.now = 10.0
    assert [] == follower.due()


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
