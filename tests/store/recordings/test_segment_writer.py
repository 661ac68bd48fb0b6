"""The order of writes: no row names data before they are synced."""

import errno
import os
from contextlib import contextmanager

import pytest

from passerby.core.errors import DiskFull, StoreError
from tests.store.db_helpers import all_play, everything, files
from tests.store.footage import parts


@pytest.fixture
def order(recordings, monkeypatch):
    """What was done, in its order: `write`, `fsync` and `row`, with the name of what it was done to."""
    done = []
    root = recordings.database.folder.path

    def named(file):
        return os.path.relpath(os.readlink(f"/proc/self/fd/{file}"), root)

    def recorded(what, original):
        def call(file, *rest):
            done.append((what, named(file)))
            return original(file, *rest)

        return call

    write_transaction = recordings.database.write_transaction

    @contextmanager
    def row():
        with write_transaction() as connection:
            yield connection
        done.append(("row", "passerby.db"))

    monkeypatch.setattr(os, "pwrite", recorded("write", os.pwrite))
    monkeypatch.setattr(os, "fsync", recorded("fsync", os.fsync))
    monkeypatch.setattr(recordings.database, "write_transaction", row)
    return done


def test_a_row_is_written_after_the_data_that_it_names(recordings, clock, order):
    writer = recordings.writer("yard")
    first, second, _ = parts(clock)
    writer.append(first)
    (segment,) = everything(recordings)
    path = segment.path
    folders = [os.path.dirname(path), "recordings/yard", "recordings", "."]
    expected = [("write", path), ("fsync", path), *(("fsync", folder) for folder in folders), ("row", "passerby.db")]
    assert expected == order
    order.clear()
    writer.append(second)
    assert [("write", path), ("fsync", path), ("row", "passerby.db")] == order


@pytest.mark.parametrize("number", [0, 1], ids=["first", "later"])
@pytest.mark.parametrize("call", ["pwrite", "fsync"])
@pytest.mark.parametrize(("code", "error"), [(errno.ENOSPC, DiskFull), (errno.EIO, StoreError)])
def test_a_failed_write_leaves_nothing_behind(recordings, clock, monkeypatch, number, call, code, error):
    writer = recordings.writer("yard")
    made = list(parts(clock, count=4))
    for part in made[:number]:
        writer.append(part)
    before = [(segment.path, segment.size) for segment in everything(recordings)]

    def fails(*_):
        raise OSError(code, os.strerror(code))

    with monkeypatch.context() as patched:
        patched.setattr(os, call, fails)
        with pytest.raises(error):
            writer.append(made[number])
    sizes = [(path, (recordings.database.folder.path / path).stat().st_size) for path in files(recordings)]
    assert before == sizes
    for part in made[number + 1 :]:
        writer.append(part)
    assert (3 - number) * 10 == everything(recordings)[-1].frames
    assert all_play(recordings)
