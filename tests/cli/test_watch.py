"""`passerby watch` and `passerby status`, as a person runs them: a real server, real processes, real recordings."""

import json
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.request import HTTPCookieProcessor, build_opener, urlopen

import av
import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from passerby.base.errors import PasserbyError, UsageError
from passerby.base.site_file import parse_site, status_port
from passerby.cli.app import app
from passerby.cli.example import EXAMPLE
from passerby.cli.portrait import portrait
from passerby.store.folder import DataFolder
from tests.cameras.served import free_port, need_server, rtsp_server, write_units

RUN = "from passerby.cli.app import main; main()"
#: What is painted on the face in the source: brighter than all else in it.
CANARY = (60, 255, 60)
SIZE = (480, 270)


def run(*arguments, **environment):
    result = CliRunner().invoke(app, list(arguments), env=environment)
    if isinstance(result.exception, Exception) and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def walking(count=30):
    """Somebody's portrait that moves about in front of a wall, with a bright spot between the eyes."""
    face = cv2.resize(cv2.imread(str(portrait())), (200, 200), interpolation=cv2.INTER_AREA)
    wall = np.kron(np.random.default_rng(1).integers(60, 140, (27, 48, 1), np.uint8), np.ones((10, 10, 3), np.uint8))
    for n in range(count):
        picture = wall.copy()
        left = 120 + round(60 * np.sin(2 * np.pi * n / count))
        picture[40:240, left : left + 200] = face
        cv2.circle(picture, (left + 90, 40 + 55), 6, CANARY, cv2.FILLED)
        yield picture


def canaries(path):
    """(frames that show the canary, frames that are not all black, frames) of a recording."""
    seen = shown = frames = 0
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            picture = frame.to_ndarray(format="bgr24").astype(int)
            green = picture[..., 1] - picture[..., [0, 2]].max(axis=2)
            seen += bool((green > 60).any())
            shown += bool(picture.std() > 5)
            frames += 1
    return seen, shown, frames


def masked(status):
    """Frames that were written with masks alone."""
    return status.get("written", 0) - sum(status.get("covered", {}).values())


def recordings(folder):
    return sorted(Path(folder).rglob("*.mp4"))


@pytest.fixture
def site(tmp_path):
    DataFolder.make(tmp_path / "data").close()

    def write(url, more=""):
        path = tmp_path / "site.yaml"
        path.write_text(
            f"status: {{port: {free_port()}}}\ncameras:\n  gate:\n    url: {url}\n    hide: [face]\n{more}",
            encoding="utf-8",
        )
        return path

    return write


def test_the_example_is_a_site():
    assert EXAMPLE == run("watch", "--example").output
    made = parse_site(EXAMPLE, Path("/srv/site.yaml"), {"GATE_PASSWORD": "x"})
    assert ["gate", "yard", "desk"] == list(made.cameras)


def test_what_is_wrong_with_the_file_is_told_with_its_line(site):
    with pytest.raises(UsageError, match=r"site\.yaml:3: cameras\.gate: ftp:// is no kind of camera"):
        run("watch", "-c", str(site("ftp://x/y")))


def test_no_file_is_told():
    with pytest.raises(UsageError, match="-c site.yaml"):
        run("watch")


def test_a_site_that_is_not_running_is_told(site):
    with pytest.raises(PasserbyError, match="Nothing answers on port"):
        run("status", "-c", str(site("x.mp4")))


def test_a_camera_is_tried_and_its_still_is_masked(site, sample, models, tmp_path):
    result = run("watch", "-c", str(site(sample)), "--check", "--stills", str(tmp_path / "stills"))
    assert 0 == result.exit_code
    assert "gate: in order, 1280x720" in result.output
    still = cv2.imread(str(tmp_path / "stills" / "gate.png"))
    assert (720, 1280, 3) == still.shape
    assert 1000 < (still.max(axis=2) < 3).sum() < still.size / 6
    assert [] == recordings(tmp_path)


def test_a_camera_that_is_not_there_is_told_when_it_is_tried(site):
    result = run("watch", "-c", str(site(f"rtsp://127.0.0.1:{free_port()}/0")), "--check")
    assert 1 == result.exit_code
    assert "gate: rtsp://127.0.0.1" in result.output
    assert "refuses the connection" in result.output


class Watching:
    """`passerby watch` as a process of its own."""

    def __init__(self, path):
        self.path = path
        self.process = subprocess.Popen(
            [sys.executable, "-c", RUN, "watch", "-c", str(path)],
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.said = []
        threading.Thread(target=lambda: self.said.extend(self.process.stderr), daemon=True).start()

    def live(self):
        """The playlist of the camera, as a player gets it."""
        (address,) = (line.split()[-1] for line in self.said if "?token=" in line)
        opener = build_opener(HTTPCookieProcessor())
        (camera,) = json.loads(opener.open(address, timeout=20).read())
        top = address.partition("/?")[0]
        return opener.open(top + camera["playlist"], timeout=20).read().decode()

    def status(self):
        try:
            with urlopen(f"http://127.0.0.1:{status_port(self.path)}/api/status", timeout=20) as answer:
                return json.loads(answer.read())["cameras"]["gate"]
        except OSError:
            return {}

    def until(self, holds, seconds=240):
        end = time.monotonic() + seconds
        while not holds(status := self.status()):
            assert time.monotonic() < end, status
            assert self.process.poll() is None
            time.sleep(0.5)
        return status

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(40)
        self.process.stderr.close()
        return self.process.returncode


def test_what_is_recorded_shows_no_face_and_goes_on_after_the_camera_was_gone(site, models, tmp_path):
    """The whole: a real server, stopped and started again; every decoded frame of every file is masked or black."""
    need_server()
    units = write_units(list(walking()), tmp_path / "units")
    with rtsp_server(units) as server:
        watching = Watching(site(server.url()))
        try:
            first = watching.until(lambda s: masked(s) > 10)
            assert "#EXTM3U" in watching.live()
            server.stop()
            watching.until(lambda s: s["state"] == "lost")
            status = run("status", "-c", str(watching.path))
            assert (3, True) == (status.exit_code, "gate" in status.output)
            server.start()
            again = watching.until(lambda s: s["state"] == "live" and s["written"] > first["written"] + 10)
            assert again["connections"] >= 2
        finally:
            assert 0 == watching.stop()
    found = [canaries(path) for path in recordings(tmp_path / "data")]
    assert found
    assert 0 == sum(seen for seen, _, _ in found)
    assert 5 < sum(shown for _, shown, _ in found)
    assert (3, 3) == canaries_of(list(walking(3)), tmp_path)[:2]


def canaries_of(pictures, folder):
    """The same count for pictures that nobody masked: the check can fail."""
    path = folder / "bare.mp4"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=10, options={"preset": "ultrafast", "crf": "27"})
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        for picture in pictures:
            out.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
        out.mux(stream.encode(None))
    return canaries(path)
