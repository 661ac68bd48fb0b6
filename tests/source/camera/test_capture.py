"""Cameras over real connections: RTSP by GStreamer's server, the others by servers of the tests' own."""

import socket
import threading
import time
from itertools import pairwise

import av
import cv2
import numpy as np
import pytest

from passerby.config.address import parse_address
from passerby.core.clock import SystemClock
from passerby.core.errors import CameraLost
from passerby.source.camera.capture import Camera
from tests.cameras.servers import (
    folder_handler,
    http_server,
    mjpeg_handler,
    rtsp_server,
    write_units,
)

PASSWORD = "p:/@ hunter2"


def pictures(count=10, size=(320, 180), shade=90):
    """A white square that moves to the right, on grey."""
    for n in range(count):
        picture = np.full((size[1], size[0], 3), shade, np.uint8)
        picture[40:80, 10 * n : 10 * n + 40] = 240
        yield picture


@pytest.fixture(scope="module")
def units(tmp_path_factory):
    folder = tmp_path_factory.mktemp("units")
    return {
        size: write_units(list(pictures(size=size)), folder / f"{size[0]}.units") for size in ((320, 180), (480, 270))
    }


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


def shade(frame):
    """Mean luma of the last row, where nothing moves."""
    plane = frame.frame.av_frame.planes[0]
    return np.frombuffer(plane, np.uint8).reshape(plane.height, -1)[-1, : plane.width].mean()


def is_plain(frames):
    """Every frame in the one form, with times that rise."""
    times = [one.frame.time for one in frames]
    return all(b > a for a, b in pairwise(times)) and {"yuv420p"} == {one.frame.av_frame.format.name for one in frames}


@pytest.mark.parametrize("udp", [False, True], ids=["tcp", "udp"])
def test_rtsp(units, udp):
    with rtsp_server(units[320, 180]) as server:
        frames = caught(camera(server.url(), udp=udp), 15)
    assert is_plain(frames)
    assert {(320, 180)} == {one.video.geometry.display_size for one in frames}
    assert 0.5 < (frames[-1].frame.time - frames[0].frame.time) / 1e6 < 15


def test_rtsp_with_a_login_by_digest(units):
    with rtsp_server(units[320, 180], login=("admin", PASSWORD)) as server:
        assert 3 == len(caught(camera(server.url(), "admin", PASSWORD), 3))
        with pytest.raises(CameraLost, match="rejects the credentials") as refused:
            caught(camera(server.url(), "admin", "hunter3"), 1)
    assert "hunter3" not in str(refused.value)


def test_audio_is_never_requested():
    """A server that offers both sees no request for the second."""
    requests = []

    def serve(listening):
        connection, _ = listening.accept()
        sdp = (
            "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=x\r\nt=0 0\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n"
            "a=control:video\r\nm=audio 0 RTP/AVP 0\r\na=control:audio\r\n"
        )
        with connection, connection.makefile("rb") as lines:
            head = []
            while line := lines.readline():
                head.append(line.decode().strip())
                if head[-1]:
                    continue
                requests.append(head[0])
                number = next(field for field in head if field.startswith("CSeq"))
                answer = {"DESCRIBE": f"Content-Type: application/sdp\r\nContent-Length: {len(sdp)}\r\n\r\n{sdp}"}
                extra = {
                    "OPTIONS": "Public: DESCRIBE, SETUP, PLAY\r\n\r\n",
                    "SETUP": "Session: 1\r\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n\r\n",
                }
                what = head[0].split()[0]
                connection.sendall(
                    f"RTSP/1.0 200 OK\r\n{number}\r\n{answer.get(what, extra.get(what, 'Session: 1{0}{0}'))}".replace(
                        "{0}", "\r\n"
                    ).encode()
                )
                head = []
                if what == "PLAY":
                    return

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve, args=(listening,), daemon=True)
        thread.start()
        with pytest.raises(CameraLost):
            caught(camera(f"rtsp://127.0.0.1:{listening.getsockname()[1]}/x"), 1)
        thread.join(10)
    setups = [line for line in requests if line.startswith("SETUP")]
    assert 1 == len(setups)
    assert "video" in setups[0]


def test_a_resolution_change_in_mid_stream_is_handled(units):
    with rtsp_server(units[320, 180]) as server:
        sizes, until = [], time.monotonic() + 20
        for frame in camera(server.url()).frames():
            sizes.append(frame.video.geometry.display_size)
            if len(sizes) == 5:
                server.command(f"play 0 {units[480, 270]}")
            if sizes[-1] == (480, 270):
                break
            assert time.monotonic() < until
    assert (320, 180) == sizes[0]


def test_corrupt_data_and_backward_jumps_do_not_end_the_stream(units):
    with rtsp_server(units[320, 180]) as server:
        one = camera(server.url())
        good, until = [], time.monotonic() + 30
        for n, frame in enumerate(one.frames()):
            if n == 5:
                server.command("garbage")
            if n == 10:
                server.command("back 3")
            if not frame.frame.damaged:
                good.append(frame)
            if len(good) == 40:
                break
            assert time.monotonic() < until
    assert is_plain(good)
    assert one.jumps + one.errors > 0


def test_a_server_that_stops_is_lost(units):
    with rtsp_server(units[320, 180]) as server:
        frames = camera(server.url()).frames()
        next(frames)
        server.stop()
        with pytest.raises(CameraLost, match="Reconnecting|Check that"):
            for _ in frames:
                pass
        server.start()


def test_mjpeg_over_http_with_its_full_range_made_plain():
    jpegs = [cv2.imencode(".jpg", picture)[1].tobytes() for picture in pictures(shade=255)]
    with http_server(mjpeg_handler(jpegs)) as server:
        frames = caught(camera(f"{server}/video", "me", PASSWORD), 12)
    assert is_plain(frames)
    assert 235 == pytest.approx(shade(frames[0]), abs=2)


def test_hls(tmp_path):
    with av.open(
        str(tmp_path / "live.m3u8"), "w", format="hls", options={"hls_time": "1", "hls_list_size": "0"}
    ) as out:
        stream = out.add_stream("libx264", rate=10, options={"preset": "ultrafast", "g": "10"})
        stream.width, stream.height, stream.pix_fmt = 320, 180, "yuv420p"
        for picture in list(pictures()) * 3:
            out.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
        out.mux(stream.encode(None))
    with http_server(folder_handler(tmp_path)) as server:
        frames = caught(camera(f"{server}/live.m3u8"), 8)
        with pytest.raises(CameraLost, match="no such stream"):
            caught(camera(f"{server}/dead.m3u8"), 1)
    assert is_plain(frames)


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    path = tmp_path_factory.mktemp("clip") / "clip.mp4"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=25, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = 320, 180, "yuv420p"
        for picture in pictures(5):
            out.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
        out.mux(stream.encode(None))
    return path


def test_a_file_is_looped(clip):
    frames = caught(camera(str(clip), max_fps=25), 18)
    assert is_plain(frames)
    steps = [(b.frame.time - a.frame.time) / 1e6 for a, b in pairwise(frames)]
    assert all(0.001 <= step < 2 for step in steps)


def test_frame_rate_and_size_are_limited(clip):
    frames = caught(camera(str(clip), max_fps=10, max_dimension=200), 10)
    assert {(200, 112)} == {(one.frame.av_frame.width, one.frame.av_frame.height) for one in frames}
    assert [*range(10)] == [one.frame.index for one in frames]
    assert 0.8 < (frames[-1].frame.time - frames[0].frame.time) / 1e6
