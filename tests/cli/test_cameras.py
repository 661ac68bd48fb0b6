"""`passerby cameras find`: cameras and their streams, as text and as JSON."""

import json
from contextlib import contextmanager

import pytest
from typer.testing import CliRunner

from passerby.cli import cameras
from passerby.cli.cameras import PASSWORD_VARIABLE, app
from passerby.source.camera.discovery import find_devices
from tests.cameras.onvif_device import onvif_device


@pytest.fixture
def device(monkeypatch):
    """A device that answers probes on a free port instead of that of WS-Discovery."""

    @contextmanager
    def running(password=None):
        with onvif_device(password) as (port, _):
            monkeypatch.setattr(cameras, "find_devices", lambda timeout_s, address: find_devices(1.0, address, port))
            yield

    return running


def run(*arguments, **environment):
    return CliRunner().invoke(app, ["find", "--at", "127.0.0.1", *arguments], env=environment, catch_exceptions=False)


def test_streams_are_listed_with_the_recommended_one_marked(device):
    with device():
        result = run()
    assert 0 == result.exit_code
    lines = result.output.splitlines()
    assert "127.0.0.1: Front door X100" == lines[0]
    assert 3 == sum("rtsp://" in line for line in lines)
    assert ["p2"] == [line.split()[1].rpartition("/")[2] for line in lines if "<- url for site.yaml" in line]


def test_json(device):
    with device():
        (camera,) = json.loads(run("--json").stdout)
    assert ("Front door X100", None, 3) == (camera["name"], camera["problem"], len(camera["streams"]))


def test_the_password_comes_from_the_environment(device):
    with device("secret"):
        assert "rtsp://" not in run().output
        assert "rtsp://" in run("--user", "admin", **{PASSWORD_VARIABLE: "secret"}).output


def test_no_answer_is_reported(monkeypatch):
    monkeypatch.setattr(cameras, "find_devices", lambda *_: [])
    result = run()
    assert (0, True) == (result.exit_code, "No camera answered" in result.output)
