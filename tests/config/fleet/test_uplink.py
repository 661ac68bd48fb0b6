"""The `fleet` block of `uplink`."""

import pytest
from pydantic import ValidationError

from passerby.config.fleet.uplink import FleetUplinkSettings, PublishedCountsSettings
from passerby.config.site_file import parse_site
from passerby.config.uplink import UplinkSettings

SITE = """\
cameras: {gate: {url: "rtsp://192.0.2.1/"}}
uplink:
  fleet: {credentials: north.pem, counts: {epsilon: 0.5}}
"""


def test_no_counts_leave_unless_somebody_says_so():
    assert FleetUplinkSettings(credentials="x").counts is None


def test_the_fleet_gets_nothing_of_what_other_destinations_get():
    """Exact counts and events are queued for `destinations`."""
    assert {} == UplinkSettings(fleet=FleetUplinkSettings(credentials="x")).destinations()


def test_the_credentials_are_beside_the_file(tmp_path):
    fleet = parse_site(SITE, tmp_path / "site.yaml", {}).uplink.fleet
    assert (str(tmp_path / "north.pem"), 0.5, 2.0) == (
        fleet.credentials,
        fleet.counts.epsilon,
        fleet.counts.epsilon_limit,
    )


def test_a_limit_below_one_hour_is_refused():
    with pytest.raises(ValidationError, match="no hour could be sent"):
        PublishedCountsSettings(epsilon=3.0)
