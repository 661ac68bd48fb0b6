"""Killed at any moment: what was recorded plays, is whole, and shows nobody. And no original is anywhere else."""

import os
import random
import time
from pathlib import Path

import av
import pytest

from passerby.base.site_file import load_site
from passerby.store.folder import DataFolder
from passerby.store.recordings import Recordings
from tests.cameras.served import free_port, need_server, rtsp_server, write_units
from tests.cameras.watching import Watching, canaries, walking

#: How often `make soak` kills; others can be asked for.
KILLS = int(os.environ.get("PASSERBY_KILLS", "100"))
#: Where programs leave things behind. The program's own folders are led into the test's.
ELSEWHERE = ("/dev/shm", "/var/tmp", "/run")


def left_elsewhere(since):
    """Files outside the test's own folder that are newer than `since` and hold pictures."""
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
    """Every segment of the index: its file, cut to what the row says."""
    with Recordings.open(data) as recordings:
        found = recordings.check()
        for camera in recordings.cameras():
            for segment in recordings.between(camera.camera, 0, 1e11):
                with recordings.read(segment) as file:
                    yield found, segment, file.read(segment.size)


def killed(tmp_path, times, seed):
    """Watch, kill and watch again; then look at everything that there is."""
    need_server()
    units = write_units(list(walking()), tmp_path / "units")
    DataFolder.make(tmp_path / "data").close()
    config = tmp_path / "site.yaml"
    own = {"TMPDIR": str(tmp_path / "tmp"), "HOME": str(tmp_path / "home")}
    own["XDG_CACHE_HOME"] = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    for folder in ("tmp", "home"):
        (tmp_path / folder).mkdir()
    since, chance = time.time(), random.Random(seed)
    with rtsp_server(units) as server:
        for _ in range(times):
            config.write_text(
                f"status: {{port: {free_port()}}}\ncameras: {{gate: {{url: '{server.url()}', hide: [face]}}}}\n"
            )
            watching = Watching(config, **own)
            if chance.random() < 0.8:
                watching.until(lambda s: s.get("written", 0) > 0)
            time.sleep(chance.uniform(0.0, 6.0))
            watching.kill()
        units.unlink()
        # Once more to the end, which puts right what the kills left.
        config.write_text(
            f"status: {{port: {free_port()}}}\ncameras: {{gate: {{url: '{server.url()}', hide: [face]}}}}\n"
        )
        watching = Watching(config, **own)
        watching.until(lambda s: s.get("written", 0) > 0)
        assert 0 == watching.stop()
    load_site(config)
    indexed = 0
    for n, (found, segment, content) in enumerate(segments(tmp_path / "data")):
        path = tmp_path / f"{n}.mp4"
        path.write_bytes(content)
        seen, _, frames = canaries(path)
        assert 0 == seen, segment
        assert frames > 0, segment
        assert not getattr(found, "lost", ()), found
        indexed += 1
        path.unlink()
    assert indexed >= times // 3
    for path in tmp_path.rglob("*"):
        if path.is_file() and plays(path):
            assert 0 == canaries(path)[0], path
    assert [] == list(left_elsewhere(since))


def test_a_kill_leaves_what_plays_and_shows_nobody(models, tmp_path):
    killed(tmp_path, 1, seed=4)


@pytest.mark.soak
def test_a_hundred_kills_leave_what_plays_and_shows_nobody(models, tmp_path):
    killed(tmp_path, KILLS, seed=2)
