import json
import multiprocessing
import os

import pytest

from passerby.sink.file_lock import open_locked, while_locked
from passerby.sink.output_file import write_text_atomically

STEPS = 40


def count_up(path):
    for _ in range(STEPS):
        with while_locked(path):
            number = json.loads(path.read_text())
            write_text_atomically(path, json.dumps(number + 1), force=True)


def test_programs_that_read_change_and_replace_a_file_lose_nothing(tmp_path):
    path = tmp_path / "number.json"
    path.write_text("0")
    programs = [multiprocessing.get_context("fork").Process(target=count_up, args=(path,)) for _ in range(3)]
    for program in programs:
        program.start()
    for program in programs:
        program.join()
    assert str(3 * STEPS) == path.read_text()


def test_a_file_that_is_not_there_is_not_made(tmp_path):
    with while_locked(tmp_path / "none"):
        assert not (tmp_path / "none").exists()
    with pytest.raises(FileNotFoundError):
        open_locked(tmp_path / "none")


def test_a_file_can_be_made_by_locking_it(tmp_path):
    os.close(open_locked(tmp_path / "new", create=True))
    assert (tmp_path / "new").exists()


def test_a_link_is_not_followed(tmp_path):
    (tmp_path / "target").write_text("")
    (tmp_path / "link").symlink_to("target")
    with pytest.raises(OSError, match="link"):
        open_locked(tmp_path / "link")
