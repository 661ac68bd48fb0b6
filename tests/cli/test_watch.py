"""`passerby watch` as a person runs it: a real server, real processes, real recordings."""

import socket
import time

import cv2
import pytest
from typer.testing import CliRunner

from passerby.cli.app import app
from passerby.cli.common.example_config import EXAMPLE
from passerby.cli.watch import _told_every
from passerby.core.errors import UsageError
from passerby.store.data_folder import DataFolder
from tests.cameras.lying_camera import OTHER, LyingCamera
from tests.cameras.servers import free_port, require_rtsp_server, rtsp_server, write_units
from tests.cameras.watch_process import (
    WatchProcess,
    count_canaries,
    count_unmasked_canaries,
    masked_frames,
    recordings,
    walking_person,
)


def run(*arguments, **environment):
    result = CliRunner().invoke(app, list(arguments), env=environment)
    if isinstance(result.exception, Exception) and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@pytest.fixture
def site(tmp_path):
    DataFolder.create(tmp_path / "data").close()

    def write(url, extra=""):
        path = tmp_path / "site.yaml"
        path.write_text(
            f"status: {{port: {free_port()}}}\ncameras:\n  gate:\n    url: {url}\n    hide: [face]\n{extra}",
            encoding="utf-8",
        )
        return path

    return write


def test_the_example_is_printed():
    assert EXAMPLE == run("watch", "--example").output


def test_an_error_in_the_site_file_is_reported_with_its_line(site):
    with pytest.raises(UsageError, match=r"site\.yaml:3: cameras\.gate: ftp:// is not a supported"):
        run("watch", "-c", str(site("ftp://x/y")))


def test_a_missing_config_option_is_reported():
    with pytest.raises(UsageError, match="-c site.yaml"):
        run("watch")


def test_check_writes_a_masked_still_of_each_camera(site, sample, models, tmp_path):
    result = run("watch", "-c", str(site(sample)), "--check", "--stills", str(tmp_path / "stills"))
    assert 0 == result.exit_code
    assert "gate: ok, 1280x720" in result.output
    still = cv2.imread(str(tmp_path / "stills" / "gate.png"))
    assert (720, 1280, 3) == still.shape
    assert 1000 < (still.max(axis=2) < 3).sum() < still.size / 6
    assert [] == recordings(tmp_path)


def test_check_reports_an_unreachable_camera(site):
    result = run("watch", "-c", str(site(f"rtsp://127.0.0.1:{free_port()}/0")), "--check")
    assert 1 == result.exit_code
    assert "gate: rtsp://127.0.0.1" in result.output
    assert "refuses the connection" in result.output


def test_check_is_led_nowhere_by_a_camera_that_redirects(site):
    camera = LyingCamera(redirect_at="OPTIONS")
    with socket.create_server((OTHER, camera.port)) as other:
        result = run("watch", "-c", str(site(f"rtsp://127.0.0.1:{camera.port}/0")), "--check")
        other.settimeout(0)
        with pytest.raises(BlockingIOError):
            other.accept()
    camera.close()
    assert 1 == result.exit_code
    assert f"gate: rtsp://127.0.0.1:{camera.port} redirects." in result.output


def test_what_the_file_or_a_camera_says_is_not_obeyed_by_the_terminal(site):
    result = run("watch", "-c", str(site('"file:///tmp/\\e[2K\\e]0;x\\a.mp4"')), "--check")
    assert 1 == result.exit_code
    assert "gate: /tmp/?[2K?]0;x?.mp4 does not exist" in result.output
    assert not set("\x1b\x07").intersection(result.output)


def test_recordings_show_no_face_and_continue_after_the_camera_was_lost(site, models, tmp_path):
    """A real server, stopped and started again; every decoded frame of every file is masked or black."""
    require_rtsp_server()
    units = write_units(list(walking_person()), tmp_path / "units")
    with rtsp_server(units) as server:
        watching = WatchProcess(site(server.url()))
        try:
            first = watching.wait_until(lambda s: masked_frames(s) > 10)
            assert "#EXTM3U" in watching.live_playlist()
            server.stop()
            watching.wait_until(lambda s: s["state"] == "lost")
            status = run("status", "-c", str(watching.path))
            assert (3, True) == (status.exit_code, "gate" in status.output)
            server.start()
            again = watching.wait_until(
                lambda s: s["state"] == "live" and s["output_frames"] > first["output_frames"] + 10
            )
            assert again["connections"] >= 2
        finally:
            assert 0 == watching.stop()
    found = [count_canaries(path) for path in recordings(tmp_path / "data")]
    assert found
    assert 0 == sum(seen for seen, _, _ in found)
    assert 5 < sum(shown for _, shown, _ in found)
    assert (3, 3) == count_unmasked_canaries(list(walking_person(3)), tmp_path)[:2]


def test_a_check_that_takes_long_says_what_it_waits_for(capsys):
    with _told_every(0.05, "yard: still waiting for the camera"):
        time.sleep(0.3)
    time.sleep(0.1)
    lines = capsys.readouterr().err.splitlines()
    assert 3 <= len(lines) <= 7
    assert all(line.startswith("yard: still waiting for the camera (0 s)") for line in lines)
