"""Killed at any time: what was recorded plays, is complete, and is masked; and no raw picture is anywhere else."""

import os
import random
import re
import shutil
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import av
import pytest

from passerby.store.data_folder import DataFolder
from passerby.store.recordings.index import Recordings
from tests.cameras.servers import free_port, require_rtsp_server, rtsp_server, write_units
from tests.cameras.watch_process import WatchProcess, count_canaries, walking_person

#: Number of kills in `make soak`.
KILLS = int(os.environ.get("PASSERBY_KILLS", "100"))
#: Seconds for a start on a busy machine.
START_TIMEOUT_S = 900
#: Where programs leave files behind. The program's own folders are redirected into that of the test.
ELSEWHERE = ("/dev/shm", "/var/tmp", "/run")
#: Traces every file that is opened for writing, as a detached tracer: the program ends as it would without.
TRACE = ("strace", "-D", "-f", "-q", "-y", "--seccomp-bpf", "-e", "trace=open,openat,creat,memfd_create")
OPENED = re.compile(r"(?:O_WRONLY|O_RDWR|O_CREAT|creat\(|memfd_create\().* = \d+<(.*)>$")


class KillScene:
    """A data folder, the runs that were killed, and every file that they opened."""

    def __init__(self, folder, cameras):
        self.folder, self.cameras = folder, cameras
        self.data, self.config = folder / "data", folder / "site.yaml"
        self.log = folder / "opened.log"
        cache = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
        self.own = {"TMPDIR": str(folder / "tmp"), "HOME": str(folder / "home"), "XDG_CACHE_HOME": cache}
        for name in ("tmp", "home"):
            (folder / name).mkdir()
        DataFolder.create(self.data).close()
        self.allowed = (str(folder), cache, "/dev/null", "/proc/")
        self.before = () if shutil.which("strace") is None else (*TRACE, "-o", str(self.log))
        self.index, self.touched, self.runs = {}, set(), 0

    def start(self, server):
        names = [f"gate{n or ''}" for n in range(self.cameras)]
        listed = "".join(f"  {name}: {{url: '{server.url()}', hide: [face]}}\n" for name in names)
        self.config.write_text(f"status: {{port: {free_port()}}}\ncameras:\n{listed}")
        self.runs += 1
        self.log.unlink(missing_ok=True)
        return WatchProcess(self.config, self.before, **self.own)

    def check_no_canaries(self, since):
        """Before any recovery: no canary in the files that were left, however incomplete."""
        for path in {*self.data.rglob("*"), *(Path(name) for name in self.opened())}:
            if path.is_file() and path.stat().st_mtime >= since and plays(path):
                assert 0 == count_canaries(path)[0], path

    def opened(self):
        """Files that the last run opened for writing. All must be in its own folders."""
        text = self.log.read_text(errors="replace") if self.log.exists() else ""
        names = {match[1] for line in text.splitlines() if (match := OPENED.search(line))}
        assert [] == [name for name in sorted(names) if not name.startswith(self.allowed)]
        self.touched |= names
        return names

    def check_index(self):
        """Every segment that was indexed before this kill is still indexed, and none is shorter."""
        before, self.index = self.index, self._indexed()
        assert before.keys() <= self.index.keys()
        assert [] == [key for key, size in before.items() if self.index[key] < size]
        return self.index

    def _indexed(self):
        """Key and size of every segment, from a copy of the database: the next run must find it unchanged."""
        copy = self.folder / "copy"
        shutil.rmtree(copy, ignore_errors=True)
        copy.mkdir()
        for file in self.data.glob("passerby.db*"):
            shutil.copy(file, copy / file.name)
        with closing(sqlite3.connect(copy / "passerby.db")) as database:
            if not database.execute("select 1 from sqlite_master where name = 'segments'").fetchall():
                return {}  # killed before there was one
            rows = database.execute("select camera, boot_session, start, size from segments").fetchall()
        return {tuple(key): size for *key, size in rows}


def stray_video_files(since):
    """Files outside the test's folder that are newer than `since` and contain video."""
    for top in ELSEWHERE:
        for path in Path(top).rglob("*"):
            try:
                if path.is_file() and path.stat().st_mtime >= since and plays(path):
                    yield path
            except OSError:
                continue


def plays(path):
    try:
        with av.open(str(path)) as container:
            return any(True for _ in container.decode(video=0))
    except (av.FFmpegError, IndexError, OSError):
        return False


def segments(data):
    """Every indexed segment: its file, cut to the indexed size."""
    with Recordings.open(data) as recordings:
        found = recordings.check()
        for camera in recordings.cameras():
            for segment in recordings.between(camera.camera, 0, 1e11):
                with recordings.open_segment(segment) as file:
                    yield found, segment, file.read(segment.size)


def kill_repeatedly(tmp_path, times, seed, cameras=1):
    """Run, kill and run again; then check all files."""
    require_rtsp_server()
    scene = KillScene(tmp_path, cameras)
    units = write_units(list(walking_person()), tmp_path / "units")
    began, chance = time.time(), random.Random(seed)
    with rtsp_server(units) as server:
        for done in range(times):
            print(f"{done} kills: {len(scene.index)} segments, {len(scene.touched)} files", flush=True)
            since, watching = time.time(), scene.start(server)
            if chance.random() < 0.8:
                watching.wait_until(lambda s: s.get("output_frames", 0) > 0, START_TIMEOUT_S)
            time.sleep(chance.uniform(0.0, 6.0))
            watching.kill()
            scene.check_no_canaries(since)
            scene.check_index()
        units.unlink()
        # Once more until a regular stop, which recovers what the kills left.
        watching = scene.start(server)
        watching.wait_until(lambda s: s.get("output_frames", 0) > 0, START_TIMEOUT_S)
        assert 0 == watching.stop()
        scene.check_no_canaries(0)
        scene.check_index()
    indexed = frames = 0
    path = tmp_path / "segment.mp4"
    for found, segment, content in segments(scene.data):
        path.write_bytes(content)
        seen, _, count = count_canaries(path)
        assert 0 == seen, segment
        assert segment.frames == count, segment
        assert [] == [finding for finding in found.findings if finding.kind != "open"]
        indexed, frames = indexed + 1, frames + count
    print(f"{times} kills: {indexed} segments, {frames} frames, {len(scene.touched)} files opened for writing")
    assert indexed >= times // 3
    for left in tmp_path.rglob("*"):
        if left.is_file() and plays(left):
            assert 0 == count_canaries(left)[0], left
    assert [] == list(stray_video_files(began))


def test_after_a_kill_recordings_play_and_are_masked(models, tmp_path):
    kill_repeatedly(tmp_path, 1, seed=4)


@pytest.mark.soak
def test_after_a_hundred_kills_recordings_play_and_are_masked(models, tmp_path):
    kill_repeatedly(tmp_path, KILLS, seed=2, cameras=2)
