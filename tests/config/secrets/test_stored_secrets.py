"""Passwords that were entered on the pages are in one file, encrypted, for one user of one machine."""

import stat

import pytest

from passerby.config.secrets.stored_secrets import FILE, KEY_FILE, StoredSecrets
from passerby.core.errors import OutputError

HOST = "rtsp://192.0.2.1:None"


@pytest.fixture
def stored(tmp_path):
    secrets = StoredSecrets(tmp_path, lambda: b"this machine")
    secrets.put("cameras.gate.password", "correct horse", HOST)
    return secrets


def test_a_secret_comes_back_for_its_host_alone(stored):
    assert "correct horse" == stored.get("cameras.gate.password", HOST)
    assert None is stored.get("cameras.gate.password", "rtsp://192.0.2.66:None")
    assert None is stored.get("cameras.yard.password", HOST)
    assert None is stored.problem


def test_the_files_are_for_their_user_and_hold_no_password(stored, tmp_path):
    for name in (FILE, KEY_FILE):
        path = tmp_path / name
        assert 0o600 == stat.S_IMODE(path.stat().st_mode)
        assert b"correct horse" not in path.read_bytes()
    assert {FILE, KEY_FILE} == {path.name for path in tmp_path.iterdir()}


def test_a_secret_is_forgotten(stored):
    stored.put("cameras.gate.password", None)
    assert None is stored.get("cameras.gate.password", HOST)


@pytest.mark.parametrize("spoil", ["another machine", "another key", "damaged"])
def test_what_cannot_be_read_is_told_and_can_be_entered_again(stored, tmp_path, spoil):
    machine = (lambda: b"another machine") if spoil == "another machine" else (lambda: b"this machine")
    if spoil == "another key":
        (tmp_path / KEY_FILE).write_bytes(bytes(32))
    if spoil == "damaged":
        (tmp_path / FILE).write_bytes(b"x")
    elsewhere = StoredSecrets(tmp_path, machine)
    assert None is elsewhere.get("cameras.gate.password", HOST)
    assert "Enter the passwords" in (elsewhere.problem or "")
    elsewhere.put("cameras.gate.password", "battery staple", HOST)
    assert ("battery staple", None) == (elsewhere.get("cameras.gate.password", HOST), elsewhere.problem)


def test_a_folder_that_is_not_there_is_told(tmp_path):
    with pytest.raises(OutputError, match="Check the disk"):
        StoredSecrets(tmp_path / "nowhere").put("cameras.gate.password", "x", HOST)
