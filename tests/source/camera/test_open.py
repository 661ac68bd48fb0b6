"""Connecting to a camera, and what is said when that fails."""

import contextlib
import io
import socket
import time
from http.server import BaseHTTPRequestHandler

import pytest
from PIL import Image

from passerby.config.address import parse_address
from passerby.core.clock import SystemClock
from passerby.core.errors import CameraLost
from passerby.source.camera import open as open_module
from passerby.source.camera.capture import Camera
from tests import clips
from tests.cameras.servers import free_port, http_server

PASSWORD = "p:/@ hunter2"


def camera(url, user=None, password=None, **settings):
    return Camera(parse_address(url, user, password), SystemClock(), **settings)


def caught(one, count, seconds=20.0):
    """The first frames; fails when they take too long."""
    frames, until = [], time.monotonic() + seconds
    for frame in one.frames():
        frames.append(frame)
        if len(frames) == count:
            break
        assert time.monotonic() < until
    return frames


def test_a_refused_connection_is_reported_without_the_password():
    with pytest.raises(CameraLost, match="refuses the connection") as error:
        caught(camera(f"rtsp://127.0.0.1:{free_port()}/x", "admin", PASSWORD), 1)
    assert "hunter2" not in str(error.value)


def test_a_silent_server_times_out(monkeypatch):
    monkeypatch.setattr(open_module, "CONNECT_TIMEOUT_S", 1.0)
    with socket.create_server(("127.0.0.1", 0)) as listening, pytest.raises(CameraLost, match="does not answer"):
        caught(camera(f"rtsp://127.0.0.1:{listening.getsockname()[1]}/x"), 1)


@pytest.mark.parametrize("name", ["missing.mp4", "empty.mp4"])
def test_an_unplayable_file_is_reported(tmp_path, name):
    (tmp_path / "empty.mp4").write_bytes(b"")
    with pytest.raises(CameraLost, match="Check|tried again"):
        caught(camera(str(tmp_path / name)), 1)


def test_a_missing_usb_camera_is_reported():
    with pytest.raises(CameraLost, match="does not exist"):
        caught(camera("/dev/video97"), 1)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("list.mp4", b"ffconcat version 1.0\nfile '{clip}'\n"),
        ("list.m3u8", b"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n{clip}\n#EXT-X-ENDLIST\n"),
        ("text.ans", b"hello\x1b[31m world\n" * 100),
        ("picture.pam", b"P7\nWIDTH 16\nHEIGHT 16\nDEPTH 3\nMAXVAL 255\nTUPLTYPE RGB\nENDHDR\n" + bytes(768)),
    ],
)
def test_a_file_camera_opens_no_list_of_files_and_no_text(tmp_path, name, content):
    """FFmpeg takes a file for what it looks like: ffconcat and HLS name other files, tty draws text as pictures."""
    clip = clips.cfr(tmp_path / "clip.mp4")
    path = tmp_path / name
    path.write_bytes(content.replace(b"{clip}", str(clip).encode()))
    assert 1 == len(caught(camera(str(clip)), 1))
    with pytest.raises(CameraLost):
        caught(camera(str(path)), 1)


def redirecting(target, asked=None):
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            if asked is not None:
                asked.append(self.path)
            self.send_response(302 if target else 404)
            self.send_header("Location", target)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    return Handler


def test_a_redirect_is_not_followed():
    """It may lead to any service that this machine reaches."""
    asked = []
    with (
        http_server(redirecting("", asked)) as other,
        http_server(redirecting(f"{other}/x")) as url,
        pytest.raises(CameraLost),
    ):
        caught(camera(f"{url}/video"), 1)
    assert [] == asked


@pytest.mark.parametrize(
    "body",
    [
        b"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n{other}/a.ts\n#EXT-X-ENDLIST\n",
        b"ffconcat version 1.0\nfile '{other}/a.mp4'\n",
        b"v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 9 RTP/AVP 96\n",
    ],
)
def test_what_answers_for_http_is_mjpeg_or_nothing(body):
    asked = []
    with http_server(redirecting("", asked)) as other:

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                content = body.replace(b"{other}", other.encode())
                self.send_response(200)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_):
                pass

        with http_server(Handler) as url, pytest.raises(CameraLost):
            caught(camera(f"{url}/video"), 1)
    assert [] == asked


def jpegs(count=5):
    """Pictures of which each is brighter than the one before."""
    made = []
    for number in range(count):
        content = io.BytesIO()
        Image.new("RGB", (128, 96), (40 * number,) * 3).save(content, "JPEG")
        made.append(content.getvalue())
    return made


def without_a_first_boundary(pictures):
    """A camera that sends a boundary after each picture, and none before the first."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "multipart/x-mixed-replace;boundary=frame")
            self.end_headers()
            with contextlib.suppress(OSError):
                for number in range(10_000):
                    jpeg = pictures[number % len(pictures)]
                    head = f"Content-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n\r\n"
                    self.wfile.write(head.encode() + jpeg + b"\r\n--frame\r\n")
                    time.sleep(0.05)

        def log_message(self, *_):
            pass

    return Handler


def test_a_camera_that_sends_no_boundary_before_the_first_picture():
    with http_server(without_a_first_boundary(jpegs())) as url:
        frames = caught(camera(url, max_fps=30), 8)
    grey = [int(frame.frame.av_frame.to_ndarray(format="gray").mean()) for frame in frames]
    assert {0, 40, 80, 120, 160} == {round(value / 40) * 40 for value in grey}
    assert not any(frame.frame.damaged for frame in frames)


def test_a_page_instead_of_pictures_is_said_to_be_no_stream():
    class Page(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            page = b"<html><img src='video'></html>" * 100
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(page)))
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, *_):
            pass

    with http_server(Page) as url, pytest.raises(CameraLost, match="not with JPEG pictures.*not a page with them"):
        caught(camera(url), 1)
