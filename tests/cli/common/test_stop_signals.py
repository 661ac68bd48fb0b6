import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from passerby.cli.common.stop_signals import Stopped, stop_signals

PASSERBY = Path(sys.executable).with_name("passerby")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_each_signal_ends_the_run_once(number, code):
    stops = []

    def work():
        with stop_signals() as stop:
            stops.append(stop)
            try:
                os.kill(os.getpid(), number)
                time.sleep(5)
            finally:
                os.kill(os.getpid(), signal.SIGINT)  # impatience does not interrupt what is being removed
                time.sleep(0.01)

    before = signal.getsignal(number)
    with pytest.raises(Stopped):
        work()
    assert (code, signal.Signals(number).name) == (stops[0].exit_code, stops[0].name)
    assert before == signal.getsignal(number)


def test_what_nohup_ignores_stays_ignored():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with stop_signals():
            os.kill(os.getpid(), signal.SIGHUP)
            assert signal.SIG_IGN is signal.getsignal(signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize(("numbers", "code"), [(("TERM",), 143), (("HUP",), 129), (("INT", "INT"), 130)])
def test_a_run_that_is_stopped_leaves_nothing_and_says_so(numbers, code, jobs, sample, models, tmp_path):
    """The whole group of processes gets the signal, as from a terminal or a service manager."""
    (tmp_path / "in").mkdir()
    for name in ("a.mp4", "b.mp4"):
        (tmp_path / "in" / name).symlink_to(sample)
    command = [PASSERBY, "redact", tmp_path / "in", "--out-dir", tmp_path / "out", "--jobs", str(jobs), "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as running:
        lines = []
        for line in running.stdout:
            lines.append(line)
            if '"stage":"analyse"' in line:
                break
        assert list((tmp_path / "out").glob("*.part"))
        for number in numbers:
            os.killpg(running.pid, getattr(signal, f"SIG{number}"))
        lines += running.stdout.readlines()
        assert code == running.wait(20)
    assert f'"event":"interrupted","signal":"SIG{numbers[0]}","exit_code":{code}' in lines[-1]
    assert not any('"event":"error"' in line for line in lines)
    assert [] == list((tmp_path / "out").iterdir())
