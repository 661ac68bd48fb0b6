import io
import json
import sys

import pytest

from passerby.bench import cold_run
from passerby.bench.cold_run import run_cold
from passerby.core.errors import PasserbyError

MIB = 1 << 20
BURN = "import time\nwhile time.process_time() < 0.3: pass\n"


def hold(folder):
    """A program that holds 60 MiB until `folder` has a file `seen`."""
    return (
        "import pathlib, time\nheld = bytearray(b'x') * (60 << 20)\n"
        f"while not pathlib.Path({str(folder / 'seen')!r}).exists(): time.sleep(0.01)"
    )


def run_child(code):
    return f"subprocess.run([sys.executable, '-c', {code!r}])"


def python(code):
    return [sys.executable, "-c", code]


def test_processor_time_is_that_of_all_processes(tmp_path):
    both = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {BURN!r}])\n{BURN}"
    run = run_cold(python(both), tmp_path)
    assert run.cpu >= 0.6
    assert run.seconds > 0.3


def test_memory_is_the_sum_over_all_processes(tmp_path):
    def release(marks):
        """Let the program end when the sampler has seen what it holds."""
        if sum(marks.values()) >= expected:
            (tmp_path / "seen").touch()

    expected = 60 * MIB
    alone = run_cold(python(hold(tmp_path)), tmp_path, release).memory
    assert 60 * MIB <= alone <= 110 * MIB
    (tmp_path / "seen").unlink()
    expected = 120 * MIB
    both = f"import subprocess, sys\nheld = bytearray(b'x') * (60 << 20)\n{run_child(hold(tmp_path))}"
    assert run_cold(python(both), tmp_path, release).memory >= 120 * MIB


def test_the_time_of_the_first_reported_frame():
    events = [("analyse", 0), ("analyse", 1), ("render", 9)]
    lines = [json.dumps({"event": "progress", "stage": stage, "done": done}).encode() + b"\n" for stage, done in events]
    reader = cold_run._OutputReader(io.BytesIO(b"".join(lines)), 100.0, clock=iter([103.5]).__next__)
    with reader:
        pass
    assert 3.5 == reader.first_frame_s


def test_a_run_has_the_time_of_its_first_frame(tmp_path):
    line = json.dumps({"event": "progress", "stage": "analyse", "done": 1})
    run = run_cold(python(f"print({line!r})"), tmp_path)
    assert 0 < run.first_frame_s <= run.seconds + 1


def test_a_program_that_reports_no_frames_has_no_first_frame(tmp_path):
    assert (
        run_cold(python("print('{'); print('{\"event\": \"result\"}'); print('done')"), tmp_path).first_frame_s is None
    )


def test_a_result_that_needs_review_is_a_success(tmp_path):
    assert run_cold(python("raise SystemExit(3)"), tmp_path).seconds > 0


def test_a_program_that_fails_is_quoted(tmp_path):
    with pytest.raises(PasserbyError, match="ended with exit code 1. Its output:\nno room"):
        run_cold(python("raise SystemExit('no room')"), tmp_path)


def test_a_missing_program_is_an_error(tmp_path):
    with pytest.raises(PasserbyError, match="Is it installed"):
        run_cold([str(tmp_path / "gone")], tmp_path)
