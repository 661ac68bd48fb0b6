import os
import subprocess
import sys

import pytest

from passerby.jobs.events.standard_output import StandardOutputError, write_line


def run(program, stdout):
    return subprocess.run([sys.executable, "-c", program], stdout=stdout, stderr=subprocess.PIPE, text=True)


SAYS = """
from passerby.jobs.events.standard_output import StandardOutputError, write_line
import sys
try:
    write_line("an event")
except StandardOutputError as error:
    sys.exit(str(error))
"""


def test_a_reader_that_is_gone_is_said():
    reader, writer = os.pipe()
    os.close(reader)
    done = run(SAYS, writer)
    os.close(writer)
    assert (1, True) == (done.returncode, "Standard output is closed" in done.stderr)
    assert "Exception ignored" not in done.stderr


def test_a_full_disk_is_said():
    with open("/dev/full", "w") as full:
        done = run(SAYS, full)
    assert (1, True) == (done.returncode, "No space left on device" in done.stderr)
    assert "--resume" in done.stderr
    assert "Exception ignored" not in done.stderr


def test_no_standard_output_at_all(monkeypatch):
    monkeypatch.setattr(sys, "stdout", None)
    with pytest.raises(StandardOutputError):
        write_line("an event")


def test_what_others_write_is_kept_off_it():
    program = """
import os, subprocess
from passerby.jobs.events.standard_output import reserved
print("before")
with reserved():
    subprocess.run(["echo", "of a library"])
    os.write(1, b"of a thread\\n")
    print("ours")
print("after")
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert ("before\nours\nafter\n", "of a library\nof a thread\n") == (done.stdout, done.stderr)
