import subprocess
import sys

import pytest

from passerby.cases.release_lock import LOCK_FILE, release_lock
from passerby.core.errors import CaseError

HOLDS = """
import sys, pathlib
from passerby.cases.release_lock import release_lock
with release_lock(pathlib.Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_another_program_is_refused_until_the_first_one_ends(tmp_path):
    program = [sys.executable, "-c", HOLDS, str(tmp_path)]
    with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert "held" == other.stdout.readline().strip()
        with pytest.raises(CaseError, match="Another program is releasing"), release_lock(tmp_path):
            pass
        other.kill()  # as a power cut would
        other.wait(30)
    with release_lock(tmp_path):
        assert (tmp_path / LOCK_FILE).exists()
    with release_lock(tmp_path):
        pass


def test_a_folder_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "elsewhere").write_bytes(b"")
    (tmp_path / LOCK_FILE).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(CaseError, match="cannot be written"), release_lock(tmp_path):
        pass
