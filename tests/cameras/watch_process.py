"""`passerby watch` as a process of its own, and its recordings, checked frame by frame.

The source shows a portrait with a bright spot between the eyes, brighter than anything else: the canary. Where a mask
is missing in a single frame, it is visible.
"""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import HTTPCookieProcessor, build_opener, urlopen

import av
import cv2
import numpy as np

from passerby.config.site_file import status_port
from passerby.demo.portrait import portrait

RUN = "from passerby.__main__ import main; main()"
CANARY = (60, 255, 60)
SIZE = (480, 270)


def walking_person(count=30):
    """A portrait that moves in front of a wall, with a bright spot between the eyes."""
    face = cv2.resize(cv2.imread(str(portrait())), (200, 200), interpolation=cv2.INTER_AREA)
    wall = np.kron(np.random.default_rng(1).integers(60, 140, (27, 48, 1), np.uint8), np.ones((10, 10, 3), np.uint8))
    for n in range(count):
        picture = wall.copy()
        left = 120 + round(60 * np.sin(2 * np.pi * n / count))
        picture[40:240, left : left + 200] = face
        cv2.circle(picture, (left + 90, 40 + 55), 6, CANARY, cv2.FILLED)
        yield picture


def count_canaries(path):
    """(frames that show the canary, frames that are not all black, all frames) of a recording."""
    seen = shown = frames = 0
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            picture = frame.to_ndarray(format="bgr24").astype(int)
            green = picture[..., 1] - picture[..., [0, 2]].max(axis=2)
            seen += bool((green > 60).any())
            shown += bool(picture.std() > 5)
            frames += 1
    return seen, shown, frames


def masked_frames(status):
    """Frames that were output masked, not covered."""
    return status.get("output_frames", 0) - sum(status.get("covered", {}).values())


def recordings(folder):
    return sorted(Path(folder).rglob("*.mp4"))


def is_alive(pid):
    """Whether the process runs, and is not a zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


class WatchProcess:
    """`passerby watch` as a process; `before` is a command prefix to run it with."""

    def __init__(self, path, before=(), **environment):
        self.path = path
        self.process = subprocess.Popen(
            [*before, sys.executable, "-c", RUN, "watch", "-c", str(path)],
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | environment,
        )
        self.log_lines = []
        self._session = None
        threading.Thread(target=lambda: self.log_lines.extend(self.process.stderr), daemon=True).start()

    def address(self):
        """The address of the pages with its token, which is in no log."""
        assert not any("token" in line for line in self.log_lines)
        (path,) = (line.split()[-1] for line in self.log_lines if "live pictures" in line)
        return Path(path).read_text().strip()

    def live_playlist(self):
        """The live playlist of the camera, as a player gets it. The first call logs in."""
        address = self.address()
        if self._session is None:
            self._session = build_opener(HTTPCookieProcessor())
            with suppress(HTTPError):  # the page itself may not be built
                self._session.open(f"{address}&purpose=tests", timeout=20)
        top = address.partition("/?")[0]
        (camera,) = json.loads(self._session.open(f"{top}/api/live", timeout=20).read())
        return self._session.open(top + camera["playlist"], timeout=20).read().decode()

    def site_status(self):
        with urlopen(f"http://127.0.0.1:{status_port(self.path)}/api/status", timeout=20) as answer:
            return json.loads(answer.read())

    def cameras(self):
        try:
            return self.site_status()["cameras"]
        except OSError:
            return {}

    def status(self):
        return self.cameras().get("gate", {})

    def children(self):
        """Process ids of the cameras."""
        pid = self.process.pid
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    def kill(self):
        """As a power failure ends it. Cameras that outlive the supervisor for a moment end by themselves."""
        children = self.children()
        for pid in (*children, self.process.pid):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()
        while any(is_alive(pid) for pid in children):
            time.sleep(0.02)
        self.process.stderr.close()

    def wait_until(self, holds, seconds=240):
        end = time.monotonic() + seconds
        while not holds(status := self.status()):
            assert time.monotonic() < end, status
            assert self.process.poll() is None
            time.sleep(0.5)
        return status

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(120)
        self.process.stderr.close()
        return self.process.returncode


def count_unmasked_canaries(pictures, folder):
    """The same count for unmasked pictures: the check can fail."""
    path = folder / "bare.mp4"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=10, options={"preset": "ultrafast", "crf": "27"})
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        for picture in pictures:
            out.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
        out.mux(stream.encode(None))
    return count_canaries(path)
