"""What the pages of a fleet work on."""

from passerby.config.fleet.settings import FleetSettings
from passerby.core.version import __version__
from passerby.fleet.receiver import ReceiverStats
from passerby.server.fleet.services import FleetServices


def test_the_current_version_is_the_fleets_own_unless_it_is_set():
    assert __version__ == FleetServices(FleetSettings(), None, ReceiverStats).current_version
    assert "9.1" == FleetServices(FleetSettings(version="9.1"), None, ReceiverStats).current_version
