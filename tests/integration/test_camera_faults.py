"""The whole program with a faulty camera, a real RTSP server: after each fault recording continues."""

import sqlite3
import time
from contextlib import closing
from itertools import islice

import cv2
import pytest

from passerby.store.data_folder import DataFolder
from tests.cameras.servers import RtspServer, free_port, require_rtsp_server, write_units
from tests.cameras.watch_process import SIZE, WatchProcess, count_canaries, masked_frames, recordings, walking_person

#: Seconds from the first good frame until recording must continue, and what a busy machine may take.
PROMISED, BUSY = 10, 240
LARGER = (640, 360)


class FaultyCamera:
    """The program with one camera, whose server can be made to misbehave."""

    def __init__(self, folder, patience):
        self.folder, self.patience, self.took = folder, patience, {}
        self.units = write_units(list(walking_person()), folder / "units")
        larger = [cv2.resize(picture, LARGER) for picture in islice(walking_person(), 30)]
        self.larger = write_units(larger, folder / "larger")
        DataFolder.create(folder / "data").close()
        self.port = free_port()
        config = folder / "site.yaml"
        config.write_text(
            f"status: {{port: {free_port()}}}\n"
            f"cameras: {{gate: {{url: 'rtsp://127.0.0.1:{self.port}/0', hide: [face]}}}}\n"
        )
        self.watching, self.server = WatchProcess(config), None

    def serve(self):
        self.server = RtspServer([self.units], port=self.port)

    def expect_recording(self, fault, width=SIZE[0]):
        """Frames of that width are recorded in time, and then masked instead of covered."""
        began, before, until = time.clock_gettime(time.CLOCK_BOOTTIME), self.watching.status(), self.patience or BUSY
        while not self.recorded_up_to(width) > began:
            assert time.clock_gettime(time.CLOCK_BOOTTIME) < began + until, (fault, self.took)
            time.sleep(0.2)
        self.took[fault] = round(time.clock_gettime(time.CLOCK_BOOTTIME) - began, 1)
        self.watching.wait_until(lambda status: masked_frames(status) > masked_frames(before) + 5)

    def recorded_up_to(self, width):
        """The end of what the index names in that width, in seconds since the machine was started."""
        with closing(sqlite3.connect(f"file:{self.folder}/data/passerby.db?mode=ro", uri=True)) as database:
            ((end,),) = database.execute("select max(end) from segments where width = ?", (width,)).fetchall()
        return (end or 0) / 1e6

    def end(self):
        code = self.watching.stop()
        if self.server is not None:
            self.server.stop()
        (self.folder / "units").unlink()
        (self.folder / "larger").unlink()
        return code


@pytest.fixture
def scene(models, tmp_path):
    require_rtsp_server()
    made = []

    def make(patience=None):
        made.append(FaultyCamera(tmp_path, patience))
        return made[0]

    yield make
    for one in made:
        if one.watching.process.poll() is None:
            one.watching.kill()
        if one.server is not None:
            one.server.stop()


def expect_no_canaries(folder):
    found = [count_canaries(path) for path in recordings(folder)]
    assert found
    assert 0 == sum(seen for seen, _, _ in found)
    assert 10 < sum(shown for _, shown, _ in found)


def test_absent_then_garbage_then_timestamps_jump_back_then_another_size(scene, tmp_path):
    one = scene()
    lost = one.watching.wait_until(lambda s: s.get("state") == "lost")
    assert "refuses the connection" in lost["problem"]
    one.serve()
    one.expect_recording("absent at the start")
    one.server.command("garbage")
    one.watching.wait_until(lambda s: s["stream_errors"] > 0 or s["covered"].get("damaged", 0) > 0)
    one.expect_recording("garbage")
    one.server.command("back 10")
    one.watching.wait_until(lambda s: s["timestamp_jumps"] > 0)
    one.expect_recording("times jump back")
    one.server.command(f"play 0 {one.larger}")
    one.expect_recording("a new size", LARGER[0])
    assert 0 == one.end()
    expect_no_canaries(tmp_path / "data")


@pytest.mark.soak
def test_recording_continues_within_ten_seconds(scene, tmp_path):
    """As documented, on an otherwise idle machine. The first time includes loading the models."""
    one = scene(PROMISED)
    time.sleep(60)
    one.serve()
    one.expect_recording("absent for the first 60 s")
    one.server.stop()
    one.watching.wait_until(lambda s: s["state"] == "lost")
    time.sleep(60)
    one.serve()
    one.expect_recording("stopped for 60 s")
    one.server.command("quiet")
    silent = one.watching.wait_until(lambda s: s["state"] == "lost")
    assert 10 <= silent["last_frame_age"] <= 30
    one.server.command("talk")
    one.expect_recording("silent until it was lost")
    one.server.command("garbage")
    one.expect_recording("garbage")
    one.server.command("back 10")
    one.watching.wait_until(lambda s: s["timestamp_jumps"] > 0)
    one.expect_recording("times jump back")
    one.server.command(f"play 0 {one.larger}")
    one.expect_recording("a new size", LARGER[0])
    one.server.command(f"play 0 {one.units}")
    one.expect_recording("the old size again")
    print(one.took)
    assert 0 == one.end()
    expect_no_canaries(tmp_path / "data")
