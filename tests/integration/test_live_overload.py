"""A machine that is overloaded on purpose: four cameras, models that take ten times as long, and another program that
takes both processors. Whoever passes is covered, and nothing that looks right is bare."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cameras.numbered import RATE, passing_people
from tests.cameras.numbered_site import TAIL_S, Compared, numbered_site
from tests.cameras.servers import require_rtsp_server
from tests.cameras.watch_process import recordings

SLOW_MODELS = Path(__file__).parents[1] / "cameras" / "slow_models"
MAX_LEAKS = 0.02
BUSY = "while True: pass"


@pytest.mark.soak
def test_an_overloaded_machine_covers_more_and_shows_nobody(models, tmp_path):
    """With PASSERBY_TABLE its figures are written to that file."""
    require_rtsp_server()
    seconds = int(os.environ.get("PASSERBY_SECONDS", "40"))
    pictures, boxes = passing_people(seconds, (160, 320, 500, 650), (60, 40, 30))
    others = [subprocess.Popen([sys.executable, "-c", BUSY]) for _ in range(2)]
    try:
        with numbered_site(tmp_path, RATE, more=("yard", "hall", "door"), PYTHONPATH=str(SLOW_MODELS)) as site:
            site.play(pictures)
            time.sleep(seconds + TAIL_S - 1)
            cameras = site.watching.cameras()
    finally:
        for other in others:
            other.kill()
            other.wait()
    recorded = Compared(pictures, boxes)
    for file in recordings(site.data):
        recorded.add_file(file)
    assert all(camera["detector_seconds"] > 0.5 for camera in cameras.values()), "the models are not slow"
    summary = {"frames": recorded.frames, "black": recorded.black, "faces": recorded.faces, "leaks": recorded.leaks}
    if "PASSERBY_TABLE" in os.environ:
        with open(os.environ["PASSERBY_TABLE"], "a", encoding="utf-8") as file:
            file.write(json.dumps(summary, default=int) + "\n")
    assert recorded.frames > 2 * seconds * RATE, summary  # of four cameras
    assert recorded.black > 0.5 * recorded.frames, summary
    assert len(recorded.leaks) <= MAX_LEAKS * recorded.faces, summary
