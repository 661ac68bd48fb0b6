"""The pages of the first run as they are served: on this machine, and to other devices over TLS."""

import re
import threading

import httpx2
import pytest

from passerby.cli.common import first_run
from passerby.cli.common.first_run import FirstRun, SetupPorts
from passerby.core.errors import UsageError
from passerby.server import spa
from passerby.setup.create_site import certificate_folder
from passerby.setup.draft import DraftFile
from tests.setup.factories import whole_draft

HEADERS = {"x-passerby": "tests"}


@pytest.fixture(autouse=True)
def built(tmp_path, monkeypatch):
    """The page itself does not matter here."""
    (tmp_path / "static").mkdir()
    (tmp_path / "static" / "setup.html").write_text("<p>page</p>")
    monkeypatch.setattr(spa, "STATIC_DIR", tmp_path / "static")


def running(config, host, capsys):
    """A first run that serves, in a thread; its address, and what it returns in the end."""
    run, result = FirstRun(config, host, SetupPorts(0, 0)), []
    thread = threading.Thread(target=lambda: result.append(run.run(open_browser=False)))
    thread.start()
    said = ""
    while "token" not in said:
        said += capsys.readouterr().err
    assert run.address in said
    return run.address, said, thread, result


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
def test_it_ends_once_the_site_is_made(tmp_path, capsys, monkeypatch, host):
    monkeypatch.setattr(first_run, "_names", lambda: ["127.0.0.1"])
    config = tmp_path / "box" / "site.yaml"
    DraftFile(config).write(whole_draft(tmp_path / "data"))
    address, said, thread, result = running(config, host, capsys)
    assert "Continue the first run" in said
    assert address.startswith("http://" if host == "127.0.0.1" else "https://")
    with httpx2.Client(trust_env=False, verify=False, headers=HEADERS, timeout=60) as client:
        top = address.partition("?")[0]
        assert 401 == client.get(f"{top}api/setup").status_code
        assert 303 == client.get(address).status_code
        assert [] == client.get(f"{top}api/setup").json()["open_steps"]
        assert 200 == client.post(f"{top}api/setup/finish").status_code
    thread.join(60)
    assert [True] == result
    assert config.exists()
    assert not certificate_folder(config).exists()
    assert (host == "0.0.0.0") is (tmp_path / "data" / "tls").exists()


def test_the_fingerprint_is_told_where_others_reach_it(tmp_path, capsys, monkeypatch):
    run = FirstRun(tmp_path / "site.yaml", "0.0.0.0", SetupPorts(0, 0))
    run._announce(None)
    run._listener.close()
    assert re.search(r"SHA-256 .*: ([0-9A-F]{2}:){31}", capsys.readouterr().err)


def test_ports():
    assert SetupPorts(8770, 8443) == SetupPorts.of(None, "127.0.0.1") == SetupPorts.of(None, "0.0.0.0")
    assert SetupPorts(9000, 8443) == SetupPorts.of(9000, "127.0.0.1")
    assert SetupPorts(8770, 9000) == SetupPorts.of(9000, "0.0.0.0")


def test_what_keeps_it_from_beginning(tmp_path, monkeypatch):
    config = tmp_path / "site.yaml"
    DraftFile(config).path.write_text("{")
    with pytest.raises(UsageError, match="Remove that file"):
        FirstRun(config, "127.0.0.1", SetupPorts(0, 0))
    monkeypatch.setattr(spa, "STATIC_DIR", tmp_path / "nothing")
    with pytest.raises(UsageError, match="not built"):
        FirstRun(config, "127.0.0.1", SetupPorts(0, 0))
