import os
import subprocess
import sys
from pathlib import Path

import pytest

from passerby.cluster.scratch import ScratchFolder, check_free_space
from passerby.core.errors import DiskFull


def test_an_original_has_no_name_on_the_disk_and_can_be_read_by_children(tmp_path):
    with ScratchFolder(tmp_path) as scratch:
        file, path = scratch.unnamed_file("film.mp4")
        file.write(b"moving pictures")
        file.flush()
        assert b"moving pictures" == path.read_bytes()
        assert "film.mp4" == path.name
        read = subprocess.run(
            [sys.executable, "-c", f"print(open({str(path)!r}).read())"], capture_output=True, text=True
        )
        assert "moving pictures" == read.stdout.strip()
        assert [] == [p for p in tmp_path.rglob("*") if p.is_file() and not p.is_symlink()]
    assert [] == list(tmp_path.iterdir())


def test_the_folder_of_a_killed_process_holds_nothing_of_the_original_and_is_deleted(tmp_path):
    code = (
        "import os, signal\nfrom pathlib import Path\nfrom passerby.cluster.scratch import ScratchFolder\n"
        f"with ScratchFolder(Path({str(tmp_path)!r})) as scratch:\n"
        "    file, path = scratch.unnamed_file('film.mp4')\n    file.write(b'secret' * 1000); file.flush()\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=False)
    (left,) = tmp_path.iterdir()
    assert [] == [p for p in left.rglob("*") if p.exists() and p.is_file()]
    with ScratchFolder(tmp_path) as scratch:
        assert [scratch.folder] == list(tmp_path.iterdir())


def test_a_folder_in_use_is_left_alone(tmp_path):
    with ScratchFolder(tmp_path) as first, ScratchFolder(tmp_path):
        assert first.folder.exists()
        assert str(os.getpid()) in first.folder.name


def test_missing_space_is_noticed_before_a_download(tmp_path):
    check_free_space(1, Path(tmp_path))
    with pytest.raises(DiskFull, match="TMPDIR"):
        check_free_space(1 << 60, tmp_path)
