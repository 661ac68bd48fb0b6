"""The whole way: a real RTSP camera whose frames carry their number, `passerby watch`, its recordings and its masked
stream, and each frame that comes out compared with the one that went in."""

import json
import os
import time
from statistics import median

import pytest

from tests.cameras.numbered import RATE, passing_people
from tests.cameras.numbered_site import TAIL_S, Compared, delays, numbered_site
from tests.cameras.servers import require_rtsp_server
from tests.cameras.watch_process import recordings

#: Share of the faces that may be bare, of people who pass: docs/design/watch.md.
MAX_LEAKS = {10: 0.02, 5: 0.03}


def run_site(tmp_path, seconds, speeds, sides, rate=RATE):
    """(recorded, streamed, seconds from camera to viewer) of people who pass for `seconds`."""
    require_rtsp_server()
    pictures, boxes = passing_people(seconds, speeds, sides, rate)
    recorded, streamed, sent = (Compared(pictures, boxes) for _ in range(3))
    with numbered_site(tmp_path, rate) as site:
        viewers = site.watch(sent, streamed)
        site.play(pictures)
        time.sleep(seconds + TAIL_S - 1)
        for viewer in viewers:
            viewer.stop()
    for file in recordings(site.data):
        recorded.add_file(file)
    took = delays(sent, streamed.seen_at)
    return recorded, streamed, median(took.values()) if took else None


def test_no_face_that_passes_comes_out_in_recordings_or_the_masked_stream(tmp_path):
    recorded, streamed, delay = run_site(tmp_path, 12, speeds=(400, 650), sides=(40, 30))
    for one in (recorded, streamed):
        assert one.faces >= 5  # a busy machine covers frames whole, with their numbers
        assert len(one.leaks) <= MAX_LEAKS[10] * one.faces, one.leaks
    assert 2.0 < delay < 4.0


@pytest.mark.soak
@pytest.mark.parametrize("rate", [5, 10])
@pytest.mark.parametrize("side", [60, 30])
@pytest.mark.parametrize("speed", [160, 320, 500, 650])
def test_people_who_pass_at_every_speed(tmp_path, rate, side, speed):
    """The table of docs/design/watch.md; with PASSERBY_TABLE its lines are written to that file."""
    recorded, streamed, delay = run_site(tmp_path, 20, speeds=(speed,), sides=(side,), rate=rate)
    if "PASSERBY_TABLE" in os.environ:
        with open(os.environ["PASSERBY_TABLE"], "a", encoding="utf-8") as file:
            line = {"rate": rate, "side": side, "speed": speed, "faces": recorded.faces, "leaks": len(recorded.leaks)}
            file.write(json.dumps(line | {"black": recorded.black, "frames": recorded.frames, "delay": delay}) + "\n")
    for one in (recorded, streamed):
        assert len(one.leaks) <= MAX_LEAKS[rate] * one.faces, one.leaks
