"""Four cameras for ten minutes on two processors. For an otherwise idle machine: other load makes frames late."""

import os
import time
from pathlib import Path

import cv2
import numpy as np
import pytest

from passerby.demo.portrait import portrait
from passerby.store.data_folder import DataFolder
from tests.cameras.servers import free_port, require_rtsp_server, rtsp_server, write_units
from tests.cameras.watch_process import WatchProcess

SIZE, RATE = (1280, 720), 10
#: Cameras, and minutes; others can be asked for, to see how many a machine holds.
CAMERAS, MINUTES = int(os.environ.get("PASSERBY_CAMERAS", "4")), float(os.environ.get("PASSERBY_MINUTES", "10"))


def people(count=60):
    """Three people who walk back and forth in front of a wall."""
    face = cv2.resize(cv2.imread(str(portrait())), (260, 260), interpolation=cv2.INTER_AREA)
    wall = np.kron(np.random.default_rng(2).integers(70, 130, (36, 64, 1), np.uint8), np.ones((20, 20, 3), np.uint8))
    for n in range(count):
        picture = wall.copy()
        for who, (left, top) in enumerate(((80, 60), (500, 380), (850, 120))):
            x = left + round(70 * np.sin(2 * np.pi * (n / count + who / 3)))
            picture[top : top + 260, x : x + 260] = face
        yield picture


def processor_seconds(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@pytest.mark.soak
def test_four_cameras_for_ten_minutes(models, tmp_path):
    require_rtsp_server()
    units = write_units(list(people()), tmp_path / "units", RATE)
    DataFolder.create(tmp_path / "data").close()
    config = tmp_path / "site.yaml"
    with rtsp_server(*[units] * CAMERAS) as server:
        cameras = "".join(f"  c{n}: {{url: '{server.url(n)}'}}\n" for n in range(CAMERAS))
        config.write_text(f"status: {{port: {free_port()}}}\ncameras:\n{cameras}")
        watching = WatchProcess(config)
        try:
            end = time.monotonic() + 180
            while not all(c["output_frames"] > 100 for c in watching.cameras().values()) or not watching.cameras():
                assert time.monotonic() < end, watching.cameras()
                time.sleep(1)
            children = watching.children()
            before, used, began = watching.cameras(), [processor_seconds(pid) for pid in children], time.monotonic()
            memory, latency, now = [], 0.0, before
            while time.monotonic() < began + MINUTES * 60:
                time.sleep(5)
                now = watching.cameras() or now
                memory.append(sum(c["memory"] for c in now.values()))
                latency = max(latency, *(c["latency"] for c in now.values()))
            spent = time.monotonic() - began
            processors = sum(processor_seconds(pid) - u for pid, u in zip(children, used, strict=True)) / spent
        finally:
            assert 0 == watching.stop()
    frames = sum(now[c]["frames"] - before[c]["frames"] for c in now)
    dropped = sum(now[c]["dropped"] - before[c]["dropped"] for c in now)
    late = sum(now[c]["covered"].get("late", 0) - before[c]["covered"].get("late", 0) for c in now)
    detector_s = [round(c["detector_seconds"], 2) for c in now.values()]
    print(
        f"{CAMERAS} cameras, {spent:.0f} s: {frames} frames, {dropped} dropped, {late} late, latency {latency:.1f} s, "
        f"{processors:.2f} processors, memory {memory[0] >> 20} to {memory[-1] >> 20} MiB, detector {detector_s} s"
    )
    assert frames >= 0.97 * CAMERAS * RATE * spent
    assert 0 == dropped
    assert 0 == late
    assert latency + 1 <= 6
    assert memory[-1] <= 1.1 * memory[len(memory) // 4]
