"""The credentials file of a site."""

import pytest

from passerby.config.fleet.credentials import FleetCredentials, credentials_text
from passerby.core.errors import UsageError

PEM = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"
KEY = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"


def written(tmp_path, **changes):
    values = {"site": "north", "https": "https://x:1", "mqtt": "[::1]:8883", "prefix": "p/q"} | changes
    path = tmp_path / "north.pem"
    path.write_text(credentials_text(**values, certificate=PEM, key=KEY, authority=PEM))
    return path


def test_what_is_written_is_read(tmp_path):
    found = FleetCredentials.read(written(tmp_path))
    assert ("north", "https://x:1", ("::1", 8883), "p/q", PEM) == (
        found.site,
        found.https,
        found.mqtt,
        found.prefix,
        found.authority,
    )
    assert FleetCredentials.read(written(tmp_path, mqtt=None)).mqtt is None


def test_a_file_that_is_missing_or_another_is_told(tmp_path):
    with pytest.raises(UsageError, match="passerby fleet add"):
        FleetCredentials.read(tmp_path / "gone.pem")
    (tmp_path / "x.pem").write_text(PEM)
    with pytest.raises(UsageError, match="not a credentials file"):
        FleetCredentials.read(tmp_path / "x.pem")
    (tmp_path / "x.pem").write_bytes(b"\xff")
    with pytest.raises(UsageError, match="not a credentials file"):
        FleetCredentials.read(tmp_path / "x.pem")


def test_certificates_that_are_none_are_told(tmp_path):
    with pytest.raises(UsageError, match="--renew"):
        FleetCredentials.read(written(tmp_path)).tls()
