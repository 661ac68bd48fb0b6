"""The folder of a fleet, and what is handed to a site."""

import stat

import pytest

from passerby.config.fleet.credentials import FleetCredentials
from passerby.core.errors import OutputExists
from passerby.fleet.setup import FleetFolder, add_credentials, initialise


@pytest.mark.parametrize("mqtt", [True, False])
def test_credentials_say_where_to_send(tmp_path, mqtt):
    folder = FleetFolder(tmp_path / "fleet")
    initialise(folder, "Lakeside", "fleet.example.org", mqtt)
    sha256 = add_credentials(folder, "north")
    found = FleetCredentials.read(folder.credentials("north"))
    assert ("north", "https://fleet.example.org:8443") == (found.site, found.https)
    assert (("fleet.example.org", 8883) if mqtt else None) == found.mqtt
    assert 64 == len(sha256)
    assert 0o600 == stat.S_IMODE(folder.credentials("north").stat().st_mode)
    found.tls()
    assert sha256 != add_credentials(folder, "north")


def test_the_settings_are_those_that_were_given(tmp_path):
    folder = FleetFolder(tmp_path / "fleet")
    initialise(folder, 'Lake "side"', "::1", False)
    settings = folder.settings()
    assert ('Lake "side"', "::1", None, 8443) == (settings.name, settings.address, settings.mqtt, settings.ingest.port)
    add_credentials(folder, "north")
    assert "https://[::1]:8443" == FleetCredentials.read(folder.credentials("north")).https


def test_a_folder_is_made_once(tmp_path):
    folder = FleetFolder(tmp_path / "fleet")
    initialise(folder, "Lakeside", "localhost", False)
    with pytest.raises(OutputExists, match="passerby fleet serve"):
        initialise(folder, "Lakeside", "localhost", False)
