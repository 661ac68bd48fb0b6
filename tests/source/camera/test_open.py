"""Connecting to a camera, and what is said when that fails."""

import socket
import time

import pytest

from passerby.config.address import parse_address
from passerby.core.clock import SystemClock
from passerby.core.errors import CameraLost
from passerby.source.camera import open as open_module
from passerby.source.camera.capture import Camera
from tests.cameras.servers import (
    free_port,
)

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
