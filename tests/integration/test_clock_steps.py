"""The whole program on a machine whose clock is set by a day forward and a day back while it runs."""

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from passerby.store.data_folder import DataFolder
from passerby.store.recordings.index import Recordings
from tests.cameras.servers import free_port, require_rtsp_server, rtsp_server, write_units
from tests.cameras.watch_process import WatchProcess, count_canaries, recordings, walking_person
from tests.store.db_helpers import all_play, everything

SOURCE = Path(__file__).parent.parent / "cameras" / "stepped_clock.c"
DAY = 86_400
#: Seconds in which the supervisor goes round once to delete what is too old, and a few frames more.
RETENTION_ROUND_S = 70


class SteppedClock:
    """The clock that the program sees: that of the machine plus a number of seconds."""

    def __init__(self, folder):
        self.file, self.library = folder / "clock", folder / "clock.so"
        done = subprocess.run(["cc", "-shared", "-fPIC", "-o", self.library, SOURCE], capture_output=True, check=False)
        if done.returncode:
            pytest.skip(f"the clock cannot be compiled: {done.stderr.decode()}")
        self.set(0, kept=False)
        self.environment = {"LD_PRELOAD": str(self.library), "PASSERBY_TEST_CLOCK": str(self.file)}

    def set(self, seconds, kept):
        new = self.file.with_suffix(".new")
        new.write_text(f"{seconds} {kept:d}")
        os.replace(new, self.file)


def segment_starts(data):
    with Recordings.open(data) as kept:
        return {segment.id: segment.wall_start / 1e6 for segment in everything(kept)}


@pytest.mark.soak
@pytest.mark.skipif(shutil.which("cc") is None, reason="there is no C compiler here")
def test_clock_steps_of_a_day_restart_nothing_and_delete_nothing(models, tmp_path):
    require_rtsp_server()
    clock = SteppedClock(tmp_path)
    units = write_units(list(walking_person()), tmp_path / "units")
    DataFolder.create(tmp_path / "data").close()
    config = tmp_path / "site.yaml"
    with rtsp_server(units) as server:
        config.write_text(
            f"status: {{port: {free_port()}}}\nretention: {{days: 0.5}}\n"
            f"cameras: {{gate: {{url: '{server.url()}', hide: [face]}}}}\n"
        )
        watching = WatchProcess(config, **clock.environment)
        try:
            watching.wait_until(lambda s: s.get("recording", {}).get("stored", 0) > 5)
            began, pids = time.time(), watching.children()
            known = segment_starts(tmp_path / "data")
            steps = []
            for seconds, kept in ((DAY, False), (-DAY, False), (0, True)):
                before = watching.status()
                clock.set(seconds, kept)
                time.sleep(RETENTION_ROUND_S)
                after = watching.status()
                steps.append((after["frames"] - before["frames"]) / RETENTION_ROUND_S)
                assert ("live", 0, 1) == (after["state"], after["restarts"], after["connections"])
                assert after["recording"]["stored"] > before["recording"]["stored"] + 5
                assert after["last_frame_age"] < 10
                assert pids == watching.children()
                assert known.keys() <= segment_starts(tmp_path / "data").keys()
            assert watching.site_status()["clock_trusted"]
        finally:
            code = watching.stop()
    print(f"frames a second after each step: {[round(step, 1) for step in steps]}")
    assert 0 == code
    # By the trusted clock, all of it was when it was: what was recorded while the clock was a day off as well.
    found = segment_starts(tmp_path / "data")
    assert len(found) >= 3
    assert [] == [at for at in found.values() if not began - 60 < at < time.time()]
    with Recordings.open(tmp_path / "data") as kept:
        assert all_play(kept)
    assert 0 == sum(count_canaries(path)[0] for path in recordings(tmp_path / "data"))
