import sys

import pytest

from passerby.bench.cold_run import run_cold
from passerby.core.errors import PasserbyError

MIB = 1 << 20
BURN = "import time\nwhile time.process_time() < 0.3: pass\n"
HOLD = "import time; held = bytearray(b'x') * (60 << 20); time.sleep(0.4)"


def python(code):
    return [sys.executable, "-c", code]


def test_processor_time_is_that_of_all_processes(tmp_path):
    both = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {BURN!r}])\n{BURN}"
    run = run_cold(python(both), tmp_path)
    assert run.cpu >= 0.6
    assert run.seconds > 0.3


def test_memory_is_the_sum_over_all_processes(tmp_path):
    alone = run_cold(python(HOLD), tmp_path).memory
    both = (
        f"import subprocess, sys\nheld = bytearray(b'x') * (60 << 20)\nsubprocess.run([sys.executable, '-c', {HOLD!r}])"
    )
    assert 60 * MIB <= alone <= 110 * MIB
    assert run_cold(python(both), tmp_path).memory >= 120 * MIB


def test_the_first_frame_is_seen_when_it_is_told_of(tmp_path):
    told = (
        "import time, json\n"
        "print(json.dumps({'event': 'progress', 'stage': 'analyse', 'done': 0}), flush=True)\n"
        "time.sleep(0.3)\n"
        "print(json.dumps({'event': 'progress', 'stage': 'analyse', 'done': 1}), flush=True)\n"
        "time.sleep(0.3)\n"
        "print(json.dumps({'event': 'progress', 'stage': 'render', 'done': 9}), flush=True)\n"
    )
    run = run_cold(python(told), tmp_path)
    assert 0.3 <= run.first < run.seconds


def test_a_program_that_tells_of_no_frames_has_no_first_one(tmp_path):
    assert run_cold(python("print('{'); print('{\"event\": \"result\"}'); print('done')"), tmp_path).first is None


def test_a_program_that_asks_for_a_person_has_done_its_work(tmp_path):
    assert run_cold(python("raise SystemExit(3)"), tmp_path).seconds > 0


def test_a_program_that_fails_is_quoted(tmp_path):
    with pytest.raises(PasserbyError, match="ended with 1. It said:\nno room"):
        run_cold(python("raise SystemExit('no room')"), tmp_path)


def test_a_program_that_is_not_there_says_so(tmp_path):
    with pytest.raises(PasserbyError, match="Is it installed"):
        run_cold([str(tmp_path / "gone")], tmp_path)
