"""Priorities and budgets of destinations."""

from passerby.config.uplink_destination import BUDGET_SHARES, DestinationSettings, Priority


def test_what_is_more_urgent_has_a_larger_share():
    assert sorted(BUDGET_SHARES.values(), reverse=True) == [BUDGET_SHARES[priority] for priority in Priority]
    assert (Priority.EVENTS, Priority.COUNTS) == DestinationSettings().send
