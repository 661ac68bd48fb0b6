"""The whole program on a disk that is full: everything but writing continues, and writing resumes by itself."""

import subprocess
from itertools import pairwise

import pytest

from passerby.store.database import Database
from passerby.store.recordings.index import Recordings
from tests.cameras.servers import free_port, require_rtsp_server, rtsp_server, write_units
from tests.cameras.watch_process import WatchProcess, count_canaries, recordings, walking_person
from tests.store.db_helpers import all_play, everything
from tests.store.footage import Clock
from tests.store.recordings.test_index import record
from tests.store.small_disk import mounted, stuff

#: Old recordings, of some 40 KiB each. What is new needs room for its rows as well.
OLD = 40


@pytest.fixture
def small(tmp_path):
    folder = tmp_path / "small"
    why = mounted("ext4", folder, tmp_path / "disk")
    if why:
        pytest.skip(why)
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.fixture
def watching(models, small, tmp_path):
    """The program with one camera, started once it has recorded something."""
    require_rtsp_server()
    Database.open(small, create=True).close()
    units = write_units(list(walking_person()), tmp_path / "units")
    config = tmp_path / "site.yaml"
    started = []

    with rtsp_server(units) as server:

        def start():
            config.write_text(
                f"data: {small}\nretention: {{min_free: 0}}\nstatus: {{port: {free_port()}}}\n"
                f"cameras: {{gate: {{url: '{server.url()}', hide: [face]}}}}\n"
            )
            started.append(WatchProcess(config))
            started[0].wait_until(lambda s: s.get("recording", {}).get("stored", 0) > 3)
            return started[0]

        yield start
        for one in started:
            if one.process.poll() is None:
                one.kill()


def check_recordings(small):
    with Recordings.open(small) as kept:
        assert all_play(kept)
        found = everything(kept)
    with Database.open(small) as again, again.read_transaction() as connection:
        assert [("ok",)] == connection.exec_driver_sql("PRAGMA integrity_check").fetchall()
    assert 0 == sum(count_canaries(path)[0] for path in recordings(small))
    return found


@pytest.mark.soak
def test_without_old_recordings_only_writing_stops(watching, small):
    one = watching()
    # Before the disk is full: a login is written to the audit log, so nobody can log in while nothing can be written.
    assert "#EXTM3U" in one.live_playlist()
    stuff(small)
    full = one.wait_until(lambda s: s["recording"].get("failure") == "full")
    assert "live" == full["state"]
    assert "on this disk, or" in full["recording"]["message"]
    pids, frames = one.children(), [full["output_frames"]]
    for _ in range(3):
        stuff(small)
        frames.append(one.wait_until(lambda s: s["output_frames"] > frames[-1] + 20)["output_frames"])
        assert "#EXTM3U" in one.live_playlist()
    assert all(b > a for a, b in pairwise(frames))
    (small / "ballast").unlink()
    healed = one.wait_until(lambda s: not s["recording"]["failure"] and s["recording"]["stored"] > 8)
    assert (0, pids) == (healed["restarts"], one.children())
    assert healed["recording"]["lost"] > 0
    assert 0 == one.stop()
    assert len(check_recordings(small)) >= 2


@pytest.mark.soak
def test_with_old_recordings_to_delete_recording_continues(watching, small):
    clock = Clock()
    with Recordings(Database.open(small), boot="long ago") as kept:
        for _ in range(OLD):
            record(kept, clock, 40)
    one = watching()
    stuff(small)
    before = one.status()["recording"]["stored"]
    after = one.wait_until(lambda s: s["recording"]["stored"] > before + 15)
    assert "" == after["recording"]["failure"]
    assert 0 == one.stop()
    old = [segment for segment in check_recordings(small) if segment.camera == "yard"]
    assert len(old) < OLD
