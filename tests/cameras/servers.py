"""Cameras for tests: real servers on this machine that serve clips in a loop."""

import socket
import struct
import subprocess
import threading
import time
from contextlib import contextmanager
from fractions import Fraction
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import chain
from pathlib import Path

import av
import pytest

SYSTEM_PYTHON = "/usr/bin/python3"
PROGRAM = Path(__file__).with_name("rtsp_server.py")
_NEEDS = (
    "import gi; gi.require_version('GstRtspServer', '1.0'); from gi.repository import Gst, GstRtspServer; "
    "Gst.init(None); assert Gst.ElementFactory.find('rtph264pay')"
)


@cache
def missing_rtsp_server():
    """Why there is no RTSP server to test with; empty when there is one."""
    try:
        done = subprocess.run([SYSTEM_PYTHON, "-c", _NEEDS], capture_output=True, timeout=120, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"no system Python: {error}"
    packages = "python3-gi gir1.2-gst-rtsp-server-1.0 gstreamer1.0-plugins-good"
    return "" if done.returncode == 0 else f"no RTSP server. On Debian: sudo apt-get install {packages}"


def require_rtsp_server():
    if missing_rtsp_server():
        pytest.skip(missing_rtsp_server())


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def write_units(frames, path, rate=10, every=10):
    """Write pictures (BGR arrays) to a file for rtsp_server.py, with a keyframe every `every` pictures."""
    encoder = av.CodecContext.create("libx264", "w")
    frames = iter(frames)
    first = next(frames)
    height, width = first.shape[:2]
    encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuv420p"
    encoder.framerate, encoder.time_base = rate, Fraction(1, rate)
    encoder.options = {
        "preset": "ultrafast",
        "tune": "zerolatency",
        "crf": "23",
        "x264-params": f"keyint={every}:scenecut=0:annexb=1:repeat-headers=1:sliced-threads=0",
    }
    with path.open("wb") as file:

        def write(packets):
            for packet in packets:
                file.write(struct.pack(">II", 1000 // rate, packet.size) + bytes(packet))

        for number, picture in enumerate(chain([first], frames)):
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
            frame.pts = number
            write(encoder.encode(frame))
        write(encoder.encode(None))
    return path


class RtspServer:
    """A running server. `command` takes the commands of rtsp_server.py."""

    def __init__(self, files, port=None, login=None):
        self.port, self._files, self._login = port or free_port(), files, login
        self._process = None
        self.start()

    def start(self):
        login = [] if self._login is None else ["--login", *self._login]
        self._process = subprocess.Popen(
            [SYSTEM_PYTHON, str(PROGRAM), str(self.port), *map(str, self._files), *login],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert "ready\n" == self._process.stdout.readline()

    def stop(self):
        self._process.kill()
        self._process.wait()
        self._process.stdin.close()
        self._process.stdout.close()

    def command(self, command):
        self._process.stdin.write(command + "\n")
        self._process.stdin.flush()

    def url(self, number=0):
        return f"rtsp://127.0.0.1:{self.port}/{number}"


@contextmanager
def rtsp_server(*files, login=None):
    require_rtsp_server()
    server = RtspServer(files, login=login)
    try:
        yield server
    finally:
        server.stop()


@contextmanager
def http_server(handler):
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def mjpeg_handler(pictures, rate=10, requests=None, closed=False):
    """A camera that sends JPEGs as multipart/x-mixed-replace in a loop; `closed`: only after a login."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            if requests is not None:
                requests.append(dict(self.headers))
            if closed and "Authorization" not in self.headers:
                self.send_response(401)
                self.send_header("WWW-Authenticate", 'Basic realm="camera"')
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            self.send_response(200)
            self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=--next")
            self.end_headers()
            try:
                for number in range(10_000):
                    jpeg = pictures[number % len(pictures)]
                    head = f"--next\r\nContent-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n\r\n"
                    self.wfile.write(head.encode() + jpeg + b"\r\n")
                    time.sleep(1 / rate)
            except OSError:
                pass

        def log_message(self, *_):
            pass

    return Handler


def folder_handler(folder):
    """Serves the files of a folder."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            path = folder / self.path.partition("?")[0].lstrip("/")
            if not path.is_file():
                self.send_error(404)
                return
            content = path.read_bytes()
            kind = "application/vnd.apple.mpegurl" if path.suffix == ".m3u8" else "video/mp2t"
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_):
            pass

    return Handler
